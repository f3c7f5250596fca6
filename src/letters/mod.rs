//! What mails say: which letters there are, in the languages of the product, as text and as HTML. Pure words: it must never send
//! anything, read a database, or put into HTML what was not escaped.

pub mod chat;
pub mod news;
pub mod own;
mod page;
pub mod place;
mod words;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use words::Words;

/// A language that letters are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The tag of RFC 5646.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The best of ours for a locale such as `de-CH`; English for one that we do not have.
    pub fn of(locale: &str) -> Self {
        let primary = locale.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary)).unwrap_or(Self::English)
    }
}

/// A letter with what it is about, as it is kept until it is sent. Ids of codes stand for the codes, which are written at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    /// To somebody who registers: the link that makes the account.
    ConfirmRegistration { code: Uuid, name: String },
    /// To somebody with whose address a registration was tried.
    AlreadyRegistered { name: String },
    /// To somebody with whose address a registration was tried where only the invited register.
    NotInvited,
    /// To an address that is to be proved.
    VerifyEmail { code: Uuid, name: String },
    /// To the address that was an account's.
    EmailChanged { name: String },
    /// The link that sets a new password.
    ResetPassword { code: Uuid, name: String },
    /// That a password was changed or reset.
    PasswordChanged { name: String },
    /// That an access token for programs was made.
    TokenMade { name: String, token: String },
    /// That an account is logged in to by way of a provider from now on.
    IdentityConnected { name: String, provider: String },
    /// That it no longer is.
    IdentityDisconnected { name: String, provider: String },
    /// To somebody new.
    Welcome { name: String },
    /// How to begin, sent with an organization's founding.
    SetupGuide { org: Uuid, name: String, organization: String },
    /// Into an organization.
    Invitation {
        code: Uuid,
        /// Absent: queued before organizations had words of their own.
        #[serde(default)]
        org: Option<Uuid>,
        organization: String,
        inviter: String,
        role: String,
    },
    /// To somebody who was removed from an organization.
    Goodbye {
        #[serde(default)]
        org: Option<Uuid>,
        name: String,
        organization: String,
    },
    /// That an account was deleted.
    AccountDeleted { name: String },
    /// That nothing is sent to a webhook any more.
    WebhookDisabled { org: Uuid, name: String, webhook: String },
    /// What somebody is told of, written already: for the mailbox of a server for trying things out alone.
    News { subject: String, text: String, html: String },
}

impl Letter {
    /// Its name in the tables of words.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::ConfirmRegistration { .. } => "confirm_registration",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::NotInvited => "not_invited",
            Self::VerifyEmail { .. } => "verify_email",
            Self::EmailChanged { .. } => "email_changed",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::TokenMade { .. } => "token_made",
            Self::IdentityConnected { .. } => "identity_connected",
            Self::IdentityDisconnected { .. } => "identity_disconnected",
            Self::Welcome { .. } => "welcome",
            Self::SetupGuide { .. } => "setup_guide",
            Self::Invitation { .. } => "invitation",
            Self::Goodbye { .. } => "goodbye",
            Self::AccountDeleted { .. } => "account_deleted",
            Self::WebhookDisabled { .. } => "webhook_disabled",
            Self::News { .. } => "news",
        }
    }

    /// The organization that may have words of its own for it.
    pub const fn org(&self) -> Option<Uuid> {
        match self {
            Self::SetupGuide { org, .. } => Some(*org),
            Self::Invitation { org, .. } | Self::Goodbye { org, .. } => *org,
            _ => None,
        }
    }

    /// What its words may name.
    fn names(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::NotInvited | Self::News { .. } => Vec::new(),
            Self::ConfirmRegistration { name, .. }
            | Self::AlreadyRegistered { name }
            | Self::VerifyEmail { name, .. }
            | Self::EmailChanged { name }
            | Self::ResetPassword { name, .. }
            | Self::PasswordChanged { name }
            | Self::Welcome { name }
            | Self::AccountDeleted { name } => vec![("name", name)],
            Self::TokenMade { name, token } => vec![("name", name), ("token", token)],
            Self::WebhookDisabled { name, webhook, .. } => vec![("name", name), ("webhook", webhook)],
            Self::SetupGuide { name, organization, .. } | Self::Goodbye { name, organization, .. } => {
                vec![("name", name), ("organization", organization)]
            }
            Self::IdentityConnected { name, provider } | Self::IdentityDisconnected { name, provider } => {
                vec![("name", name), ("provider", provider)]
            }
            Self::Invitation { organization, inviter, role, .. } => {
                vec![("organization", organization), ("inviter", inviter), ("role", role)]
            }
        }
    }
}

/// A letter as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Writes a letter. `link` is where its button leads, with the code in it; `home` the product's own address; `own` an organization's words
/// for it.
pub fn write(letter: &Letter, language: Language, own: Option<Words>, link: &str, home: &str) -> Written {
    if let Letter::News { subject, text, html } = letter {
        return Written { subject: subject.clone(), text: text.clone(), html: html.clone() };
    }
    let words = own.unwrap_or_else(|| words::of(letter, language));
    page::write(words, &letter.names(), language, link, home)
}

#[cfg(test)]
mod tests;
