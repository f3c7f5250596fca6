//! The second step of a log-in: what is asked for, and what is answered.

use axum::{extract::State, response::Response};
use lockstep_protocol::{
    codes::{Code, Failure},
    values::{Micros, SecondMethod},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{
    Http,
    authentication::{Browser, RefreshIn, answer},
    extract::{Body, From},
    problem::Answer,
};
use crate::auth::{Asked, Proof};

/// The password was right; a second factor is asked for.
#[derive(Serialize, TS)]
pub struct SecondFactorAsked {
    second_factor: Challenge,
}

#[derive(Serialize, TS)]
pub struct Challenge {
    /// To be given back with the answer, from the same device and network.
    challenge: String,
    /// Any of these will do.
    methods: Vec<SecondMethod>,
    /// What a passkey is asked, for `navigator.credentials.get`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "Json")]
    passkey: Option<Value>,
    #[ts(type = "number")]
    expires_at: Micros,
}

impl core::convert::From<Asked> for SecondFactorAsked {
    fn from(asked: Asked) -> Self {
        let challenge = asked.challenge.expose_secret().to_owned();
        let Asked { methods, passkey, expires_at, .. } = asked;
        Self { second_factor: Challenge { challenge, methods, passkey, expires_at } }
    }
}

/// Exactly one of the proofs.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SecondStep {
    #[ts(type = "string")]
    challenge: SecretString,
    /// Six digits of the authenticator app.
    #[serde(default)]
    #[ts(optional, type = "string")]
    totp: Option<SecretString>,
    /// A recovery code; it is spent.
    #[serde(default)]
    #[ts(optional, type = "string")]
    recovery: Option<SecretString>,
    /// What the browser answers for a passkey (`PublicKeyCredential.toJSON()`).
    #[serde(default)]
    #[ts(optional, type = "Json")]
    passkey: Option<Value>,
    /// `cookie` for browsers (the default), `body` for programs.
    #[serde(default)]
    #[ts(optional, as = "Option<RefreshIn>")]
    refresh_in: RefreshIn,
}

pub async fn log_in(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    Body(body): Body<SecondStep>,
) -> Answer<Response> {
    browser.check_origin(&http)?;
    let proof = match (body.totp, body.recovery, body.passkey) {
        (Some(code), None, None) => Proof::Totp(code),
        (None, Some(code), None) => Proof::Recovery(code),
        (None, None, Some(answer)) => Proof::Passkey(answer),
        (None, None, None) => return Err(Failure::new(Code::FieldRequired).field("totp").into()),
        _ => return Err(Failure::because(Code::FieldInvalid, "One proof is enough.").field("challenge").into()),
    };
    let logged_in = http.auth.log_in_second(&body.challenge, proof, &client).await?;
    Ok(answer(&http, logged_in, body.refresh_in))
}
