//! Registering, and what is done by the link of a mail: complete a registration, prove an address, set a new password. No answer here
//! tells whether an address is known, unless the operator chose registration without mail.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Http,
    authentication::{Browser, RefreshIn, entered_with},
    extract::{Body, From},
    problem::Answer,
};
use crate::auth::register::{Newcomer, Proof, Registered};

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Register {
    email: String,
    /// 12 to 256 characters, not easy to guess.
    #[ts(type = "string")]
    password: SecretString,
    /// What others see.
    name: String,
    /// As the browser names it: `de-CH`. Decides the language of mails.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    locale: String,
    /// Of the tz database: `Europe/Zurich`.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    time_zone: String,
    /// The code of an invitation: accepted with the account, on whatever device the link of the mail is followed.
    #[serde(default)]
    #[ts(optional, type = "string")]
    invitation: Option<SecretString>,
    /// `cookie` for browsers (the default), `body` for programs.
    #[serde(default)]
    #[ts(optional, as = "Option<RefreshIn>")]
    refresh_in: RefreshIn,
}

/// A mail is on its way; the account is made when its link is followed.
#[derive(Serialize, TS)]
pub struct Pending {
    /// With it the same browser completes the registration without the password.
    pending: String,
}

/// The link of the mail, with what shows that it is followed by whoever registered.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRegistration {
    #[ts(type = "string")]
    code: SecretString,
    /// What the registration answered.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pending: Option<SecretString>,
    /// Instead of it, on another device.
    #[serde(default)]
    #[ts(optional, type = "string")]
    password: Option<SecretString>,
    /// `cookie` for browsers (the default), `body` for programs.
    #[serde(default)]
    #[ts(optional, as = "Option<RefreshIn>")]
    refresh_in: RefreshIn,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ForgotPassword {
    email: String,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    #[ts(type = "string")]
    code: SecretString,
    /// 12 to 256 characters, not easy to guess.
    #[ts(type = "string")]
    new_password: SecretString,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConfirmEmail {
    #[ts(type = "string")]
    code: SecretString,
}

pub async fn register(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    Body(body): Body<Register>,
) -> Answer<Response> {
    browser.check_origin(&http)?;
    let Register { email, password, name, locale, time_zone, invitation, refresh_in } = body;
    let newcomer = Newcomer { email, password, name, locale, time_zone };
    Ok(match http.auth.register(newcomer, invitation.as_ref(), &client).await? {
        Registered::Entered(entered) => entered_with(StatusCode::CREATED, &http, *entered, refresh_in),
        Registered::Pending(pending) => {
            (StatusCode::ACCEPTED, Json(Pending { pending: pending.expose_secret().to_owned() })).into_response()
        }
    })
}

pub async fn confirm(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    Body(body): Body<ConfirmRegistration>,
) -> Answer<Response> {
    browser.check_origin(&http)?;
    // Of both, the password: the secret may be that of an older registration.
    let proof = body.password.map(Proof::Password).or(body.pending.map(Proof::Pending));
    let entered = http.auth.confirm_registration(&body.code, proof, &client).await?;
    Ok(entered_with(StatusCode::CREATED, &http, entered, body.refresh_in))
}

pub async fn forgot(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    Body(body): Body<ForgotPassword>,
) -> Answer<StatusCode> {
    browser.check_origin(&http)?;
    http.auth.forgot_password(&body.email, &client).await?;
    Ok(StatusCode::ACCEPTED)
}

pub async fn reset(State(http): State<Http>, browser: Browser, Body(body): Body<SetPassword>) -> Answer<StatusCode> {
    browser.check_origin(&http)?;
    http.auth.reset_password(&body.code, body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn confirm_email(
    State(http): State<Http>,
    browser: Browser,
    Body(body): Body<ConfirmEmail>,
) -> Answer<StatusCode> {
    browser.check_origin(&http)?;
    http.auth.confirm_email(&body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}
