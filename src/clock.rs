//! Time and fresh ids, handed to whoever needs them, so that a test can hold them still. The only place that reads the
//! system's clock.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use lockstep_protocol::values::Micros;
use uuid::Uuid;

/// Where time comes from. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    /// Held by a test, which alone moves it.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at `start` until [`Clock::advance`].
    pub fn manual(start: Micros) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start))))
    }

    /// Microseconds since 1970, UTC.
    pub fn now(&self) -> Micros {
        match &self.0 {
            Source::System => system_now(),
            Source::Manual(now) => now.load(Ordering::Acquire),
        }
    }

    /// Moves a manual clock; the system's does not obey.
    pub fn advance(&self, micros: Micros) {
        if let Source::Manual(now) = &self.0 {
            now.fetch_add(micros, Ordering::AcqRel);
        }
    }

    /// A fresh UUIDv7.
    pub fn fresh_id(&self) -> Uuid {
        match &self.0 {
            Source::System => fresh_id(),
            Source::Manual(now) => {
                let micros = now.load(Ordering::Acquire).unsigned_abs();
                let stamp =
                    uuid::Timestamp::from_unix_time(micros / 1_000_000, (micros % 1_000_000) as u32 * 1_000, 0, 0);
                Uuid::new_v7(stamp)
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
fn fresh_id() -> Uuid {
    Uuid::now_v7()
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn system_now() -> Micros {
    // Before 1970 or after 294,000 the clock is broken anyway; 0 keeps order by the streams' own monotonic rule.
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
