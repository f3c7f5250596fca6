//! How an account comes to be. Where mail can be sent, an address is proved before there is an account, and no answer tells whether
//! the address is known already; without mail there is no other way to tell somebody than the answer itself.

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        account::{RegisterAccount, VerifyEmail},
        organization::CreateOrganization,
    },
    ids::{AccountId, OrgId},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    Client, LoggedIn,
    address::{network, normal_email, normal_locale, normal_name, normal_time_zone},
    codes::Purpose,
    invitations::{Brought, Joined},
    letters::Addressee,
    passwords::check_policy,
    second_factor::{Entered, Mark},
    service::{Auth, personal_org, stored, unless_there},
    throttle::Key,
};
use crate::{
    config::Registration,
    letters::Letter,
    store::{
        accounts::{Created, NewAccount},
        codes::OneTimeCode,
    },
};

/// Name of the organization that everybody starts with. Not the person's: events hold no names of people.
const PERSONAL: &str = "Personal";
/// How long the link of a registration holds.
const CONFIRM_US: i64 = 86_400_000_000;
const PENDING_BYTES: usize = 32;

/// Who wants to have an account.
pub struct Newcomer {
    pub email: String,
    pub password: SecretString,
    pub name: String,
    /// Empty where it is not known.
    pub locale: String,
    pub time_zone: String,
}

/// What became of a registration.
pub enum Registered {
    /// The account is there.
    Entered(Box<Entered>),
    /// A mail is on its way. The secret lets the same browser go on without the password.
    Pending(SecretString),
}

/// What shows that whoever follows the link is who registered.
pub enum Proof {
    /// The secret of [`Registered::Pending`].
    Pending(SecretString),
    Password(SecretString),
}

/// Nothing that lets somebody register went to their address.
struct NotInvited;

/// A registration that waits for its link, in the row of its code.
#[derive(Serialize, Deserialize)]
struct Waiting {
    password_hash: String,
    name: String,
    locale: String,
    time_zone: String,
    /// SHA-256 of the secret.
    pending: String,
    /// What is answered once the account is there, wherever the link is followed.
    #[serde(default)]
    invitation: Option<Brought>,
}

impl Auth {
    /// Registers somebody, in the way that the operator chose. `invitation`: the code of one, which is accepted as soon as there is an
    /// account (and its address proved, where that is asked for).
    pub async fn register(
        &self,
        newcomer: Newcomer,
        invitation: Option<&SecretString>,
        client: &Client,
    ) -> Result<Registered, Failure> {
        let newcomer = self.admitted(newcomer, client).await?;
        let brought = match invitation {
            Some(code) => Some(self.brought(code, Some(&newcomer.email)).await?),
            None => None,
        };
        match self.registration() {
            Registration::Open => {
                let entered = self.register_at_once(newcomer, brought, client).await?;
                Ok(Registered::Entered(Box::new(entered)))
            }
            Registration::Verified => self.register_by_mail(newcomer, Ok(brought)).await.map(Registered::Pending),
            Registration::Invited => {
                // Without a code, what went to the address: whether anything did, its owner alone is told.
                let brought = match brought {
                    Some(brought) => Some(brought),
                    None => self.newest_invitation(&newcomer.email).await?,
                };
                self.register_by_mail(newcomer, brought.map(Some).ok_or(NotInvited)).await.map(Registered::Pending)
            }
            Registration::Closed => Err(Failure::new(Code::RegistrationClosed)),
        }
    }

    /// What can be refused without looking anybody up.
    async fn admitted(&self, newcomer: Newcomer, client: &Client) -> Result<Newcomer, Failure> {
        let (now, limits) = (self.clock().now(), self.limits());
        if self.registration() == Registration::Closed {
            return Err(Failure::new(Code::RegistrationClosed));
        }
        let registration = Key::Registration(network(client.address));
        self.throttle().check(std::slice::from_ref(&registration), now).await?;
        let newcomer = Newcomer {
            email: normal_email(&newcomer.email, limits)?,
            name: normal_name(&newcomer.name, limits)?,
            locale: normal_locale(&newcomer.locale)?,
            time_zone: normal_time_zone(&newcomer.time_zone)?,
            ..newcomer
        };
        check_policy(&newcomer.password, &newcomer.email, &newcomer.name, limits)?;
        // A refusal may tell that the address is taken, so tries to register are counted like tries to log in.
        self.throttle().check(&Key::login(&newcomer.email, client.address), now).await?;
        self.throttle().count(&registration, now).await;
        Ok(newcomer)
    }

    /// Makes an account with its personal organization and logs in. An address that is taken is refused, unless the password is
    /// that account's: then this is the same person, whose first answer was lost, and who logs in like anybody.
    async fn register_at_once(
        &self,
        newcomer: Newcomer,
        brought: Option<Brought>,
        client: &Client,
    ) -> Result<Entered, Failure> {
        let now = self.clock().now();
        let tries = Key::login(&newcomer.email, client.address);
        let (email, password) = (newcomer.email.clone(), newcomer.password.clone());
        if let Some(account) = self.create(newcomer, false).await? {
            self.found(account).await?;
            self.ask_to_verify(account).await?;
            let joined = self.join_by(account, brought.as_ref()).await?;
            return self.open(account, client).await.map(|logged_in| Entered::In(LoggedIn { joined, ..logged_in }));
        }
        self.throttle().count(&tries[0], now).await;
        let known = self.accounts().find_by_email(&email).await.map_err(stored)?;
        let mark = Mark::of(known.as_ref());
        let Some(account) = self.check_password(known, password).await? else {
            self.throttle().count(&tries[1], now).await;
            return Err(Failure::new(Code::RegistrationRefused).field("email"));
        };
        self.throttle().forget(&tries[0]).await;
        match self.enter(account, mark, client).await? {
            Entered::In(logged_in) => {
                // Of one that is gone nothing is said: most likely it was this account that used it.
                let joined = self.join_by(account, brought.as_ref()).await?;
                let joined = joined.filter(|joined| *joined != Joined::Gone);
                Ok(Entered::In(LoggedIn { joined, ..logged_in }))
            }
            asked @ Entered::Asked(_) => Ok(asked),
        }
    }

    /// Queues a mail: the link that makes the account, or word that there is one, or that only the invited may have one. All take the
    /// same steps and give the same answer.
    async fn register_by_mail(
        &self,
        newcomer: Newcomer,
        brought: Result<Option<Brought>, NotInvited>,
    ) -> Result<SecretString, Failure> {
        let (now, id) = (self.clock().now(), self.clock().fresh_id());
        let mut secret = [0; PENDING_BYTES];
        aws_lc_rs::rand::fill(&mut secret).map_err(|_| Failure::new(Code::Internal))?;
        let pending = SecretString::from(BASE64URL_NOPAD.encode(&secret));
        let password_hash = self.hash(newcomer.password).await?;
        let known = self.accounts().find_by_email(&newcomer.email).await.map_err(stored)?;
        let Newcomer { email, name, locale, time_zone, .. } = newcomer;
        let account = known.map(|known| known.id);
        let profile = self.accounts().profile(account.unwrap_or(AccountId::NIL)).await.map_err(stored)?;
        // Of an address that is taken or not invited there is no link, and nothing to complete.
        let open = profile.is_none() && brought.is_ok();
        let (letter, own_locale) = match profile {
            Some(profile) => (Letter::AlreadyRegistered { name: profile.name }, profile.locale),
            None if !open => (Letter::NotInvited, String::new()),
            None => (Letter::ConfirmRegistration { code: id, name: name.clone() }, String::new()),
        };
        let to = Addressee {
            account,
            address: email.clone(),
            locale: if own_locale.is_empty() { locale.clone() } else { own_locale },
        };
        let invitation = brought.ok().flatten();
        let waiting = Waiting { password_hash, name, locale, time_zone, pending: sum(&pending), invitation };
        let code = OneTimeCode {
            id,
            purpose: Purpose::Register.word().to_owned(),
            account: None,
            email,
            data: serde_json::to_string(&waiting).map_err(|_| Failure::new(Code::Internal))?,
            created_at: now,
            expires_at: if open { now.saturating_add(CONFIRM_US) } else { now },
        };
        self.accounts().create_code(&code).await.map_err(stored)?;
        self.scribe().queue_until(&to, &letter, now.saturating_add(CONFIRM_US), false).await?;
        Ok(pending)
    }

    /// Completes a registration by the link of its mail, and logs in. Whoever has the link but neither the secret nor the password is
    /// not who registered: with the link alone a stranger's registration could be completed by its victim.
    pub async fn confirm_registration(
        &self,
        code: &SecretString,
        proof: Option<Proof>,
        client: &Client,
    ) -> Result<Entered, Failure> {
        let expired = || Failure::new(Code::CodeExpired).field("code");
        let (now, purpose) = (self.clock().now(), Purpose::Register);
        let id = self.scribe().codes().read(purpose, code).ok_or_else(expired)?;
        let found = self.accounts().peek_code(id, purpose.word(), now).await.map_err(stored)?.ok_or_else(expired)?;
        let waiting: Waiting = serde_json::from_str(&found.data).map_err(|_| Failure::new(Code::Internal))?;
        let tries = Key::login(&found.email, client.address);
        match proof {
            Some(Proof::Pending(secret)) if same(&sum(&secret), &waiting.pending) => {}
            Some(Proof::Password(password)) => {
                self.throttle().check(&tries, now).await?;
                self.throttle().count(&tries[0], now).await;
                if !self.verify(password, waiting.password_hash.clone()).await? {
                    self.throttle().count(&tries[1], now).await;
                    let failure = Failure::because(Code::FieldInvalid, "This is not the password you registered with.");
                    return Err(failure.field("password"));
                }
                self.throttle().forget(&tries[0]).await;
            }
            Some(Proof::Pending(_)) | None => {
                return Err(
                    Failure::because(Code::FieldRequired, "Give the password you registered with.").field("password")
                );
            }
        }
        let brought = waiting.invitation.clone();
        let account = self.complete(&found, waiting).await?;
        // Before the link is used up: cut off here, it is followed again.
        let joined = self.join_by(account, brought.as_ref()).await?;
        self.accounts().use_code(id, purpose.word(), now).await.map_err(stored)?;
        // Cut off before the link was used up, and asked again when the account has a second factor: then that is asked for too.
        let known = self.accounts().find(account).await.map_err(stored)?;
        Ok(match self.enter(account, Mark::of(known.as_ref()), client).await? {
            Entered::In(logged_in) => Entered::In(LoggedIn { joined, ..logged_in }),
            asked @ Entered::Asked(_) => asked,
        })
    }

    /// The account of a registration whose link was followed. May be done twice: an answer that was lost is asked for again.
    async fn complete(&self, code: &OneTimeCode, waiting: Waiting) -> Result<AccountId, Failure> {
        let new = NewAccount {
            // Always the same for one registration.
            id: AccountId(code.id),
            email: code.email.clone(),
            password_hash: Some(waiting.password_hash),
            name: waiting.name,
            locale: waiting.locale,
            time_zone: waiting.time_zone,
            verified: true,
            at: self.clock().now(),
        };
        if self.accounts().create(&new).await.map_err(stored)? == Created::EmailTaken {
            let known = self.accounts().find_by_email(&code.email).await.map_err(stored)?;
            // Somebody was quicker, with another registration of the same address.
            if known.is_none_or(|known| known.id != new.id) {
                return Err(Failure::new(Code::CodeExpired).field("code"));
            }
        }
        self.found(new.id).await?;
        self.ask(new.id.into(), new.id, VerifyEmail {}.into()).await?;
        self.welcome(new.id).await?;
        Ok(new.id)
    }

    /// The welcome mail, once.
    pub(super) async fn welcome(&self, account: AccountId) -> Result<(), Failure> {
        let Some((to, name)) = self.addressee(account).await? else { return Ok(()) };
        let id = super::service::derived_id("lockstep welcome mail", &[account.0.as_bytes()]);
        self.scribe().queue(id, &to, &Letter::Welcome { name }).await
    }

    /// How to begin, for whoever founded an organization: once, and to a proved address alone, because anybody can register another's.
    pub async fn send_guide(&self, founder: AccountId, org: OrgId, organization: &str) -> Result<(), Failure> {
        let known = self.accounts().find(founder).await.map_err(stored)?;
        if known.is_none_or(|known| known.email_verified_at.is_none()) {
            return Ok(());
        }
        let Some((to, name)) = self.addressee(founder).await? else { return Ok(()) };
        let id = super::service::derived_id("lockstep set-up guide mail", &[org.0.as_bytes()]);
        let letter = Letter::SetupGuide { org: org.0, name, organization: organization.to_owned() };
        self.scribe().queue(id, &to, &letter).await
    }

    /// How to reach an account by mail, and its name; `None` for one without an address.
    pub async fn addressee(&self, account: AccountId) -> Result<Option<(Addressee, String)>, Failure> {
        let known = self.accounts().find(account).await.map_err(stored)?;
        let profile = self.accounts().profile(account).await.map_err(stored)?;
        let (Some(address), Some(profile)) = (known.and_then(|known| known.email), profile) else { return Ok(None) };
        Ok(Some((Addressee { account: Some(account), address, locale: profile.locale }, profile.name)))
    }

    /// Makes an account with its personal organization; for the server's own demo and tests. The account that has the address
    /// already, if any.
    pub async fn ensure_account(&self, email: &str, password: SecretString, name: &str) -> Result<AccountId, Failure> {
        let (email, name) = (normal_email(email, self.limits())?, normal_name(name, self.limits())?);
        let newcomer = Newcomer { email, password, name, locale: String::new(), time_zone: String::new() };
        let email = newcomer.email.clone();
        let account = match self.create(newcomer, true).await? {
            Some(account) => account,
            None => {
                let known = self.accounts().find_by_email(&email).await.map_err(stored)?;
                known.ok_or_else(|| Failure::new(Code::NotFound))?.id
            }
        };
        self.found(account).await?;
        Ok(account)
    }

    /// The rows of a new account; `None` when the address is taken.
    async fn create(&self, newcomer: Newcomer, verified: bool) -> Result<Option<AccountId>, Failure> {
        let new = NewAccount {
            id: AccountId(self.clock().fresh_id()),
            email: newcomer.email,
            password_hash: Some(self.hash(newcomer.password).await?),
            name: newcomer.name,
            locale: newcomer.locale,
            time_zone: newcomer.time_zone,
            verified,
            at: self.clock().now(),
        };
        match self.accounts().create(&new).await.map_err(stored)? {
            Created::Created => Ok(Some(new.id)),
            Created::EmailTaken | Created::IdentityTaken => Ok(None),
        }
    }

    /// The streams of a new account. Founding them again changes nothing.
    pub(super) async fn found(&self, account: AccountId) -> Result<(), Failure> {
        let register = self.ask(account.into(), account, RegisterAccount { placeholder: false }.into());
        unless_there(register.await)?;
        let org = personal_org(account);
        let create = self.ask(org.into(), account, CreateOrganization { name: PERSONAL.to_owned() }.into());
        unless_there(create.await)
    }
}

fn sum(secret: &SecretString) -> String {
    let sum = digest::digest(&digest::SHA256, secret.expose_secret().as_bytes());
    BASE64URL_NOPAD.encode(sum.as_ref())
}

/// Of two sums: what is compared is no secret by itself, but its bytes are not told one by one either.
fn same(left: &str, right: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}
