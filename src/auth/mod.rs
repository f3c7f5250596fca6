//! Who somebody is: passwords, tokens, sessions, and the brake on guessing. Mechanics only; what a person may do is decided in
//! `domain`. It must never know HTTP or WebSockets: they bring bytes and addresses, and are told [`tokens::Named`] or a failure.

pub mod address;
pub mod keys;
pub mod passwords;
pub mod refresh;
pub mod throttle;
pub mod tokens;
