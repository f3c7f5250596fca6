//! Members of an organization: the only place where their names are told. Guests see themselves and the people on their boards.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use lockstep_domain::{
    Principal,
    access::{Capability, Role, demand},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        account::RegisterAccount,
        organization::{AddMember, ChangeMemberRole, ClaimMember, RemoveMember},
    },
    ids::{AccountId, OrgId},
    values::{Audience, OrgRole, Reassign},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::{Items, Written},
    extract::{Asked, Body, Caller, Fields, Ids},
    problem::Answer,
};
use crate::{
    actors::{CommandRequest, Published},
    auth::{
        address::{normal_email, normal_name},
        throttle::Key,
    },
    store::accounts::AccountStatus,
};

/// Names looked up at once.
const PROFILES_AT_ONCE: usize = 500;

/// A member, by name.
#[derive(Serialize, TS)]
pub struct MemberEntry {
    account_id: AccountId,
    name: String,
    role: OrgRole,
    /// A stand-in that an import made and nobody has claimed.
    placeholder: bool,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// Of somebody who has an account here.
    email: String,
    role: OrgRole,
}

/// A stand-in for a person whom imported data names.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewPlaceholder {
    account_id: AccountId,
    name: String,
}

pub async fn list(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<Json<Items<MemberEntry>>> {
    let (published, audience) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let state = &published.state;
    let seen = match audience {
        Audience::Member => None,
        Audience::Guest | Audience::Public => Some(seen_by_guest(&caller, org, &published).await?),
    };
    let members: Vec<_> =
        state.members().filter(|(id, _)| seen.as_ref().is_none_or(|seen| seen.contains(id))).collect();
    let mut names = BTreeMap::new();
    let ids: Vec<AccountId> = members.iter().map(|(id, _)| *id).collect();
    for ids in ids.chunks(PROFILES_AT_ONCE) {
        let profiles = caller.http.store.accounts().profiles(ids).await?;
        names.extend(profiles.into_iter().map(|profile| (profile.account, profile.name)));
    }
    let items = members.into_iter().map(|(account_id, role)| MemberEntry {
        account_id,
        name: names.remove(&account_id).unwrap_or_default(),
        role,
        placeholder: state.is_placeholder(account_id),
    });
    Ok(Json(Items { items: items.collect() }))
}

/// A guest's world: themselves, and who has a role on the boards that they have one on.
async fn seen_by_guest(
    caller: &Caller,
    org: OrgId,
    published: &Published<lockstep_domain::organization::Organization>,
) -> Answer<BTreeSet<AccountId>> {
    let mut seen: BTreeSet<AccountId> = BTreeSet::from([caller.who.account]);
    for id in published.state.ids_of(caller.who.account) {
        for row in caller.http.store.projections().board_roles_of(id, org).await? {
            // The live board decides: the row may be older than a removal.
            if let Ok((board, _)) = caller.board(org, row.board, None).await {
                seen.extend(board.state.members().map(|(account, _)| published.state.resolve(account)));
            }
        }
    }
    Ok(seen)
}

pub async fn add(caller: Caller, Ids(org): Ids<OrgId>, Body(body): Body<NewMember>) -> Answer<Written> {
    may_add(&caller, org).await?;
    let http = &caller.http;
    let email = normal_email(&body.email, &http.limits)?;
    // Whoever may add people could try addresses one by one.
    let misses = [Key::Lookup(caller.who.account)];
    http.auth.throttle().check(&misses, http.clock.now()).await?;
    let known = http.store.accounts().find_by_email(&email).await?;
    let Some(known) = known.filter(|account| account.status == AccountStatus::Active) else {
        http.auth.throttle().count(&misses[0], http.clock.now()).await;
        return Err(Failure::because(Code::NotFound, "Nobody has an account with this address.").field("email").into());
    };
    let add = AddMember { account_id: known.id, role: body.role, placeholder: false };
    Ok(Written::created(caller.ask(org, 1, add).await?))
}

async fn may_add(caller: &Caller, org: OrgId) -> Answer<()> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let role = published.state.role(caller.who.account).ok_or(Code::NotFound)?;
    Ok(demand(Role::Org(role), Capability::AddMembers)?)
}

pub async fn change_role(
    caller: Caller,
    Ids((org, account)): Ids<(OrgId, AccountId)>,
    fields: Fields,
) -> Answer<Written> {
    let command: ChangeMemberRole = fields.with("account_id", account)?.into()?;
    Ok(caller.ask(org, 1, command).await?.into())
}

/// What follows a removal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveQuery {
    /// `nobody` (the default), `lead`, or a member's id.
    #[serde(default)]
    reassign: Option<String>,
}

impl RemoveQuery {
    fn rule(&self) -> Answer<Reassign> {
        match self.reassign.as_deref() {
            None | Some("nobody") => Ok(Reassign::Nobody),
            Some("lead") => Ok(Reassign::Lead),
            Some(id) => match id.parse() {
                Ok(account_id) => Ok(Reassign::Member { account_id }),
                Err(_) => {
                    let why = "Open tasks go to nobody, a lead, or a member by their id.";
                    Err(Failure::because(Code::FieldInvalid, why).field("reassign").into())
                }
            },
        }
    }
}

pub async fn remove(
    caller: Caller,
    Ids((org, account)): Ids<(OrgId, AccountId)>,
    Asked(query): Asked<RemoveQuery>,
) -> Answer<Written> {
    let command = RemoveMember { account_id: account, reassign: query.rule()? };
    Ok(caller.ask(org, 1, command).await?.into())
}

pub async fn claim(
    caller: Caller,
    Ids((org, placeholder)): Ids<(OrgId, AccountId)>,
    fields: Fields,
) -> Answer<Written> {
    let command: ClaimMember = fields.with("placeholder_id", placeholder)?.into()?;
    Ok(caller.ask(org, 1, command).await?.into())
}

/// Makes a stand-in and a guest of it. The same again changes nothing, also when it was claimed meanwhile.
pub async fn add_placeholder(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Body(body): Body<NewPlaceholder>,
) -> Answer<Written> {
    may_add(&caller, org).await?;
    let (http, account_id) = (&caller.http, body.account_id);
    let name = normal_name(&body.name, &http.limits)?;
    let accounts = http.store.accounts();
    if account_id == AccountId::NIL {
        return Err(Failure::new(Code::FieldInvalid).field("account_id").into());
    }
    accounts.create_placeholder(account_id, org, &name, http.clock.now()).await?;
    // The id may be a person's, or another tenant's stand-in: then it is in use, and no more is said.
    let profile = accounts.profile(account_id).await?;
    if !profile.is_some_and(|profile| profile.placeholder && profile.org == Some(org)) {
        return Err(Failure::new(Code::AlreadyExists).field("account_id").into());
    }
    let register = system(&caller, account_id.into(), RegisterAccount { placeholder: true }.into()).await;
    if let Err(failure) = register
        && failure.code != Code::AlreadyExists
    {
        return Err(failure.into());
    }
    let published = http.directory.organization(org).await?;
    if published.state.resolve(account_id) != account_id || published.state.role(account_id).is_some() {
        let lockstep_protocol::position::Bookmark { epoch, seq } = published.bookmark;
        return Ok(lockstep_protocol::frame::Acknowledged { epoch, seq, position: None }.into());
    }
    let add = AddMember { account_id, role: OrgRole::Guest, placeholder: true };
    Ok(Written::created(system(&caller, org.into(), add.into()).await?))
}

/// The server's own doing, on this caller's behalf.
async fn system(
    caller: &Caller,
    topic: lockstep_protocol::topic::Topic,
    body: lockstep_protocol::command::Command,
) -> Result<lockstep_protocol::frame::Acknowledged, Failure> {
    let principal = Principal::System(caller.who.account);
    let request = CommandRequest { topic, principal, session: Some(caller.who.session), key: None, body, saw: None };
    caller.http.directory.command(request).await
}
