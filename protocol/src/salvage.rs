//! A frame in which a command cannot be read. The rest of the frame is as good as before: the command is answered by its ref, and
//! nobody is cut off for it. Anything else that cannot be read ends the connection, so this must never accept what
//! [`codec::decode_client`] would not: it takes a frame apart and reads each message as strictly.

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::{
    codec::{self, Codec},
    codes::{Code, Failure},
    frame::ClientMessage,
    limits::Limits,
    topic::Topic,
};

/// One message of a frame.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "it is taken apart at once; nearly all are messages")]
pub enum Said {
    Message(ClientMessage),
    /// A command, whole but for its body.
    Unreadable {
        reference: u32,
        failure: Failure,
    },
}

/// Decodes a frame from a client. A command whose body is none is among the messages; anything else that is wrong is an error.
pub fn read_client(codec: Codec, bytes: &[u8], limits: &Limits) -> Result<Vec<Said>, Failure> {
    match codec::decode_client(codec, bytes, limits) {
        Ok(messages) => Ok(messages.into_iter().map(Said::Message).collect()),
        Err(failure) if failure.code == Code::Malformed => {
            one_by_one(codec, bytes, limits).filter(|said| said.len() <= limits.batch_messages_max).ok_or(failure)
        }
        Err(failure) => Err(failure),
    }
}

/// A command in its place, whatever it asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    #[serde(rename = "type")]
    _type: OnlyCommand,
    #[serde(rename = "ref")]
    reference: u32,
    #[serde(rename = "topic")]
    _topic: Topic,
    #[serde(rename = "client_seq")]
    _client_seq: u64,
    #[serde(rename = "body")]
    _body: IgnoredAny,
    #[serde(rename = "saw", default)]
    _saw: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OnlyCommand {
    Command,
}

fn one_by_one(codec: Codec, bytes: &[u8], limits: &Limits) -> Option<Vec<Said>> {
    let depth_max = limits.decode_depth_max;
    let elements = match codec {
        Codec::Json => {
            codec::check_json_depth(bytes, depth_max).ok()?;
            json_elements(bytes)?
        }
        Codec::MessagePack => packed_elements(bytes, limits)?,
    };
    let said = |element: &&[u8]| match read::<ClientMessage>(codec, element, depth_max) {
        Ok(message) => Some(Said::Message(message)),
        Err(error) => {
            let Envelope { reference, .. } = read(codec, element, depth_max).ok()?;
            Some(Said::Unreadable { reference, failure: Failure::because(Code::Malformed, error).field("body") })
        }
    };
    elements.iter().map(said).collect()
}

fn read<T: DeserializeOwned>(codec: Codec, element: &[u8], depth_max: usize) -> Result<T, String> {
    match codec {
        Codec::Json => serde_json::from_slice(element).map_err(|error| error.to_string()),
        Codec::MessagePack => {
            let mut rest = element;
            let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
            deserializer.set_max_depth(depth_max);
            T::deserialize(&mut deserializer).map_err(|error| error.to_string())
        }
    }
}

/// What stands between the commas of an array; each piece is still to be read, and only then is the array one.
fn json_elements(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let inside = bytes.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")?;
    let (mut elements, mut from) = (Vec::new(), 0);
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for (at, byte) in inside.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.checked_sub(1)?,
            b',' if !in_text && depth == 0 => {
                elements.push(&inside[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    elements.push(&inside[from..]);
    Some(elements)
}

fn packed_elements<'a>(bytes: &'a [u8], limits: &Limits) -> Option<Vec<&'a [u8]>> {
    let (count, mut rest) = match bytes {
        [first @ 0x90..=0x9f, rest @ ..] => (usize::from(first & 0x0f), rest),
        [0xdc, a, b, rest @ ..] => (usize::from(u16::from_be_bytes([*a, *b])), rest),
        [0xdd, a, b, c, d, rest @ ..] => (usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?, rest),
        _ => return None,
    };
    if count > limits.batch_messages_max {
        return None;
    }
    let mut elements = Vec::new();
    for _ in 0..count {
        let before = rest;
        let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
        deserializer.set_max_depth(limits.decode_depth_max);
        IgnoredAny::deserialize(&mut deserializer).ok()?;
        elements.push(&before[..before.len() - rest.len()]);
    }
    rest.is_empty().then_some(elements)
}
