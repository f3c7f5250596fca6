//! Refusals as problem details (RFC 9457). The body is written in `finish`, where the request's id is known; handlers only say
//! why. It must never carry a text of the database, a path of this machine, or anything of another tenant.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    values::Conflict,
};
use serde::Serialize;

use crate::{auth::service::stored, store::StoreError};

/// A refusal on its way to the client.
#[derive(Clone, Debug)]
pub struct Problem(pub Failure);

pub type Answer<T> = Result<T, Problem>;

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self(Failure::new(code))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self(stored(error))
    }
}

impl From<crate::store::journal::JournalError> for Problem {
    fn from(error: crate::store::journal::JournalError) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = status(self.0.code).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The HTTP status of a code.
pub fn status(code: Code) -> StatusCode {
    // The table holds statuses only; were it not to, the fault is ours.
    StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The code of an answer that some layer gave without one.
pub fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => Code::TimedOut,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        StatusCode::TOO_MANY_REQUESTS => Code::RateLimited,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        status if status.is_client_error() => Code::Malformed,
        _ => Code::Internal,
    }
}

/// The body (RFC 9457 section 3.1, with our members).
#[derive(Serialize)]
pub struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: Code,
    temporary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u32>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    conflicts: &'a [Conflict],
    request_id: &'a str,
}

impl<'a> Body<'a> {
    pub fn new(failure: &'a Failure, request_id: &'a str) -> Self {
        Self {
            kind: format!("urn:lockstep:problem:{}", failure.code.word()),
            title: failure.code.meaning().trim(),
            status: failure.code.http_status(),
            detail: &failure.message,
            code: failure.code,
            temporary: failure.temporary,
            field: failure.field.as_deref(),
            limit: failure.limit,
            retry_after_ms: failure.retry_after_ms,
            conflicts: &failure.conflicts,
            request_id,
        }
    }
}
