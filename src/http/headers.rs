//! Headers that every answer carries, and what request headers say about a client. It must never take identity from a header
//! other than `Authorization`.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, header},
};

use crate::config::{Network, PublicUrl};

/// For pages: scripts, styles and connections of this origin alone; nobody may frame it. Svelte sets styles of elements through
/// the object model, which this allows.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// For data: nothing may be loaded or run from it.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
    microphone=(), midi=(), payment=(), usb=(), interest-cohort=()";

/// Two years, as browsers' preload lists ask.
const TRANSPORT_SECURITY: &str = "max-age=63072000; includeSubDomains";

/// Sets what every answer carries. `page`: the answer belongs to the web app.
pub fn secure(headers: &mut HeaderMap, page: bool, public: &PublicUrl) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, if page { PAGE_POLICY } else { DATA_POLICY });
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    if public.is_https() {
        set(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
    if !page && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Where a request comes from, for those who are not of this room.
pub type AddressOf = dyn Fn(&Extensions, &HeaderMap) -> IpAddr + Send + Sync;

/// The same as requests are asked, with the proxies that are trusted.
pub fn address_of(trusted: Vec<Network>) -> Arc<AddressOf> {
    Arc::new(move |extensions, headers| client_address(extensions, headers, &trusted))
}

/// Where a request comes from: the socket's peer; behind a trusted proxy the last address in `X-Forwarded-For` that is none of
/// the trusted ones. Without a peer (a test without a socket) the unspecified address.
pub fn client_address(extensions: &Extensions, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for");
    let mut hops: Vec<&str> =
        forwarded.iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')).collect();
    let mut nearest = peer;
    while let Some(hop) = hops.pop() {
        // What does not parse was not written by our proxy: the nearest known hop is the client.
        let Ok(address) = hop.trim().parse::<IpAddr>() else { return nearest };
        nearest = address.to_canonical();
        if !is_trusted(nearest) {
            return nearest;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 1)));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).expect("a value"));
        }
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        client_address(&extensions, &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(address("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "anybody can write this header");
        assert_eq!(address("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(address("10.0.0.1", &["1.2.3.4, 198.51.100.1"]), "198.51.100.1", "what the client wrote before");
        assert_eq!(address("10.0.0.1", &["1.2.3.4", "198.51.100.1, 10.2.2.2"]), "198.51.100.1");
        assert_eq!(address("10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(address("::ffff:10.0.0.1", &["::ffff:198.51.100.1"]), "198.51.100.1");
    }
}
