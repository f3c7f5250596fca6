//! What any live transport shares: the logic of a connection ([`session`]), what waits to be written to it ([`outbox`]), how it
//! learns that its own session ended ([`watch`]), whose turn it is to write ([`pace`]), how often something may be ([`rate`]), what is logged of
//! refusals ([`refusals`]), and all connections of the node
//! ([`registry`]).
//!
//! This room must never do IO, and never know axum, HTTP or how a token is checked.

pub mod outbox;
pub mod pace;
pub mod rate;
pub mod refusals;
pub mod registry;
pub mod session;
pub mod watch;
