//! Passwords: which are good enough, and Argon2id in a bounded pool, so that a flood of log-ins cannot starve the rest of the
//! server. It must never log, keep or return a password, nor answer faster for an address that nobody has.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    limits::Limits,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Semaphore, TryAcquireError};
use unicode_normalization::UnicodeNormalization;
use zxcvbn::Score;

/// The parameters that OWASP's password storage cheat sheet names for Argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes at a time; each takes 19 MiB and a core.
const WORKERS: usize = 2;
/// Hashes that may wait; over it `busy`.
const QUEUE: usize = 64;

/// Words of the product that make a password easier to guess here than elsewhere.
const PRODUCT_WORDS: [&str; 5] = ["lockstep", "board", "boards", "kanban", "workspace"];

/// Argon2id behind a queue. Cheap to clone; all clones share the workers.
#[derive(Clone)]
pub struct Passwords {
    /// Those working and those waiting; without a permit the answer is `busy`.
    admitted: Arc<Semaphore>,
    working: Arc<Semaphore>,
    /// A hash that no password matches, checked where there is no account.
    dummy: Arc<str>,
}

impl Passwords {
    /// Makes the dummy hash, which takes as long as any.
    pub fn new() -> Result<Self, Failure> {
        let mut unguessable = [0_u8; 32];
        aws_lc_rs::rand::fill(&mut unguessable).map_err(|_| no_hash("no randomness"))?;
        let dummy = hasher()?.hash_password(&unguessable).map_err(no_hash)?.to_string();
        Ok(Self {
            admitted: Arc::new(Semaphore::new(WORKERS + QUEUE)),
            working: Arc::new(Semaphore::new(WORKERS)),
            dummy: dummy.into(),
        })
    }

    /// The PHC string of a password.
    pub async fn hash(&self, password: SecretString) -> Result<String, Failure> {
        self.run(move || {
            let hash = hasher()?.hash_password(normal(&password).expose_secret().as_bytes()).map_err(no_hash)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password belongs to this hash. `None` (no such account, or one without a password) takes as long and is never true.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Failure> {
        let dummy = self.dummy.clone();
        self.run(move || {
            let known = hash.is_some();
            let text = hash.as_deref().unwrap_or(&dummy);
            let parsed = PasswordHash::new(text).map_err(no_hash)?;
            let matches = hasher()?.verify_password(normal(&password).expose_secret().as_bytes(), &parsed).is_ok();
            Ok(matches && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let admitted = match self.admitted.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(TryAcquireError::NoPermits) => {
                return Err(
                    Failure::because(Code::Busy, "Too many people are logging in; try again.").retry_after_ms(1_000)
                );
            }
            Err(TryAcquireError::Closed) => return Err(Failure::new(Code::GoingAway)),
        };
        let working = self.working.clone().acquire_owned().await.map_err(|_| Failure::new(Code::GoingAway))?;
        // The permits go with the work: a caller that hangs up does not let another hash start beside this one.
        tokio::task::spawn_blocking(move || {
            let _held = (admitted, working);
            work()
        })
        .await
        .map_err(no_hash)?
    }
}

/// One spelling (NFC): keyboards differ in how they compose an accent.
fn normal(password: &SecretString) -> SecretString {
    SecretString::from(password.expose_secret().nfc().collect::<String>())
}

fn hasher() -> Result<Argon2<'static>, Failure> {
    let parameters = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(no_hash)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

fn no_hash(error: impl std::fmt::Display) -> Failure {
    tracing::error!(%error, "a password could not be hashed");
    Failure::new(Code::Internal)
}

/// Refuses what is too short, too long or too easy to guess by somebody who knows the person. No rules of composition.
pub fn check_policy(password: &SecretString, email: &str, name: &str, limits: &Limits) -> Result<(), Failure> {
    let password = password.expose_secret();
    let chars = password.chars().count();
    if chars < limits.password_chars_min {
        return Err(Failure::because(
            Code::FieldInvalid,
            format!("A password has at least {} characters.", limits.password_chars_min),
        )
        .field("password")
        .limit(limits.password_chars_min as u64));
    }
    if chars > limits.password_chars_max {
        return Err(Failure::new(Code::FieldTooLong).field("password").limit(limits.password_chars_max as u64));
    }
    let known: Vec<&str> = email
        .split(['@', '.', '+', '-', '_'])
        .chain(std::iter::once(email))
        .chain(name.split_whitespace())
        .chain(PRODUCT_WORDS)
        .filter(|word| word.chars().count() > 2)
        .collect();
    // What follows the first hundred characters only makes it stronger, and the estimate's cost grows with the square.
    let head: String = password.chars().take(100).collect();
    if zxcvbn::zxcvbn(&head, &known).score() < Score::Three {
        return Err(Failure::new(Code::PasswordWeak).field("password"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
