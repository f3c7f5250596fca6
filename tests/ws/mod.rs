//! The live protocol over real sockets: each rule of docs/SYNC-SPEC.md, seen from outside.

mod bytes;
mod channels;
pub mod client;
mod commands;
mod conflicts;
mod credentials;
mod ending;
mod fake;
mod fields;
pub mod harness;
mod joining;
mod keeping_up;
mod links;
mod lists;
mod opening;
mod past;
mod presence;
mod profiles;
mod reminders;
mod whole;
mod workflow;
