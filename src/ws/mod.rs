//! The WebSocket: the upgrade, and one task per connection that does its IO. What a connection may do and when is decided in
//! `live`; what anything means is decided behind the [`door`].
//!
//! To add a route of this transport: a line in [`router`].

pub mod door;
pub mod inside;
mod origin;
pub mod router;
mod socket;
mod upgrade;
mod watching;
mod wire;

pub use router::{Gate, router};
