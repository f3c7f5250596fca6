//! What happens to a stream while its aggregate is being loaded: there is nobody yet who could be told, and the load may have read
//! before it. It is left here, and whoever finds the aggregate live hands it on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};

/// More than any version: something may have been missed.
const SOMETHING: u64 = u64::MAX;

/// See the module.
#[derive(Debug, Default)]
pub struct Missed {
    behind: AtomicU64,
    new_history: AtomicBool,
}

impl Missed {
    /// The stream has come to this version. Whoever leaves this looks afterwards whether the aggregate is live by now.
    pub fn behind(&self, version: u64) {
        self.behind.fetch_max(version, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// Nobody knows whether anything was missed.
    pub fn something(&self) {
        self.behind(SOMETHING);
    }

    /// What was read may be of an older history.
    pub fn new_history(&self) {
        self.new_history.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// Takes what was left: a version to catch up with, and whether everything begins anew. Asked once the aggregate is live, so
    /// that either this sees what was left, or whoever left it sees the aggregate.
    pub fn take(&self) -> (Option<u64>, bool) {
        fence(Ordering::SeqCst);
        let behind = match self.behind.load(Ordering::Relaxed) {
            0 => 0,
            _ => self.behind.swap(0, Ordering::Relaxed),
        };
        let new_history = self.new_history.load(Ordering::Relaxed) && self.new_history.swap(false, Ordering::Relaxed);
        ((behind > 0).then_some(behind), new_history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_taken_once_and_the_highest_counts() {
        let missed = Missed::default();
        assert_eq!(missed.take(), (None, false));
        missed.behind(7);
        missed.behind(5);
        missed.new_history();
        assert_eq!(missed.take(), (Some(7), true));
        assert_eq!(missed.take(), (None, false));
    }
}
