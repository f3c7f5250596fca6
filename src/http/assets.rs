//! The web app, embedded. Addresses of the app itself (no dot in the last part) get its page; a file that is not there is not
//! found, so that a stale page never runs a page as a script. It must never serve anything from disk in a release build.

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
};
use lockstep_protocol::codes::Code;
use memory_serve::CacheControl;
use tower::ServiceExt;

use super::{finish::Page, problem::Problem};

/// Names in here hold a hash of their content.
const HASHED: &str = "/assets/";
const HASHED_CACHE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Where whoever has a public link looks at a board: no cache keeps it, no search engine lists it.
const SHARED: &str = "/shared";
/// What belongs to interfaces is never a page.
const INTERFACES: [&str; 4] = ["/api/", "/.well-known/", "/ws", "/readyz"];

/// Everything that is no route of the interface.
pub fn assets() -> Router {
    memory_serve::load!()
        .index_file(Some("/index.html"))
        .html_cache_control(CacheControl::NoCache)
        .cache_control(CacheControl::NoCache)
        .into_router()
}

/// Answers what no route answers.
pub async fn elsewhere(files: Router, mut request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if INTERFACES.iter().any(|prefix| path.starts_with(prefix)) {
        return Problem::from(Code::NotFound).into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Problem::from(Code::MethodNotAllowed).into_response();
    }
    let is_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if !is_file {
        *request.uri_mut() = Uri::from_static("/");
    }
    let mut response = match files.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if response.status().is_client_error() {
        return Problem::from(Code::NotFound).into_response();
    }
    if path.starts_with(HASHED) {
        response.headers_mut().insert(header::CACHE_CONTROL, HASHED_CACHE);
    }
    if path.trim_end_matches('/') == SHARED {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    }
    say_charset(response.headers_mut());
    response.extensions_mut().insert(Page);
    response
}

/// All of our text is UTF-8: no browser has to guess.
fn say_charset(headers: &mut HeaderMap) {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return };
    let is_text = kind.starts_with("text/") || kind.ends_with("+xml");
    if is_text && let Ok(value) = HeaderValue::from_str(&format!("{kind}; charset=utf-8")) {
        headers.insert(header::CONTENT_TYPE, value);
    }
}
