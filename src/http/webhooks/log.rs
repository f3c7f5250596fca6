//! What was sent to a webhook and what came of it, and what is asked to be sent once more. It must never show what an endpoint answered but the
//! number of its status.

use axum::{Json, http::StatusCode};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::OrgId,
    position::Position,
    values::Micros,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::own;
use crate::{
    http::{
        answers::Items,
        extract::{Asked, Body, Caller, Ids},
        problem::Answer,
        surface::Parameter,
    },
    store::webhooks::{Asked as Again, WebhookAttempt},
};

/// How many a page holds.
const PAGE: u32 = 50;

/// One try.
#[derive(Serialize, TS)]
pub struct WebhookAttemptEntry {
    #[ts(type = "string")]
    attempt_id: Uuid,
    /// As the endpoint was told it, the same however often it was sent.
    message_id: String,
    /// What happened; `webhook.test`: nothing.
    #[serde(rename = "type")]
    tag: String,
    attempt: u32,
    #[ts(type = "number")]
    at: Micros,
    /// Of the answer, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    error: Option<String>,
    took_ms: u32,
}

impl From<WebhookAttempt> for WebhookAttemptEntry {
    fn from(attempt: WebhookAttempt) -> Self {
        let WebhookAttempt { id, message, tag, attempt, at, status, error, took_ms, .. } = attempt;
        Self {
            attempt_id: id,
            message_id: format!("msg_{}", message.simple()),
            tag,
            attempt,
            at,
            status,
            error,
            took_ms,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttemptsQuery {
    #[serde(default)]
    before: Option<Uuid>,
}

pub const LIST: &[Parameter] = &[Parameter { name: "before", kind: "string", says: "Those before this one." }];

pub async fn list(
    caller: Caller,
    Ids(path): Ids<(OrgId, Uuid)>,
    Asked(query): Asked<AttemptsQuery>,
) -> Answer<Json<Items<WebhookAttemptEntry>>> {
    let webhook = own(&caller, path).await?;
    let store = caller.http.store.webhooks();
    let after = match query.before {
        Some(id) => {
            let found = store.attempt(webhook.id, id).await?;
            let found = found.ok_or_else(|| Failure::new(Code::NotFound).field("before"))?;
            Some((found.at, found.id))
        }
        None => None,
    };
    let attempts = store.attempts(webhook.id, after, PAGE).await?;
    Ok(Json(Items { items: attempts.into_iter().map(Into::into).collect() }))
}

/// What is sent once more.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Redeliver {
    #[ts(type = "string")]
    attempt_id: Uuid,
}

pub async fn redeliver(
    caller: Caller,
    Ids(path): Ids<(OrgId, Uuid)>,
    Body(body): Body<Redeliver>,
) -> Answer<StatusCode> {
    let webhook = own(&caller, path).await?;
    let found = caller.http.store.webhooks().attempt(webhook.id, body.attempt_id).await?;
    let found = found.ok_or_else(|| Failure::new(Code::NotFound).field("attempt_id"))?;
    ask(&caller, webhook.id, found.topic.map(|topic| (topic, found.seq))).await
}

/// The position right before what a try sent.
pub(super) async fn before(caller: &Caller, webhook: Uuid, attempt: Uuid) -> Answer<Position> {
    let missing = || Failure::new(Code::NotFound).field("attempt_id");
    let found = caller.http.store.webhooks().attempt(webhook, attempt).await?.ok_or_else(missing)?;
    // A test sent nothing that happened.
    let topic = found.topic.ok_or_else(|| Failure::new(Code::FieldInvalid).field("attempt_id"))?;
    let recorded = caller.http.store.journal().read_at(topic, vec![found.seq]).await?;
    let position = recorded.first().ok_or_else(missing)?.position;
    Ok(Position { seq: position.seq - 1, ..position })
}

pub async fn test(caller: Caller, Ids(path): Ids<(OrgId, Uuid)>) -> Answer<StatusCode> {
    let webhook = own(&caller, path).await?;
    ask(&caller, webhook.id, None).await
}

async fn ask(
    caller: &Caller,
    webhook: Uuid,
    what: Option<(lockstep_protocol::topic::Topic, u64)>,
) -> Answer<StatusCode> {
    let (store, most) = (caller.http.store.webhooks(), caller.http.limits.webhook_asked_max);
    if store.asked_of(webhook).await? >= most as u64 {
        return Err(Failure::new(Code::LimitReached).limit(most as u64).into());
    }
    let (id, now) = (caller.http.clock.fresh_id(), caller.http.clock.now());
    store.ask(&Again { id, webhook, what }, now).await?;
    Ok(StatusCode::ACCEPTED)
}
