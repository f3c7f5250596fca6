//! Lockstep, the server. The rooms, and the law of imports between them.

pub mod actors;
pub mod auth;
pub mod bus;
pub mod clock;
pub mod config;
pub mod import;
pub mod live;
pub mod store;
pub mod telemetry;
pub mod workers;
pub mod ws;
