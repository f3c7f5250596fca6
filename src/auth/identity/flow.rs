//! The way to a provider and back. What a browser took along is sealed in its cookie and good once, for the browser that was sent; what
//! it brings back must fit. A known identity logs in, with the account's second factor where it has one. An unknown one becomes a new
//! account where people may register and the provider confirms an address that nobody has here; it never becomes part of an account
//! that exists, whatever its address: that is its owner's to do.

use std::time::Duration;

use lockstep_protocol::{
    codes::{Code, Failure},
    command::account::VerifyEmail,
    ids::{AccountId, IdentityId, SessionId},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    person::Person,
    provider::{Provider, Sent, Unproved},
};
use crate::{
    auth::{
        Client, Entered, LoggedIn,
        address::{network, normal_locale, normal_time_zone},
        ceremony::Purpose,
        invitations::{Brought, Joined},
        second_factor::Mark,
        service::{Auth, stored},
        throttle::Key,
    },
    config::Registration,
    store::{
        accounts::{AccountStatus, Created, NewAccount},
        identities::{self, NewIdentity},
    },
};

/// Where a browser goes, and what it keeps until it comes back.
pub struct SentAway {
    pub url: String,
    pub kept: SecretString,
}

/// What a browser brings back in the address (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Default)]
pub struct Answered {
    pub code: Option<String>,
    pub state: Option<String>,
    pub issuer: Option<String>,
    pub error: Option<String>,
}

/// Somebody came back.
pub struct CameBack {
    /// Whether they set out from their account to connect it.
    pub connecting: bool,
    pub outcome: Result<Outcome, Failure>,
}

/// What comes of it.
pub enum Outcome {
    In(Box<LoggedIn>),
    /// The second step is left: the secret goes to [`Auth::enter_vouched`].
    Vouched(SecretString),
    Connected,
}

/// Why somebody set out.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) enum Aim {
    LogIn,
    Connect { account: AccountId, session: SessionId },
}

/// For an account that may come of it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct About {
    locale: String,
    time_zone: String,
    /// Accepted once there is an account.
    #[serde(default)]
    invitation: Option<Brought>,
}

/// What the cookie holds on the way.
#[derive(Serialize, Deserialize)]
struct OnTheWay {
    provider: String,
    aim: Aim,
    sent: Sent,
    about: About,
}

/// What the cookie holds before the second step.
#[derive(Serialize, Deserialize)]
struct Vouched {
    account: AccountId,
    issuer: String,
    subject: String,
    mark: Vec<u8>,
}

fn written(state: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(state).map_err(|_| Failure::new(Code::Internal))
}

fn read<T: DeserializeOwned>(state: &str) -> Result<T, Failure> {
    serde_json::from_str(state).map_err(|_| Failure::new(Code::ChallengeEnded))
}

fn broken_off() -> Failure {
    Failure::because(
        Code::ChallengeEnded,
        "The log-in took too long, was used before or came from elsewhere; begin again.",
    )
}

/// Whom an answer is about.
async fn vouched_for(provider: &Provider, answered: Answered, sent: &Sent) -> Result<Person, Unproved> {
    provider.check_answered_by(answered.issuer.as_deref()).await?;
    match (answered.error, answered.code) {
        (Some(error), _) => Err(Unproved::Refused(format!("it answers {error:.100}"))),
        (None, Some(code)) => provider.person(code, sent).await,
        (None, None) => Err(Unproved::refused("it answers without a code")),
    }
}

impl Auth {
    pub(super) fn provider(&self, id: &str) -> Result<&Provider, Failure> {
        self.providers().find(id).ok_or_else(|| Failure::new(Code::NotFound))
    }

    /// Sends somebody to a provider to log in. Locale, time zone and the code of an invitation are for an account that may come of it.
    pub async fn begin_identity(
        &self,
        provider: &str,
        locale: &str,
        time_zone: &str,
        invitation: Option<&SecretString>,
        client: &Client,
    ) -> Result<SentAway, Failure> {
        let tries = Key::Network(network(client.address));
        self.throttle().check(std::slice::from_ref(&tries), self.clock().now()).await?;
        let (locale, time_zone) = (normal_locale(locale)?, normal_time_zone(time_zone)?);
        let provider = self.provider(provider)?;
        let invitation = match invitation {
            Some(code) => Some(self.brought(code, None).await?),
            None => None,
        };
        self.send_away(provider, Aim::LogIn, About { locale, time_zone, invitation }, client).await
    }

    pub(super) async fn send_away(
        &self,
        provider: &Provider,
        aim: Aim,
        about: About,
        client: &Client,
    ) -> Result<SentAway, Failure> {
        let (url, sent) = self.in_time(provider, provider.send_away()).await?;
        let state = OnTheWay { provider: provider.id().to_owned(), aim, sent, about };
        let kept = self.begin_ceremony(AccountId::NIL, Purpose::AskProvider, written(&state)?, client)?;
        Ok(SentAway { url, kept })
    }

    /// Takes what somebody brings back from a provider.
    pub async fn come_back(
        &self,
        provider: &str,
        kept: Option<&SecretString>,
        answered: Answered,
        client: &Client,
    ) -> CameBack {
        let mut connecting = false;
        let outcome = self.take_back(provider, kept, answered, client, &mut connecting).await;
        if let Err(failure) = &outcome {
            tracing::info!(provider, network = %network(client.address), code = failure.code.word(), "a log-in by a provider failed");
            if !failure.code.temporary() {
                self.throttle().count(&Key::Network(network(client.address)), self.clock().now()).await;
            }
        }
        CameBack { connecting, outcome }
    }

    async fn take_back(
        &self,
        provider: &str,
        kept: Option<&SecretString>,
        answered: Answered,
        client: &Client,
        connecting: &mut bool,
    ) -> Result<Outcome, Failure> {
        let tries = Key::Network(network(client.address));
        self.throttle().check(std::slice::from_ref(&tries), self.clock().now()).await?;
        let provider = self.provider(provider)?;
        let kept = kept.ok_or_else(broken_off)?;
        let ceremony = self.open_ceremony(AccountId::NIL, Purpose::AskProvider, kept, client)?;
        let way: OnTheWay = read(&ceremony.state)?;
        *connecting = matches!(way.aim, Aim::Connect { .. });
        let state = answered.state.as_deref().unwrap_or_default();
        let fits =
            aws_lc_rs::constant_time::verify_slices_are_equal(state.as_bytes(), way.sent.state.as_bytes()).is_ok();
        if !fits || way.provider != provider.id() {
            return Err(broken_off());
        }
        // From here on it is this request that uses it.
        self.finish_ceremony(&ceremony).await.map_err(|_| broken_off())?;
        let person = self.in_time(provider, vouched_for(provider, answered, &way.sent)).await?;
        match way.aim {
            Aim::Connect { account, session } => {
                self.connect(account, session, provider, person).await.map(|()| Outcome::Connected)
            }
            Aim::LogIn => self.log_in_as(provider, person, way.about, client).await,
        }
    }

    /// Asks a provider, for as long as somebody can be kept waiting.
    async fn in_time<T>(
        &self,
        provider: &Provider,
        asking: impl Future<Output = Result<T, Unproved>>,
    ) -> Result<T, Failure> {
        let patience = Duration::from_millis(self.limits().identity_provider_ms);
        let asked = tokio::time::timeout(patience, asking).await;
        let asked = asked.unwrap_or_else(|_| Err(Unproved::Away(format!("not within {} ms", patience.as_millis()))));
        asked.map_err(|why| {
            tracing::warn!(provider = provider.id(), %why, "a provider's word is not taken");
            Failure::new(match why {
                Unproved::Away(_) => Code::ProviderUnavailable,
                Unproved::Refused(_) => Code::ProviderRefused,
            })
        })
    }

    async fn log_in_as(
        &self,
        provider: &Provider,
        person: Person,
        about: About,
        client: &Client,
    ) -> Result<Outcome, Failure> {
        let now = self.clock().now();
        let known = self.accounts().identity_of(&person.issuer, &person.subject).await.map_err(stored)?;
        let (issuer, subject) = (person.issuer.clone(), person.subject.clone());
        let (account, joined) = match known {
            // They decide about an invitation when they are in, like anybody who has an account.
            Some(known) => {
                self.accounts().use_identity(known.id, &person.label, now).await.map_err(stored)?;
                (known.account, None)
            }
            None => self.register_person(provider, person, about, client).await?,
        };
        let owner = self.accounts().find(account).await.map_err(stored)?;
        let owner = owner.filter(|owner| owner.status == AccountStatus::Active);
        let owner = owner.ok_or_else(|| Failure::because(Code::Unauthenticated, "This log-in opens nothing here."))?;
        let mark = Mark::of(Some(&owner));
        self.found(account).await?;
        if self.second_methods(account).await?.is_empty() {
            let logged_in = self.open_proved(account, mark.bytes(), client).await?;
            return Ok(Outcome::In(Box::new(LoggedIn { joined, ..logged_in })));
        }
        let vouched = Vouched { account, issuer, subject, mark: mark.bytes().to_vec() };
        let kept = self.begin_ceremony(AccountId::NIL, Purpose::Vouched, written(&vouched)?, client)?;
        Ok(Outcome::Vouched(kept))
    }

    /// The second step after a provider's word: asks for the factor, as after a password.
    pub async fn enter_vouched(&self, kept: &SecretString, client: &Client) -> Result<Entered, Failure> {
        let ceremony = self.open_ceremony(AccountId::NIL, Purpose::Vouched, kept, client)?;
        let vouched: Vouched = read(&ceremony.state)?;
        self.finish_ceremony(&ceremony).await?;
        let known = self.accounts().identity_of(&vouched.issuer, &vouched.subject).await.map_err(stored)?;
        let owner = self.accounts().find(vouched.account).await.map_err(stored)?;
        let mark = Mark::of(owner.as_ref());
        // Disconnected, or the password is another since.
        if known.is_none_or(|known| known.account != vouched.account) || mark.bytes() != vouched.mark {
            return Err(broken_off());
        }
        self.enter(vouched.account, mark, client).await
    }

    /// An account for somebody whom nobody knows here. Their address is proved: the provider confirms it.
    async fn register_person(
        &self,
        provider: &Provider,
        person: Person,
        About { locale, time_zone, invitation }: About,
        client: &Client,
    ) -> Result<(AccountId, Option<Joined>), Failure> {
        let now = self.clock().now();
        let email = person.email.clone().ok_or_else(|| Failure::new(Code::EmailUnverified))?;
        if self.accounts().find_by_email(&email).await.map_err(stored)?.is_some() {
            return Err(Failure::new(Code::AccountExists));
        }
        let brought = self.admitted_by(invitation, &email).await?;
        let tries = Key::Registration(network(client.address));
        self.throttle().check(std::slice::from_ref(&tries), now).await?;
        self.throttle().count(&tries, now).await;
        let account = AccountId(self.clock().fresh_id());
        let new = NewAccount {
            id: account,
            email,
            password_hash: None,
            name: person.name.clone(),
            locale: if locale.is_empty() { person.locale.clone() } else { locale },
            time_zone,
            verified: true,
            at: now,
        };
        let identity = self.new_identity(account, provider, person);
        let account = match self.accounts().create_by(&new, &identity).await.map_err(stored)? {
            Created::Created => account,
            Created::EmailTaken => return Err(Failure::new(Code::AccountExists)),
            // The same person, in another window.
            Created::IdentityTaken => self.owner_of(&identity).await?.account,
        };
        self.found(account).await?;
        self.ask(account.into(), account, VerifyEmail {}.into()).await?;
        self.welcome(account).await?;
        tracing::info!(%account, provider = provider.id(), "an account was made by a provider's word");
        // The account stands: what cannot be decided at this moment is asked of them when they are in.
        let joined = self.join_by(account, brought.as_ref()).await.unwrap_or_default();
        Ok((account, joined))
    }

    /// What lets somebody register whose address a provider confirms.
    async fn admitted_by(&self, brought: Option<Brought>, email: &str) -> Result<Option<Brought>, Failure> {
        let closed = || Failure::new(Code::RegistrationClosed);
        match self.registration() {
            Registration::Open | Registration::Verified => Ok(brought),
            Registration::Closed => Err(closed()),
            Registration::Invited => match brought {
                Some(brought) if self.admits(&brought, email).await? => Ok(Some(brought)),
                _ => self.newest_invitation(email).await?.map(Some).ok_or_else(closed),
            },
        }
    }

    pub(super) fn new_identity(&self, account: AccountId, provider: &Provider, person: Person) -> NewIdentity {
        NewIdentity {
            id: IdentityId(self.clock().fresh_id()),
            account,
            provider: provider.id().to_owned(),
            issuer: person.issuer,
            subject: person.subject,
            label: person.label,
            at: self.clock().now(),
            keep: u32::try_from(self.limits().identities_per_account_max).unwrap_or(u32::MAX),
        }
    }

    pub(super) async fn owner_of(&self, identity: &NewIdentity) -> Result<identities::Identity, Failure> {
        let known = self.accounts().identity_of(&identity.issuer, &identity.subject).await.map_err(stored)?;
        // Gone again in the same moment.
        known.ok_or_else(|| Failure::new(Code::Contended))
    }
}
