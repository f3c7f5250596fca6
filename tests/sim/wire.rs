//! Frames of the server, read as a client reads them.

use lockstep::live::outbox::Frame;
use lockstep_protocol::{
    codec::{Codec, GZIP_MAGIC, decode_server, decompress},
    frame::ServerMessage,
};

/// The messages of a frame; the server never sends one that cannot be read.
pub fn messages(codec: Codec, frame: &Frame) -> Vec<ServerMessage> {
    let plain = frame.bytes.starts_with(&GZIP_MAGIC).then(|| decompress(&frame.bytes, 1 << 24));
    let messages = match plain {
        Some(plain) => decode_server(codec, &plain.expect("the server compresses soundly")),
        None => decode_server(codec, &frame.bytes),
    };
    messages.expect("the server encodes soundly")
}
