//! Firebase Cloud Messaging, HTTP v1: apps on Android, and wherever else Google's service reaches. An account of the operator's at Google
//! proves itself by a signed assertion (RFC 7523) and is given a token for an hour. It must never send without one, nor ask for one more
//! often than it needs to.

use std::sync::Arc;

use http::{Request, Response, StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use lockstep_protocol::values::Micros;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    KEPT_SECONDS, Outcome, Pushed,
    answers::{later, passes, retry_after, said, unanswered},
};
use crate::{config::FcmSettings, outbound::egress::Egress};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How long an assertion is good for: an hour is the most.
const ASSERTION_SECONDS: i64 = 600;
/// A token that ends within this is not used any more.
const EARLY_SECONDS: i64 = 120;
/// Larger messages are refused.
const MESSAGE_BYTES_MAX: usize = 4_096;

/// Sends to apps by Google's service. Cheap to clone.
#[derive(Clone)]
pub struct Fcm(Arc<Inner>);

struct Inner {
    egress: Egress,
    settings: FcmSettings,
    key: EncodingKey,
    /// Held while one is asked for: those who wait for it use it.
    token: Mutex<Option<Token>>,
}

struct Token {
    text: SecretString,
    /// Seconds since 1970.
    until: i64,
}

/// What is sworn to be given a token.
#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    expires_in: i64,
}

impl Fcm {
    pub fn new(egress: Egress, settings: FcmSettings) -> Result<Self, String> {
        let key = EncodingKey::from_rsa_pem(settings.private_key.expose_secret().as_bytes())
            .map_err(|_| "the private key of the service account is no RSA key in PEM".to_owned())?;
        Ok(Self(Arc::new(Inner { egress, settings, key, token: Mutex::new(None) })))
    }

    /// Hands a notification to the service, at this time.
    pub async fn send(&self, device: &str, pushed: &Pushed, now: Micros) -> Outcome {
        let never = |error: &str| Outcome::Never { error: error.to_owned() };
        let Some(body) = pushed.within(MESSAGE_BYTES_MAX, |shown| message(device, shown)) else {
            return never("it is too long");
        };
        let token = match self.token(now).await {
            Ok(token) => token,
            Err(outcome) => return outcome,
        };
        let FcmSettings { address, project_id, .. } = &self.0.settings;
        let request = Request::post(format!("{address}/v1/projects/{project_id}/messages:send"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", token.expose_secret()));
        let Ok(request) = request.body(body) else { return never("the address makes no request") };
        match self.0.egress.send(request).await {
            Ok(answer) => self.judged(&answer, now).await,
            Err(error) => unanswered(error),
        }
    }

    /// The token that is held, or a fresh one.
    async fn token(&self, at: Micros) -> Result<SecretString, Outcome> {
        let inner = &*self.0;
        let mut held = inner.token.lock().await;
        let now = at / 1_000_000;
        if let Some(token) = held.as_ref().filter(|token| token.until - EARLY_SECONDS > now) {
            return Ok(token.text.clone());
        }
        let FcmSettings { client_email, token_uri, key_id, .. } = &inner.settings;
        let claims =
            Assertion { iss: client_email, scope: SCOPE, aud: token_uri, iat: now, exp: now + ASSERTION_SECONDS };
        let header = Header { kid: Some(key_id.clone()), ..Header::new(Algorithm::RS256) };
        let assertion = jsonwebtoken::encode(&header, &claims, &inner.key)
            .map_err(|error| later(format!("no assertion could be made: {error}")))?;
        // Nothing in it needs to be written otherwise in a form but the colons of the grant.
        let form = format!("grant_type={}&assertion={assertion}", GRANT.replace(':', "%3A"));
        let request = Request::post(token_uri.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into_bytes())
            .map_err(|_| later("the service account's token_uri makes no request"))?;
        // Without a token nothing can be said of the device: whatever is wrong is the operator's to mend.
        let answer = inner.egress.send(request).await.map_err(|error| later(format!("no token: {error}")))?;
        let granted = match serde_json::from_slice::<Granted>(answer.body()) {
            Ok(granted) if answer.status() == StatusCode::OK => granted,
            _ => {
                // An answer that is none of a token's, but was a success, may hold one: it is not repeated.
                let why =
                    if answer.status().is_success() { "an answer without a token".to_owned() } else { said(&answer) };
                let after = retry_after(answer.headers(), at);
                return Err(Outcome::Later { error: format!("no token: {why}"), after });
            }
        };
        *held = Some(Token { text: granted.access_token.clone(), until: now.saturating_add(granted.expires_in) });
        Ok(granted.access_token)
    }

    async fn judged(&self, answer: &Response<Vec<u8>>, now: Micros) -> Outcome {
        let (error, status) = (said(answer), answer.status());
        if status == StatusCode::UNAUTHORIZED {
            *self.0.token.lock().await = None;
        }
        match (status, code(answer.body()).as_deref()) {
            (status, _) if status.is_success() => Outcome::Taken,
            // Of another sender: it was never ours, and never will be.
            (StatusCode::NOT_FOUND, _) | (_, Some("UNREGISTERED" | "SENDER_ID_MISMATCH")) => Outcome::Gone { error },
            // Not set up as it should be; the device is well.
            (StatusCode::FORBIDDEN, _) | (_, Some("THIRD_PARTY_AUTH_ERROR")) => later(error),
            (status, _) if passes(status) => Outcome::Later { error, after: retry_after(answer.headers(), now) },
            _ => Outcome::Never { error },
        }
    }
}

fn message(device: &str, pushed: &Pushed) -> Value {
    let id = pushed.id.simple().to_string();
    // Values of `data` are texts.
    let mut data = json!({ "id": id, "url": pushed.url, "tag": pushed.tag });
    let mut shown = json!({ "tag": pushed.tag });
    if let Some(badge) = pushed.badge {
        data["badge"] = badge.to_string().into();
        shown["notification_count"] = badge.into();
    }
    json!({ "message": {
        "token": device,
        "notification": { "title": pushed.title, "body": pushed.body },
        "data": data,
        "android": {
            "collapse_key": id,
            "ttl": format!("{KEPT_SECONDS}s"),
            "notification": shown,
        },
    } })
}

/// The service's own word for what is wrong.
fn code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let details = body["error"]["details"].as_array()?;
    details.iter().find_map(|detail| Some(detail["errorCode"].as_str()?.to_owned()))
}
