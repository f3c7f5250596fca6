//! Counts, what is kept, and when sessions were seen: of one node, in memory, bounded.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::{FutureExt, future::BoxFuture};
use lockstep_protocol::{ids::SessionId, values::Micros};

use super::{Bounds, Brake, Ephemeral, Seen, Slot, WINDOW, kept::Kept, seen::Sightings};

/// Keys remembered; those longest silent go first.
pub const KEYS_MAX: usize = 100_000;

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    last: Micros,
    /// No try before this.
    until: Micros,
}

/// See the module.
pub struct LocalEphemeral {
    // Held for a look-up only, never over an await.
    counts: Mutex<HashMap<String, Count>>,
    /// `None`: there may be other nodes, who would not find here what somebody brings them.
    kept: Option<Kept>,
    seen: Sightings,
}

impl Default for LocalEphemeral {
    fn default() -> Self {
        Self::alone(Bounds::default())
    }
}

impl LocalEphemeral {
    /// Of the only node.
    pub fn alone(bounds: Bounds) -> Self {
        Self { counts: Mutex::default(), kept: Some(Kept::new(bounds)), seen: Sightings::new(bounds) }
    }

    /// Of one of several that share nothing but the database: it keeps nothing.
    pub fn among_others(bounds: Bounds) -> Self {
        Self { kept: None, ..Self::alone(bounds) }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        // A panic while it was held cannot leave a map half changed that matters: counts are only a brake.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a session's last use, however long ago.
    pub(super) fn noted(&self, session: SessionId) -> Option<Seen> {
        self.seen.noted(session)
    }

    /// How many keys are remembered.
    pub fn keys(&self) -> usize {
        self.counts().len()
    }

    fn wait(&self, key: &str, now: Micros) -> u32 {
        match self.counts().get(key) {
            Some(count) if count.until > now => u32::try_from((count.until - now) / 1_000 + 1).unwrap_or(u32::MAX),
            _ => 0,
        }
    }

    fn failed(&self, key: &str, brake: Brake, now: Micros) {
        let mut counts = self.counts();
        if counts.len() >= KEYS_MAX && !counts.contains_key(key) {
            counts.retain(|_, count| count.last.max(count.until) + WINDOW > now);
            // All of them fresh: somebody floods with made-up keys.
            if counts.len() >= KEYS_MAX && brake.made_up {
                return;
            }
        }
        let count = counts.entry(key.to_owned()).or_insert(Count { failures: 0, last: now, until: 0 });
        if count.last.max(count.until) + WINDOW <= now {
            count.failures = 0;
        }
        count.failures = count.failures.saturating_add(1);
        count.last = now;
        if let Some(delay) = brake.delay(count.failures) {
            count.until = now + delay;
        }
    }
}

impl Ephemeral for LocalEphemeral {
    fn wait_ms<'a>(&'a self, key: &'a str, now: Micros) -> BoxFuture<'a, u32> {
        async move { self.wait(key, now) }.boxed()
    }

    fn count<'a>(&'a self, key: &'a str, brake: Brake, now: Micros) -> BoxFuture<'a, ()> {
        async move { self.failed(key, brake, now) }.boxed()
    }

    fn forget<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        async move {
            self.counts().remove(key);
        }
        .boxed()
    }

    fn keep<'a>(&'a self, slot: Slot, value: &'a [u8], until: Micros, now: Micros) -> BoxFuture<'a, bool> {
        async move { self.kept.as_ref().is_some_and(|kept| kept.keep(slot, value, until, now)) }.boxed()
    }

    fn look(&self, slot: Slot, now: Micros) -> BoxFuture<'_, Option<Vec<u8>>> {
        async move { self.kept.as_ref()?.look(&slot, now) }.boxed()
    }

    fn attempt(&self, slot: Slot, most: u32, now: Micros) -> BoxFuture<'_, bool> {
        async move { self.kept.as_ref().is_some_and(|kept| kept.attempt(&slot, most, now)) }.boxed()
    }

    fn take(&self, slot: Slot, now: Micros) -> BoxFuture<'_, Option<Vec<u8>>> {
        async move { self.kept.as_ref()?.take(&slot, now) }.boxed()
    }

    fn saw(&self, session: SessionId, seen: Seen) -> bool {
        self.seen.saw(session, seen)
    }

    fn last_seen<'a>(&'a self, sessions: &'a [SessionId], now: Micros) -> BoxFuture<'a, Vec<Option<Seen>>> {
        async move { sessions.iter().map(|session| self.seen.last(*session, now)).collect() }.boxed()
    }

    fn ended<'a>(&'a self, sessions: &'a [SessionId]) -> BoxFuture<'a, ()> {
        async move { sessions.iter().for_each(|session| self.seen.forget(*session)) }.boxed()
    }

    fn seen_here(&self) -> Vec<(SessionId, Seen)> {
        self.seen.all()
    }
}
