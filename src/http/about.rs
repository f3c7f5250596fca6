//! What somebody who is not logged in may know of this server: how one comes in, and, on a server for trying things out, the mails
//! that it would have sent.

use axum::{Json, extract::State};
use lockstep_protocol::{codes::Code, values::Micros};
use serde::Serialize;
use ts_rs::TS;
use uuid::Uuid;

use super::{Http, answers::Items, problem::Answer};
use crate::{config::Registration, store::mails};

/// Mails shown at most.
const MAILS_MAX: u32 = 100;

/// Somewhere else to log in with.
#[derive(Serialize, TS)]
pub struct Provider {
    id: String,
    name: String,
}

#[derive(Serialize, TS)]
pub struct About {
    /// `open`: at once; `verified`: by the link of a mail; `invited`: likewise, with an invitation; `closed`: not at all.
    #[ts(type = "\"open\" | \"verified\" | \"invited\" | \"closed\"")]
    registration: &'static str,
    /// Whether there is a development mailbox.
    mailbox: bool,
    providers: Vec<Provider>,
    /// Whether one can log in with a passkey.
    passkeys: bool,
}

/// Where a mail is in its life.
#[derive(Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    Queued,
    Sent,
    Failed,
}

/// A mail as it was sent, or would have been.
#[derive(Serialize, TS)]
pub struct MailEntry {
    #[ts(type = "string")]
    mail_id: Uuid,
    to: String,
    subject: String,
    text: String,
    html: String,
    #[ts(type = "number")]
    at: Micros,
    state: MailState,
}

pub async fn read(State(http): State<Http>) -> Json<About> {
    let registration = match http.auth.registration() {
        Registration::Open => "open",
        Registration::Verified => "verified",
        Registration::Invited => "invited",
        Registration::Closed => "closed",
    };
    let providers = http.auth.providers().names();
    let providers = providers.map(|(id, name)| Provider { id: id.to_owned(), name: name.to_owned() }).collect();
    Json(About { registration, mailbox: http.mailbox, providers, passkeys: http.auth.has_passkeys() })
}

/// Newest first. Where there is no mailbox there is no such page.
pub async fn mailbox(State(http): State<Http>) -> Answer<Json<Items<MailEntry>>> {
    if !http.mailbox {
        return Err(Code::NotFound.into());
    }
    let newest = http.store.mails().newest(MAILS_MAX).await?;
    let mut items = Vec::new();
    for mail in newest {
        let Some(written) = http.auth.scribe().write(&mail).await? else { continue };
        items.push(MailEntry {
            mail_id: mail.id,
            to: mail.address,
            subject: written.subject,
            text: written.text,
            html: written.html,
            at: mail.created_at,
            state: match mail.state {
                mails::MailState::Queued => MailState::Queued,
                mails::MailState::Sent => MailState::Sent,
                mails::MailState::Failed | mails::MailState::Withheld => MailState::Failed,
            },
        });
    }
    Ok(Json(Items { items }))
}
