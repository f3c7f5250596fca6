//! The language of Lockstep, complete: what travels between clients, nodes and the journal, and nothing else.
//!
//! This crate must never know tokio, sqlx, axum or ractor, and never decide anything: rules live in `domain`.
//! To add a command or an event: a struct in `command/` or `event/`, and a line in that folder's `mod.rs` table.

pub mod codec;
pub mod codes;
pub mod command;
pub mod event;
pub mod frame;
pub mod ids;
pub mod language;
pub mod limits;
pub mod position;
pub mod salvage;
pub mod topic;
pub mod values;
pub mod view;
