//! The engine through its only door, the directory, over real databases: what is acknowledged is so, once, for everyone.

mod access;
mod basics;
mod dropping;
mod faults;
mod joining;
mod nodes;
mod passivation;
mod replay;
mod revokes;
mod timers;
mod transfer;
mod unruly;
