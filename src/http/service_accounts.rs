//! Service accounts of an organization: members that are programs. Made, given tokens and taken away by who may add people, with a
//! log-in alone. What one may do its role says, as anybody's.

use axum::{Json, http::StatusCode};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        account::RegisterAccount,
        organization::{AddMember, RemoveMember},
    },
    ids::{AccountId, OrgId, TokenId},
    values::OrgRole,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::Items,
    extract::{Body, Caller, Ids},
    members::may_add,
    problem::Answer,
    tokens::{NewToken, TokenEntry, TokenMade},
};
use crate::{
    actors::CommandRequest,
    auth::address::normal_name,
    store::accounts::{AccountStatus, Profile},
};

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewServiceAccount {
    name: String,
    role: OrgRole,
}

#[derive(Serialize, TS)]
pub struct ServiceAccountEntry {
    account_id: AccountId,
    name: String,
    role: OrgRole,
}

pub async fn list(caller: Caller, Ids(org): Ids<OrgId>) -> Answer<Json<Items<ServiceAccountEntry>>> {
    may_add(&caller, org).await?;
    let published = caller.http.directory.organization(org).await?;
    let known = caller.http.store.accounts().service_accounts(org).await?;
    let items = known.into_iter().filter_map(|profile| {
        let role = published.state.role(profile.account)?;
        Some(ServiceAccountEntry { account_id: profile.account, name: profile.name, role })
    });
    Ok(Json(Items { items: items.collect() }))
}

pub async fn create(
    caller: Caller,
    Ids(org): Ids<OrgId>,
    Body(body): Body<NewServiceAccount>,
) -> Answer<(StatusCode, Json<ServiceAccountEntry>)> {
    may_add(&caller, org).await?;
    caller.session()?;
    let name = normal_name(&body.name, &caller.http.limits)?;
    if body.role == OrgRole::Owner {
        return Err(Failure::because(Code::FieldInvalid, "An owner is a person.").field("role").into());
    }
    let (account, accounts) = (caller.id_for::<AccountId>(None, "service account"), caller.http.store.accounts());
    accounts.create_service(account, org, &name, caller.http.clock.now()).await?;
    of_org(&caller, org, account).await?;
    let register = CommandRequest {
        topic: account.into(),
        principal: Principal::System(caller.who.account),
        session: None,
        key: None,
        body: RegisterAccount { placeholder: false }.into(),
        saw: None,
    };
    if let Err(failure) = caller.http.directory.command(register).await
        && failure.code != Code::AlreadyExists
    {
        return Err(failure.into());
    }
    let add = AddMember { account_id: account, role: body.role, placeholder: false };
    if let Err(refused) = caller.ask(org, 1, add).await {
        if !refused.0.temporary {
            accounts.set_status(account, AccountStatus::Disabled).await?;
        }
        return Err(refused);
    }
    Ok((StatusCode::CREATED, Json(ServiceAccountEntry { account_id: account, name, role: body.role })))
}

/// Takes one out of the organization and ends its tokens.
pub async fn remove(caller: Caller, Ids((org, account)): Ids<(OrgId, AccountId)>) -> Answer<StatusCode> {
    may_manage(&caller, org, account).await?;
    caller.ask(org, 1, RemoveMember { account_id: account }).await?;
    end(&caller, account).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the tokens of a service account that is no member any more, and the account with them.
pub async fn end(caller: &Caller, account: AccountId) -> Answer<()> {
    caller.http.store.accounts().set_status(account, AccountStatus::Disabled).await?;
    caller.http.auth.revoke_tokens(account, caller.who.account).await?;
    Ok(())
}

pub async fn tokens(
    caller: Caller,
    Ids((org, account)): Ids<(OrgId, AccountId)>,
) -> Answer<Json<Items<TokenEntry>>> {
    may_manage(&caller, org, account).await?;
    let open = caller.http.auth.open_tokens(account).await?;
    Ok(Json(Items { items: open.into_iter().map(Into::into).collect() }))
}

pub async fn make_token(
    caller: Caller,
    Ids((org, account)): Ids<(OrgId, AccountId)>,
    Body(body): Body<NewToken>,
) -> Answer<(StatusCode, Json<TokenMade>)> {
    may_manage(&caller, org, account).await?;
    let NewToken { name, scopes, expires_at } = body;
    let made = caller.http.auth.make_token(account, caller.who.account, &name, scopes, expires_at).await?;
    let token = made.0.expose_secret().to_owned();
    Ok((StatusCode::CREATED, Json(TokenMade { token, entry: made.1.into() })))
}

pub async fn revoke_token(
    caller: Caller,
    Ids((org, account, token)): Ids<(OrgId, AccountId, TokenId)>,
) -> Answer<StatusCode> {
    may_manage(&caller, org, account).await?;
    caller.http.auth.revoke_token(account, caller.who.account, token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The whole path: the caller may add people to the organization, the account is a program of it and a member.
async fn may_manage(caller: &Caller, org: OrgId, account: AccountId) -> Answer<()> {
    may_add(caller, org).await?;
    caller.session()?;
    of_org(caller, org, account).await?;
    let published = caller.http.directory.organization(org).await?;
    published.state.role(account).map(|_| ()).ok_or_else(|| Code::NotFound.into())
}

async fn of_org(caller: &Caller, org: OrgId, account: AccountId) -> Answer<Profile> {
    let profile = caller.http.store.accounts().profile(account).await?;
    let own = profile.filter(|profile| profile.org == Some(org) && !profile.placeholder);
    own.ok_or_else(|| Code::NotFound.into())
}
