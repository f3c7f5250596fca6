//! What several test modules share: real servers as children of the test process, and waiting for conditions. It must
//! never hold expectations about the server under test.

#![allow(dead_code, reason = "every module of the one test binary uses a part of it")]

pub mod child;
pub mod node;
pub mod oidc;
pub mod passkey;
pub mod phones;
pub mod postgres;
pub mod proxy;
pub mod push;
pub mod redis;
pub mod sink;
pub mod smtp;

use std::time::Duration;

/// How long a condition may take before the test fails.
pub const DEADLINE: Duration = Duration::from_secs(20);
const PERIOD: Duration = Duration::from_millis(5);

/// Waits until `check` gives something, and returns it; fails the test when the deadline passes.
pub async fn until<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let mut ticks = tokio::time::interval(PERIOD);
    let wait = async {
        loop {
            ticks.tick().await;
            if let Some(found) = check().await {
                return found;
            }
        }
    };
    tokio::time::timeout(DEADLINE, wait).await.unwrap_or_else(|_| panic!("in {DEADLINE:?} not: {what}"))
}
