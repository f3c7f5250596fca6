//! Access tokens that the caller makes for programs. Made and revoked with a log-in alone, never with a token.

use axum::{Json, http::StatusCode};
use lockstep_protocol::{
    ids::{AccountId, TokenId},
    values::{Micros, Scope},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::Items,
    extract::{Body, Caller, From, Ids},
    problem::Answer,
};
use crate::{
    auth::{Client, TokenWish},
    store::tokens::ApiToken,
};

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What its owner calls it.
    name: String,
    /// What it may be used for; at least one.
    scopes: Vec<Scope>,
    /// When it ends by itself; absent: when it is revoked.
    #[serde(default)]
    #[ts(optional, type = "number")]
    expires_at: Option<Micros>,
    /// The caller's own, once more. An account without one needs a log-in of the last ten minutes instead.
    #[serde(default)]
    #[ts(optional, type = "string")]
    password: Option<SecretString>,
}

#[derive(Serialize, TS)]
pub struct TokenEntry {
    token_id: TokenId,
    name: String,
    scopes: Vec<Scope>,
    #[ts(type = "number")]
    created_at: Micros,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    expires_at: Option<Micros>,
    /// To the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    last_used_at: Option<Micros>,
}

#[derive(Serialize, TS)]
pub struct TokenMade {
    /// Shown once.
    token: String,
    #[serde(flatten)]
    #[ts(flatten)]
    entry: TokenEntry,
}

fn entry((token, scopes): (ApiToken, Vec<Scope>)) -> TokenEntry {
    let ApiToken { id, name, created_at, expires_at, last_used_at, .. } = token;
    TokenEntry { token_id: id, name, scopes, created_at, expires_at, last_used_at }
}

/// The open tokens of an account that the caller may speak for.
pub(super) async fn list_of(caller: &Caller, owner: AccountId) -> Answer<Json<Items<TokenEntry>>> {
    let open = caller.http.auth.open_tokens(owner).await?;
    Ok(Json(Items { items: open.into_iter().map(entry).collect() }))
}

/// Makes one for an account that the caller may speak for.
pub(super) async fn make_for(
    caller: &Caller,
    owner: AccountId,
    client: &Client,
    body: NewToken,
) -> Answer<(StatusCode, Json<TokenMade>)> {
    let NewToken { name, scopes, expires_at, password } = body;
    let wish = TokenWish { name, scopes: scopes.clone(), expires_at };
    let (token, made) = caller.http.auth.make_token(owner, caller.session()?, password, wish, client).await?;
    let made = TokenMade { token: token.expose_secret().to_owned(), entry: entry((made, scopes)) };
    Ok((StatusCode::CREATED, Json(made)))
}

pub async fn list(caller: Caller) -> Answer<Json<Items<TokenEntry>>> {
    list_of(&caller, caller.who.account).await
}

pub async fn make(
    caller: Caller,
    From(client): From,
    Body(body): Body<NewToken>,
) -> Answer<(StatusCode, Json<TokenMade>)> {
    make_for(&caller, caller.who.account, &client, body).await
}

pub async fn revoke(caller: Caller, Ids(id): Ids<TokenId>) -> Answer<StatusCode> {
    caller.http.auth.revoke_token(caller.who.account, caller.who.account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
