//! The caller's second factors. What changes them asks for the password once more.

use axum::{Json, http::StatusCode};
use lockstep_protocol::{
    ids::{AccountId, FactorId, SessionId},
    values::{FactorKind, Micros},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    extract::{Body, Caller, From},
    problem::Answer,
};
use crate::auth::Factor;

#[derive(Serialize, TS)]
pub struct FactorEntry {
    factor_id: FactorId,
    kind: FactorKind,
    /// Of a passkey, as its owner calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    name: Option<String>,
    #[ts(type = "number")]
    created_at: Micros,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    last_used_at: Option<Micros>,
}

#[derive(Serialize, TS)]
pub struct FactorList {
    items: Vec<FactorEntry>,
    #[ts(type = "number")]
    recovery_codes_left: u64,
}

/// The password once more. An account without one needs a log-in of the last ten minutes instead.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub password: Option<SecretString>,
}

/// Shown once.
#[derive(Serialize, TS)]
pub struct TotpSecret {
    factor_id: FactorId,
    /// Base32, for typing.
    secret: String,
    /// For a QR code.
    uri: String,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TotpCode {
    /// Six digits that the app shows now.
    #[ts(type = "string")]
    code: SecretString,
}

/// Shown once; each is good once.
#[derive(Serialize, TS)]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

impl core::convert::From<Factor> for FactorEntry {
    fn from(factor: Factor) -> Self {
        let Factor { id, kind, name, created_at, last_used_at } = factor;
        Self { factor_id: id, kind, name, created_at, last_used_at }
    }
}

impl Caller {
    /// The account and the session it asks from; refused to tokens.
    pub(super) fn session(&self) -> Answer<(AccountId, SessionId)> {
        Ok((self.who.account, self.who.session()?))
    }
}

pub async fn list(caller: Caller) -> Answer<Json<FactorList>> {
    let known = caller.http.auth.factors(caller.who.account).await?;
    let items = known.items.into_iter().map(Into::into);
    Ok(Json(FactorList { items: items.collect(), recovery_codes_left: known.recovery_codes_left }))
}

pub async fn begin_totp(
    caller: Caller,
    From(client): From,
    Body(body): Body<StepUp>,
) -> Answer<(StatusCode, Json<TotpSecret>)> {
    let setup = caller.http.auth.begin_totp(caller.session()?, body.password, &client).await?;
    let (secret, uri) = (setup.secret.expose_secret().to_owned(), setup.uri.expose_secret().to_owned());
    Ok((StatusCode::CREATED, Json(TotpSecret { factor_id: setup.id, secret, uri })))
}

pub async fn confirm_totp(
    caller: Caller,
    From(client): From,
    Body(body): Body<TotpCode>,
) -> Answer<Json<RecoveryCodes>> {
    let recovery_codes = caller.http.auth.confirm_totp(caller.who.account, &body.code, &client).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

pub async fn remove_totp(caller: Caller, From(client): From, Body(body): Body<StepUp>) -> Answer<StatusCode> {
    caller.http.auth.remove_totp(caller.session()?, body.password, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn renew_recovery_codes(
    caller: Caller,
    From(client): From,
    Body(body): Body<StepUp>,
) -> Answer<Json<RecoveryCodes>> {
    let recovery_codes = caller.http.auth.renew_recovery_codes(caller.session()?, body.password, &client).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}
