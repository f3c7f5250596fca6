//! The live aggregates: one supervised actor each, and the directory as the only door to them.
//!
//! Only this room appends to the journal and speaks on the bus. It must never know HTTP, WebSockets, or how a person logs in.

pub mod delivery;
