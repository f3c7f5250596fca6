//! Load against a Lockstep server over its public surface alone: the sync protocol and REST. Holds the reference client in Rust
//! and an independent fold of a board; must never import the server or its rules.

pub mod bench;
pub mod chaos;
pub mod check;
pub mod client;
pub mod crowd;
pub mod dice;
pub mod figures;
pub mod follow;
pub mod history;
pub mod load;
pub mod model;
pub mod pace;
pub mod process;
pub mod proxy;
pub mod replay;
pub mod rest;
pub mod slow;
pub mod socket;
pub mod stage;
