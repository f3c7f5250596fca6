//! Members of an organization: added, changed, taken out. Their list is in `member_list`.

use lockstep_domain::{
    Principal,
    access::{Capability, demand, org_role},
    organization::Organization,
    text,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        account::{RegisterAccount, UpdateAccount},
        organization::{
            AddMember, AssignRole, ChangeMemberRole, ChangeMemberStatus, ClaimMember, RemoveMember, UpdateMember,
        },
    },
    frame::Acknowledged,
    ids::{AccountId, OrgId, RoleId},
    position::Bookmark,
    values::{MemberStatus, OrgRole, Reassign},
};
use serde::Deserialize;
use ts_rs::TS;

use super::{
    answers::Written,
    extract::{Asked, Body, Caller, Fields, Ids},
    problem::Answer,
    tasks::said,
};
use crate::{
    actors::{CommandRequest, Published, Saw},
    auth::address::normal_name,
};

/// What is absent stays; `null` takes away.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangeMember {
    #[serde(default)]
    #[ts(optional)]
    role: Option<OrgRole>,
    #[serde(default, deserialize_with = "said")]
    #[ts(optional, type = "RoleId | null")]
    role_id: Option<Option<RoleId>>,
    #[serde(default, deserialize_with = "said")]
    #[ts(optional, type = "AccountId | null")]
    manager_id: Option<Option<AccountId>>,
    #[serde(default)]
    #[ts(optional)]
    status: Option<MemberStatus>,
    /// Job title; empty takes it away.
    #[serde(default)]
    #[ts(optional)]
    title: Option<String>,
}

/// A stand-in for a person whom imported data names.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewPlaceholder {
    account_id: AccountId,
    name: String,
}

pub(super) async fn may_add(caller: &Caller, org: OrgId) -> Answer<()> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let role = org_role(&published.state, caller.who.account).ok_or(Code::NotFound)?;
    Ok(demand(role, Capability::AddMembers)?)
}

/// Changes what is said, as one to four commands in this order: role, custom role, manager, status; then the job title. The first
/// that is refused ends it; what was made before stays.
pub async fn change(
    caller: Caller,
    Ids((org, account_id)): Ids<(OrgId, AccountId)>,
    Body(body): Body<ChangeMember>,
) -> Answer<Written> {
    let http = &caller.http;
    let (published, _) = http.directory.readable_org(caller.principal(), org).await?;
    let title = body.title.as_deref().map(|title| text::name_or_empty(title, "title", &http.limits)).transpose()?;
    if title.is_some() {
        published.state.may_edit(caller.who.account, account_id)?;
    }
    let mut commands: Vec<Command> = Vec::new();
    commands.extend(body.role.map(|role| ChangeMemberRole { account_id, role }.into()));
    commands.extend(body.role_id.map(|role_id| AssignRole { account_id, role_id }.into()));
    commands.extend(body.manager_id.map(|manager_id| UpdateMember { account_id, manager_id }.into()));
    commands.extend(body.status.map(|status| ChangeMemberStatus { account_id, status }.into()));
    if commands.is_empty() && title.is_none() {
        let why = "Say at least one of role, role_id, manager_id, status, title.";
        return Err(Failure::because(Code::FieldRequired, why).into());
    }
    let mut acknowledged = stands(&published);
    for (step, command) in (1..).zip(commands) {
        acknowledged = caller.ask(org, step, command).await?;
    }
    if let Some(title) = title {
        http.store.members().set_title(org, account_id, &title, http.clock.now()).await?;
        http.names.changed(account_id).await;
        system(&caller, account_id.into(), UpdateAccount {}.into()).await?;
    }
    Ok(acknowledged.into())
}

/// Where the organization stands, for an answer to what changed no event.
fn stands(published: &Published<Organization>) -> Acknowledged {
    let Bookmark { epoch, seq } = published.bookmark;
    Acknowledged::new(epoch, seq, None)
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
    let acknowledged = caller.ask(org, 1, command).await?;
    caller.http.store.members().forget(org, account).await?;
    Ok(acknowledged.into())
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
        return Ok(stands(&published).into());
    }
    let add = AddMember { account_id, role: OrgRole::Guest, placeholder: true, service: false };
    Ok(Written::created(system(&caller, org.into(), add.into()).await?))
}

/// The server's own doing, on this caller's behalf.
pub(super) async fn system(
    caller: &Caller,
    topic: lockstep_protocol::topic::Topic,
    body: Command,
) -> Result<Acknowledged, Failure> {
    let principal = Principal::System(caller.who.account);
    let request =
        CommandRequest { topic, principal, session: Some(caller.who.credential), key: None, body, saw: Saw::default() };
    caller.http.directory.command(request).await
}
