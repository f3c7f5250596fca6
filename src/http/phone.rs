//! The number that the caller's text messages go to. It must never be told to anybody else.

use axum::{Json, http::StatusCode};
use lockstep_protocol::{codes::Code, values::Micros};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    extract::{Body, Caller, From},
    problem::Answer,
};
use crate::store::phones;

/// The number that text messages go to.
#[derive(Serialize, TS)]
pub struct Phone {
    /// Whether this server sends text messages.
    available: bool,
    /// In E.164; absent: none was proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    number: Option<String>,
    /// The number that a code was sent to, which is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    asked: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    asked_until: Option<Micros>,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewPhone {
    /// With its country's code.
    number: String,
}

/// What was typed.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhoneCode {
    /// Six digits.
    #[ts(type = "string")]
    code: SecretString,
}

fn entry(caller: &Caller, phone: phones::Phone) -> Json<Phone> {
    let (asked, asked_until) = phone.asked.map(|asked| (asked.number, asked.until)).unzip();
    Json(Phone { available: caller.http.auth.sends_texts(), number: phone.number, asked, asked_until })
}

pub async fn read(caller: Caller) -> Answer<Json<Phone>> {
    let phone = caller.http.auth.phone(caller.who.account).await?;
    Ok(entry(&caller, phone))
}

/// Of a log-in alone: a program does not choose where news go, nor send codes.
pub async fn ask(caller: Caller, From(client): From, Body(body): Body<NewPhone>) -> Answer<(StatusCode, Json<Phone>)> {
    let (account, _) = caller.session()?;
    let phone = caller.http.auth.ask_phone(account, &body.number, &client).await?;
    Ok((StatusCode::ACCEPTED, entry(&caller, phone)))
}

pub async fn confirm(caller: Caller, Body(body): Body<PhoneCode>) -> Answer<Json<Phone>> {
    let (account, _) = caller.session()?;
    let phone = caller.http.auth.confirm_phone(account, &body.code).await?;
    Ok(entry(&caller, phone))
}

pub async fn remove(caller: Caller) -> Answer<StatusCode> {
    let (account, _) = caller.session()?;
    if !caller.http.auth.remove_phone(account).await? {
        return Err(Code::NotFound.into());
    }
    Ok(StatusCode::NO_CONTENT)
}
