//! What is said of a webhook. It must never hold its secret but where it was just made.

use lockstep_protocol::{
    ids::{AccountId, BoardId},
    values::Micros,
};
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::store::webhooks::{Webhook, WebhookState};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    /// Standard Webhooks: signed, in JSON.
    #[default]
    Standard,
    /// A line for a chat that takes what Slack takes. Of some kinds of events alone, and not signed.
    Slack,
}

impl WebhookKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Slack => "slack",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WebhookStatus {
    Active,
    Paused,
    /// By the server: it failed for three days, said that it is no more, or its maker may not manage it any more.
    Disabled,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    pub(super) name: String,
    /// By https, on a public address.
    pub(super) url: String,
    #[serde(default)]
    #[ts(optional, as = "Option<WebhookKind>")]
    pub(super) kind: WebhookKind,
    /// Tags of events (`task.created`), or groups of them (`task.*`); absent: all that there are.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub(super) events: Vec<String>,
    /// Of this board alone.
    #[serde(default)]
    #[ts(optional)]
    pub(super) board_id: Option<BoardId>,
}

/// What is absent stays as it is.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangedWebhook {
    #[serde(default)]
    #[ts(optional)]
    pub(super) name: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(super) url: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(super) events: Option<Vec<String>>,
    /// Null: of all boards.
    #[serde(default, deserialize_with = "given")]
    #[ts(optional, type = "string | null")]
    pub(super) board_id: Option<Option<BoardId>>,
    /// True: active, from where it stopped. False: paused.
    #[serde(default)]
    #[ts(optional)]
    pub(super) active: Option<bool>,
    /// With `active`: what happened meanwhile is not sent.
    #[serde(default)]
    #[ts(optional)]
    pub(super) skip: Option<bool>,
}

/// What is there, null too.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<BoardId>>, D::Error> {
    Option::<BoardId>::deserialize(from).map(Some)
}

/// From where on everything is sent again: one of the two.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// As a message brought it: what follows it is sent again.
    #[serde(default)]
    #[ts(optional)]
    pub(super) position: Option<String>,
    /// A try in the log: what it sent is sent again, and what followed it.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub(super) attempt_id: Option<Uuid>,
}

#[derive(Serialize, TS)]
pub struct WebhookEntry {
    #[ts(type = "string")]
    webhook_id: Uuid,
    name: String,
    url: String,
    kind: WebhookKind,
    events: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    board_id: Option<BoardId>,
    /// What they may see is sent.
    made_by: AccountId,
    status: WebhookStatus,
    /// Why it is disabled: `failing`, `gone` or `maker_may_not`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    note: Option<String>,
    /// Everything up to here was sent, or is not for it.
    position: String,
    /// Tries of what is next that failed.
    failed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    failing_since: Option<Micros>,
    /// When what is next is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    next_at: Option<Micros>,
    #[ts(type = "number")]
    created_at: Micros,
}

impl From<Webhook> for WebhookEntry {
    fn from(webhook: Webhook) -> Self {
        let status = match webhook.state {
            WebhookState::Active => WebhookStatus::Active,
            WebhookState::Paused => WebhookStatus::Paused,
            WebhookState::Disabled => WebhookStatus::Disabled,
        };
        Self {
            webhook_id: webhook.id,
            kind: if webhook.kind == WebhookKind::Slack.word() { WebhookKind::Slack } else { WebhookKind::Standard },
            events: serde_json::from_str(&webhook.events).unwrap_or_default(),
            board_id: webhook.board,
            made_by: webhook.made_by,
            status,
            position: webhook.cursor.to_string(),
            failed: webhook.attempts,
            next_at: (webhook.attempts > 0 && webhook.state == WebhookState::Active).then_some(webhook.next_at),
            failing_since: webhook.failing_since,
            created_at: webhook.created_at,
            name: webhook.name,
            url: webhook.url,
            note: webhook.note,
        }
    }
}

#[derive(Serialize, TS)]
pub struct WebhookMade {
    /// Shown once: what signatures are checked with. Absent for a chat, which checks none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub(super) secret: Option<String>,
    #[serde(flatten)]
    #[ts(flatten)]
    pub(super) entry: WebhookEntry,
}
