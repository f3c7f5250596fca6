//! What a Trello board's export becomes in Lockstep. [`export::read`] takes the file apart, [`plan::plan`] says which commands build
//! the board as it is, [`replay::replay`] which commands build it as it was and then play what happened to it.
//!
//! This crate must never do IO or know a server: the same export always gives the same commands with the same ids.

pub mod export;
pub mod guess;
pub mod ids;
pub mod plan;
pub mod replay;

pub mod report;
pub mod text;
