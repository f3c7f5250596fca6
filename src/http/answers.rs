//! What handlers answer: JSON with its status, and for writes where the change stands. It must never decide a status by text.

use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lockstep_protocol::{
    frame::Acknowledged,
    position::{Bookmark, Position},
};
use serde::Serialize;
use ts_rs::TS;

const SEQ: HeaderName = HeaderName::from_static("lockstep-seq");
const POSITION: HeaderName = HeaderName::from_static("lockstep-position");

/// A list.
#[derive(Debug, Serialize, TS)]
pub struct Items<T> {
    pub items: Vec<T>,
}

/// A list by pages.
#[derive(Debug, Serialize, TS)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Ask with it as `cursor` for what follows; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next_cursor: Option<String>,
}

/// Something and where it stands.
#[derive(Debug, Serialize)]
struct Standing<'a, T> {
    #[serde(flatten)]
    value: &'a T,
    #[serde(flatten)]
    standing: Acknowledged,
}

/// A write that was made: `epoch`, `seq`, `position`, and the thing itself where it is told.
pub struct Written<T = ()> {
    pub acknowledged: Acknowledged,
    pub created: bool,
    pub value: Option<T>,
}

impl From<Acknowledged> for Written {
    fn from(acknowledged: Acknowledged) -> Self {
        Self { acknowledged, created: false, value: None }
    }
}

impl Written {
    pub const fn created(acknowledged: Acknowledged) -> Self {
        Self { acknowledged, created: true, value: None }
    }
}

impl<T: Serialize> IntoResponse for Written<T> {
    fn into_response(self) -> Response {
        let status = if self.created { StatusCode::CREATED } else { StatusCode::OK };
        let headers = standing_headers(&self.acknowledged);
        let standing = self.acknowledged;
        match &self.value {
            Some(value) => (status, headers, Json(Standing { value, standing })).into_response(),
            None => (status, headers, Json(standing)).into_response(),
        }
    }
}

fn standing_headers(standing: &Acknowledged) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(SEQ, HeaderValue::from(standing.seq));
    headers.insert(header::ETAG, etag(standing.seq));
    if let Some(value) = standing.position.and_then(|position| HeaderValue::from_str(&position.to_string()).ok()) {
        headers.insert(POSITION, value);
    }
    headers
}

/// A thing's entity tag is its board's (team's, organization's) seq.
pub fn etag(seq: u64) -> HeaderValue {
    // Digits and quotes are always a header's value.
    HeaderValue::from_str(&format!("\"{seq}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// A thing that was read, where it stood.
pub struct Read<T> {
    pub value: T,
    pub bookmark: Bookmark,
    pub position: Option<Position>,
    /// The seq that the client holds already (`If-None-Match`).
    pub held: Option<u64>,
}

impl<T: Serialize> IntoResponse for Read<T> {
    fn into_response(self) -> Response {
        let Bookmark { epoch, seq } = self.bookmark;
        let position = self.position.filter(|position| *position != Position::START);
        let standing = Acknowledged::new(epoch, seq, position);
        let mut headers = standing_headers(&standing);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        if self.held == Some(seq) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, Json(Standing { value: &self.value, standing })).into_response()
    }
}
