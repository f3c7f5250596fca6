//! A notice as bytes: MessagePack, closed by a keyed BLAKE3 over them, so that whoever can reach the broker but not the
//! cluster's key cannot make one up.

use bytes::Bytes;
use lockstep_protocol::{
    ids::OrgId,
    topic::{Kind, Topic},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Notice;

const MAC_BYTES: usize = 32;

/// What the nodes of one cluster share.
#[derive(Clone)]
pub struct ClusterKey(pub [u8; 32]);

#[derive(Serialize, Deserialize)]
struct Letter {
    /// Who sent it: a node ignores its own.
    node: Uuid,
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
}

/// Seals a notice.
pub fn seal(key: &ClusterKey, node: Uuid, notice: &Notice) -> Option<Bytes> {
    let mut bytes = rmp_serde::to_vec(&Letter {
        node,
        org: notice.org,
        kind: notice.stream.kind.number(),
        id: notice.stream.id,
        epoch: notice.epoch,
        first: notice.first,
        last: notice.last,
        events: notice.events.as_ref().map(|events| events.to_vec()),
        lists: notice.lists.as_ref().map(|lists| lists.to_vec()),
    })
    .ok()?;
    let mac = blake3::keyed_hash(&key.0, &bytes);
    bytes.extend_from_slice(mac.as_bytes());
    Some(bytes.into())
}

/// Opens what was sealed with the same key; `None` for anything else. Gives the sender too.
pub fn open(key: &ClusterKey, sealed: &[u8]) -> Option<(Uuid, Notice)> {
    let split = sealed.len().checked_sub(MAC_BYTES)?;
    let (bytes, mac) = sealed.split_at(split);
    // Compared in constant time by the hash's own equality.
    if blake3::keyed_hash(&key.0, bytes) != blake3::Hash::from_bytes(mac.try_into().ok()?) {
        return None;
    }
    let letter: Letter = rmp_serde::from_slice(bytes).ok()?;
    let stream = Topic::new(Kind::from_number(letter.kind)?, letter.id);
    let Letter { node, org, epoch, first, last, events, lists, .. } = letter;
    let (events, lists) = (events.map(Bytes::from), lists.map(Bytes::from));
    Some((node, Notice { org, stream, epoch, first, last, events, lists }))
}
