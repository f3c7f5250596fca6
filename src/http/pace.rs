//! How often one account may ask over HTTP, with all of its log-ins and tokens together. Counted by each node for itself, bounded,
//! and only a brake: it must never decide who may do what, nor be asked before it is known who asks.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use lockstep_protocol::{
    codes::{Code, Failure},
    ids::AccountId,
    limits::Limits,
};

use tokio::time::Instant;

use crate::live::rate::Bucket;

/// See the module.
pub struct Pace {
    per_second: u32,
    burst: u32,
    accounts_max: usize,
    began: Instant,
    // Held for a look-up only, never over an await.
    buckets: Mutex<HashMap<AccountId, Bucket>>,
}

impl Pace {
    pub fn new(limits: &Limits) -> Self {
        Self {
            per_second: limits.requests_per_second_max,
            burst: limits.requests_burst_max,
            accounts_max: limits.paced_accounts_max,
            began: Instant::now(),
            buckets: Mutex::default(),
        }
    }

    /// One request of this account, or `rate_limited` with the time after which there may be one.
    pub fn take(&self, account: AccountId) -> Result<(), Failure> {
        self.take_at(account, u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn take_at(&self, account: AccountId, now_ms: u64) -> Result<(), Failure> {
        // A panic while it was held cannot leave counts that matter: they are only a brake.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= self.accounts_max && !buckets.contains_key(&account) {
            // A full bucket says the same as none.
            buckets.retain(|_, bucket| !bucket.is_full(now_ms));
            // So many ask at once that each of them is a small part of it.
            if buckets.len() >= self.accounts_max {
                return Ok(());
            }
        }
        let bucket = buckets.entry(account).or_insert_with(|| Bucket::full(self.per_second, self.burst, now_ms));
        bucket.take(now_ms).map_err(|wait_ms| {
            Failure::new(Code::RateLimited).limit(u64::from(self.per_second)).retry_after_ms(wait_ms)
        })
    }
}

#[cfg(test)]
mod tests {
    use lockstep_protocol::{ids::AccountId, limits::Limits};
    use uuid::Uuid;

    use super::Pace;

    fn pace() -> Pace {
        let limits =
            Limits { requests_per_second_max: 2, requests_burst_max: 3, paced_accounts_max: 2, ..Limits::default() };
        Pace::new(&limits)
    }

    fn account(number: u128) -> AccountId {
        AccountId(Uuid::from_u128(number))
    }

    #[test]
    fn a_burst_then_a_rate_for_each_account() {
        let pace = pace();
        for _ in 0..3 {
            pace.take_at(account(1), 0).expect("the burst");
        }
        assert_eq!(pace.take_at(account(1), 0).expect_err("over it").retry_after_ms, Some(500));
        pace.take_at(account(2), 0).expect("somebody else");
        pace.take_at(account(1), 500).expect("half a second later");
        pace.take_at(account(1), 500).expect_err("one in half a second");
    }

    #[test]
    fn accounts_that_rest_are_forgotten_and_a_crowd_is_not_kept_out() {
        let pace = pace();
        pace.take_at(account(1), 0).expect("one");
        pace.take_at(account(2), 0).expect("two");
        for _ in 0..10 {
            pace.take_at(account(3), 0).expect("a third one, not counted");
        }
        assert_eq!(pace.buckets.lock().expect("whole").len(), 2);
        pace.take_at(account(3), 10_000).expect("counted now");
        assert_eq!(pace.buckets.lock().expect("whole").len(), 1, "the others had rested");
    }
}
