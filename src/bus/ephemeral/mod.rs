//! What nodes share for a while and may lose: how often something was tried in vain, what waits some minutes for somebody to come
//! back with it, when a session was last used. In memory on one node, in Redis among several; never the truth. Whoever loses a
//! count lets people try again sooner, what was kept is begun again, and the database knows when a session was last refreshed.
//!
//! What is *kept* may lie here, for losing it opens nothing. That something was *spent* may not: whoever lost it would let
//! it be spent twice. That is told the database.
//!
//! It must never fail a request, nor keep one waiting for long.

mod kept;
pub mod local;
pub mod redis;
mod scripts;
mod sealed;
mod seen;

use std::net::IpAddr;

use futures_util::future::BoxFuture;
use lockstep_protocol::{ids::SessionId, limits::Limits, values::Micros};

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

/// How much is remembered, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    value_bytes: usize,
    kept_bytes: usize,
    sessions_seen: usize,
    seen_every: Micros,
    seen_for: Micros,
}

impl Bounds {
    /// As the limits say.
    pub fn of(limits: &Limits) -> Self {
        let micros = |ms: u64| Micros::try_from(ms.saturating_mul(1_000)).unwrap_or(Micros::MAX);
        Self {
            value_bytes: limits.kept_value_bytes_max,
            kept_bytes: limits.kept_bytes_max,
            sessions_seen: limits.sessions_seen_max,
            seen_every: micros(limits.session_seen_every_ms),
            seen_for: micros(limits.session_seen_ms),
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::of(&Limits::default())
    }
}

/// Where something is kept: what it is for, and the sum of the secret by which it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// One for one purpose is not found for another.
    pub purpose: &'static str,
    pub id: [u8; 32],
}

/// The last use of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub at: Micros,
    pub address: IpAddr,
}

/// See the module. `now` is the caller's clock; nodes agree on it within seconds, which is enough for a brake.
pub trait Ephemeral: Send + Sync + 'static {
    /// Milliseconds from `now` until there may be a try under this key; 0: now.
    fn wait_ms<'a>(&'a self, key: &'a str, now: Micros) -> BoxFuture<'a, u32>;

    /// A try under this key failed. Counted by all nodes that can be reached when this returns.
    fn count<'a>(&'a self, key: &'a str, brake: Brake, now: Micros) -> BoxFuture<'a, ()>;

    /// What failed under this key was the owner's: it is forgotten.
    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()>;

    /// Keeps a value until then. False: it is not kept (no room, too large, Redis is away or slow), or not surely: the caller keeps it
    /// in the database, under another id.
    fn keep<'a>(&'a self, slot: Slot, value: &'a [u8], until: Micros, now: Micros) -> BoxFuture<'a, bool>;

    /// What is kept there. `None` also where it cannot be told now.
    fn look(&self, slot: Slot, now: Micros) -> BoxFuture<'_, Option<Vec<u8>>>;

    /// Counts a try of what is kept there. False: nothing is, or it was tried `most` times, or it cannot be told now.
    fn attempt(&self, slot: Slot, most: u32, now: Micros) -> BoxFuture<'_, bool>;

    /// Takes what is kept there away: of many that ask at once one is given it. Redis may be brought back as it was a moment ago, so
    /// whatever must not happen twice is spent in the database as well.
    fn take(&self, slot: Slot, now: Micros) -> BoxFuture<'_, Option<Vec<u8>>>;

    /// Notes that a session is used, without a wait. False: it is no news.
    fn saw(&self, session: SessionId, seen: Seen) -> bool;

    /// When these sessions were last used, as far as it is known, in their order.
    fn last_seen<'a>(&'a self, sessions: &'a [SessionId], now: Micros) -> BoxFuture<'a, Vec<Option<Seen>>>;

    /// These sessions are over: what is known of them is forgotten.
    fn ended<'a>(&'a self, sessions: &'a [SessionId]) -> BoxFuture<'a, ()>;

    /// What this node alone knows of sessions, and takes with it when it ends.
    fn seen_here(&self) -> Vec<(SessionId, Seen)>;
}
