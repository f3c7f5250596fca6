//! Log in, refresh, log out. The refresh token is a cookie that scripts cannot read, or, for programs, part of the
//! answer. A cookie proves nothing by itself: it counts only with our own header, from our own origin.

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request},
    response::{IntoResponse, Response},
};
use lockstep_protocol::{
    codes::Code,
    ids::{AccountId, SessionId},
    values::Micros,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Http,
    extract::{Body, Caller, From},
    invitations::InvitationAnswer,
    problem::{Answer, Problem},
    second_factor::SecondFactorAsked,
};
use crate::auth::{Entered, LoggedIn};

/// Sent with a cookie to show that our own script asks: foreign pages cannot set it without being asked for permission first.
const OWN_HEADER: &str = "x-lockstep";

/// Where the refresh token goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RefreshIn {
    #[default]
    Cookie,
    Body,
}

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Login {
    email: String,
    #[ts(type = "string")]
    password: SecretString,
    /// `cookie` for browsers (the default), `body` for programs.
    #[serde(default)]
    #[ts(optional, as = "Option<RefreshIn>")]
    refresh_in: RefreshIn,
}

/// For programs; browsers send the cookie and an empty object.
#[derive(Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    #[serde(default)]
    #[ts(optional, type = "string")]
    refresh_token: Option<SecretString>,
    /// Said for symmetry: the successor goes where the token came from.
    #[serde(default)]
    #[ts(optional)]
    refresh_in: Option<RefreshIn>,
}

#[derive(Serialize, TS)]
pub struct Tokens {
    access_token: String,
    #[ts(type = "number")]
    access_expires_at: Micros,
    account_id: AccountId,
    session_id: SessionId,
    /// Only with `refresh_in: "body"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    refresh_token: Option<String>,
    /// What became of the invitation that came with a registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    invitation: Option<InvitationAnswer>,
}

/// What the request says about browsers: the cookie, our header, the origin.
pub struct Browser {
    cookie: Option<SecretString>,
    own_header: bool,
    origin: Option<String>,
    bearer: bool,
}

impl FromRequestParts<Http> for Browser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, http: &Http) -> Answer<Self> {
        let headers = &parts.headers;
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default().to_owned());
        Ok(Self {
            cookie: cookie(headers, cookie_name(http)),
            own_header: headers.get(OWN_HEADER).is_some_and(|value| value == "1"),
            origin: text("origin"),
            bearer: headers.contains_key(header::AUTHORIZATION),
        })
    }
}

impl Browser {
    /// A page of another origin is refused, whatever it sends.
    pub(super) fn check_origin(&self, http: &Http) -> Answer<()> {
        match &self.origin {
            Some(origin) if !http.public.allows(origin) => Err(Code::OriginRefused.into()),
            _ => Ok(()),
        }
    }

    /// The origin that the browser names.
    pub(super) fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Refuses what our own script did not send from our own origin: cookies come along by themselves.
    pub(super) fn check_own(&self, http: &Http) -> Answer<()> {
        let own_origin = self.origin.as_ref().is_some_and(|origin| http.public.allows(origin));
        if own_origin && self.own_header { Ok(()) } else { Err(Code::OriginRefused.into()) }
    }

    /// The token of the cookie, where our own script sends it from our own origin.
    fn cookie(&self, http: &Http) -> Answer<Option<&SecretString>> {
        let Some(cookie) = &self.cookie else { return Ok(None) };
        self.check_own(http).map(|()| Some(cookie))
    }
}

pub async fn log_in(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    Body(body): Body<Login>,
) -> Answer<Response> {
    browser.check_origin(&http)?;
    let entered = http.auth.log_in(&body.email, body.password, &client).await?;
    Ok(entered_with(StatusCode::OK, &http, entered, body.refresh_in))
}

pub async fn refresh(
    State(http): State<Http>,
    From(client): From,
    browser: Browser,
    Body(body): Body<Refresh>,
) -> Answer<Response> {
    if let Some(token) = &body.refresh_token {
        browser.check_origin(&http)?;
        let logged_in = http.auth.refresh(token, &client).await?;
        return Ok(answer(&http, logged_in, body.refresh_in.unwrap_or(RefreshIn::Body)));
    }
    let token = browser.cookie(&http)?.ok_or(Code::Unauthenticated)?;
    match http.auth.refresh(token, &client).await {
        // What came in a cookie never leaves in a body: no script may have it.
        Ok(logged_in) => Ok(answer(&http, logged_in, RefreshIn::Cookie)),
        Err(failure) if failure.code.temporary() => Err(failure.into()),
        Err(failure) => Ok((forget_cookie(&http), Problem(failure)).into_response()),
    }
}

/// Ends the session of the access token, else that of the refresh token. Whoever has neither is logged out already.
pub async fn log_out(
    State(http): State<Http>,
    caller: Result<Caller, Problem>,
    From(client): From,
    browser: Browser,
    Body(body): Body<Refresh>,
) -> Answer<Response> {
    match caller {
        Ok(caller) => http.auth.end(caller.who.account, caller.who.session()?).await?,
        Err(Problem(failure)) if browser.bearer && failure.code.temporary() => return Err(failure.into()),
        Err(_) => {
            let token = match &body.refresh_token {
                Some(token) => Some(token),
                None => browser.cookie(&http)?,
            };
            if let Some(token) = token {
                http.auth.log_out_by_refresh(token, &client).await?;
            }
        }
    }
    Ok((StatusCode::NO_CONTENT, forget_cookie(&http)).into_response())
}

pub async fn log_out_all(caller: Caller) -> Answer<Response> {
    caller.http.auth.end_all(caller.who.account).await?;
    Ok((StatusCode::NO_CONTENT, forget_cookie(&caller.http)).into_response())
}

/// RFC 7517: the public keys of access tokens.
pub async fn jwks(State(http): State<Http>) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(http.auth.tokens().jwks().clone())).into_response()
}

/// The tokens, or 202: the second factor is asked for.
pub(super) fn entered_with(status: StatusCode, http: &Http, entered: Entered, refresh_in: RefreshIn) -> Response {
    match entered {
        Entered::In(logged_in) => (status, answer(http, logged_in, refresh_in)).into_response(),
        Entered::Asked(asked) => (StatusCode::ACCEPTED, Json(SecondFactorAsked::from(asked))).into_response(),
    }
}

pub(super) fn answer(http: &Http, logged_in: LoggedIn, refresh_in: RefreshIn) -> Response {
    let tokens = Tokens {
        access_token: logged_in.access.token.clone(),
        access_expires_at: logged_in.access.expires_at,
        account_id: logged_in.account,
        session_id: logged_in.session,
        refresh_token: (refresh_in == RefreshIn::Body).then(|| logged_in.refresh.text().expose_secret().to_owned()),
        invitation: logged_in.joined.map(InvitationAnswer::from),
    };
    if refresh_in == RefreshIn::Body {
        return Json(tokens).into_response();
    }
    (refresh_cookie(http, &logged_in), Json(tokens)).into_response()
}

/// Puts the refresh token where scripts cannot read it.
pub(super) fn refresh_cookie(http: &Http, logged_in: &LoggedIn) -> HeaderMap {
    let life_seconds = (logged_in.refresh_expires_at - http.clock.now()).max(0) / 1_000_000;
    set_cookie(http, cookie_name(http), logged_in.refresh.text().expose_secret(), "Strict", life_seconds)
}

/// The prefix makes browsers refuse one that is not secure, not for the whole host, or set by a subdomain.
fn cookie_name(http: &Http) -> &'static str {
    if http.public.is_https() { "__Host-lockstep_refresh" } else { "lockstep_refresh" }
}

pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let pairs =
        headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(';'));
    let mut found = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(key, _)| *key == name);
    found.next().map(|(_, value)| SecretString::from(value.to_owned()))
}

/// For the whole host; the name's prefix makes browsers hold us to it.
pub(super) fn set_cookie(http: &Http, name: &str, value: &str, same_site: &str, life_seconds: i64) -> HeaderMap {
    let secure = if http.public.is_https() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={life_seconds}{secure}");
    let mut headers = HeaderMap::new();
    match HeaderValue::from_str(&text) {
        Ok(mut value) => {
            value.set_sensitive(true);
            headers.append(header::SET_COOKIE, value);
        }
        // Our tokens are ASCII.
        Err(error) => tracing::error!(%error, "a cookie could not be written"),
    }
    headers
}

fn forget_cookie(http: &Http) -> HeaderMap {
    set_cookie(http, cookie_name(http), "", "Strict", 0)
}
