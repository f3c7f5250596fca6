//! Passkeys: added, renamed, taken away; and the log-in that needs nothing else.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use lockstep_protocol::ids::FactorId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{
    Http,
    authentication::{Browser, RefreshIn, answer},
    extract::{Body, Caller, From, Ids},
    factors::{FactorEntry, StepUp},
    problem::Answer,
};
use crate::auth;

#[derive(Serialize, TS)]
pub struct PasskeyAsked {
    /// To be given back with the answer, within five minutes, from the same device and network.
    ceremony: String,
    /// For `navigator.credentials`.
    #[ts(type = "Json")]
    options: Value,
}

impl core::convert::From<auth::PasskeyAsked> for PasskeyAsked {
    fn from(asked: auth::PasskeyAsked) -> Self {
        Self { ceremony: asked.ceremony.expose_secret().to_owned(), options: asked.options }
    }
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    #[ts(type = "string")]
    ceremony: SecretString,
    /// What the browser answers (`PublicKeyCredential.toJSON()`).
    #[ts(type = "Json")]
    credential: Value,
    /// What its owner calls it.
    name: String,
}

#[derive(Serialize, TS)]
pub struct PasskeyAdded {
    passkey: FactorEntry,
    /// Where there were none: shown once, each good once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    recovery_codes: Option<Vec<String>>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RenamePasskey {
    name: String,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PasskeyLogin {
    #[ts(type = "string")]
    ceremony: SecretString,
    /// What the browser answers (`PublicKeyCredential.toJSON()`).
    #[ts(type = "Json")]
    credential: Value,
    /// `cookie` for browsers (the default), `body` for programs.
    #[serde(default)]
    #[ts(optional, as = "Option<RefreshIn>")]
    refresh_in: RefreshIn,
}

/// Nothing.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

pub async fn begin(caller: Caller, From(client): From, Body(body): Body<StepUp>) -> Answer<Json<PasskeyAsked>> {
    Ok(Json(caller.http.auth.begin_passkey(caller.session()?, body.password, &client).await?.into()))
}

pub async fn add(
    caller: Caller,
    From(client): From,
    Body(body): Body<NewPasskey>,
) -> Answer<(StatusCode, Json<PasskeyAdded>)> {
    let NewPasskey { ceremony, credential, name } = body;
    let auth = &caller.http.auth;
    let (factor, recovery_codes) = auth.add_passkey(caller.who.account, &ceremony, credential, &name, &client).await?;
    Ok((StatusCode::CREATED, Json(PasskeyAdded { passkey: factor.into(), recovery_codes })))
}

pub async fn rename(caller: Caller, Ids(id): Ids<FactorId>, Body(body): Body<RenamePasskey>) -> Answer<StatusCode> {
    caller.http.auth.rename_passkey(caller.who.account, id, &body.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn remove(
    caller: Caller,
    From(client): From,
    Ids(id): Ids<FactorId>,
    Body(body): Body<StepUp>,
) -> Answer<StatusCode> {
    caller.http.auth.remove_passkey(caller.session()?, id, body.password, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn begin_log_in(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    Body(_): Body<Empty>,
) -> Answer<Json<PasskeyAsked>> {
    browser.check_origin(&http)?;
    Ok(Json(http.auth.begin_passkey_log_in(&client)?.into()))
}

pub async fn log_in(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    Body(body): Body<PasskeyLogin>,
) -> Answer<Response> {
    browser.check_origin(&http)?;
    let logged_in = http.auth.log_in_by_passkey(&body.ceremony, body.credential, &client).await?;
    Ok(answer(&http, logged_in, body.refresh_in))
}
