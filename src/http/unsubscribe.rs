//! The end of mail of a kind, by the link that such a mail carries: whoever holds it need not log in (RFC 8058). It must never be done by
//! reading an address alone: programs follow links before people do.

use axum::{Json, extract::State};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::inbox::SetPreferences,
    topic::Topic,
    values::{EmailWhen, NewEntry, NotifyReason, PreferenceChange},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Http,
    extract::Asked,
    problem::Answer,
    surface::{Endpoint, Parameter, post},
};
use crate::{
    actors::{CommandRequest, Saw},
    auth::codes::Purpose,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeQuery {
    code: SecretString,
}

/// Of what there is no mail any more.
#[derive(Serialize, TS)]
pub struct Unsubscribed {
    reasons: Vec<NotifyReason>,
}

const CODE: &[Parameter] = &[Parameter { name: "code", kind: "string", says: "From the mail." }];

#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> { vec![
    post("/api/v1/unsubscribe", end, "End mail of the kind that brought this code; no log-in is needed").asks(CODE).answers(200, "Unsubscribed").open(),
] }

pub async fn end(State(http): State<Http>, Asked(query): Asked<CodeQuery>) -> Answer<Json<Unsubscribed>> {
    let expired = || Failure::new(Code::CodeExpired).field("code");
    let parcel = http.auth.scribe().codes().read(Purpose::Unsubscribe, &query.code).ok_or_else(expired)?;
    let delivered = http.store.deliveries().of_parcel(parcel).await?;
    let account = delivered.first().ok_or_else(expired)?.account;
    let told = delivered.iter().filter_map(|delivery| serde_json::from_str::<NewEntry>(&delivery.entry).ok());
    let mut reasons: Vec<NotifyReason> = told.map(|entry| entry.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let off = |reason: &NotifyReason| PreferenceChange::Reason {
        reason: *reason,
        in_app: None,
        email: Some(EmailWhen::Off),
        push: None,
        sms: None,
    };
    let (topic, principal) = (Topic::inbox(account), Principal::System(account));
    let body = SetPreferences { changes: reasons.iter().map(off).collect() }.into();
    let request = CommandRequest { topic, principal, session: None, key: None, body, saw: Saw::default() };
    http.directory.command(request).await?;
    Ok(Json(Unsubscribed { reasons }))
}
