//! A notice as bytes: MessagePack, closed by a keyed BLAKE3 over them, so that whoever can reach the broker but not the
//! cluster's key cannot make one up.

use std::sync::Arc;

use bytes::Bytes;
use lockstep_protocol::{
    ids::OrgId,
    topic::{Kind, Topic},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Notice, Whisper};

const MAC_BYTES: usize = 32;

/// What the nodes of one cluster share.
#[derive(Clone)]
pub struct ClusterKey(pub [u8; 32]);

/// What one node says to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Notice(Arc<Notice>),
    Whisper(Arc<Whisper>),
    Beat,
}

#[derive(Serialize, Deserialize)]
struct Letter {
    /// Who sent it: a node ignores its own.
    node: Uuid,
    content: Content,
}

#[derive(Serialize, Deserialize)]
enum Content {
    Notice {
        org: OrgId,
        kind: i16,
        id: Uuid,
        epoch: u32,
        first: u64,
        last: u64,
        #[serde(with = "serde_bytes")]
        events: Option<Vec<u8>>,
        #[serde(with = "serde_bytes", default)]
        lists: Option<Vec<u8>>,
    },
    Whisper {
        org: OrgId,
        kind: i16,
        id: Uuid,
        #[serde(with = "serde_bytes")]
        word: Vec<u8>,
    },
    Beat,
}

impl From<&Said> for Content {
    fn from(said: &Said) -> Self {
        let bytes = |bytes: &Option<Bytes>| bytes.as_ref().map(|bytes| bytes.to_vec());
        match said {
            Said::Notice(notice) => Self::Notice {
                org: notice.org,
                kind: notice.stream.kind.number(),
                id: notice.stream.id,
                epoch: notice.epoch,
                first: notice.first,
                last: notice.last,
                events: bytes(&notice.events),
                lists: bytes(&notice.lists),
            },
            Said::Whisper(whisper) => Self::Whisper {
                org: whisper.org,
                kind: whisper.stream.kind.number(),
                id: whisper.stream.id,
                word: whisper.word.to_vec(),
            },
            Said::Beat => Self::Beat,
        }
    }
}

impl Content {
    fn said(self) -> Option<Said> {
        Some(match self {
            Self::Notice { org, kind, id, epoch, first, last, events, lists } => {
                let stream = Topic::new(Kind::from_number(kind)?, id);
                let (events, lists) = (events.map(Bytes::from), lists.map(Bytes::from));
                Said::Notice(Arc::new(Notice { org, stream, epoch, first, last, events, lists }))
            }
            Self::Whisper { org, kind, id, word } => {
                let stream = Topic::new(Kind::from_number(kind)?, id);
                Said::Whisper(Arc::new(Whisper { org, stream, word: word.into() }))
            }
            Self::Beat => Said::Beat,
        })
    }
}

/// Seals what is said.
pub fn seal(key: &ClusterKey, node: Uuid, said: &Said) -> Option<Bytes> {
    let mut bytes = rmp_serde::to_vec(&Letter { node, content: said.into() }).ok()?;
    let mac = blake3::keyed_hash(&key.0, &bytes);
    bytes.extend_from_slice(mac.as_bytes());
    Some(bytes.into())
}

/// Opens what was sealed with the same key; `None` for anything else. Gives the sender too.
pub fn open(key: &ClusterKey, sealed: &[u8]) -> Option<(Uuid, Said)> {
    let split = sealed.len().checked_sub(MAC_BYTES)?;
    let (bytes, mac) = sealed.split_at(split);
    // Compared in constant time by the hash's own equality.
    if blake3::keyed_hash(&key.0, bytes) != blake3::Hash::from_bytes(mac.try_into().ok()?) {
        return None;
    }
    let letter: Letter = rmp_serde::from_slice(bytes).ok()?;
    Some((letter.node, letter.content.said()?))
}
