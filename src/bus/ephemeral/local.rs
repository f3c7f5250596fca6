//! The counts of one node, in memory, bounded.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::{FutureExt, future::BoxFuture};
use lockstep_protocol::values::Micros;

use super::{Brake, Ephemeral, WINDOW};

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
#[derive(Default)]
pub struct LocalEphemeral {
    // Held for a look-up only, never over an await.
    counts: Mutex<HashMap<String, Count>>,
}

impl LocalEphemeral {
    fn counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        // A panic while it was held cannot leave a map half changed that matters: counts are only a brake.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
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
}
