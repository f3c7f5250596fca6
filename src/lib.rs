//! Lockstep, the server: the map of its rooms. The law of imports, which `tests/tidy.rs` checks:
//!
//! `main → app → { http, ws, workers, import } → { live, auth } → actors → { store, bus } → domain → protocol`
//!
//! A room may use those to its right, never those to its left or beside it. `config`, `clock`, `letters`, `steady`, `steps`, `telemetry` and `bugs` are leaves for all; `outbound` is one that only `workers` uses and `app` sets up. Only
//! `actors` appends to the journal and speaks on the bus. docs/ARCHITECTURE.md says what each room is and must never do.

pub mod actors;
pub mod app;
pub mod auth;
pub mod bugs;
pub mod bus;
pub mod clock;
pub mod config;
pub mod http;
pub mod import;
pub mod letters;
pub mod live;
pub mod outbound;
pub mod steady;
pub mod steps;
pub mod store;
pub mod telemetry;
pub mod words;
pub mod workers;
pub mod ws;
