//! The rules of Lockstep, pure: what a command becomes ([`Aggregate::decide`]) and what an event changes ([`Aggregate::evolve`]).
//!
//! This crate must never do IO, await, read a clock or draw a random number: [`Ctx`] brings who, when and the facts that
//! other aggregates own. Nothing here logs. To add an aggregate: a folder with its state, `decide`, `evolve` and view, its
//! [`Aggregate`] impl, and its capabilities in `access`.

pub mod access;
pub mod account;
pub mod aggregate;
pub mod board;
pub mod channel;
pub mod decision;
pub mod filter;
pub mod inbox;
pub mod next;
pub mod notify;
pub mod organization;
pub mod quick_add;
pub mod rank;
pub mod recur;
mod refuse;
pub mod sort;
pub mod talk;
pub mod team;
pub mod text;
pub mod timer;
mod value;

pub use account::{Account, Credential};
pub use aggregate::{Aggregate, Beside, Ctx, FollowUp, Marks, Principal};
pub use board::Board;
pub use channel::Channel;
pub use inbox::Inbox;
pub use organization::Organization;
pub use talk::mention;
pub use team::Team;
