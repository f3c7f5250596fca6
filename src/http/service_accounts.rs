//! Service accounts of an organization: members that are programs. Made, given tokens and taken away by who may add people and has at
//! least what they have, with a log-in alone. What one may do its role says, as anybody's.

use axum::{Json, http::StatusCode};
use lockstep_protocol::{
    codes::Code,
    command::{
        account::RegisterAccount,
        organization::{AddMember, RemoveMember},
    },
    ids::{AccountId, OrgId, TokenId},
    values::{MemberStatus, OrgRole, Reassign},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::Items,
    extract::{Body, Caller, From, Ids},
    members::{may_add, system},
    problem::Answer,
    tokens::{NewToken, TokenEntry, TokenMade, list_of, make_for},
};
use crate::auth::address::normal_name;

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewServiceAccount {
    name: String,
    /// Never owner.
    role: OrgRole,
}

#[derive(Serialize, TS)]
pub struct ServiceAccountEntry {
    account_id: AccountId,
    name: String,
    role: OrgRole,
    status: MemberStatus,
}

pub async fn list(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<Json<Items<ServiceAccountEntry>>> {
    may_add(&caller, org).await?;
    let published = caller.http.directory.organization(org).await?;
    let programs: Vec<_> = published.state.everyone().filter(|(_, member)| member.service).collect();
    let ids: Vec<AccountId> = programs.iter().map(|(account, _)| *account).collect();
    let profiles = caller.http.store.accounts().profiles(&ids).await?;
    let name = |account| profiles.iter().find(|profile| profile.account == account).map(|known| known.name.clone());
    let items = programs.into_iter().map(|(account_id, member)| ServiceAccountEntry {
        account_id,
        name: name(account_id).unwrap_or_default(),
        role: member.role,
        status: if member.active { MemberStatus::Active } else { MemberStatus::Inactive },
    });
    Ok(Json(Items { items: items.collect() }))
}

pub async fn create(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Body(body): Body<NewServiceAccount>,
) -> Answer<(StatusCode, Json<ServiceAccountEntry>)> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    let NewServiceAccount { name, role } = body;
    let name = normal_name(&name, &caller.http.limits)?;
    let (account_id, accounts) = (caller.id_for::<AccountId>(None, "service account"), caller.http.store.accounts());
    if !published.state.is_service(account_id) {
        published.state.may_add_service(caller.who.account, role, &caller.http.limits)?;
        accounts.create_service(account_id, org, &name, caller.http.clock.now()).await?;
    }
    let profile = accounts.profile(account_id).await?;
    if !profile.is_some_and(|profile| profile.org == Some(org) && !profile.placeholder) {
        // Made under the same idempotency key in another organization.
        return Err(Code::IdempotencyMismatch.into());
    }
    let register = system(&caller, account_id.into(), RegisterAccount { placeholder: false }.into()).await;
    if let Err(failure) = register
        && failure.code != Code::AlreadyExists
    {
        return Err(failure.into());
    }
    // Whether the caller may give this role is decided there once more, with the membership.
    system(&caller, org.into(), AddMember { account_id, role, placeholder: false, service: true }.into()).await?;
    Ok((StatusCode::CREATED, Json(ServiceAccountEntry { account_id, name, role, status: MemberStatus::Active })))
}

/// Takes one out of the organization; what follows from that ends its tokens and the account. Until then they are worth nothing.
pub async fn remove(caller: Caller, Ids((org, account)): Ids<(OrgId, AccountId)>) -> Answer<StatusCode> {
    may_speak_for(&caller, org, account).await?;
    caller.ask(org, 1, RemoveMember { account_id: account, reassign: Reassign::Nobody }).await?;
    caller.http.store.members().forget(org, account).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn tokens(caller: Caller, Ids((org, account)): Ids<(OrgId, AccountId)>) -> Answer<Json<Items<TokenEntry>>> {
    may_speak_for(&caller, org, account).await?;
    list_of(&caller, account).await
}

pub async fn make_token(
    caller: Caller,
    Ids((org, account)): Ids<(OrgId, AccountId)>,
    From(client): From,
    Body(body): Body<NewToken>,
) -> Answer<(StatusCode, Json<TokenMade>)> {
    may_speak_for(&caller, org, account).await?;
    make_for(&caller, account, &client, body).await
}

pub async fn revoke_token(
    caller: Caller,
    Ids((org, account, token)): Ids<(OrgId, AccountId, TokenId)>,
) -> Answer<StatusCode> {
    may_speak_for(&caller, org, account).await?;
    caller.http.auth.revoke_token(account, caller.who.account, token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The whole path: the organization is there for the caller, the account is a program of it, and the caller may speak for it.
async fn may_speak_for(caller: &Caller, org: OrgId, account: AccountId) -> Answer<()> {
    let (published, _) = caller.http.directory.readable_org(caller.principal(), org).await?;
    Ok(published.state.may_speak_for(caller.who.account, account)?)
}
