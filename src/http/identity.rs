//! Logging in by way of a provider, and connecting one to an account. A browser is sent away with a cookie that scripts cannot read, and
//! comes back by a redirect, so the way back answers by sending it on: into the app, always to an address of ours.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::IdentityId,
    values::Micros,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Http,
    answers::Items,
    authentication::{Browser, RefreshIn, cookie, entered_with, refresh_cookie},
    extract::{Asked, Body, Caller, From, Ids},
    factors::StepUp,
    invitations::InvitationAnswer,
    passkeys::Empty,
    problem::{Answer, Problem},
};
use crate::auth::identity::{Answered, CameBack, Identity, Outcome, SentAway};

/// For an account that may come of it.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct IdentityStart {
    /// As the browser names it: `de-CH`.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    locale: String,
    /// Of the tz database: `Europe/Zurich`.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    time_zone: String,
    /// The code of an invitation, accepted with the account.
    #[serde(default)]
    #[ts(optional, type = "string")]
    invitation: Option<SecretString>,
}

#[derive(Serialize, TS)]
pub struct IdentityAsked {
    /// Where the browser goes next.
    url: String,
}

#[derive(Serialize, TS)]
pub struct IdentityEntry {
    identity_id: IdentityId,
    /// Its id at `GET /api/v1/server`.
    provider: String,
    provider_name: String,
    /// How its owner knows it: an address or a name there.
    label: String,
    #[ts(type = "number")]
    created_at: Micros,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    last_used_at: Option<Micros>,
}

/// What providers put into the address. Others than these are none of ours, and allowed.
#[derive(Deserialize)]
pub struct Return {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

impl core::convert::From<Identity> for IdentityEntry {
    fn from(known: Identity) -> Self {
        let Identity { id, provider, name, label, created_at, last_used_at } = known;
        Self { identity_id: id, provider, provider_name: name, label, created_at, last_used_at }
    }
}

/// Sends a browser of our page away to log in.
pub async fn begin(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    Ids(provider): Ids<String>,
    Body(body): Body<IdentityStart>,
) -> Answer<Response> {
    check_home(&http, &browser)?;
    let IdentityStart { locale, time_zone, invitation } = body;
    let away = http.auth.begin_identity(&provider, &locale, &time_zone, invitation.as_ref(), &client).await?;
    Ok(sent_away(&http, away))
}

/// Sends a browser of our page away to connect what its person is there.
pub async fn begin_connecting(
    caller: Caller,
    From(client): From,
    browser: Browser,
    Ids(provider): Ids<String>,
    Body(body): Body<StepUp>,
) -> Answer<Response> {
    check_home(&caller.http, &browser)?;
    let away = caller.http.auth.begin_connecting(caller.session()?, &provider, body.password, &client).await?;
    Ok(sent_away(&caller.http, away))
}

/// The cookie is of one host name, and providers send back to the public one alone.
fn check_home(http: &Http, browser: &Browser) -> Answer<()> {
    browser.check_origin(http)?;
    if browser.origin().is_some_and(|origin| origin != http.public.origin()) {
        let why = format!("Logging in by way of others works at {} only.", http.public.origin());
        return Err(Failure::because(Code::OriginRefused, why).into());
    }
    Ok(())
}

fn sent_away(http: &Http, away: SentAway) -> Response {
    let life_seconds = i64::try_from(http.limits.identity_ms / 1_000).unwrap_or(i64::MAX);
    let headers = way_cookie(http, away.kept.expose_secret(), life_seconds);
    (headers, Json(IdentityAsked { url: away.url })).into_response()
}

/// Where providers send browsers back to. Whatever happened, the answer leads into the app.
pub async fn come_back(
    State(http): State<Http>,
    From(client): From,
    headers: HeaderMap,
    Ids(provider): Ids<String>,
    asked: Result<Asked<Return>, Problem>,
) -> Response {
    let kept = cookie(&headers, way_cookie_name(&http));
    let answered = match asked {
        Ok(Asked(Return { code, state, iss, error })) => Answered { code, state, issuer: iss, error },
        // Without a state it fits nothing.
        Err(_) => Answered::default(),
    };
    let CameBack { connecting, outcome } = http.auth.come_back(&provider, kept.as_ref(), answered, &client).await;
    let mut headers = match &outcome {
        Ok(Outcome::Vouched(kept)) => {
            let life_seconds = i64::try_from(http.limits.challenge_ms / 1_000).unwrap_or(i64::MAX);
            way_cookie(&http, kept.expose_secret(), life_seconds)
        }
        _ => way_cookie(&http, "", 0),
    };
    let to = match outcome {
        Ok(Outcome::In(logged_in)) => {
            add(&mut headers, refresh_cookie(&http, &logged_in));
            let invitation = logged_in.joined.map(InvitationAnswer::from).map(InvitationAnswer::query);
            format!("/login?identity=in{}", invitation.unwrap_or_default())
        }
        Ok(Outcome::Vouched(_)) => "/login?identity=second".to_owned(),
        Ok(Outcome::Connected) => "/account?identity=connected".to_owned(),
        Err(failure) => {
            let page = if connecting { "account" } else { "login" };
            format!("/{page}?problem={}", failure.code.word())
        }
    };
    if let Ok(to) = HeaderValue::from_str(&to) {
        headers.insert(header::LOCATION, to);
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// After a provider's word where the account has a second factor: what a right password would have been answered.
pub async fn enter(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    headers: HeaderMap,
    Body(_): Body<Empty>,
) -> Answer<Response> {
    browser.check_own(&http)?;
    let kept = cookie(&headers, way_cookie_name(&http)).ok_or(Code::ChallengeEnded)?;
    let entered = http.auth.enter_vouched(&kept, &client).await?;
    let mut response = entered_with(StatusCode::OK, &http, entered, RefreshIn::Cookie);
    add(response.headers_mut(), way_cookie(&http, "", 0));
    Ok(response)
}

pub async fn list(caller: Caller) -> Answer<Json<Items<IdentityEntry>>> {
    let known = caller.http.auth.identities(caller.who.account).await?;
    Ok(Json(Items { items: known.into_iter().map(Into::into).collect() }))
}

pub async fn disconnect(
    caller: Caller,
    From(client): From,
    Ids(id): Ids<IdentityId>,
    Body(body): Body<StepUp>,
) -> Answer<StatusCode> {
    caller.http.auth.disconnect(caller.session()?, id, body.password, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Beside the cookies that are there: extending would take their place.
fn add(headers: &mut HeaderMap, cookies: HeaderMap) {
    for value in cookies.get_all(header::SET_COOKIE) {
        headers.append(header::SET_COOKIE, value.clone());
    }
}

fn way_cookie_name(http: &Http) -> &'static str {
    if http.public.is_https() { "__Host-lockstep_identity" } else { "lockstep_identity" }
}

/// `Lax`: it must come along when a provider sends the browser back, and with nothing else that begins elsewhere.
fn way_cookie(http: &Http, value: &str, life_seconds: i64) -> HeaderMap {
    super::authentication::set_cookie(http, way_cookie_name(http), value, "Lax", life_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_providers_add_to_the_address_is_no_reason_to_refuse() {
        let uri: axum::http::Uri =
            "/return?code=a&state=b&session_state=c&scope=email%20openid&hd=x".parse().expect("parses");
        let read = axum::extract::Query::<Return>::try_from_uri(&uri).expect("reads");
        assert_eq!((read.code.as_deref(), read.state.as_deref()), (Some("a"), Some("b")));
    }
}
