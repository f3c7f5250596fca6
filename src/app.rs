//! The composition root: what is started, in which order, and how it ends. The only place that knows every room.

mod background;
pub mod cli;
pub mod demo;
pub mod doctor;
pub mod engine;
pub mod import;
pub mod operator;
pub mod plan;
pub mod push;
pub mod serve;
mod texts;
