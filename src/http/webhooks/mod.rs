//! Webhooks of an organization: where it has what happens sent to, for who manages its settings. The secret is in the answer to making one,
//! and to making another, and nowhere else, ever. It must never send anything itself.

mod entry;
mod log;

use axum::{Json, http::StatusCode};
use lockstep_domain::access::{Capability, demand, org_role};
use lockstep_protocol::{
    codes::{Code, Failure},
    event::tags,
    ids::{BoardId, OrgId},
};
use secrecy::ExposeSecret;
use uuid::Uuid;

pub use self::{
    entry::{ChangedWebhook, NewWebhook, Replay, WebhookEntry, WebhookKind, WebhookMade, WebhookStatus},
    log::{Redeliver, WebhookAttemptEntry},
};
use super::{
    answers::Items,
    extract::{Body, Caller, Ids},
    problem::Answer,
    surface::{Endpoint, delete, get, patch, post},
};
use crate::{
    auth::address::normal_name,
    store::webhooks::{Webhook, WebhookState},
};

#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> { vec![
    get("/api/v1/orgs/{org}/webhooks", list, "Where it has what happens sent to, for who manages its settings").answers(200, "{ items: Array<WebhookEntry> }"),
    post("/api/v1/orgs/{org}/webhooks", create, "Have what happens sent somewhere; the secret is shown once").takes("NewWebhook").answers(201, "WebhookMade"),
    get("/api/v1/orgs/{org}/webhooks/{webhook}", read, "One of them").answers(200, "WebhookEntry"),
    patch("/api/v1/orgs/{org}/webhooks/{webhook}", change, "Change it, pause it, or make it active again").takes("ChangedWebhook").answers(200, "WebhookEntry"),
    delete("/api/v1/orgs/{org}/webhooks/{webhook}", remove, "Nothing is sent there any more").answers_nothing(),
    post("/api/v1/orgs/{org}/webhooks/{webhook}/rotate", rotate, "Make another secret; the one before signs beside it for a day").answers(200, "WebhookMade"),
    post("/api/v1/orgs/{org}/webhooks/{webhook}/replay", replay, "Send everything behind a position again").takes("Replay").answers(200, "WebhookEntry"),
    post("/api/v1/orgs/{org}/webhooks/{webhook}/test", log::test, "Send a message that says nothing").accepts(),
    get("/api/v1/orgs/{org}/webhooks/{webhook}/attempts", log::list, "What each try came to, newest first").asks(log::LIST).answers(200, "{ items: Array<WebhookAttemptEntry> }"),
    post("/api/v1/orgs/{org}/webhooks/{webhook}/redeliver", log::redeliver, "Send one message once more, out of the order").takes("Redeliver").accepts(),
] }

async fn may(caller: &Caller, org: OrgId) -> Answer<()> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let role = org_role(&published.state, caller.who.account).ok_or(Code::NotFound)?;
    Ok(demand(role, Capability::ManageSettings)?)
}

/// One that the caller may manage.
async fn own(caller: &Caller, (org, id): (OrgId, Uuid)) -> Answer<Webhook> {
    may(caller, org).await?;
    let found = caller.http.store.webhooks().find(id).await?;
    Ok(found.filter(|webhook| webhook.org == org).ok_or(Code::NotFound)?)
}

fn wrong(field: &str) -> Failure {
    Failure::new(Code::FieldInvalid).field(field)
}

fn url_of(caller: &Caller, text: &str) -> Result<String, Failure> {
    let most = caller.http.limits.webhook_url_bytes_max;
    if text.len() > most {
        return Err(Failure::new(Code::FieldTooLong).field("url").limit(most as u64));
    }
    (caller.http.may_send)(text).map_err(|why| Failure { message: why, ..wrong("url") })?;
    Ok(text.to_owned())
}

/// Tags that there are, and groups of them: `task.*`.
fn events_of(caller: &Caller, events: &[String]) -> Result<String, Failure> {
    let most = caller.http.limits.webhook_events_max;
    if events.len() > most {
        return Err(Failure::new(Code::FieldTooLong).field("events").limit(most as u64));
    }
    let known = |pattern: &String| match pattern.strip_suffix(".*") {
        Some(group) => tags().any(|tag| tag.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'))),
        None => tags().any(|tag| tag == pattern),
    };
    if !events.iter().all(known) {
        return Err(wrong("events"));
    }
    Ok(serde_json::to_string(events).unwrap_or_default())
}

/// A board of the organization that the caller sees.
async fn board_of(caller: &Caller, org: OrgId, board: Option<BoardId>) -> Answer<Option<BoardId>> {
    if let Some(board) = board {
        caller.board(org, board, None).await.map_err(|mut problem| {
            if problem.0.code == Code::NotFound {
                problem.0 = wrong("board_id");
            }
            problem
        })?;
    }
    Ok(board)
}

pub async fn list(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<Json<Items<WebhookEntry>>> {
    may(&caller, org).await?;
    let webhooks = caller.http.store.webhooks().of_org(org).await?;
    Ok(Json(Items { items: webhooks.into_iter().map(Into::into).collect() }))
}

pub async fn read(caller: Caller, Ids(path): Ids<(OrgId, Uuid)>) -> Answer<Json<WebhookEntry>> {
    Ok(Json(own(&caller, path).await?.into()))
}

pub async fn create(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Body(new): Body<NewWebhook>,
) -> Answer<(StatusCode, Json<WebhookMade>)> {
    may(&caller, org).await?;
    let (store, now) = (caller.http.store.webhooks(), caller.http.clock.now());
    let id: Uuid = caller.id_for::<BoardId>(None, "webhook").0;
    let webhook = Webhook {
        id,
        org,
        name: normal_name(&new.name, &caller.http.limits)?,
        url: url_of(&caller, &new.url)?,
        kind: new.kind.word().to_owned(),
        events: events_of(&caller, &new.events)?,
        board: board_of(&caller, org, new.board_id).await?,
        made_by: caller.who.account,
        generation: 1,
        rotated_at: None,
        state: WebhookState::Active,
        note: None,
        revision: 1,
        // What happens from now on.
        cursor: *caller.http.projected.borrow(),
        attempts: 0,
        failing_since: None,
        next_at: now,
        created_at: now,
        changed_at: now,
    };
    if store.find(id).await?.is_none() {
        let most = caller.http.limits.webhooks_per_org_max;
        if store.of_org(org).await?.len() >= most {
            return Err(Failure::new(Code::LimitReached).limit(most as u64).into());
        }
        store.create(&webhook).await?;
    }
    let made = store.find(id).await?.filter(|made| made.org == org).ok_or(Code::IdempotencyMismatch)?;
    tracing::info!(%org, webhook = %id, by = %caller.who.account, "a webhook was made");
    Ok((StatusCode::CREATED, Json(shown_once(&caller, made))))
}

fn shown_once(caller: &Caller, webhook: Webhook) -> WebhookMade {
    let secret = caller.http.auth.hook_secrets().text(webhook.id, webhook.generation);
    // A chat checks nothing.
    let secret = (webhook.kind == WebhookKind::Standard.word()).then(|| secret.expose_secret().to_owned());
    WebhookMade { secret, entry: webhook.into() }
}

/// Changes one, anew where somebody else did meanwhile.
async fn changing(caller: &Caller, path: (OrgId, Uuid), change: impl Fn(&mut Webhook)) -> Answer<Webhook> {
    loop {
        let mut webhook = own(caller, path).await?;
        change(&mut webhook);
        webhook.changed_at = caller.http.clock.now();
        if caller.http.store.webhooks().change(&webhook).await? {
            return Ok(webhook);
        }
    }
}

pub async fn change(
    caller: Caller,
    Ids(path): Ids<(OrgId, Uuid)>,
    Body(body): Body<ChangedWebhook>,
) -> Answer<Json<WebhookEntry>> {
    own(&caller, path).await?;
    let name = body.name.as_deref().map(|name| normal_name(name, &caller.http.limits)).transpose()?;
    let url = body.url.as_deref().map(|url| url_of(&caller, url)).transpose()?;
    let events = body.events.as_deref().map(|events| events_of(&caller, events)).transpose()?;
    let board = match body.board_id {
        Some(board) => Some(board_of(&caller, path.0, board).await?),
        None => None,
    };
    let (now, head) = (caller.http.clock.now(), *caller.http.projected.borrow());
    let changed = changing(&caller, path, |webhook| {
        webhook.name = name.clone().unwrap_or_else(|| webhook.name.clone());
        webhook.url = url.clone().unwrap_or_else(|| webhook.url.clone());
        webhook.events = events.clone().unwrap_or_else(|| webhook.events.clone());
        webhook.board = board.unwrap_or(webhook.board);
        match body.active {
            Some(true) if webhook.state != WebhookState::Active => {
                (webhook.state, webhook.note) = (WebhookState::Active, None);
                // What they may see is sent from now on: whoever made it may be gone.
                webhook.made_by = caller.who.account;
                (webhook.attempts, webhook.failing_since) = (0, None);
                if body.skip == Some(true) {
                    webhook.cursor = webhook.cursor.max(head);
                }
            }
            Some(false) if webhook.state == WebhookState::Active => webhook.state = WebhookState::Paused,
            _ => {}
        }
        webhook.next_at = now;
    });
    Ok(Json(changed.await?.into()))
}

pub async fn remove(caller: Caller, Ids((org, id)): Ids<(OrgId, Uuid)>) -> Answer<StatusCode> {
    own(&caller, (org, id)).await?;
    caller.http.store.webhooks().delete(org, id).await?;
    tracing::info!(%org, webhook = %id, by = %caller.who.account, "a webhook was deleted");
    Ok(StatusCode::NO_CONTENT)
}

pub async fn rotate(caller: Caller, Ids(path): Ids<(OrgId, Uuid)>) -> Answer<Json<WebhookMade>> {
    let now = caller.http.clock.now();
    let changed = changing(&caller, path, |webhook| {
        webhook.generation += 1;
        webhook.rotated_at = Some(now);
    });
    let webhook = changed.await?;
    tracing::info!(org = %path.0, webhook = %path.1, by = %caller.who.account, "a webhook has another secret");
    Ok(Json(shown_once(&caller, webhook)))
}

pub async fn replay(
    caller: Caller,
    Ids(path): Ids<(OrgId, Uuid)>,
    Body(body): Body<Replay>,
) -> Answer<Json<WebhookEntry>> {
    let webhook = own(&caller, path).await?;
    let to = match (&body.position, body.attempt_id) {
        (Some(position), None) => position.parse().map_err(|_| wrong("position"))?,
        (None, Some(attempt)) => log::before(&caller, webhook.id, attempt).await?,
        (None, None) => return Err(Failure::new(Code::FieldRequired).field("position").into()),
        (Some(_), Some(_)) => return Err(wrong("attempt_id").into()),
    };
    let (now, head) = (caller.http.clock.now(), *caller.http.projected.borrow());
    let changed = changing(&caller, path, |webhook| {
        // Never beyond what has happened.
        webhook.cursor = to.min(head);
        (webhook.attempts, webhook.failing_since, webhook.next_at) = (0, None, now);
    });
    Ok(Json(changed.await?.into()))
}
