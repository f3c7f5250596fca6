//! Lockstep, the server. The rooms, and the law of imports between them.

pub mod actors;
pub mod store;
