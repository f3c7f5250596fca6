//! What a request says, typed and bounded, before any handler runs: who asks, ids of the path, the query, the body. Every refusal
//! names its field. It must never be lenient: unknown fields, wrong types and foreign media types are refused.

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, header, request},
};
use bytes::Bytes;
use lockstep_domain::{Principal, board::Board};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::{BoardId, OrgId},
    position::Position,
    values::{Audience, IfChanged, Scope},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::Arc;
use tokio::sync::watch;

use super::{
    Http,
    doubles::Once,
    finish::Asker,
    headers::client_address,
    problem::{Answer, Problem},
};
use crate::{
    actors::{Published, Saw},
    auth::{Authenticated, Client},
};

/// An idempotency key's longest text.
const KEY_BYTES_MAX: usize = 255;

/// The seq of its board that the author of a write had seen.
pub const SAW: &str = "lockstep-saw";
/// What is to happen when something it changes was changed since.
pub const IF_CHANGED: &str = "lockstep-if-changed";

/// Where a request comes from, whoever sends it.
pub struct From(pub Client);

impl FromRequestParts<Http> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, http: &Http) -> Answer<Self> {
        let address = client_address(&parts.extensions, &parts.headers, &http.trusted_proxies);
        let device = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self(Client { address, device: device.to_owned() }))
    }
}

/// Somebody who proved who they are, with what their request needs of the server.
pub struct Caller {
    pub who: Authenticated,
    pub http: Http,
    /// `Idempotency-Key`.
    pub(super) key: Option<String>,
    /// `If-Match`.
    pub(super) expected: Option<u64>,
    /// `If-None-Match`.
    pub held: Option<u64>,
    /// `Lockstep-Saw` and `Lockstep-If-Changed`.
    pub(super) saw: Saw,
}

impl FromRequestParts<Http> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, http: &Http) -> Answer<Self> {
        let who = http.auth.authenticate(bearer(&parts.headers).ok_or(Code::Unauthenticated)?).await?;
        if let Some(asker) = parts.extensions.get::<Asker>() {
            asker.is(who.account);
        }
        http.pace.take(who.account)?;
        http.auth.saw(&who, client_address(&parts.extensions, &parts.headers, &http.trusted_proxies));
        // A route that does not say what it needs of a token is shut to all of them.
        who.grant.permit(parts.extensions.get::<Needs>().map_or(&[], |needs| needs.0))?;
        let text = |name: header::HeaderName| parts.headers.get(name).map(|value| value.to_str().unwrap_or(""));
        let key = parts.headers.get("idempotency-key").map(|value| value.to_str().unwrap_or_default().to_owned());
        if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > KEY_BYTES_MAX) {
            let failure = Failure::because(Code::FieldInvalid, "An idempotency key is 1 to 255 visible characters.");
            return Err(failure.field("Idempotency-Key").limit(KEY_BYTES_MAX as u64).into());
        }
        let expected = match text(header::IF_MATCH) {
            None | Some("*") => None,
            Some(tag) => Some(seq_of(tag).ok_or_else(|| {
                Failure::because(Code::PreconditionFailed, "If-Match holds an entity tag this server gave out.")
            })?),
        };
        let held = text(header::IF_NONE_MATCH).and_then(seq_of);
        let saw = saw_of(&parts.headers)?;
        Ok(Self { who, http: http.clone(), key, expected, held, saw })
    }
}

pub fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.as_bytes();
    if values.next().is_some() || value.len() < 7 {
        return None;
    }
    let (scheme, token) = value.split_at(7);
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
}

/// The seq of an entity tag; compression makes a strong tag weak, which changes nothing here.
pub fn seq_of(tag: &str) -> Option<u64> {
    tag.trim().trim_start_matches("W/").strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

/// What the author of a write had seen, in the words of the generic door.
fn saw_of(headers: &HeaderMap) -> Answer<Saw> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let wrong = |name: &str, says: &str| Failure::because(Code::FieldInvalid, says).field(name);
    let seq = text(SAW).map(|seq| seq.parse().map_err(|_| wrong(SAW, "It is the Lockstep-Seq of an answer.")));
    let if_changed = text(IF_CHANGED)
        .map(|word| IfChanged::from_word(word).ok_or_else(|| wrong(IF_CHANGED, "It is `apply` or `refuse`.")));
    Ok(Saw::new(seq.transpose()?, if_changed.transpose()?))
}

impl Caller {
    pub const fn principal(&self) -> Principal {
        Principal::Account(self.who.account)
    }

    /// A board by its whole path, as this caller may see it.
    pub async fn board(
        &self,
        org: OrgId,
        board: BoardId,
        min_seq: Option<u64>,
    ) -> Answer<(Arc<Published<Board>>, Audience)> {
        let min_seq = min_seq.unwrap_or(0);
        Ok(self.http.directory.readable_board(self.principal(), org, board, min_seq).await?)
    }

    /// Waits until the read tables hold what happened up to `position`.
    pub async fn wait_projected(&self, position: Option<Position>) -> Answer<()> {
        self.wait_for(position, self.http.projected.clone()).await
    }

    /// The same, and what is counted.
    pub async fn wait_counted(&self, position: Option<Position>) -> Answer<()> {
        self.wait_projected(position).await?;
        self.wait_for(position, self.http.tallied.clone()).await
    }

    /// The same as for lists, and who has time on which boards.
    pub async fn wait_clocked(&self, position: Option<Position>) -> Answer<()> {
        self.wait_projected(position).await?;
        self.wait_for(position, self.http.clocked.clone()).await
    }

    /// The same as for lists, and by which words messages are found.
    pub async fn wait_searched(&self, position: Option<Position>) -> Answer<()> {
        self.wait_projected(position).await?;
        self.wait_for(position, self.http.searched.clone()).await
    }

    async fn wait_for(&self, position: Option<Position>, mut projected: watch::Receiver<Position>) -> Answer<()> {
        let Some(position) = position else { return Ok(()) };
        let wait = std::time::Duration::from_millis(self.http.limits.behind_timeout_ms);
        let reached = tokio::time::timeout(wait, projected.wait_for(|cursor| *cursor >= position)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Failure::new(Code::Behind).retry_after_ms(100).into()),
        }
    }
}

/// What a route needs of a token for programs, any of these; written beside the route. See [`super::surface`].
#[derive(Clone, Copy, Debug)]
pub struct Needs(pub &'static [Scope]);

/// Ids of the path. What is no id names nothing.
pub struct Ids<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Http> for Ids<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, http: &Http) -> Answer<Self> {
        match Path::<T>::from_request_parts(parts, http).await {
            Ok(Path(ids)) => Ok(Self(ids)),
            Err(_) => Err(Code::NotFound.into()),
        }
    }
}

/// The query.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Http> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &Http) -> Answer<Self> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => {
                // "Failed to deserialize query string: limit: invalid digit found in string"
                let text = rejection.body_text();
                let field = text.split(": ").nth(1).filter(|field| !field.contains(' ')).unwrap_or("query").to_owned();
                Err(Failure::because(Code::FieldInvalid, text).field(field).into())
            }
        }
    }
}

/// A JSON body of this type.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Http> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, http: &Http) -> Answer<Self> {
        let bytes = body_bytes(request, http).await?;
        // A list would be read as the fields in the order in which they are written in the code.
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            return Err(not_an_object().into());
        }
        Ok(Self(parsed(&bytes)?))
    }
}

fn not_an_object() -> Failure {
    Failure::because(Code::Malformed, "The body is not a JSON object.")
}

/// A JSON object that, with ids of the path put in, becomes a command. No bytes are an empty object.
pub struct Fields(Map<String, Value>);

impl FromRequest<Http> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, http: &Http) -> Answer<Self> {
        if request.headers().get(header::CONTENT_TYPE).is_none() && is_empty(request.headers()) {
            return Ok(Self(Map::new()));
        }
        let bytes = body_bytes(request, http).await?;
        match parsed(&bytes)? {
            Once(Value::Object(fields)) => Ok(Self(fields)),
            Once(_) => Err(not_an_object().into()),
        }
    }
}

fn is_empty(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    length.is_none_or(|length| length == "0") && !headers.contains_key(header::TRANSFER_ENCODING)
}

impl Fields {
    /// Puts in what the path says. A body that says something else about it is refused.
    pub fn with(mut self, name: &str, value: impl ToString) -> Answer<Self> {
        let value = Value::String(value.to_string());
        match self.0.insert(name.to_owned(), value.clone()) {
            Some(other) if other != value => {
                Err(Failure::because(Code::FieldInvalid, "The path names another one.").field(name).into())
            }
            _ => Ok(self),
        }
    }

    /// Puts in an id where the body has none.
    pub fn with_default<Id: std::fmt::Display>(mut self, name: &str, id: impl FnOnce() -> Id) -> Self {
        if self.0.get(name).is_none_or(Value::is_null) {
            self.0.insert(name.to_owned(), Value::String(id().to_string()));
        }
        self
    }

    pub fn into<T: DeserializeOwned>(self) -> Answer<T> {
        Ok(serde_path_to_error::deserialize(Value::Object(self.0)).map_err(refused)?)
    }
}

async fn body_bytes(request: Request, http: &Http) -> Answer<Bytes> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim();
    // Anything that a form of a foreign page can send is refused with this.
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Failure::because(Code::UnsupportedMediaType, "Bodies are application/json.").into());
    }
    let limit = http.limits.http_body_bytes_max;
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|bytes: usize| bytes > limit) {
        return Err(Failure::new(Code::TooLarge).limit(limit as u64).into());
    }
    Bytes::from_request(request, http).await.map_err(|rejection| {
        let failure = match super::problem::code_of(rejection.status()) {
            Code::TooLarge => Failure::new(Code::TooLarge).limit(limit as u64),
            _ => Failure::because(Code::Malformed, "The body was cut off."),
        };
        failure.into()
    })
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(refused)?;
    reader.end().map_err(|error| Failure::because(Code::Malformed, error.to_string()))?;
    Ok(value)
}

/// What serde refused, with the field it refused.
fn refused(error: serde_path_to_error::Error<serde_json::Error>) -> Failure {
    let path = error.path().to_string();
    let inner = error.into_inner();
    let text = inner.to_string();
    if inner.is_syntax() || inner.is_eof() {
        return Failure::because(Code::Malformed, format!("The body is not JSON: {text}"));
    }
    let named = text.split('`').nth(1).unwrap_or_default();
    let below = |name: &str| if path == "." { name.to_owned() } else { format!("{path}.{name}") };
    if text.starts_with("missing field") {
        return Failure::new(Code::FieldRequired).field(below(named));
    }
    if text.starts_with("duplicate field") {
        return Failure::because(Code::FieldInvalid, "It is there twice.").field(below(named));
    }
    if text.starts_with("unknown field") {
        // Its path ends in the field already.
        return Failure::because(Code::FieldInvalid, "There is no such field.").field(named);
    }
    Failure::because(Code::FieldInvalid, text).field(path)
}
