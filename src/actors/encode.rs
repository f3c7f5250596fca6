//! Events and bytes: what the journal and the bus hold, and what rules understand. Never decides anything.

use bytes::Bytes;
use lockstep_domain::{Aggregate, access::Reach};
use lockstep_protocol::{
    command::Command,
    event::{Happened, is_known},
    ids::{AccountId, ClientId, CommitId, OrgId},
    position::Position,
    topic::Topic,
};
use serde::{Deserialize, Serialize};

use super::shell::Word;
use crate::store::journal::{Hash, JournalError, Origin, Recorded};

/// An event's bytes in the journal: MessagePack with named fields.
pub fn payload<E: Serialize>(event: &E) -> Result<Bytes, rmp_serde::encode::Error> {
    rmp_serde::to_vec_named(event).map(Bytes::from)
}

/// The event in its place, as rules fold it.
pub fn happened<A: Aggregate>(recorded: &Recorded) -> Result<Happened<A::Event>, JournalError> {
    let (stream, seq) = (recorded.stream, recorded.seq);
    let event = rmp_serde::from_slice(&recorded.payload).map_err(|error| match is_known(&recorded.tag) {
        true => {
            JournalError::Damaged { stream, seq, what: format!("{} does not decode: {error}", recorded.tag).into() }
        }
        false => JournalError::TooNew { stream, seq, tag: recorded.tag.as_str().into() },
    })?;
    Ok(Happened {
        seq: recorded.seq,
        at: recorded.at,
        by: recorded.actor,
        client_id: recorded.origin.map(|origin| origin.client_id),
        client_seq: recorded.origin.map(|origin| origin.client_seq),
        event,
    })
}

/// What tells two commands under one idempotency key apart.
pub fn body_hash(topic: Topic, body: &Command) -> [u8; 16] {
    // A command always encodes; were it not to, the empty body differs from every real one.
    let bytes = rmp_serde::to_vec_named(body).unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&topic.kind.number().to_le_bytes()).update(topic.id.as_bytes()).update(&bytes);
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    short
}

/// An event as nodes tell it to each other.
#[derive(Serialize, Deserialize)]
struct Told {
    seq: u64,
    position: Position,
    commit: CommitId,
    at: i64,
    actor: AccountId,
    origin: Option<(ClientId, u64, [u8; 16])>,
    tag: String,
    #[serde(with = "serde_bytes")]
    payload: Vec<u8>,
    hash: Hash,
}

/// What nodes tell each other about who is here.
pub fn word(word: &Word) -> Option<Bytes> {
    rmp_serde::to_vec_named(word).ok().map(Bytes::from)
}

/// A word of another node.
pub fn heard_word(bytes: &[u8]) -> Option<Word> {
    rmp_serde::from_slice(bytes).ok()
}

/// The events of a notice.
pub fn tell(events: &[Recorded]) -> Option<Bytes> {
    let told: Vec<Told> = events
        .iter()
        .map(|event| Told {
            seq: event.seq,
            position: event.position,
            commit: event.commit,
            at: event.at,
            actor: event.actor,
            origin: event.origin.map(|origin| (origin.client_id, origin.client_seq, origin.body_hash)),
            tag: event.tag.clone(),
            payload: event.payload.to_vec(),
            hash: event.hash,
        })
        .collect();
    rmp_serde::to_vec(&told).ok().map(Bytes::from)
}

/// The hint of a notice: whose lists changed, and where the change is.
pub fn tell_lists(hint: &(Reach, Position)) -> Option<Bytes> {
    rmp_serde::to_vec(hint).ok().map(Bytes::from)
}

/// What [`tell_lists`] told.
pub fn told_lists(bytes: &[u8]) -> Option<(Reach, Position)> {
    rmp_serde::from_slice(bytes).ok()
}

/// The events of a notice, unverified: the caller checks that they continue what it holds.
pub fn told(stream: Topic, org: OrgId, bytes: &[u8]) -> Option<Vec<Recorded>> {
    let told: Vec<Told> = rmp_serde::from_slice(bytes).ok()?;
    let recorded = told.into_iter().map(|event| Recorded {
        stream,
        org,
        seq: event.seq,
        position: event.position,
        commit: event.commit,
        at: event.at,
        actor: event.actor,
        origin: event.origin.map(|(client_id, client_seq, body_hash)| Origin { client_id, client_seq, body_hash }),
        tag: event.tag,
        payload: event.payload.into(),
        hash: event.hash,
    });
    Some(recorded.collect())
}
