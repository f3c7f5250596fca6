//! Accounts and sessions as a person meets them: register, log in, refresh, log out. Each step may be cut off at any point
//! and asked again. It must never say more about a stranger's account than whether a log-in succeeded, and it keeps
//! sessions in two places on purpose: the account's stream decides what is open, the store holds who and from where.

use std::{net::IpAddr, sync::Arc};

use aws_lc_rs::hmac;
use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        account::{CloseAllSessions, CloseSession, OpenSession},
    },
    ids::{AccountId, OrgId, SessionId},
    limits::Limits,
    topic::Topic,
    values::Micros,
};
use secrecy::SecretString;
use uuid::Uuid;
use webauthn_rs::Webauthn;

use super::{
    address::network,
    codes::Codes,
    identity::Providers,
    invitations::Joined,
    keys::{KeyError, ServerKeys},
    letters::Scribe,
    passkeys::relying_party,
    passwords::Passwords,
    phones::{Texter, Texts},
    refresh::RefreshToken,
    throttle::Throttle,
    tokens::{AccessTokens, Issued},
    vault::Vault,
    webhooks::HookSecrets,
};
use crate::{
    actors::{CommandRequest, Directory, Saw},
    bus::ephemeral::Ephemeral,
    clock::Clock,
    config::Registration,
    store::{
        Store, StoreError,
        accounts::{Account, AccountStatus, Accounts},
        links::Links,
        sessions::{NewSession, Rotated, Rotation},
    },
};

const DEVICE_CHARS_MAX: usize = 200;

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    pub address: IpAddr,
    /// What it calls itself (`User-Agent`).
    pub device: String,
}

impl Client {
    /// What refresh tokens are bound to during the grace after a rotation.
    pub(super) fn binding(&self) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.device.as_bytes()).update(&[0]).update(network(self.address).to_string().as_bytes());
        hasher.finalize().as_bytes().to_vec()
    }

    fn shown_device(&self) -> String {
        self.device.chars().filter(|c| !c.is_control()).take(DEVICE_CHARS_MAX).collect()
    }
}

/// What a log-in gives.
pub struct LoggedIn {
    pub account: AccountId,
    pub session: SessionId,
    pub access: Issued,
    pub refresh: RefreshToken,
    /// When the refresh token, unused, ends.
    pub refresh_expires_at: Micros,
    /// What became of the invitation that came with a registration.
    pub joined: Option<Joined>,
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    store: Store,
    accounts: Accounts,
    directory: Directory,
    tokens: AccessTokens,
    passwords: Passwords,
    refresh_key: hmac::Key,
    vault: Vault,
    hook_secrets: HookSecrets,
    webauthn: Option<Webauthn>,
    providers: Providers,
    texts: Texts,
    throttle: Throttle,
    ephemeral: Arc<dyn Ephemeral>,
    scribe: Scribe,
    registration: Registration,
    clock: Clock,
    limits: Arc<Limits>,
}

/// What [`Auth`] is made of.
pub struct Parts<'a> {
    pub store: &'a Store,
    pub directory: Directory,
    pub keys: ServerKeys,
    /// The public address: who issues the tokens.
    pub issuer: &'a str,
    pub throttle: Throttle,
    /// What waits for somebody to come back, and when sessions were last used.
    pub ephemeral: Arc<dyn Ephemeral>,
    /// Who else may say who somebody is.
    pub providers: Providers,
    /// How text messages are sent, for the codes that prove a number.
    pub texts: Texts,
    /// Who may register, and how.
    pub registration: Registration,
    pub clock: Clock,
    pub limits: Arc<Limits>,
}

impl Auth {
    pub fn new(parts: Parts<'_>) -> Result<Self, KeyError> {
        let tokens = AccessTokens::new(&parts.keys, parts.issuer, parts.clock.clone(), &parts.limits)?;
        let passwords = Passwords::new().map_err(|_| KeyError::NoRandomness)?;
        let codes = Codes::new(parts.keys.codes);
        let scribe = Scribe::new(parts.store.clone(), codes, parts.clock.clone(), parts.issuer);
        let vault = Vault::new(&parts.keys.factors).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self(Arc::new(Inner {
            store: parts.store.clone(),
            accounts: parts.store.accounts().clone(),
            directory: parts.directory,
            tokens,
            passwords,
            refresh_key: parts.keys.refresh,
            vault,
            hook_secrets: HookSecrets::new(parts.keys.webhooks),
            webauthn: relying_party(parts.issuer),
            providers: parts.providers,
            texts: parts.texts,
            throttle: parts.throttle,
            ephemeral: parts.ephemeral,
            scribe,
            registration: parts.registration,
            clock: parts.clock,
            limits: parts.limits,
        })))
    }

    pub fn tokens(&self) -> &AccessTokens {
        &self.0.tokens
    }

    pub fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }

    pub(super) fn texts(&self) -> Option<&Texter> {
        self.0.texts.as_deref()
    }

    pub(super) fn ephemeral(&self) -> &dyn Ephemeral {
        &*self.0.ephemeral
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.0.directory
    }

    pub(super) fn accounts(&self) -> &Accounts {
        &self.0.accounts
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Who queues and writes letters.
    pub fn scribe(&self) -> &Scribe {
        &self.0.scribe
    }

    /// Who may register, and how.
    pub fn registration(&self) -> Registration {
        self.0.registration
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(super) fn webauthn(&self) -> Option<&Webauthn> {
        self.0.webauthn.as_ref()
    }

    /// Who else may say who somebody is.
    pub fn providers(&self) -> &Providers {
        &self.0.providers
    }

    pub(super) fn links(&self) -> &Links {
        self.0.store.links()
    }

    /// Secrets of webhooks.
    pub fn hook_secrets(&self) -> &HookSecrets {
        &self.0.hook_secrets
    }

    pub(super) fn vault(&self) -> &Vault {
        &self.0.vault
    }

    pub(super) async fn hash(&self, password: SecretString) -> Result<String, Failure> {
        self.0.passwords.hash(password).await
    }

    pub(super) async fn verify(&self, password: SecretString, hash: String) -> Result<bool, Failure> {
        self.0.passwords.verify(password, Some(hash)).await
    }

    pub(super) async fn check_password(
        &self,
        known: Option<Account>,
        password: SecretString,
    ) -> Result<Option<AccountId>, Failure> {
        let known = known.filter(|account| account.status == AccountStatus::Active);
        let hash = known.as_ref().and_then(|account| account.password_hash.clone());
        let matches = self.0.passwords.verify(password, hash).await?;
        Ok(known.filter(|_| matches).map(|account| account.id))
    }

    /// Opens a session for somebody who proved who they are.
    pub async fn open(&self, account: AccountId, client: &Client) -> Result<LoggedIn, Failure> {
        let inner = &*self.0;
        let (now, session, refresh) = (inner.clock.now(), SessionId(inner.clock.fresh_id()), RefreshToken::fresh()?);
        let refresh_expires_at = now.saturating_add(micros(inner.limits.refresh_idle_ms));
        let new = NewSession {
            id: session,
            account,
            device: client.shown_device(),
            address: client.address.to_canonical().to_string(),
            at: now,
            expires_at: now.saturating_add(micros(inner.limits.refresh_absolute_ms)),
            token: refresh.hash(),
            token_expires_at: refresh_expires_at,
            binding: client.binding(),
            keep: u32::try_from(inner.limits.sessions_per_account_max).unwrap_or(u32::MAX),
        };
        let replaced = inner.accounts.create_session(&new).await.map_err(stored)?;
        self.ask(account.into(), account, OpenSession { session_id: session }.into()).await?;
        inner.ephemeral.ended(&replaced).await;
        for session_id in replaced {
            self.ask(account.into(), account, CloseSession { session_id }.into()).await?;
        }
        tracing::info!(%account, %session, "logged in");
        let access = inner.tokens.issue(account, session)?;
        Ok(LoggedIn { account, session, access, refresh, refresh_expires_at, joined: None })
    }

    /// Swaps a refresh token for the next and a fresh access token. One that was used before ends its session, except within the
    /// grace, for the same client: the answer was lost, and is given again.
    pub async fn refresh(&self, presented: &SecretString, client: &Client) -> Result<LoggedIn, Failure> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let presented = RefreshToken::parse(presented)?;
        let next = presented.successor(&inner.refresh_key);
        let refresh_expires_at = now.saturating_add(micros(inner.limits.refresh_idle_ms));
        let rotation = Rotation {
            presented: presented.hash(),
            successor: next.hash(),
            successor_expires_at: refresh_expires_at,
            binding: client.binding(),
            address: client.address.to_canonical().to_string(),
            at: now,
        };
        let (account, session) = match inner.accounts.rotate(&rotation).await.map_err(stored)? {
            Rotated::Rotated { account, session } => (account, session),
            Rotated::GraceSuccessor { account, session, successor } if successor == next.hash() => (account, session),
            Rotated::GraceSuccessor { account, session, .. } | Rotated::Reused { account, session } => {
                tracing::warn!(%account, %session, "a refresh token was used twice; its session ends");
                self.end(account, session).await?;
                return Err(Failure::new(Code::SessionRevoked));
            }
            Rotated::Expired | Rotated::Unknown => return Err(Failure::new(Code::Unauthenticated)),
        };
        let known = inner.accounts.find(account).await.map_err(stored)?;
        if known.is_none_or(|account| account.status != AccountStatus::Active) {
            return Err(Failure::new(Code::Unauthenticated));
        }
        self.check_open(account, session.into()).await?;
        self.saw_session(session, client.address);
        let access = inner.tokens.issue(account, session)?;
        Ok(LoggedIn { account, session, access, refresh: next, refresh_expires_at, joined: None })
    }

    /// Ends the session that a refresh token belongs to. A token that is none has nothing to end.
    pub async fn log_out_by_refresh(&self, presented: &SecretString, client: &Client) -> Result<(), Failure> {
        match self.refresh(presented, client).await {
            Ok(logged_in) => self.end(logged_in.account, logged_in.session).await,
            Err(failure) if failure.code.temporary() => Err(failure),
            Err(_) => Ok(()),
        }
    }

    /// Ends a session of this account; its connections are closed, its tokens worth nothing.
    pub async fn end(&self, account: AccountId, session: SessionId) -> Result<(), Failure> {
        self.ask(account.into(), account, CloseSession { session_id: session }.into()).await?;
        self.0.accounts.revoke_session(account, session, self.0.clock.now()).await.map_err(stored)?;
        self.0.ephemeral.ended(&[session]).await;
        Ok(())
    }

    /// Ends every session of this account.
    pub async fn end_all(&self, account: AccountId) -> Result<(), Failure> {
        self.ask(account.into(), account, CloseAllSessions { except: None }.into()).await?;
        let ended = self.0.accounts.revoke_sessions(account, None, self.0.clock.now()).await.map_err(stored)?;
        self.0.ephemeral.ended(&ended).await;
        Ok(())
    }

    pub(super) async fn ask(&self, topic: Topic, account: AccountId, body: Command) -> Result<(), Failure> {
        let principal = Principal::System(account);
        let request = CommandRequest { topic, principal, session: None, key: None, body, saw: Saw::default() };
        self.0.directory.command(request).await.map(|_| ())
    }
}

/// The organization that an account starts with: always the same id, so that founding it twice is founding it once.
pub fn personal_org(account: AccountId) -> OrgId {
    OrgId(derived_id("lockstep personal organization", &[account.0.as_bytes()]))
}

/// A UUID of version 8 (RFC 9562 section 5.8) out of a hash.
pub fn derived_id(context: &str, parts: &[&[u8]]) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// What an error of the store means to whoever asked.
pub fn stored(error: StoreError) -> Failure {
    match error {
        StoreError::Unavailable(_) => Failure::new(Code::Unavailable).retry_after_ms(500),
        StoreError::Full => Failure::new(Code::StorageFull),
        other => {
            tracing::error!(error = %other, "the store failed");
            Failure::new(Code::Internal)
        }
    }
}

pub(super) fn unless_there(outcome: Result<(), Failure>) -> Result<(), Failure> {
    match outcome {
        Err(failure) if failure.code == Code::AlreadyExists => Ok(()),
        outcome => outcome,
    }
}

pub(super) fn micros(milliseconds: u64) -> Micros {
    Micros::try_from(milliseconds.saturating_mul(1_000)).unwrap_or(Micros::MAX)
}
