//! One command's way into its aggregate: how often it is handed in, and what may be said when it cannot be. An aggregate that
//! ends with a command in hand may have sent it to the journal, so from then on only the journal's own answer is an answer.
//! It must never wait or ask by itself: the directory does, and the simulator's in simulated time.

use std::time::Duration;

use lockstep_protocol::codes::{Code, Failure};

/// How often a request is handed in anew because its aggregate ended before taking it.
pub const HAND_INS_MAX: u32 = 4;
/// Between tries of a command that may have taken effect, growing with each.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug)]
pub struct HandIn {
    /// With a key, a command handed in twice has one effect.
    keyed: bool,
    tries: u32,
    /// An aggregate ended with it in hand.
    in_doubt: bool,
}

impl HandIn {
    pub const fn new(keyed: bool) -> Self {
        Self { keyed, tries: 0, in_doubt: false }
    }

    /// The head that the command must be decided after before a failure of it is certain, when it was in hand before.
    pub fn unsettled(&self, head: u64) -> Option<u64> {
        self.in_doubt.then_some(head)
    }

    /// The aggregate ended before it took the command: how long to wait before it is handed to the next.
    pub fn not_taken(&mut self) -> Result<Duration, Failure> {
        self.again(None)
    }

    /// It could not be handed in.
    pub fn refused(&mut self, failure: Failure) -> Result<Duration, Failure> {
        self.again(Some(failure))
    }

    /// The aggregate ended with the command in hand.
    pub fn lost(&mut self) -> Result<Duration, Failure> {
        if !self.keyed {
            let text = "It is not known whether this was done. Read, or ask with an idempotency key.";
            return Err(Failure::because(Code::TimedOut, text));
        }
        self.in_doubt = true;
        self.again(None)
    }

    fn again(&mut self, failure: Option<Failure>) -> Result<Duration, Failure> {
        self.tries += 1;
        match failure {
            Some(failure) if !self.in_doubt || !failure.temporary => Err(failure),
            None if self.tries < HAND_INS_MAX => Ok(Duration::ZERO),
            None if !self.in_doubt => Err(Failure::new(Code::Unavailable).retry_after_ms(200)),
            Some(_) | None => Ok((PAUSE_MIN * self.tries).min(PAUSE_MAX)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> Failure {
        Failure::new(Code::Unavailable)
    }

    #[test]
    fn a_command_that_nobody_took_is_refused_when_it_cannot_be_handed_in() {
        let mut hand_in = HandIn::new(true);
        assert_eq!(hand_in.refused(away()), Err(away()));
        assert_eq!(hand_in.unsettled(7), None);
        let mut hand_in = HandIn::new(true);
        for _ in 1..HAND_INS_MAX {
            assert_eq!(hand_in.not_taken(), Ok(Duration::ZERO));
        }
        assert_eq!(hand_in.not_taken().expect_err("at last").code, Code::Unavailable);
    }

    #[test]
    fn of_a_command_that_was_in_hand_no_failure_is_told_that_may_be_untrue() {
        let mut hand_in = HandIn::new(true);
        hand_in.lost().expect("handed in anew");
        assert_eq!(hand_in.unsettled(7), Some(7));
        for _ in 0..100 {
            assert!(hand_in.refused(away()).expect("tried again") <= PAUSE_MAX);
            assert!(hand_in.not_taken().expect("tried again") <= PAUSE_MAX);
        }
        let gone = Failure::new(Code::NotFound);
        assert_eq!(hand_in.refused(gone.clone()), Err(gone), "which stays so however often it is asked");
    }

    #[test]
    fn without_a_key_it_is_not_known() {
        assert_eq!(HandIn::new(false).lost().expect_err("told").code, Code::TimedOut);
    }
}
