//! From an HTTP request to a connection: nothing in the URL, a known origin, a known subprotocol, a place on this node, and
//! small buffers. It must never read a credential.

use std::net::IpAddr;

use axum::{
    Json,
    extract::{RawQuery, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lockstep_protocol::{
    codec::Codec,
    codes::{Code, Failure},
};
use serde::Serialize;

use super::{origin, router::Gate, socket};

/// Grows as a message needs it; an idle connection keeps this.
const READ_BUFFER_BYTES: usize = 1024;
/// Frames are joined up to this before a write.
const WRITE_BUFFER_BYTES: usize = 4 * 1024;
/// A frame that does not fit beside it cannot be sent: above the largest that the server makes.
const WRITE_BUFFER_BYTES_MAX: usize = 4 * 1024 * 1024;

pub async fn upgrade(
    State(gate): State<Gate>,
    RawQuery(query): RawQuery,
    extensions: Extensions,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let address = (gate.address_of)(&extensions, &headers);
    match admit(gate, query, &headers, address, upgrade) {
        Ok(response) => response,
        Err(failure) => problem(failure),
    }
}

fn admit(
    gate: Gate,
    query: Option<String>,
    headers: &HeaderMap,
    address: IpAddr,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    if query.is_some_and(|query| !query.is_empty()) {
        let text = "Nothing may be in the URL: the token goes into the first message.";
        return Err(Failure::because(Code::Malformed, text));
    }
    if !origin::allowed(headers, &gate.origins) {
        return Err(Failure::new(Code::OriginRefused));
    }
    let mut upgrade = upgrade.map_err(|rejection| Failure::because(Code::Malformed, rejection.body_text()))?;
    let offered = |codec: &Codec| upgrade.requested_protocols().any(|name| name == codec.subprotocol());
    let Some(codec) = Codec::ALL.iter().rev().copied().find(offered) else {
        let text = "Offer the subprotocol lockstep.v1.msgpack or lockstep.v1.json.";
        return Err(Failure::because(Code::Malformed, text).field("sec-websocket-protocol"));
    };
    let place = gate.registry.admit(codec)?;
    upgrade.set_selected_protocol(HeaderValue::from_static(codec.subprotocol()));
    let message_bytes_max = gate.registry.limits().message_bytes_max;
    Ok(upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(message_bytes_max)
        .max_frame_size(message_bytes_max)
        .on_upgrade(move |socket| socket::serve(socket, place, gate.door, address)))
}

/// Problem details (RFC 9457).
#[derive(Serialize)]
struct Problem {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    #[serde(flatten)]
    failure: Failure,
}

fn problem(failure: Failure) -> Response {
    let status = failure.code.http_status();
    let retry_after_ms = failure.retry_after_ms;
    let body =
        Problem { r#type: "about:blank", title: failure.code.meaning().trim(), status, failure: failure.clone() };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(ms) = retry_after_ms {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(u64::from(ms).div_ceil(1_000)));
    }
    // Where the whole surface is served, its outermost layer tells this in the form of all refusals.
    response.extensions_mut().insert(failure);
    response
}
