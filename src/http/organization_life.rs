//! What an organization decides for itself, what it takes up, whose it is, and its end.

use axum::Json;
use lockstep_domain::access::{Capability, demand, org_role};
use lockstep_protocol::{
    codes::Code,
    command::{
        Command,
        organization::{DeleteOrganization, UpdateSettings, WithdrawOwnership},
    },
    ids::OrgId,
    values::Plan,
};
use serde::{Serialize, de::DeserializeOwned};
use ts_rs::TS;

use super::{
    answers::Written,
    extract::{Body, Caller, Fields, Ids},
    problem::Answer,
};

/// What an organization takes up, against what it may. A limit is the plan's or the server's, whichever is less.
#[derive(Serialize, TS)]
pub struct Usage {
    plan: Plan,
    members: usize,
    members_max: usize,
    /// Those in the trash included.
    boards: usize,
    boards_max: usize,
    teams: usize,
    teams_max: usize,
    #[ts(type = "number")]
    storage_bytes: u64,
    /// Absent where nothing but the disk bounds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    storage_bytes_max: Option<u64>,
}

pub async fn usage(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<Json<Usage>> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let state = &published.state;
    let role = org_role(state, caller.who.account).ok_or(Code::NotFound)?;
    demand(role, Capability::SeeUsage)?;
    let limits = &caller.http.limits;
    let plan = state.plan();
    Ok(Json(Usage {
        plan: plan.clone(),
        members: state.member_count(),
        members_max: state.members_max(limits),
        boards: state.board_count(),
        boards_max: state.boards_max(limits),
        teams: state.team_count(),
        teams_max: limits.teams_per_org_max,
        // There are no files yet.
        storage_bytes: 0,
        storage_bytes_max: plan.storage_bytes_max,
    }))
}

pub async fn update_settings(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Body(body): Body<UpdateSettings>,
) -> Answer<Written> {
    Ok(caller.ask(org, 1, body).await?.into())
}

/// Its teams and boards are gone with it, until it is restored.
pub async fn delete(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<Written> {
    Ok(caller.ask(org, 1, DeleteOrganization {}).await?.into())
}

pub async fn withdraw(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<Written> {
    Ok(caller.ask(org, 1, WithdrawOwnership {}).await?.into())
}

/// Any other command of the organization, out of the body.
pub async fn change<C: DeserializeOwned + Into<Command>>(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    fields: Fields,
) -> Answer<Written> {
    let command: C = fields.into()?;
    Ok(caller.ask(org, 1, command).await?.into())
}
