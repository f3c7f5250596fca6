//! What nodes share and may lose: how often something was tried in vain. A brake, never a lock and never the truth: whoever
//! loses it lets people try again sooner.
//!
//! It must never fail a request, nor keep one waiting for long.

pub mod local;
pub mod redis;

use futures_util::future::BoxFuture;
use lockstep_protocol::values::Micros;

const SECOND: Micros = 1_000_000;
/// Failures are forgotten after this long without another.
pub const WINDOW: Micros = 15 * 60 * SECOND;
/// The longest that a try must wait.
pub const DELAY_MAX: Micros = 15 * 60 * SECOND;

/// How failures of one kind are braked: one second after the free tries are used up, then twice as long each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brake {
    /// Failures that cost nothing.
    pub free: u32,
    /// Anybody can make up keys of this kind: new ones are not taken where memory is full.
    pub made_up: bool,
}

impl Brake {
    /// The delay that a failure costs, given how many there were with it.
    pub fn delay(self, failures: u32) -> Option<Micros> {
        let over = failures.checked_sub(self.free)?;
        Some(SECOND.saturating_mul(1 << over.min(20)).min(DELAY_MAX))
    }
}

/// Counts failures by key. `now` is the caller's clock; nodes agree on it within seconds, which is enough for a brake.
pub trait Ephemeral: Send + Sync + 'static {
    /// Milliseconds from `now` until there may be a try under this key; 0: now.
    fn wait_ms<'a>(&'a self, key: &'a str, now: Micros) -> BoxFuture<'a, u32>;

    /// A try under this key failed. Counted by all nodes that can be reached when this returns.
    fn count<'a>(&'a self, key: &'a str, brake: Brake, now: Micros) -> BoxFuture<'a, ()>;

    /// What failed under this key was the owner's: it is forgotten.
    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()>;
}
