//! Brake on guessing: failures of one account from one network, and of one network over all accounts, cost a growing delay.
//! Never a lock: a stranger's failures must not keep the owner out, so nothing is counted by account alone. Where it is counted,
//! by one node or by all, is the matter of [`Ephemeral`].

use std::{net::IpAddr, sync::Arc};

use lockstep_protocol::{
    codes::{Code, Failure},
    ids::AccountId,
    limits::Limits,
    values::Micros,
};

use super::address::network;
use crate::bus::ephemeral::{Brake, Ephemeral};

/// Failures of one network over all accounts before it is delayed: an office behind one address makes some.
const NETWORK_FAILURES: u32 = 100;
/// Links mailed to one address in 15 minutes before each costs a growing delay.
const MAILED_LINKS: u32 = 3;

/// Codes that were sent to one number in 15 minutes before each costs a growing delay.
const TEXTED_CODES: u32 = 3;

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Log-ins with this (normalised) address, whether or not it exists, from this network.
    Login { email: String, network: IpAddr },
    /// Log-ins from this network with any address.
    Network(IpAddr),
    /// Accounts made from this network.
    Registration(IpAddr),
    /// Public links shown from this network that open nothing.
    Link(IpAddr),
    /// Links that were mailed to this address on somebody's wish. Whoever asks too often keeps nobody out: the owner has those mails.
    Reset { email: String },
    /// Codes that were sent to this telephone number on somebody's wish.
    Number(String),
    /// Second steps of this account's log-ins from this network: whoever makes them knows the password.
    Second { account: AccountId, network: IpAddr },
    /// Codes of this account's authenticator app from anywhere. The one count by account alone: six digits can be guessed from many
    /// networks, and whoever knows the password but not the codes keeps the owner from codes only, not from passkeys and recovery.
    Totp(AccountId),
}

impl Key {
    /// Both keys of one try to log in.
    pub fn login(email: &str, address: IpAddr) -> [Self; 2] {
        let network = network(address);
        [Self::Login { email: email.to_owned(), network }, Self::Network(network)]
    }

    /// Of one try of a public link.
    pub fn link(address: IpAddr) -> Self {
        Self::Link(network(address))
    }

    /// The keys of one try of a second step; a code of six digits counts by account as well.
    pub fn second(account: AccountId, totp: bool, address: IpAddr) -> Vec<Self> {
        let second = Self::Second { account, network: network(address) };
        std::iter::once(second).chain(totp.then_some(Self::Totp(account))).collect()
    }

    /// Under which it is counted.
    fn name(&self) -> String {
        match self {
            Self::Login { email, network } => format!("login {network} {email}"),
            Self::Network(network) => format!("network {network}"),
            Self::Registration(network) => format!("registration {network}"),
            Self::Link(network) => format!("link {network}"),
            Self::Reset { email } => format!("reset {email}"),
            Self::Number(number) => format!("number {number}"),
            Self::Second { account, network } => format!("second {network} {account}"),
            Self::Totp(account) => format!("totp {account}"),
        }
    }
}

/// The tries that are free, and where failures are counted.
pub struct Throttle {
    shared: Arc<dyn Ephemeral>,
    login_failures: u32,
    totp_failures: u32,
    registrations: u32,
}

impl Throttle {
    /// `registrations` from one network in 15 minutes are not delayed.
    pub fn new(shared: Arc<dyn Ephemeral>, limits: &Limits, registrations: u32) -> Self {
        Self {
            shared,
            login_failures: limits.login_attempts_max,
            totp_failures: limits.totp_failures_max,
            registrations,
        }
    }

    const fn brake(&self, key: &Key) -> Brake {
        match key {
            Key::Login { .. } => Brake { free: self.login_failures, made_up: true },
            Key::Network(_) | Key::Link(_) => Brake { free: NETWORK_FAILURES, made_up: false },
            Key::Second { .. } => Brake { free: self.login_failures, made_up: false },
            Key::Totp(_) => Brake { free: self.totp_failures, made_up: false },
            Key::Number(_) => Brake { free: TEXTED_CODES, made_up: true },
            Key::Reset { .. } => Brake { free: MAILED_LINKS, made_up: true },
            Key::Registration(_) => Brake { free: self.registrations, made_up: false },
        }
    }

    /// Refuses with `rate_limited` where any of the keys must wait.
    pub async fn check(&self, keys: &[Key], now: Micros) -> Result<(), Failure> {
        let mut wait_ms = 0;
        for key in keys {
            wait_ms = wait_ms.max(self.shared.wait_ms(&key.name(), now).await);
        }
        if wait_ms == 0 {
            return Ok(());
        }
        let failure = Failure::because(Code::RateLimited, "Too many tries; wait a little.");
        Err(failure.retry_after_ms(wait_ms))
    }

    /// A try failed (for registrations: was used).
    pub async fn count(&self, key: &Key, now: Micros) {
        self.shared.count(&key.name(), self.brake(key), now).await;
    }

    /// A try succeeded: what failed before was the owner's.
    pub async fn forget(&self, key: &Key) {
        self.shared.forget(&key.name()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::ephemeral::local::LocalEphemeral;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn throttle() -> Throttle {
        Throttle::new(Arc::new(LocalEphemeral::default()), &Limits::default(), 10)
    }

    #[tokio::test]
    async fn a_stranger_cannot_keep_the_owner_out() {
        let throttle = throttle();
        for host in 0..50 {
            for key in Key::login("ana@example.org", address(&format!("198.51.{host}.9"))) {
                for _ in 0..20 {
                    throttle.count(&key, 1).await;
                }
            }
        }
        let owner = Key::login("ana@example.org", address("203.0.113.7"));
        assert!(throttle.check(&owner, 1).await.is_ok());
        let stranger = Key::login("ana@example.org", address("198.51.7.200"));
        let failure = throttle.check(&stranger, 1).await.expect_err("must wait");
        assert_eq!(failure.code, Code::RateLimited);
        assert!(failure.retry_after_ms.is_some());
    }

    #[tokio::test]
    async fn one_network_with_many_addresses_is_delayed_and_success_is_forgiven() {
        let throttle = throttle();
        for person in 0..100 {
            for key in Key::login(&format!("p{person}@example.org"), address("198.51.100.1")) {
                throttle.count(&key, 1).await;
            }
        }
        let other = Key::login("new@example.org", address("198.51.100.2"));
        assert!(throttle.check(&other, 1).await.is_err());
        throttle.forget(&other[1]).await;
        assert!(throttle.check(&other, 1).await.is_ok());
    }

    #[test]
    fn no_two_keys_have_one_name() {
        let network = address("198.51.100.0");
        let login = |email: &str| Key::Login { email: email.to_owned(), network }.name();
        let names = [login("a@b"), login("a@c"), Key::Network(network).name(), Key::Registration(network).name()];
        assert!(names.iter().enumerate().all(|(at, name)| !names[..at].contains(name)), "{names:?}");
    }
}
