//! Who somebody is: passwords, tokens, sessions, and the brake on guessing. Mechanics only; what a person may do is decided in
//! `domain`. It must never know HTTP or WebSockets: they bring bytes and addresses, and are told [`Authenticated`] or a failure.

pub mod address;
mod authenticate;
mod change;
pub mod codes;
mod email;
pub mod keys;
pub mod letters;
pub mod passwords;
mod recover;
pub mod refresh;
pub mod register;
pub mod service;
pub mod throttle;
pub mod tokens;

pub use authenticate::Authenticated;
pub use service::{Auth, Client, LoggedIn};
