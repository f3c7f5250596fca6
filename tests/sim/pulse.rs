//! How old a simulated node's view of access is. It mirrors `actors::pulse` in simulated time.

use std::sync::Mutex;

use lockstep_protocol::codes::{Code, Failure};
use tokio::sync::Notify;

use super::executor::{Sim, Time, lock};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    Stale,
    Reviving,
}

/// See the module.
pub struct Pulse {
    sim: Sim,
    age_max: Time,
    scanned: Mutex<(Time, State)>,
    revive: Notify,
}

impl Pulse {
    pub fn new(sim: &Sim, age_max: Time) -> Self {
        Self { sim: sim.clone(), age_max, scanned: Mutex::new((sim.now(), State::Fresh)), revive: Notify::new() }
    }

    /// Whether the view is too old now; remembers it.
    pub fn notice(&self) -> bool {
        let mut scanned = lock(&self.scanned);
        let expired = self.sim.now().saturating_sub(scanned.0) > self.age_max;
        if expired {
            scanned.1 = State::Stale;
        }
        expired
    }

    pub fn open(&self) -> Result<(), Failure> {
        let fresh = lock(&self.scanned).1 == State::Fresh;
        if fresh && !self.notice() {
            return Ok(());
        }
        Err(Failure::new(Code::Unavailable).retry_after_ms(1_000))
    }

    pub fn scanned(&self, began: Time) {
        let mut scanned = lock(&self.scanned);
        scanned.0 = scanned.0.max(began);
        if scanned.1 == State::Stale {
            scanned.1 = State::Reviving;
            self.revive.notify_one();
        }
    }

    pub async fn revival(&self) {
        self.revive.notified().await;
    }

    pub fn again(&self) {
        lock(&self.scanned).1 = State::Stale;
    }

    pub fn revived(&self, all: bool) {
        let mut scanned = lock(&self.scanned);
        if scanned.1 == State::Reviving {
            scanned.1 = if all { State::Fresh } else { State::Stale };
        }
    }
}
