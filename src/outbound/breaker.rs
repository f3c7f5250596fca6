//! A circuit breaker: whoever fails again and again is left alone for a while, longer each time, and then asked with one thing alone. It
//! must never throw anything away: what is not sent waits.

use lockstep_protocol::values::Micros;

/// Failures in a row, with nothing taken in between, before it opens.
const FAILURES: u32 = 5;
/// How long it is open the first time; twice as long each time after, up to the last.
const FIRST_US: Micros = 10_000_000;
const LONGEST_US: Micros = 600_000_000;

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    /// How often it opened since something was taken last.
    opened: u32,
    open_until: Option<Micros>,
}

impl Breaker {
    /// How many things may be sent now, of `most`.
    pub const fn allows(&self, now: Micros, most: u32) -> u32 {
        match self.open_until {
            Some(until) if now < until => 0,
            Some(_) => 1,
            None => most,
        }
    }

    /// Something was taken, or refused for what it was: they are there.
    pub const fn answered(&mut self) {
        *self = Self { failures: 0, opened: 0, open_until: None };
    }

    /// Nothing came of it. Answers until when it is open where this opened it.
    pub fn failed(&mut self, now: Micros) -> Option<Micros> {
        self.failures = self.failures.saturating_add(1);
        let probed = self.open_until.is_some_and(|until| now >= until);
        if !probed && (self.failures < FAILURES || self.open_until.is_some()) {
            return None;
        }
        let pause = FIRST_US.saturating_mul(1 << self.opened.min(10)).min(LONGEST_US);
        self.opened = self.opened.saturating_add(1);
        self.open_until = Some(now.saturating_add(pause));
        self.open_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_asks_with_one_and_closes_when_answered() {
        let mut breaker = Breaker::default();
        for _ in 1..FAILURES {
            assert_eq!(breaker.failed(0), None);
        }
        assert_eq!(breaker.allows(0, 64), 64);
        assert_eq!(breaker.failed(0), Some(FIRST_US));
        assert_eq!((breaker.allows(FIRST_US - 1, 64), breaker.allows(FIRST_US, 64)), (0, 1));
        // Those that were on their way when it opened do not open it again.
        assert_eq!(breaker.failed(1), None);
        assert_eq!(breaker.failed(FIRST_US), Some(3 * FIRST_US));
        assert_eq!(breaker.allows(2 * FIRST_US, 64), 0);
        breaker.answered();
        assert_eq!((breaker.allows(0, 64), breaker.failed(0)), (64, None));
    }

    #[test]
    fn it_is_never_open_for_longer_than_the_longest() {
        let (mut breaker, mut now) = (Breaker::default(), 0);
        for _ in 0..100 {
            if let Some(until) = breaker.failed(now) {
                assert!(until - now <= LONGEST_US);
                now = until;
            }
        }
        assert!(now > 10 * LONGEST_US);
    }
}
