//! Brake on guessing: failures of one account from one network, and of one network over all accounts, cost a growing delay.
//! Never a lock: a stranger's failures must not keep the owner out, so nothing is counted by account alone. In memory, per
//! node; a shared one implements [`Throttle`] too.

use std::{collections::HashMap, net::IpAddr, sync::Mutex};

use lockstep_protocol::{
    codes::{Code, Failure},
    ids::AccountId,
    limits::Limits,
    values::Micros,
};

use super::address::network;

const SECOND: Micros = 1_000_000;
/// Failures are forgotten after this long without another.
const WINDOW: Micros = 15 * 60 * SECOND;
const DELAY_MAX: Micros = 15 * 60 * SECOND;
/// Failures of one network over all accounts before it is delayed: an office behind one address makes some.
const NETWORK_FAILURES: u32 = 100;
/// Addresses one account may look for in vain.
const LOOKUP_FAILURES: u32 = 20;
/// Keys remembered; those longest silent go first.
const KEYS_MAX: usize = 100_000;

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Log-ins with this (normalised) address, whether or not it exists, from this network.
    Login { email: String, network: IpAddr },
    /// Log-ins from this network with any address.
    Network(IpAddr),
    /// Accounts made from this network.
    Registration(IpAddr),
    /// Addresses that this account looked for in vain.
    Lookup(AccountId),
}

impl Key {
    /// Both keys of one try to log in.
    pub fn login(email: &str, address: IpAddr) -> [Self; 2] {
        let network = network(address);
        [Self::Login { email: email.to_owned(), network }, Self::Network(network)]
    }
}

/// Counts failures. Every method is quick and never waits.
pub trait Throttle: Send + Sync + 'static {
    /// May there be a try now? If not: how many milliseconds from now.
    fn check(&self, key: &Key, now: Micros) -> Result<(), u32>;
    /// A try failed (for registrations: was used).
    fn count(&self, key: &Key, now: Micros);
    /// A try succeeded: what failed before was the owner's.
    fn forget(&self, key: &Key);
}

/// Refuses with `rate_limited` where any of the keys must wait.
pub fn check_all(throttle: &dyn Throttle, keys: &[Key], now: Micros) -> Result<(), Failure> {
    let wait_ms = keys.iter().filter_map(|key| throttle.check(key, now).err()).max();
    wait_ms.map_or(Ok(()), |wait_ms| {
        let failure = Failure::because(Code::RateLimited, "Too many tries; wait a little.");
        Err(failure.retry_after_ms(wait_ms))
    })
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    last: Micros,
    /// No try before this.
    until: Micros,
}

/// The throttle of one node.
pub struct LocalThrottle {
    // Held for a look-up only, never over an await.
    counts: Mutex<HashMap<Key, Count>>,
    login_failures: u32,
    registrations: u32,
}

impl LocalThrottle {
    /// `registrations` from one network in 15 minutes are not delayed.
    pub fn new(limits: &Limits, registrations: u32) -> Self {
        Self { counts: Mutex::default(), login_failures: limits.login_attempts_max, registrations }
    }

    const fn free(&self, key: &Key) -> u32 {
        match key {
            Key::Login { .. } => self.login_failures,
            Key::Network(_) => NETWORK_FAILURES,
            Key::Lookup(_) => LOOKUP_FAILURES,
            Key::Registration(_) => self.registrations,
        }
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Count>> {
        // A panic while it was held cannot leave a map half changed that matters: counts are only a brake.
        self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// One second after the free tries are used up, then twice as long each time.
fn delay(over: u32) -> Micros {
    SECOND.saturating_mul(1 << over.saturating_sub(1).min(20)).min(DELAY_MAX)
}

impl Throttle for LocalThrottle {
    fn check(&self, key: &Key, now: Micros) -> Result<(), u32> {
        match self.counts().get(key) {
            Some(count) if count.until > now => Err(u32::try_from((count.until - now) / 1_000 + 1).unwrap_or(u32::MAX)),
            _ => Ok(()),
        }
    }

    fn count(&self, key: &Key, now: Micros) {
        let free = self.free(key);
        let mut counts = self.counts();
        if counts.len() >= KEYS_MAX && !counts.contains_key(key) {
            counts.retain(|_, count| count.last.max(count.until) + WINDOW > now);
            // All of them fresh: somebody floods with made-up addresses. Their networks are still counted.
            if counts.len() >= KEYS_MAX && matches!(key, Key::Login { .. }) {
                return;
            }
        }
        let count = counts.entry(key.clone()).or_insert(Count { failures: 0, last: now, until: 0 });
        if count.last.max(count.until) + WINDOW <= now {
            count.failures = 0;
        }
        count.failures = count.failures.saturating_add(1);
        count.last = now;
        if count.failures >= free {
            count.until = now + delay(count.failures - free + 1);
        }
    }

    fn forget(&self, key: &Key) {
        self.counts().remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn the_delay_grows_and_is_never_a_lock() {
        let throttle = LocalThrottle::new(&Limits::default(), 10);
        let keys = Key::login("ana@example.org", address("203.0.113.7"));
        let mut now = 1_000 * SECOND;
        let mut waits = Vec::new();
        for _ in 0..14 {
            assert_eq!(throttle.check(&keys[0], now), Ok(()));
            throttle.count(&keys[0], now);
            let wait_ms = throttle.check(&keys[0], now).err().unwrap_or(0);
            waits.push(wait_ms / 1_000);
            now += Micros::from(wait_ms) * 1_000;
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16]);
        for _ in 0..40 {
            throttle.count(&keys[0], now);
        }
        assert_eq!(throttle.check(&keys[0], now).map_err(|ms| ms / 60_000), Err(15));
        assert_eq!(throttle.check(&keys[0], now + DELAY_MAX), Ok(()), "never a lock");
        throttle.count(&keys[0], now + DELAY_MAX + WINDOW);
        assert_eq!(throttle.check(&keys[0], now + DELAY_MAX + WINDOW), Ok(()), "forgotten");
    }

    #[test]
    fn a_stranger_cannot_keep_the_owner_out() {
        let throttle = LocalThrottle::new(&Limits::default(), 10);
        for host in 0..50 {
            for key in Key::login("ana@example.org", address(&format!("198.51.{host}.9"))) {
                (0..20).for_each(|_| throttle.count(&key, 1));
            }
        }
        let owner = Key::login("ana@example.org", address("203.0.113.7"));
        assert!(check_all(&throttle, &owner, 1).is_ok());
        let stranger = Key::login("ana@example.org", address("198.51.7.200"));
        let failure = check_all(&throttle, &stranger, 1).expect_err("must wait");
        assert_eq!(failure.code, Code::RateLimited);
        assert!(failure.retry_after_ms.is_some());
    }

    #[test]
    fn one_network_with_many_addresses_is_delayed_and_success_is_forgiven() {
        let throttle = LocalThrottle::new(&Limits::default(), 10);
        for person in 0..100 {
            for key in Key::login(&format!("p{person}@example.org"), address("198.51.100.1")) {
                throttle.count(&key, 1);
            }
        }
        let other = Key::login("new@example.org", address("198.51.100.2"));
        assert!(check_all(&throttle, &other, 1).is_err());
        throttle.forget(&other[1]);
        assert!(check_all(&throttle, &other, 1).is_ok());
    }

    #[test]
    fn made_up_addresses_do_not_fill_the_memory() {
        let throttle = LocalThrottle::new(&Limits::default(), 10);
        for number in 0..KEYS_MAX + 10 {
            throttle.count(&Key::login(&format!("{number}@example.org"), address("198.51.100.1"))[0], 1);
        }
        assert_eq!(throttle.counts().len(), KEYS_MAX);
        throttle.count(&Key::Network(address("198.51.100.0")), 1);
        assert_eq!(throttle.counts().len(), KEYS_MAX + 1);
    }
}
