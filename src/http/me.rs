//! The caller's own account: profile and sessions.

use axum::{Json, http::StatusCode};
use lockstep_protocol::{
    codes::Code,
    ids::{AccountId, PictureId, SessionId},
    values::Micros,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    extract::{Body, Caller, From, Ids},
    organizations::{OrgEntry, orgs_of},
    preferences::Preferences,
    problem::Answer,
};
use crate::{
    auth::address::{normal_locale, normal_name, normal_time_zone},
    store::accounts::ProfileChange,
};

#[derive(Serialize, TS)]
pub struct Me {
    account_id: AccountId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    avatar_id: Option<PictureId>,
    email: String,
    /// Whether the address was proved to be theirs.
    email_verified: bool,
    /// An address that waits for its link, until it is followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pending_email: Option<String>,
    /// Whether they can log in with a password.
    has_password: bool,
    /// As browsers name it: `de-CH`. Empty: not chosen.
    locale: String,
    /// Of the tz database: `Europe/Zurich`. Empty: not chosen.
    time_zone: String,
    preferences: Preferences,
    #[ts(type = "number")]
    created_at: Micros,
    orgs: Vec<OrgEntry>,
}

/// What is absent stays.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    #[serde(default)]
    #[ts(optional)]
    name: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    locale: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    time_zone: Option<String>,
    /// All of them.
    #[serde(default)]
    #[ts(optional)]
    preferences: Option<Preferences>,
}

/// An address to be proved: another one, or the present one once more.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangeEmail {
    email: String,
    /// Once more, where there is one; else a log-in of the last ten minutes.
    #[serde(default)]
    #[ts(optional, type = "string")]
    password: Option<SecretString>,
}

/// The caller's password, to be another.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    #[ts(type = "string")]
    current_password: SecretString,
    /// 12 to 256 characters, not easy to guess.
    #[ts(type = "string")]
    new_password: SecretString,
}

/// One log-in.
#[derive(Serialize, TS)]
pub struct SessionEntry {
    session_id: SessionId,
    /// What the program called itself.
    device: String,
    /// Where it was last seen.
    address: String,
    #[ts(type = "number")]
    created_at: Micros,
    #[ts(type = "number")]
    last_seen_at: Micros,
    /// Whether this request came from it.
    current: bool,
}

pub async fn read(caller: Caller) -> Answer<Json<Me>> {
    let accounts = caller.http.store.accounts();
    let account = accounts.find(caller.who.account).await?.ok_or(Code::Unauthenticated)?;
    let profile = accounts.profile(caller.who.account).await?.ok_or(Code::Unauthenticated)?;
    let pending = caller.http.auth.pending_email(caller.who.account).await?;
    let avatar = caller.http.store.pictures().avatars(&[caller.who.account]).await?.pop();
    let email = account.email.unwrap_or_default();
    Ok(Json(Me {
        account_id: account.id,
        name: profile.name,
        avatar_id: avatar.map(|(_, id)| id),
        pending_email: pending.filter(|pending| *pending != email),
        email,
        email_verified: account.email_verified_at.is_some(),
        has_password: account.password_hash.is_some(),
        locale: profile.locale,
        time_zone: profile.time_zone,
        preferences: Preferences::stored(&profile.preferences),
        created_at: account.created_at,
        orgs: orgs_of(&caller).await?,
    }))
}

pub async fn update(caller: Caller, Body(body): Body<UpdateMe>) -> Answer<Json<Me>> {
    let change = ProfileChange {
        name: body.name.map(|name| normal_name(&name, &caller.http.limits)).transpose()?,
        locale: body.locale.as_deref().map(normal_locale).transpose()?,
        time_zone: body.time_zone.as_deref().map(normal_time_zone).transpose()?,
        preferences: body.preferences.map(|preferences| preferences.checked(&caller.http.limits)).transpose()?,
    };
    let (account, now) = (caller.who.account, caller.http.clock.now());
    caller.http.store.accounts().update_profile(account, &change, now).await?;
    caller.http.names.changed(account).await;
    caller.http.auth.profile_changed(account).await?;
    read(caller).await
}

/// The same answer whether or not somebody has the address.
pub async fn change_email(caller: Caller, From(client): From, Body(body): Body<ChangeEmail>) -> Answer<StatusCode> {
    caller.http.auth.ask_for_email(caller.session()?, &body.email, body.password, &client).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Every other session ends.
pub async fn change_password(
    caller: Caller,
    From(client): From,
    Body(body): Body<ChangePassword>,
) -> Answer<StatusCode> {
    let who = caller.session()?;
    caller.http.auth.change_password(who, body.current_password, body.new_password, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteMe {
    /// Once more, where there is one; else a log-in of the last ten minutes.
    #[serde(default)]
    #[ts(optional, type = "string")]
    password: Option<SecretString>,
}

/// For good. What the caller wrote stays, as a deleted user's.
pub async fn delete(caller: Caller, From(client): From, Body(body): Body<DeleteMe>) -> Answer<StatusCode> {
    caller.http.auth.delete_account(caller.session()?, body.password, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The open sessions, newest first.
pub async fn sessions(caller: Caller) -> Answer<Json<Vec<SessionEntry>>> {
    let open = caller.http.directory.account(caller.who.account).await?;
    let known = caller.http.auth.sessions(caller.who.account).await?;
    let known = known.into_iter().filter(|session| open.state.has_session(session.id));
    let entries = known.map(|session| SessionEntry {
        session_id: session.id,
        device: session.device,
        address: session.address,
        created_at: session.created_at,
        last_seen_at: session.last_seen,
        current: caller.who.credential == session.id.into(),
    });
    Ok(Json(entries.collect()))
}

pub async fn end_session(caller: Caller, Ids(session): Ids<SessionId>) -> Answer<StatusCode> {
    let own = caller.http.directory.account(caller.who.account).await?;
    if !own.state.has_session(session) {
        return Err(Code::NotFound.into());
    }
    caller.http.auth.end(caller.who.account, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
