//! The second step of a log-in. The first leaves a challenge: it lives five minutes, is good for who was asked (network and device) and
//! for five tries, and is worth nothing once the password has changed. Every way that ends in a session of somebody who proved a
//! password goes through [`Auth::enter`]. It must never tell anybody without the password whether there is a second factor.

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::AccountId,
    values::{Micros, SecondMethod},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{
    Client, LoggedIn,
    address::network,
    recovery::read_code,
    service::{Auth, stored},
    throttle::Key,
    totp,
};
use crate::store::{
    accounts::{Account, AccountStatus},
    factors::{Challenged, SecretSum},
};

/// Tells leaked challenges apart in searches of logs.
const PREFIX: &str = "lsc_";

/// What a right password gives.
pub enum Entered {
    In(LoggedIn),
    Asked(Asked),
}

/// The second factor is asked for.
pub struct Asked {
    pub challenge: SecretString,
    /// Any of these will do.
    pub methods: Vec<SecondMethod>,
    /// What a passkey is asked, for `navigator.credentials`.
    pub passkey: Option<Value>,
    pub expires_at: Micros,
}

/// What somebody answers.
pub enum Proof {
    Totp(SecretString),
    Recovery(SecretString),
    /// What the browser answers for a passkey.
    Passkey(Value),
}

/// What an account's password was at some moment, without saying what it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Mark([u8; 32]);

impl Mark {
    pub fn of(account: Option<&Account>) -> Self {
        let hash = account.and_then(|account| account.password_hash.as_deref()).unwrap_or_default();
        Self(blake3::derive_key("lockstep 2026-11 mark of a password", hash.as_bytes()))
    }

    pub const fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a challenge is asked for by; only its sum is kept.
pub(super) struct Secret(pub [u8; 32]);

impl Secret {
    pub fn fresh() -> Result<Self, Failure> {
        let mut secret = [0; 32];
        aws_lc_rs::rand::fill(&mut secret).map_err(|_| Failure::new(Code::Internal))?;
        Ok(Self(secret))
    }
}

impl Auth {
    /// Lets in somebody who proved the password that `mark` is of, or asks for the second factor.
    pub(super) async fn enter(&self, account: AccountId, mark: Mark, client: &Client) -> Result<Entered, Failure> {
        // An account whose registration was cut off is completed here.
        self.found(account).await?;
        let methods = self.second_methods(account).await?;
        let (passkey, state) = self.ask_passkeys(account).await?.unzip();
        if methods.is_empty() {
            return self.open_proved(account, &mark.0, client).await.map(Entered::In);
        }
        let (secret, expires_at) = self.add_challenge(account, &mark.0, state, client).await?;
        let challenge = SecretString::from(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&secret.0)));
        Ok(Entered::Asked(Asked { challenge, methods, passkey, expires_at }))
    }

    /// How the second step may be made; empty: there is none.
    pub(super) async fn second_methods(&self, account: AccountId) -> Result<Vec<SecondMethod>, Failure> {
        let mut methods = Vec::new();
        let totp = self.accounts().totp(account).await.map_err(stored)?;
        if totp.is_some_and(|totp| totp.confirmed_at.is_some()) {
            methods.push(SecondMethod::Totp);
        }
        if !self.accounts().passkeys(account).await.map_err(stored)?.is_empty() {
            methods.push(SecondMethod::Passkey);
        }
        if !methods.is_empty() && self.accounts().recovery_codes_left(account).await.map_err(stored)? > 0 {
            methods.push(SecondMethod::Recovery);
        }
        Ok(methods)
    }

    /// The second step.
    pub async fn log_in_second(
        &self,
        challenge: &SecretString,
        proof: Proof,
        client: &Client,
    ) -> Result<LoggedIn, Failure> {
        let now = self.clock().now();
        let network = Key::Network(network(client.address));
        self.throttle().check(std::slice::from_ref(&network), now).await?;
        let ended = || Failure::new(Code::ChallengeEnded);
        let challenge = read_challenge(challenge).ok_or_else(ended)?;
        let Some(open) = self.find_challenge(challenge, client, now).await? else {
            self.throttle().count(&network, now).await;
            return Err(ended());
        };
        let asked = &open.asked;
        let tries = Key::second(asked.account, matches!(proof, Proof::Totp(_)), client.address);
        self.throttle().check(&tries, now).await?;
        if !self.try_challenge(&open, now).await? {
            return Err(ended());
        }
        // Counted before it is known to fail: many tries at once are many tries.
        for key in &tries {
            self.throttle().count(key, now).await;
        }
        if !self.proves(asked, &proof, now).await? {
            self.throttle().count(&network, now).await;
            tracing::info!(account = %asked.account, "a second factor was refused");
            return Err(Failure::new(Code::SecondFactorRefused));
        }
        for key in &tries {
            self.throttle().forget(key).await;
        }
        if !self.end_challenge(&open, now).await? {
            return Err(ended());
        }
        self.open_proved(asked.account, &asked.mark, client).await
    }

    /// Whether the proof is the account's; it is spent.
    async fn proves(&self, asked: &Challenged, proof: &Proof, now: Micros) -> Result<bool, Failure> {
        let account = asked.account;
        match proof {
            Proof::Totp(code) => {
                let known = self.accounts().totp(account).await.map_err(stored)?;
                let Some(known) = known.filter(|known| known.confirmed_at.is_some()) else { return Ok(false) };
                let Some(secret) = self.vault().open(account, &known.secret) else {
                    tracing::error!(%account, "the secret of an authenticator app cannot be opened: was factors.key replaced?");
                    return Ok(false);
                };
                match totp::step_of(secret.expose_secret(), code.expose_secret(), known.last_step, now) {
                    // Of those who show it at once, one spends it.
                    Some(step) => self.accounts().spend_totp(account, known.id, step, now).await.map_err(stored),
                    None => Ok(false),
                }
            }
            Proof::Recovery(code) => {
                let Some(code) = read_code(code.expose_secret()) else { return Ok(false) };
                let spent = self.accounts().spend_recovery_code(account, &self.vault().sum(account, &code), now).await;
                let spent = spent.map_err(stored)?;
                if spent {
                    tracing::info!(%account, "a recovery code was used");
                }
                Ok(spent)
            }
            Proof::Passkey(answer) => self.proves_passkey(account, asked.passkey.as_deref(), answer, now).await,
        }
    }

    /// Opens a session, unless the password changed or the account was disabled since `mark` was taken: what was proved is worth
    /// nothing then.
    pub(super) async fn open_proved(
        &self,
        account: AccountId,
        mark: &[u8],
        client: &Client,
    ) -> Result<LoggedIn, Failure> {
        let holds = async || {
            let known = self.accounts().find(account).await.map_err(stored)?;
            let active = known.as_ref().is_some_and(|known| known.status == AccountStatus::Active);
            Ok::<bool, Failure>(active && Mark::of(known.as_ref()).0 == mark)
        };
        let refused = || Failure::because(Code::Unauthenticated, "The address or the password is wrong.");
        if !holds().await? {
            return Err(refused());
        }
        let logged_in = self.open(account, client).await?;
        // Again: a change ends the sessions that it knows of.
        if !holds().await? {
            self.end(account, logged_in.session).await?;
            return Err(refused());
        }
        Ok(logged_in)
    }
}

pub(super) fn sum(secret: &[u8]) -> SecretSum {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest::digest(&digest::SHA256, secret).as_ref());
    sum
}

fn read_challenge(text: &SecretString) -> Option<SecretSum> {
    let bytes = BASE64URL_NOPAD.decode(text.expose_secret().strip_prefix(PREFIX)?.as_bytes()).ok()?;
    (bytes.len() == 32).then(|| sum(&bytes))
}
