//! Bytes and messages. Two encodings of one schema; a frame is an array of messages.
//!
//! - JSON: a text message is a frame.
//! - MessagePack with named fields: a binary message is a frame.
//! - In both, a binary message that starts with `1f 8b` is a gzip member (RFC 1952) holding one frame. Only the server sends
//!   these: a client's compressed bytes are refused, so nothing a client sends can grow.
//!
//! Decoding is bounded before it starts: size, then nesting, then typed decoding with a limit on messages.

use std::{fmt, io::Write, marker::PhantomData, ops::Range};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, SeqAccess, Visitor},
};

use crate::{
    codes::{Code, Failure},
    frame::{ClientMessage, SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK, ServerMessage},
    limits::Limits,
};

/// How a connection encodes frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    Json,
    MessagePack,
}

impl Codec {
    pub const ALL: [Self; 2] = [Self::Json, Self::MessagePack];

    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => SUBPROTOCOL_JSON,
            Self::MessagePack => SUBPROTOCOL_MSGPACK,
        }
    }

    pub fn from_subprotocol(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.subprotocol() == name)
    }

    /// Encodes one message as an element of a frame.
    pub fn element<T: Serialize>(self, message: &T) -> Result<Element, EncodeError> {
        let bytes = match self {
            Self::Json => serde_json::to_vec(message).map_err(|error| EncodeError(error.to_string()))?,
            Self::MessagePack => rmp_serde::to_vec_named(message).map_err(|error| EncodeError(error.to_string()))?,
        };
        Ok(Element(bytes.into()))
    }

    /// Joins encoded elements into one frame, copying each once.
    pub fn frame(self, elements: &[Element]) -> Bytes {
        self.joined(elements.len(), elements.iter().map(|element| &element.0[..]))
    }

    /// A frame that can be sent as it is, or go into a larger one with [`Codec::merge`].
    pub fn batch(self, elements: &[Element]) -> Batch {
        let frame = self.frame(elements);
        let body = match self {
            Self::Json => 1..frame.len() - 1,
            Self::MessagePack => frame.len() - elements.iter().map(Element::len).sum::<usize>()..frame.len(),
        };
        Batch { count: elements.len(), body, frame }
    }

    /// One frame of all that is in these. One alone is not copied.
    pub fn merge<'a>(self, batches: impl Iterator<Item = &'a Batch> + Clone) -> Bytes {
        let full = batches.filter(|batch| batch.count > 0);
        match (full.clone().next(), full.clone().nth(1)) {
            (Some(only), None) => only.frame.clone(),
            _ => self.joined(full.clone().map(|batch| batch.count).sum(), full.map(Batch::body)),
        }
    }

    /// Elements or runs of them, `count` in all, as one frame.
    fn joined<'a>(self, count: usize, parts: impl Iterator<Item = &'a [u8]> + Clone) -> Bytes {
        let size: usize = parts.clone().map(|part| part.len() + 1).sum();
        let mut out = Vec::with_capacity(size + 5);
        match self {
            Self::Json => {
                out.push(b'[');
                for (index, part) in parts.enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    out.extend_from_slice(part);
                }
                out.push(b']');
            }
            Self::MessagePack => {
                array_header(&mut out, count);
                parts.for_each(|part| out.extend_from_slice(part));
            }
        }
        out.into()
    }
}

/// A frame whose elements can become part of a larger one without being encoded again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    frame: Bytes,
    body: Range<usize>,
    count: usize,
}

impl Batch {
    /// Bytes of its elements.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn body(&self) -> &[u8] {
        &self.frame[self.body.clone()]
    }
}

/// One encoded message: shared by every frame that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element(pub Bytes);

impl Element {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn array_header(out: &mut Vec<u8>, count: usize) {
    // MessagePack: fixarray to 15, array 16 to 65,535, array 32 beyond.
    if count < 16 {
        out.push(0x90 | count as u8);
    } else if let Ok(count) = u16::try_from(count) {
        out.push(0xdc);
        out.extend_from_slice(&count.to_be_bytes());
    } else {
        out.push(0xdd);
        out.extend_from_slice(&(count as u32).to_be_bytes());
    }
}

/// The first bytes of a gzip member. In MessagePack `1f` is the number 31, which no frame starts with.
pub const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Compresses a frame, to be sent as a binary message. At the best level, because what is compressed is sent to many.
pub fn compress(frame: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(frame.len() / 4), flate2::Compression::best());
    // Writing into a vector cannot fail; were it to, the frame goes out as it is.
    match encoder.write_all(frame).and_then(|()| encoder.finish()) {
        Ok(bytes) => bytes.into(),
        Err(_) => Bytes::copy_from_slice(frame),
    }
}

/// For clients: undoes [`compress`], refusing to grow beyond `bytes_max`.
pub fn decompress(bytes: &[u8], bytes_max: usize) -> Result<Vec<u8>, Failure> {
    use std::io::Read;
    let mut out = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(bytes).take(bytes_max as u64 + 1);
    reader.read_to_end(&mut out).map_err(|error| Failure::because(Code::Malformed, error.to_string()))?;
    if out.len() > bytes_max {
        return Err(Failure::new(Code::TooLarge).limit(bytes_max as u64));
    }
    Ok(out)
}

/// A message could not be encoded. Our own types always can; this is a defect.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot encode: {0}")]
pub struct EncodeError(String);

/// Decodes a frame from a client.
pub fn decode_client(codec: Codec, bytes: &[u8], limits: &Limits) -> Result<Vec<ClientMessage>, Failure> {
    if bytes.len() > limits.message_bytes_max {
        return Err(Failure::new(Code::TooLarge).limit(limits.message_bytes_max as u64));
    }
    decode(codec, bytes, limits.decode_depth_max, limits.batch_messages_max)
}

/// For clients: decodes a plain frame from the server.
pub fn decode_server(codec: Codec, bytes: &[u8]) -> Result<Vec<ServerMessage>, Failure> {
    decode(codec, bytes, 64, usize::MAX)
}

fn decode<'de, T: Deserialize<'de>>(
    codec: Codec,
    bytes: &'de [u8],
    depth_max: usize,
    messages_max: usize,
) -> Result<Vec<T>, Failure> {
    let bounded = Bounded { messages_max, over: std::cell::Cell::new(false), item: PhantomData };
    let over = &bounded.over;
    let decoded = match codec {
        Codec::Json => {
            check_json_depth(bytes, depth_max)?;
            let mut deserializer = serde_json::Deserializer::from_slice(bytes);
            bounded
                .visit(&mut deserializer)
                .and_then(|messages| deserializer.end().map(|()| messages))
                .map_err(|error| error.to_string())
        }
        Codec::MessagePack => {
            let mut rest = bytes;
            let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
            deserializer.set_max_depth(depth_max);
            let decoded = bounded.visit(&mut deserializer).map_err(|error| error.to_string());
            match decoded {
                Ok(messages) if rest.is_empty() => Ok(messages),
                Ok(_) => Err("bytes after the frame".to_owned()),
                Err(error) => Err(error),
            }
        }
    };
    decoded.map_err(|error| {
        if over.get() {
            Failure::new(Code::BatchTooLarge).limit(messages_max as u64)
        } else {
            Failure::because(Code::Malformed, error)
        }
    })
}

/// Refuses JSON that nests deeper than allowed, in one pass without allocation.
pub(crate) fn check_json_depth(bytes: &[u8], depth_max: usize) -> Result<(), Failure> {
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                if depth > depth_max {
                    return Err(Failure::because(Code::Malformed, "nested too deep").limit(depth_max as u64));
                }
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// Reads a sequence with a limit on its elements.
struct Bounded<T> {
    messages_max: usize,
    over: std::cell::Cell<bool>,
    item: PhantomData<T>,
}

impl<T> Bounded<T> {
    fn visit<'de, D: Deserializer<'de>>(&self, deserializer: D) -> Result<Vec<T>, D::Error>
    where
        T: Deserialize<'de>,
    {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for &Bounded<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        // The declared length is never trusted: the vector grows by what was read.
        let mut messages = Vec::new();
        while let Some(message) = seq.next_element()? {
            if messages.len() == self.messages_max {
                self.over.set(true);
                return Err(de::Error::custom("too many messages"));
            }
            messages.push(message);
        }
        Ok(messages)
    }
}
