//! What left the server for the people of an organization, and what could not be had: for those who manage it. It tells who, on which way
//! and what came of each try; what was said is not in it. It must never send anything itself.

use axum::Json;
use lockstep_domain::access::{Capability, demand, org_role};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{AccountId, OrgId},
    values::{Micros, NewEntry, NotifyReason, Outlet},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{
    answers::Items,
    extract::{Asked, Caller, Ids},
    problem::Answer,
    surface::{Endpoint, Parameter, get, post},
};
use crate::store::deliveries::{Attempt, Delivery, DeliveryState as State};

/// How many a page holds.
const PAGE: usize = 50;
/// How long one that is tried once more is tried.
const RETRIED_US: Micros = 86_400_000_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is to be sent, or tried again.
    Waiting,
    Sent,
    /// It was read before it was sent, is not wanted any more, or may not be seen.
    Dropped,
    /// Refused for good, or too often for too long.
    #[default]
    Dead,
}

impl From<DeliveryState> for State {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Waiting => Self::Waiting,
            DeliveryState::Sent => Self::Sent,
            DeliveryState::Dropped => Self::Dropped,
            DeliveryState::Dead => Self::Dead,
        }
    }
}

impl From<State> for DeliveryState {
    fn from(state: State) -> Self {
        match state {
            State::Waiting => Self::Waiting,
            State::Sent => Self::Sent,
            State::Dropped => Self::Dropped,
            State::Dead => Self::Dead,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    Taken,
    /// It is tried again.
    Later,
    Refused,
}

/// One try.
#[derive(Serialize, TS)]
pub struct DeliveryAttempt {
    attempt: i32,
    #[ts(type = "number")]
    at: Micros,
    took_ms: i32,
    outcome: AttemptOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    error: Option<String>,
}

impl From<Attempt> for DeliveryAttempt {
    fn from(attempt: Attempt) -> Self {
        let outcome = match attempt.outcome.as_str() {
            "taken" => AttemptOutcome::Taken,
            "later" => AttemptOutcome::Later,
            _ => AttemptOutcome::Refused,
        };
        let Attempt { attempt, at, took_ms, error, .. } = attempt;
        Self { attempt, at, took_ms, outcome, error }
    }
}

/// Something that left for somebody, or is to.
#[derive(Serialize, TS)]
pub struct DeliveryEntry {
    #[ts(type = "string")]
    delivery_id: Uuid,
    account_id: AccountId,
    outlet: Outlet,
    /// Why they are told.
    reason: NotifyReason,
    digest: bool,
    state: DeliveryState,
    #[ts(type = "number")]
    created_at: Micros,
    /// When it is, or was, tried next.
    #[ts(type = "number")]
    next_at: Micros,
    /// Why it was dropped, or what the last try came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    note: Option<String>,
    attempts: Vec<DeliveryAttempt>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesQuery {
    #[serde(default)]
    state: DeliveryState,
    #[serde(default)]
    before: Option<Uuid>,
}

const LIST: &[Parameter] = &[
    Parameter { name: "state", kind: "DeliveryState", says: "Default: dead." },
    Parameter { name: "before", kind: "string", says: "Those before this one." },
];

#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> { vec![
    get("/api/v1/orgs/{org}/deliveries", list, "What left for its people, newest first, and what could not be had, for who manages its settings").asks(LIST).answers(200, "{ items: Array<DeliveryEntry> }"),
    post("/api/v1/orgs/{org}/deliveries/{delivery}/retry", retry, "Send after all what could not be had").answers(200, "DeliveryEntry"),
] }

async fn may(caller: &Caller, org: OrgId) -> Answer<()> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let role = org_role(&published.state, caller.who.account).ok_or(Code::NotFound)?;
    Ok(demand(role, Capability::ManageSettings)?)
}

pub async fn list(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Asked(query): Asked<DeliveriesQuery>,
) -> Answer<Json<Items<DeliveryEntry>>> {
    may(&caller, org).await?;
    let deliveries = caller.http.store.deliveries();
    let after = match query.before {
        Some(id) => {
            let found = deliveries.find(org, id).await?;
            let found = found.ok_or_else(|| Failure::new(Code::NotFound).field("before"))?;
            Some((found.created_at, found.id))
        }
        None => None,
    };
    let limit = u32::try_from(PAGE).unwrap_or(u32::MAX);
    let mut items = Vec::with_capacity(PAGE);
    for delivery in deliveries.of_org(org, query.state.into(), after, limit).await? {
        items.extend(entry(&caller, delivery).await?);
    }
    Ok(Json(Items { items }))
}

pub async fn retry(caller: Caller, Ids((org, id)): Ids<(OrgId, Uuid)>) -> Answer<Json<DeliveryEntry>> {
    may(&caller, org).await?;
    let (deliveries, now) = (caller.http.store.deliveries(), caller.http.clock.now());
    // One that waits, or went, by now is as good: asked twice it is sent once.
    deliveries.retry(org, id, now, now.saturating_add(RETRIED_US)).await?;
    let found = deliveries.find(org, id).await?.ok_or(Code::NotFound)?;
    Ok(Json(entry(&caller, found).await?.ok_or(Code::NotFound)?))
}

/// `None`: a newer version queued it.
async fn entry(caller: &Caller, delivery: Delivery) -> Answer<Option<DeliveryEntry>> {
    let (Ok(told), Some(outlet)) =
        (serde_json::from_str::<NewEntry>(&delivery.entry), Outlet::from_word(&delivery.outlet))
    else {
        return Ok(None);
    };
    let attempts = caller.http.store.deliveries().attempts(delivery.id).await?;
    Ok(Some(DeliveryEntry {
        delivery_id: delivery.id,
        account_id: delivery.account,
        outlet,
        reason: told.reason,
        digest: delivery.digest,
        state: delivery.state.into(),
        created_at: delivery.created_at,
        next_at: delivery.next_at,
        note: delivery.note,
        attempts: attempts.into_iter().map(Into::into).collect(),
    }))
}
