//! Organizations: those of the caller, and each by itself.

use axum::Json;
use lockstep_domain::{Aggregate, organization::Organization};
use lockstep_protocol::{
    codes::Code,
    command::organization::{CreateOrganization, UpdateOrganization},
    ids::{OrgId, PictureId},
    position::Position,
    values::{Audience, Micros, OrgRole},
    view::{OrganizationView, ViewPart},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::{Items, Read, Written},
    extract::{Asked, Body, Caller, Ids},
    problem::Answer,
};
use crate::auth::service::personal_org;

/// An organization of the caller's.
#[derive(Serialize, TS)]
pub struct OrgEntry {
    org_id: OrgId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    logo_id: Option<PictureId>,
    role: OrgRole,
    /// Deleted then, and to be restored by the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    deleted_at: Option<Micros>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewOrg {
    /// Chosen by the client, so that asking again is safe.
    #[serde(default)]
    #[ts(optional)]
    org_id: Option<OrgId>,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadQuery {
    /// Answer only from a state at least this new.
    #[serde(default)]
    pub min_seq: Option<u64>,
}

/// Lists are as old as the read tables, unless a position is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    #[serde(default)]
    pub min_position: Option<Position>,
}

/// The caller's organizations, by their names; the personal one is the last. The read tables say which; the live state of each
/// decides.
pub async fn orgs_of(caller: &Caller) -> Answer<Vec<OrgEntry>> {
    let rows = caller.http.store.projections().memberships_of(caller.who.account).await?;
    // Everybody has their personal organization, also before the read tables say so.
    let mut ids: Vec<OrgId> = rows.into_iter().map(|row| row.org).chain([personal_org(caller.who.account)]).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut entries = Vec::with_capacity(ids.len());
    for org_id in ids {
        match caller.http.directory.organization(org_id).await {
            Ok(published) => {
                let (state, account) = (&published.state, caller.who.account);
                let restores = state.is_deleted() && state.may_restore(account);
                if let Some(role) = state.role(account).or_else(|| restores.then_some(OrgRole::Owner)) {
                    let (name, logo_id) = (state.name().to_owned(), state.logo());
                    entries.push(OrgEntry { org_id, name, logo_id, role, deleted_at: state.deleted_at() });
                }
            }
            Err(failure) if failure.code == Code::NotFound => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    // Ids say nothing about when: the personal one's follows from its owner's.
    let personal = personal_org(caller.who.account);
    entries.sort_by_cached_key(|each| (each.org_id == personal, each.name.to_lowercase(), each.org_id));
    Ok(entries)
}

pub async fn list(caller: Caller, Asked(query): Asked<ListQuery>) -> Answer<Json<Items<OrgEntry>>> {
    caller.wait_projected(query.min_position).await?;
    Ok(Json(Items { items: orgs_of(&caller).await? }))
}

pub async fn create(caller: Caller, Body(body): Body<NewOrg>) -> Answer<Written<OrganizationView>> {
    let org = caller.id_for(body.org_id, "organization");
    let acknowledged = caller.ask(org, 1, CreateOrganization { name: body.name }).await?;
    let (published, audience) = caller.http.directory.readable_org(caller.principal(), org).await?;
    // The organization stands, whatever becomes of a mail about it.
    if let Err(failure) = caller.http.auth.send_guide(caller.who.account, org, published.state.name()).await {
        tracing::warn!(%org, code = failure.code.word(), "the set-up guide was not sent");
    }
    Ok(Written { acknowledged, created: true, value: view(&published.state, org, audience) })
}

pub async fn read(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Asked(query): Asked<ReadQuery>,
) -> Answer<Read<OrganizationView>> {
    let directory = &caller.http.directory;
    let (mut published, mut audience) = directory.readable_org(caller.principal(), org).await?;
    if let Some(min_seq) = query.min_seq.filter(|min_seq| *min_seq > published.bookmark.seq) {
        directory.organization_at(org, min_seq).await?;
        // What was waited for may have changed what the caller may see.
        (published, audience) = directory.readable_org(caller.principal(), org).await?;
    }
    let value = view(&published.state, org, audience).ok_or(Code::NotFound)?;
    Ok(Read { value, bookmark: published.bookmark, position: Some(published.position), held: caller.held })
}

pub async fn update(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Body(body): Body<UpdateOrganization>,
) -> Answer<Written<OrganizationView>> {
    let acknowledged = caller.ask(org, 1, body).await?;
    let (published, audience) = caller.http.directory.readable_org(caller.principal(), org).await?;
    Ok(Written { acknowledged, created: false, value: view(&published.state, org, audience) })
}

fn view(state: &Organization, org: OrgId, audience: Audience) -> Option<OrganizationView> {
    state.view(org.0, audience, usize::MAX).into_iter().find_map(|part| match part {
        ViewPart::Organization(view) => Some(view),
        _ => None,
    })
}
