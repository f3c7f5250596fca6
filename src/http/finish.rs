//! The outermost layer: gives each request its id, turns every refusal into problem details, sets the headers that all answers
//! carry, and writes one log line. It must never log a query, a header or a body.

use axum::{
    body::Body as HttpBody,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::AccountId,
};
use std::sync::{Arc, OnceLock};

use super::{
    Http, headers,
    problem::{Body, Problem, code_of},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A request's path and query.
const TARGET_BYTES_MAX: usize = 4 * 1024;

/// Marks an answer as part of the web app.
#[derive(Clone, Copy)]
pub struct Page;

/// Marks an answer that says all there is to say, whatever its status.
#[derive(Clone, Copy)]
pub struct Told;

/// Who asks, once they have proved it: for the log line.
#[derive(Clone, Default)]
pub struct Asker(Arc<OnceLock<AccountId>>);

impl Asker {
    pub fn is(&self, account: AccountId) {
        // A request has one caller, however many parts of it ask who that is.
        let _ = self.0.set(account);
    }
}

pub async fn finish(State(http): State<Http>, mut request: Request, next: Next) -> Response {
    let started = tokio::time::Instant::now();
    let id = http.clock.fresh_id().simple().to_string();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let target_bytes = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let asker = Asker::default();
    request.extensions_mut().insert(asker.clone());
    let response = if target_bytes > TARGET_BYTES_MAX {
        Problem(Failure::new(Code::TooLarge).limit(TARGET_BYTES_MAX as u64)).into_response()
    } else {
        next.run(request).await
    };
    let mut response = described(response, &id);
    let page = response.extensions().get::<Page>().is_some();
    headers::secure(response.headers_mut(), page, &http.public);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let line = Line {
        id: &id,
        method: &method,
        route: route.as_deref().unwrap_or("(page)"),
        account: asker.0.get().copied(),
        elapsed_ms: started.elapsed().as_millis(),
    };
    line.write(&response);
    response
}

/// What is logged of a request.
struct Line<'a> {
    id: &'a str,
    method: &'a Method,
    route: &'a str,
    account: Option<AccountId>,
    elapsed_ms: u128,
}

impl Line<'_> {
    /// Failures are for the operator, refusals for whoever looks for an attack.
    fn write(&self, response: &Response) {
        let Self { id, method, route, elapsed_ms, .. } = *self;
        let status = response.status().as_u16();
        let account = self.account.map(tracing::field::display);
        let code = response.extensions().get::<Problem>().map(|problem| problem.0.code.word());
        match status {
            503 => tracing::debug!(request_id = id, %method, route, status, code, account, elapsed_ms, "request"),
            500.. => {
                tracing::warn!(request_id = id, %method, route, status, code, account, elapsed_ms, "request failed")
            }
            401 | 403 | 429 => {
                tracing::info!(request_id = id, %method, route, status, code, account, elapsed_ms, "request refused");
            }
            _ => tracing::debug!(request_id = id, %method, route, status, code, account, elapsed_ms, "request"),
        }
    }
}

/// Writes the body of a refusal, whoever refused: a handler (`Problem`), another transport (`Failure`) or a layer (its status).
fn described(response: Response, request_id: &str) -> Response {
    let status = response.status();
    if response.extensions().get::<Told>().is_some() {
        return response;
    }
    let extensions = response.extensions();
    let given = extensions.get::<Problem>().map(|problem| &problem.0).or_else(|| extensions.get::<Failure>());
    let failure = match given {
        Some(failure) => failure.clone(),
        None if status.is_client_error() || status.is_server_error() => Failure::new(code_of(status)),
        None => return response,
    };
    let (mut parts, _) = response.into_parts();
    parts.status = super::problem::status(failure.code);
    parts.extensions.insert(Problem(failure.clone()));
    let bytes = serde_json::to_vec(&Body::new(&failure, request_id)).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(wait_ms) = failure.retry_after_ms
        && let Ok(value) = HeaderValue::from_str(&wait_ms.div_ceil(1_000).to_string())
    {
        parts.headers.insert(header::RETRY_AFTER, value);
    }
    if parts.status == StatusCode::UNAUTHORIZED {
        let challenge = match failure.code {
            Code::Unauthenticated => "Bearer",
            _ => "Bearer error=\"invalid_token\"",
        };
        parts.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    Response::from_parts(parts, HttpBody::from(bytes))
}
