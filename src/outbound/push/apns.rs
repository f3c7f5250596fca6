//! Apple's push service, over HTTP/2 with a token that the operator's key signs: apps on iPhones, iPads and Macs. A token is used for most of
//! an hour, as Apple wants it: one that changes more often is refused. It must never speak anything but HTTP/2.

use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response, StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use lockstep_protocol::values::Micros;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    KEPT_SECONDS, Outcome, Pushed,
    answers::{later, passes, retry_after, said, unanswered},
};
use crate::{config::ApnsSettings, outbound::egress::Egress};

/// A token may be 20 to 60 minutes old.
const TOKEN_SECONDS: i64 = 50 * 60;
const RENEWED_SECONDS_MIN: i64 = 20 * 60;
/// Larger notifications are refused.
const PAYLOAD_BYTES_MAX: usize = 4_096;

/// Sends to apps by Apple's service. Cheap to clone.
#[derive(Clone)]
pub struct Apns(Arc<Inner>);

struct Inner {
    egress: Egress,
    settings: ApnsSettings,
    key: EncodingKey,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: SecretString,
    /// Seconds since 1970.
    made_at: i64,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
}

#[derive(Deserialize)]
struct Refused {
    reason: String,
}

impl Apns {
    pub fn new(egress: Egress, settings: ApnsSettings) -> Result<Self, String> {
        let key = EncodingKey::from_ec_pem(settings.key.expose_secret().as_bytes())
            .map_err(|_| "the key for Apple's push service is no key on P-256 in PEM (a .p8 file)".to_owned())?;
        Ok(Self(Arc::new(Inner { egress, settings, key, token: Mutex::new(None) })))
    }

    /// Hands a notification to the service, at this time.
    pub async fn send(&self, device: &str, pushed: &Pushed, at: Micros) -> Outcome {
        let never = |error: &str| Outcome::Never { error: error.to_owned() };
        // It becomes a part of a path.
        if device.is_empty() || !device.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Outcome::Gone { error: "the token is no hexadecimal number".to_owned() };
        }
        let Some(body) = pushed.within(PAYLOAD_BYTES_MAX, payload) else { return never("it is too long") };
        let now = at / 1_000_000;
        let token = match self.token(now) {
            Ok(token) => token,
            Err(outcome) => return outcome,
        };
        let ApnsSettings { address, topic, .. } = &self.0.settings;
        let request = Request::post(format!("{address}/3/device/{device}"))
            .header(header::AUTHORIZATION, format!("bearer {}", token.expose_secret()))
            .header("apns-topic", topic)
            .header("apns-push-type", "alert")
            .header("apns-priority", "10")
            .header("apns-id", pushed.id.hyphenated().to_string())
            .header("apns-collapse-id", pushed.id.simple().to_string())
            .header("apns-expiration", now.saturating_add_unsigned(KEPT_SECONDS));
        let Ok(request) = request.body(body) else { return never("the address makes no request") };
        match self.0.egress.send_http2(request).await {
            Ok(answer) => self.judged(&answer, at),
            Err(error) => unanswered(error),
        }
    }

    fn token(&self, now: i64) -> Result<SecretString, Outcome> {
        let mut held = self.0.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = held.as_ref().filter(|token| now < token.made_at + TOKEN_SECONDS) {
            return Ok(token.text.clone());
        }
        let ApnsSettings { team_id, key_id, .. } = &self.0.settings;
        let header = Header { kid: Some(key_id.clone()), ..Header::new(Algorithm::ES256) };
        let text = jsonwebtoken::encode(&header, &Claims { iss: team_id, iat: now }, &self.0.key)
            .map_err(|error| later(format!("no token could be made: {error}")))?;
        let text = SecretString::from(text);
        *held = Some(Token { text: text.clone(), made_at: now });
        Ok(text)
    }

    /// Makes another one with the next push, unless the present one is so new that Apple would refuse another.
    fn renew(&self, now: i64) {
        let mut held = self.0.token.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|token| now >= token.made_at + RENEWED_SECONDS_MIN) {
            *held = None;
        }
    }

    fn judged(&self, answer: &Response<Vec<u8>>, at: Micros) -> Outcome {
        let error = said(answer);
        let reason = serde_json::from_slice::<Refused>(answer.body()).map(|refused| refused.reason);
        match (answer.status(), reason.as_deref().unwrap_or_default()) {
            (status, _) if status.is_success() => Outcome::Taken,
            (StatusCode::GONE, _) | (_, "BadDeviceToken" | "DeviceTokenNotForTopic" | "Unregistered") => {
                Outcome::Gone { error }
            }
            // The operator's key, or what is said of it, is not as it should be; the device is well.
            (StatusCode::FORBIDDEN, _) => {
                self.renew(at / 1_000_000);
                later(error)
            }
            (StatusCode::BAD_REQUEST, "TopicDisallowed" | "BadTopic" | "MissingTopic") => later(error),
            (status, _) if passes(status) => Outcome::Later { error, after: retry_after(answer.headers(), at) },
            _ => Outcome::Never { error },
        }
    }
}

fn payload(pushed: &Pushed) -> Value {
    let mut aps = json!({
        "alert": { "title": pushed.title, "body": pushed.body },
        "sound": "default",
        "thread-id": pushed.tag,
    });
    if let Some(badge) = pushed.badge {
        aps["badge"] = badge.into();
    }
    json!({ "aps": aps, "id": pushed.id, "url": pushed.url, "tag": pushed.tag })
}
