//! When what failed may come back: at once the first time, then with a growing delay per stream. Five failures within a minute
//! put a stream in quarantine for a minute: it is not loaded at all, so that it cannot spin; its siblings never notice.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lockstep_protocol::{
    codes::{Code, Failure},
    topic::Topic,
};
use tokio::time::Instant;

/// Failures within [`SPAN`] that put a stream in quarantine.
const FAILURES_MAX: usize = 5;
const SPAN: Duration = Duration::from_secs(60);
/// The first delay; it doubles.
const DELAY_MS: u64 = 50;

/// The failures of late, per stream.
#[derive(Default)]
pub struct Restarts(Mutex<HashMap<Topic, Vec<Instant>>>);

impl Restarts {
    pub fn failed(&self, topic: Topic) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let list = failures.entry(topic).or_default();
        list.push(now);
        list.retain(|at| now - *at < SPAN);
        if list.len() == FAILURES_MAX {
            tracing::error!(%topic, "failed {FAILURES_MAX} times within a minute: quarantined");
        }
    }

    /// Whether the stream may be loaded now, or when.
    pub fn check(&self, topic: Topic) -> Result<(), Failure> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(list) = failures.get_mut(&topic) else { return Ok(()) };
        let now = Instant::now();
        list.retain(|at| now - *at < SPAN);
        let Some(last) = list.last().copied() else {
            failures.remove(&topic);
            return Ok(());
        };
        if list.len() >= FAILURES_MAX {
            let left = SPAN.saturating_sub(now - list[0]);
            return Err(Failure::new(Code::Quarantined).retry_after_ms(left.as_millis() as u32));
        }
        let delay = Duration::from_millis(DELAY_MS << (list.len() - 1));
        match delay.checked_sub(now - last) {
            Some(left) if list.len() > 1 && !left.is_zero() => {
                Err(Failure::new(Code::Unavailable).retry_after_ms(left.as_millis() as u32 + 1))
            }
            _ => Ok(()),
        }
    }
}
