//! What is logged of what a live connection was refused: who asked, why not, and nothing of what was asked. No more than the limits
//! say, so that a log cannot be filled by whoever is refused often. Like over HTTP, what is missing, wrong or to be tried again is none.

use lockstep_protocol::{
    codes::{Code, Failure},
    frame::{Outcome, Reply, ServerMessage},
    ids::ConnectionId,
    limits::Limits,
};

use super::{
    rate::Bucket,
    session::{Identity, Moment},
};

/// Counts what is logged; of one connection, or of all that nobody is known to have asked on.
#[derive(Debug)]
pub struct Refusals {
    bucket: Bucket,
    left_out: u64,
}

impl Refusals {
    pub fn new(limits: &Limits, now: Moment) -> Self {
        let (steady, burst) = (limits.refusals_logged_per_second_max, limits.refusals_logged_burst_max);
        Self { bucket: Bucket::full(steady, burst, now.uptime_ms), left_out: 0 }
    }

    /// A message of the server, which may be a refusal.
    pub fn note(&mut self, message: &ServerMessage, connection: ConnectionId, who: Option<Identity>, now: Moment) {
        if let ServerMessage::Reply(Reply { outcome: Outcome::Error(failure), .. }) = message
            && let Some(left_out) = self.counts(failure.code, now)
        {
            let account = who.map(|who| tracing::field::display(who.account_id));
            tracing::info!(%connection, account, code = failure.code.word(), left_out, "a request on a socket refused");
        }
    }

    /// A hello was refused.
    pub fn note_hello(&mut self, failure: &Failure, connection: ConnectionId, now: Moment) {
        if let Some(left_out) = self.counts(failure.code, now) {
            tracing::info!(%connection, code = failure.code.word(), left_out, "a hello refused");
        }
    }

    /// Whether it is logged, and how many before it were not.
    fn counts(&mut self, code: Code, now: Moment) -> Option<u64> {
        if !matches!(code.http_status(), 401 | 403 | 429) {
            return None;
        }
        if self.bucket.take(now.uptime_ms).is_err() {
            self.left_out += 1;
            return None;
        }
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_logged_as_often_as_the_limits_say_and_those_left_out_are_counted() {
        let limits = Limits { refusals_logged_burst_max: 2, refusals_logged_per_second_max: 1, ..Limits::default() };
        let at = |uptime_ms| Moment { uptime_ms, wall: 0 };
        let mut refusals = Refusals::new(&limits, at(0));
        let mut counts = |code, ms| refusals.counts(code, at(ms));
        assert_eq!(counts(Code::NotFound, 0), None, "what is missing is no attempt");
        assert_eq!(counts(Code::Unavailable, 0), None);
        assert_eq!([counts(Code::Forbidden, 0), counts(Code::Unauthenticated, 0)], [Some(0), Some(0)]);
        assert_eq!([counts(Code::RateLimited, 0), counts(Code::Forbidden, 1)], [None, None]);
        assert_eq!(counts(Code::Forbidden, 1_001), Some(2));
        assert_eq!(counts(Code::Forbidden, 2_001), Some(0));
    }
}
