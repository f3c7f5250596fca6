//! Teams of an organization, and who is in them.

use std::collections::BTreeMap;

use axum::Json;
use lockstep_domain::{Aggregate, team::Team};
use lockstep_protocol::{
    codes::Code,
    command::team::{
        AddTeamMember, CreateTeam, DeleteTeam, GrantTeamPermission, RemoveTeamMember, RevokeTeamPermission, UpdateTeam,
        UpdateTeamSettings,
    },
    ids::{AccountId, OrgId, TeamId},
    values::{Audience, TeamPermission},
    view::{TeamView, ViewPart},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::{Items, Read, Written},
    extract::{Asked, Body, Caller, Fields, Ids},
    organizations::{ListQuery, ReadQuery},
    problem::Answer,
};

#[derive(Serialize, TS)]
pub struct TeamEntry {
    team_id: TeamId,
    name: String,
    #[ts(type = "number")]
    member_count: u64,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    /// Chosen by the client, so that asking again is safe.
    #[serde(default)]
    #[ts(optional)]
    team_id: Option<TeamId>,
    name: String,
}

/// Its teams; guests see none.
pub async fn list(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Asked(query): Asked<ListQuery>,
) -> Answer<Json<Items<TeamEntry>>> {
    let (_, audience) = caller.http.directory.readable_org(caller.principal(), org).await?;
    caller.wait_counted(query.min_position).await?;
    if audience != Audience::Member {
        return Ok(Json(Items { items: Vec::new() }));
    }
    let projections = caller.http.store.projections();
    let rows = projections.teams_in_use(org).await?;
    let sizes: BTreeMap<TeamId, u64> = projections.team_sizes(org).await?.into_iter().collect();
    let items = rows.into_iter().map(|row| TeamEntry {
        member_count: sizes.get(&row.team).copied().unwrap_or_default(),
        team_id: row.team,
        name: row.name,
    });
    Ok(Json(Items { items: items.collect() }))
}

pub async fn create(caller: Caller, Ids(org): Ids<OrgId>, Body(body): Body<NewTeam>) -> Answer<Written<TeamView>> {
    caller.http.directory.readable_org(caller.principal(), org).await?;
    let team = caller.id_for(body.team_id, "team");
    let acknowledged = caller.ask(team, 1, CreateTeam { org_id: org, name: body.name }).await?;
    let (published, audience) = caller.http.directory.readable_team(caller.principal(), org, team).await?;
    Ok(Written { acknowledged, created: true, value: view(&published.state, team, audience) })
}

pub async fn read(
    caller: Caller,
    Ids((org, team)): Ids<(OrgId, TeamId)>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Read<TeamView>> {
    let directory = &caller.http.directory;
    let (mut published, mut audience) = directory.readable_team(caller.principal(), org, team).await?;
    if let Some(min_seq) = query.min_seq.filter(|min_seq| *min_seq > published.bookmark.seq) {
        directory.team_at(team, min_seq).await?;
        (published, audience) = directory.readable_team(caller.principal(), org, team).await?;
    }
    let value = view(&published.state, team, audience).ok_or(Code::NotFound)?;
    Ok(Read { value, bookmark: published.bookmark, position: Some(published.position), held: caller.held })
}

async fn check_path(caller: &Caller, org: OrgId, team: TeamId) -> Answer<()> {
    caller.http.directory.readable_team(caller.principal(), org, team).await?;
    Ok(())
}

pub async fn update(
    caller: Caller,
    Ids((org, team)): Ids<(OrgId, TeamId)>,
    Body(body): Body<UpdateTeam>,
) -> Answer<Written> {
    check_path(&caller, org, team).await?;
    Ok(caller.ask(team, 1, body).await?.into())
}

pub async fn delete(caller: Caller, Ids((org, team)): Ids<(OrgId, TeamId)>) -> Answer<Written> {
    check_path(&caller, org, team).await?;
    Ok(caller.ask(team, 1, DeleteTeam {}).await?.into())
}

pub async fn update_settings(
    caller: Caller,
    Ids((org, team)): Ids<(OrgId, TeamId)>,
    Body(body): Body<UpdateTeamSettings>,
) -> Answer<Written> {
    check_path(&caller, org, team).await?;
    Ok(caller.ask(team, 1, body).await?.into())
}

/// A permission by its word; what is none names nothing.
fn permission(word: &str) -> Answer<TeamPermission> {
    Ok(TeamPermission::from_word(word).ok_or(Code::NotFound)?)
}

pub async fn grant(caller: Caller, Ids((org, team, word)): Ids<(OrgId, TeamId, String)>) -> Answer<Written> {
    check_path(&caller, org, team).await?;
    Ok(caller.ask(team, 1, GrantTeamPermission { permission: permission(&word)? }).await?.into())
}

pub async fn revoke(caller: Caller, Ids((org, team, word)): Ids<(OrgId, TeamId, String)>) -> Answer<Written> {
    check_path(&caller, org, team).await?;
    Ok(caller.ask(team, 1, RevokeTeamPermission { permission: permission(&word)? }).await?.into())
}

pub async fn set_member(
    caller: Caller,
    Ids((org, team, account)): Ids<(OrgId, TeamId, AccountId)>,
    fields: Fields,
) -> Answer<Written> {
    check_path(&caller, org, team).await?;
    let command: AddTeamMember = fields.with("account_id", account)?.into()?;
    Ok(caller.ask(team, 1, command).await?.into())
}

pub async fn remove_member(
    caller: Caller,
    Ids((org, team, account)): Ids<(OrgId, TeamId, AccountId)>,
) -> Answer<Written> {
    check_path(&caller, org, team).await?;
    Ok(caller.ask(team, 1, RemoveTeamMember { account_id: account }).await?.into())
}

fn view(state: &Team, team: TeamId, audience: Audience) -> Option<TeamView> {
    state.view(team.0, audience, usize::MAX).into_iter().find_map(|part| match part {
        ViewPart::Team(view) => Some(view),
        _ => None,
    })
}
