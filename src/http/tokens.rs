//! Access tokens that the caller makes for programs. Made and revoked with a log-in alone, never with a token.

use axum::{Json, http::StatusCode};
use lockstep_protocol::{
    ids::TokenId,
    values::{Micros, Scope},
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    answers::Items,
    extract::{Body, Caller, Ids},
    problem::Answer,
};
use crate::store::tokens::ApiToken;

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for; at least one.
    pub scopes: Vec<Scope>,
    /// When it ends by itself; absent: when it is revoked.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub expires_at: Option<Micros>,
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
    pub token: String,
    #[serde(flatten)]
    #[ts(flatten)]
    pub entry: TokenEntry,
}

impl core::convert::From<ApiToken> for TokenEntry {
    fn from(token: ApiToken) -> Self {
        let ApiToken { id, name, scopes, created_at, expires_at, last_used_at, .. } = token;
        Self { token_id: id, name, scopes, created_at, expires_at, last_used_at }
    }
}

pub async fn list(caller: Caller) -> Answer<Json<Items<TokenEntry>>> {
    let open = caller.http.auth.open_tokens(caller.who.account).await?;
    Ok(Json(Items { items: open.into_iter().map(Into::into).collect() }))
}

pub async fn make(caller: Caller, Body(body): Body<NewToken>) -> Answer<(StatusCode, Json<TokenMade>)> {
    let NewToken { name, scopes, expires_at } = body;
    let (token, entry) = caller.http.auth.make_token(caller.who.account, caller.who.account, &name, scopes, expires_at).await?;
    let token = token.expose_secret().to_owned();
    Ok((StatusCode::CREATED, Json(TokenMade { token, entry: entry.into() })))
}

pub async fn revoke(caller: Caller, Ids(id): Ids<TokenId>) -> Answer<StatusCode> {
    caller.http.auth.revoke_token(caller.who.account, caller.who.account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
