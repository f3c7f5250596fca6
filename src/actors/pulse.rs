//! How old this node's view of access is: the time of the last scan of the journal that succeeded. Where other nodes may change
//! who may see what, a view that is too old closes the node: it neither accepts nor delivers until it has caught up.
//!
//! It must never read the wall clock, which may jump.

use std::{
    sync::atomic::{AtomicU8, AtomicU64, Ordering},
    time::Duration,
};

use lockstep_protocol::codes::{Code, Failure};
use tokio::{sync::Notify, time::Instant};

const FRESH: u8 = 0;
const STALE: u8 = 1;
const REVIVING: u8 = 2;

/// Shared by the scan (moves it), every aggregate and every request (look at it).
pub struct Pulse {
    began: Instant,
    /// `None` where nobody else writes: then the view is never old.
    age_max: Option<Duration>,
    /// Begin of the last scan that succeeded, in milliseconds since `began`.
    scanned_ms: AtomicU64,
    state: AtomicU8,
    /// Told when what is live must catch up.
    revive: Notify,
}

impl Pulse {
    pub fn new(age_max: Option<Duration>) -> Self {
        let (scanned_ms, state) = (AtomicU64::new(0), AtomicU8::new(FRESH));
        Self { began: Instant::now(), age_max, scanned_ms, state, revive: Notify::new() }
    }

    /// Whether the view is too old now, whatever anybody has noticed.
    pub fn expired(&self) -> bool {
        let Some(age_max) = self.age_max else { return false };
        let scanned = Duration::from_millis(self.scanned_ms.load(Ordering::Acquire));
        self.began.elapsed().saturating_sub(scanned) > age_max
    }

    /// As [`Self::expired`]; remembers it, so that the next good scan revives what was closed.
    pub fn notice(&self) -> bool {
        let expired = self.expired();
        if expired {
            self.state.store(STALE, Ordering::Release);
        }
        expired
    }

    /// Whether requests may be taken.
    pub fn open(&self) -> Result<(), Failure> {
        if self.state.load(Ordering::Acquire) == FRESH && !self.notice() {
            return Ok(());
        }
        Err(Failure::new(Code::Unavailable).retry_after_ms(1_000))
    }

    /// A scan succeeded that began then.
    pub fn scanned(&self, began: Instant) {
        let ms = u64::try_from(began.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX);
        self.scanned_ms.fetch_max(ms, Ordering::AcqRel);
        let was = self.state.compare_exchange(STALE, REVIVING, Ordering::AcqRel, Ordering::Acquire);
        if was.is_ok() {
            self.revive.notify_one();
        }
    }

    /// Waits until what is live must catch up.
    pub async fn revival(&self) {
        self.revive.notified().await;
    }

    /// Some of what is live could not catch up: the next good scan tries again.
    pub fn again(&self) {
        self.state.store(STALE, Ordering::Release);
    }

    /// All that decides access has caught up: requests are taken again, unless the view is old once more. When not all could, the
    /// next good scan tries again.
    pub fn revived(&self, all: bool) {
        let next = if all { FRESH } else { STALE };
        // Another state was set meanwhile: it stands.
        let _ = self.state.compare_exchange(REVIVING, next, Ordering::AcqRel, Ordering::Acquire);
    }
}
