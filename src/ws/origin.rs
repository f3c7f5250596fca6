//! Which web pages may open a socket. Compared byte by byte: an origin that is spelled otherwise is another origin.

use axum::http::{HeaderMap, header};

/// True without an `Origin` header, as programs send it: credentials are in the first frame and never in a cookie.
pub fn allowed(headers: &HeaderMap, origins: &[String]) -> bool {
    let mut given = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = given.next() else { return true };
    let (Ok(origin), None) = (origin.to_str(), given.next()) else { return false };
    if origins.iter().any(|known| known == origin) {
        return true;
    }
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    !host.is_empty() && authority == Some(host)
}
