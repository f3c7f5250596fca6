//! Who somebody is: passwords, tokens, sessions, and the brake on guessing. Mechanics only; what a person may do is decided in
//! `domain`. It must never know HTTP or WebSockets: they bring bytes and addresses, and are told [`Authenticated`] or a failure.

pub mod address;
mod api_tokens;
mod authenticate;
mod ceremony;
mod challenges;
mod change;
pub mod codes;
mod delete;
mod email;
mod factors;
pub mod identity;
pub mod invitations;
pub mod keys;
pub mod letters;
mod links;
mod login;
mod passkeys;
pub mod passwords;
pub mod phones;
mod recover;
mod recovery;
pub mod refresh;
pub mod register;
mod second_factor;
mod secrets;
mod seen;
pub mod service;
mod step_up;
pub mod throttle;
pub mod tokens;
pub mod totp;
mod vault;
pub mod webhooks;

pub use api_tokens::TokenWish;
pub use authenticate::Authenticated;
pub use factors::{Factor, Factors, TotpSetup};
pub use links::{Looker, is_link_token};
pub use passkeys::PasskeyAsked;
pub use second_factor::{Asked, Entered, Proof};
pub use service::{Auth, Client, LoggedIn};
