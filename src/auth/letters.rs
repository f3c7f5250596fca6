//! Letters of this server: queued with what they are about, and written with their codes when they go out (or are shown in the
//! development mailbox). It must never send one, nor put a code into the queue.

use std::sync::Arc;

use lockstep_protocol::{
    codes::Failure,
    ids::{AccountId, InvitationId, OrgId},
    values::Micros,
};
use secrecy::ExposeSecret;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    codes::{Codes, Purpose},
    service::stored,
};
use crate::{
    clock::Clock,
    letters::{self, Language, Letter, Written},
    store::{
        Store, StoreError,
        mails::{Mail, MailState, NewMail},
    },
};

/// How long a mail without a code is tried.
const TRIED_US: i64 = 3 * 86_400_000_000;

/// To whom a letter goes.
#[derive(Clone, Debug)]
pub struct Addressee {
    pub account: Option<AccountId>,
    pub address: String,
    /// Their locale; decides the language.
    pub locale: String,
}

/// Queues letters and writes them. Cheap to clone.
#[derive(Clone)]
pub struct Scribe {
    store: Store,
    codes: Codes,
    clock: Clock,
    /// The product's own address: where links lead.
    home: Arc<str>,
    nudge: Arc<Notify>,
}

impl Scribe {
    pub fn new(store: Store, codes: Codes, clock: Clock, home: &str) -> Self {
        Self { store, codes, clock, home: home.trim_end_matches('/').into(), nudge: Arc::default() }
    }

    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// Notified when a letter was queued here.
    pub fn nudge(&self) -> &Arc<Notify> {
        &self.nudge
    }

    /// Queues a letter. `id` names it: queued twice it is sent once.
    pub async fn queue(&self, id: Uuid, to: &Addressee, letter: &Letter) -> Result<(), Failure> {
        let expires_at = self.clock.now().saturating_add(TRIED_US);
        self.put(id, to, letter, MailState::Queued, expires_at).await
    }

    /// Queues a letter that is worth nothing after `expires_at`; `withheld` goes through the same motions and is never sent.
    pub async fn queue_until(
        &self,
        to: &Addressee,
        letter: &Letter,
        expires_at: Micros,
        withheld: bool,
    ) -> Result<(), Failure> {
        let state = if withheld { MailState::Withheld } else { MailState::Queued };
        self.put(self.clock.fresh_id(), to, letter, state, expires_at).await
    }

    async fn put(
        &self,
        id: Uuid,
        to: &Addressee,
        letter: &Letter,
        state: MailState,
        expires_at: Micros,
    ) -> Result<(), Failure> {
        let new = NewMail {
            id,
            account: to.account,
            address: to.address.clone(),
            language: Language::of(&to.locale).tag().to_owned(),
            letter: serde_json::to_string(letter).unwrap_or_default(),
            state,
            at: self.clock.now(),
            expires_at,
        };
        self.store.mails().queue(&new).await.map_err(stored)?;
        self.nudge.notify_one();
        Ok(())
    }

    /// A queued letter as it goes out, in the words of its organization where it has some; `None` for one that a newer version queued.
    pub async fn write(&self, mail: &Mail) -> Result<Option<Written>, StoreError> {
        let Ok(letter) = serde_json::from_str::<Letter>(&mail.letter) else { return Ok(None) };
        let language = Language::of(&mail.language);
        let own = match letter.org() {
            Some(org) => self.store.letters().named(OrgId(org), letter.word()).await?,
            None => Vec::new(),
        };
        let own = own.into_iter().find(|own| own.language == language.tag());
        // Words that this version cannot read are as if there were none.
        let own = own.and_then(|own| serde_json::from_str(&own.words).ok());
        Ok(Some(letters::write(&letter, language, own, &self.link(&letter), &self.home)))
    }

    /// The link of an invitation, for whoever may hand it on.
    pub fn invitation_link(&self, id: InvitationId) -> String {
        let code = self.codes.text(Purpose::Invitation, id.0);
        format!("{}/invite#{}", self.home, code.expose_secret())
    }

    /// Where a letter's button leads. Codes are in the fragment: browsers send it to nobody, and it is in no log.
    fn link(&self, letter: &Letter) -> String {
        let with = |page: &str, purpose: Purpose, id: Uuid| {
            format!("{}/{page}#{}", self.home, self.codes.text(purpose, id).expose_secret())
        };
        match letter {
            Letter::ConfirmRegistration { code, .. } => with("confirm", Purpose::Register, *code),
            Letter::VerifyEmail { code, .. } => with("verify", Purpose::VerifyEmail, *code),
            Letter::ResetPassword { code, .. } => with("reset", Purpose::ResetPassword, *code),
            Letter::Invitation { code, .. } => with("invite", Purpose::Invitation, *code),
            Letter::AlreadyRegistered { .. } => format!("{}/login", self.home),
            Letter::SetupGuide { org, .. } => format!("{}/orgs/{org}", self.home),
            Letter::WebhookDisabled { org, .. } => format!("{}/orgs/{org}/webhooks", self.home),
            Letter::NotInvited
            | Letter::EmailChanged { .. }
            | Letter::PasswordChanged { .. }
            | Letter::TokenMade { .. }
            | Letter::IdentityConnected { .. }
            | Letter::IdentityDisconnected { .. }
            | Letter::Welcome { .. }
            | Letter::Goodbye { .. }
            | Letter::AccountDeleted { .. }
            | Letter::News { .. } => self.home.to_string(),
        }
    }
}
