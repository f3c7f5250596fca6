//! Web Push: a message to a browser, through the service that its maker runs (RFC 8030), sealed for it (RFC 8291), from a sender that
//! the service can tell from others (RFC 8292). Where that service is comes from the browser, so the guard of requests judges it. It must
//! never send a text in the clear.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use http::{Request, StatusCode, Uri, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use lockstep_protocol::values::Micros;
use serde::Serialize;

use super::{
    KEPT_SECONDS, Outcome, Pushed,
    answers::{later, passes, retry_after, said, unanswered},
    seal::{Fresh, Receiver, TEXT_BYTES_MAX, seal},
};
use crate::outbound::egress::Egress;

/// How long a token is good for: RFC 8292 allows a day.
const TOKEN_SECONDS: i64 = 12 * 3_600;
/// Messages are filled up to multiples of this.
const STEP_BYTES: usize = 256;

/// What a browser gave: where it is reached, and what to seal with.
#[derive(Clone)]
pub struct Subscription {
    pub endpoint: String,
    /// The point of its key, uncompressed: 65 bytes.
    pub p256dh: Vec<u8>,
    /// A secret of 16 bytes.
    pub auth: Vec<u8>,
}

/// Sends to browsers. Cheap to clone.
#[derive(Clone)]
pub struct WebPush(Arc<Inner>);

struct Inner {
    egress: Egress,
    key: EncodingKey,
    /// The public half, as it is written in headers.
    public: String,
    contact: String,
}

/// RFC 8292 section 2.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

impl WebPush {
    /// `pkcs8`, `public`: the server's key on P-256. `contact`: whom a service asks when something is wrong, `mailto:` or `https:`.
    pub fn new(egress: Egress, (pkcs8, public): (&[u8], &[u8]), contact: String) -> Self {
        let (key, public) = (EncodingKey::from_ec_der(pkcs8), BASE64URL_NOPAD.encode(public));
        Self(Arc::new(Inner { egress, key, public, contact }))
    }

    /// Hands a notification to the service of a browser, at this time.
    pub async fn send(&self, to: &Subscription, pushed: &Pushed, now: Micros) -> Outcome {
        let request = match self.request(to, pushed, now) {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        match self.0.egress.send(request).await {
            Ok(answer) => judged(&answer, now),
            Err(error) => unanswered(error),
        }
    }

    fn request(&self, to: &Subscription, pushed: &Pushed, now: Micros) -> Result<Request<Vec<u8>>, Outcome> {
        let never = |error: &str| Outcome::Never { error: error.to_owned() };
        let text = pushed.within(TEXT_BYTES_MAX, Clone::clone).ok_or_else(|| never("it is too long"))?;
        let receiver = Receiver { p256dh: &to.p256dh, auth: &to.auth };
        let fresh = Fresh::new().map_err(|_| later("the system gave no randomness"))?;
        let sealed = seal(&text, STEP_BYTES, receiver, &fresh);
        let sealed = sealed.map_err(|_| Outcome::Gone { error: "the browser's key is none".to_owned() })?;
        let endpoint: Uri = to.endpoint.parse().map_err(|_| never("the endpoint is no address"))?;
        let (Some(scheme), Some(authority)) = (endpoint.scheme_str(), endpoint.authority()) else {
            return Err(never("the endpoint is no whole address"));
        };
        let token = self.token(&format!("{scheme}://{authority}"), now)?;
        let request = Request::post(endpoint)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::AUTHORIZATION, format!("vapid t={token}, k={}", self.0.public))
            .header("ttl", KEPT_SECONDS)
            .header("urgency", "normal")
            // At most 32 characters of base64url: a second try replaces the first where that still waits.
            .header("topic", BASE64URL_NOPAD.encode(pushed.id.as_bytes()));
        request.body(sealed).map_err(|_| never("the endpoint makes no request"))
    }

    fn token(&self, audience: &str, now: Micros) -> Result<String, Outcome> {
        let exp = now / 1_000_000 + TOKEN_SECONDS;
        let claims = Claims { aud: audience, exp, sub: &self.0.contact };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.0.key);
        token.map_err(|error| later(format!("no token could be made: {error}")))
    }
}

fn judged(answer: &http::Response<Vec<u8>>, now: Micros) -> Outcome {
    let error = said(answer);
    match answer.status() {
        status if status.is_success() => Outcome::Taken,
        StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::Gone { error },
        status if passes(status) => Outcome::Later { error, after: retry_after(answer.headers(), now) },
        _ => Outcome::Never { error },
    }
}
