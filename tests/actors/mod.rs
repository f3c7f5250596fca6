//! The engine through its only door, the directory, over real databases: what is acknowledged is so, once, for everyone.

mod access;
mod basics;
mod joining;
mod nodes;
mod passivation;
