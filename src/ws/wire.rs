//! Between our frames and the WebSocket library's messages and errors. Pure.

use axum::extract::ws::{Message, Utf8Bytes};
use lockstep_protocol::codes::CloseCode;
use tokio_tungstenite::tungstenite;

use crate::live::outbox::Frame;

pub fn message(frame: Frame) -> Message {
    if frame.binary {
        return Message::Binary(frame.bytes);
    }
    match Utf8Bytes::try_from(frame.bytes.clone()) {
        Ok(text) => Message::Text(text),
        // Our own JSON is UTF-8; were it not, the client is to see it rather than lose the socket.
        Err(_) => Message::Binary(frame.bytes),
    }
}

/// What a failed read means: the code to close with, or that the other side is gone.
pub fn broken(error: axum::Error) -> Option<CloseCode> {
    use tungstenite::{Error, error::ProtocolError};
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => Some(CloseCode::TooBig),
        Some(Error::Utf8(_)) => Some(CloseCode::InvalidText),
        Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => None,
        Some(Error::Protocol(_)) => Some(CloseCode::Protocol),
        _ => None,
    }
}
