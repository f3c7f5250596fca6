//! Lockstep, the server. The rooms, and the law of imports between them.

pub mod actors;
pub mod bus;
pub mod clock;
pub mod import;
pub mod live;
pub mod store;
pub mod workers;
