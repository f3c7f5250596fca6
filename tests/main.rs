//! The one integration-test binary: each further one would link the whole server again. A module per room.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests measure real time, make ids and print; tests/tidy forbids them to sleep"
)]

mod access;
mod actors;
mod contract;
mod http;
mod killed;
mod nodes;
mod real;
mod sim;
mod support;
mod tidy;
mod ws;
