//! The hash chain: what binds each event to its predecessor, on every backend alike. It must never change for events that
//! are written: a stored hash is checked on every read.

use std::collections::HashSet;

use lockstep_protocol::{ids::OrgId, topic::Topic};

use super::journal::{Append, GENESIS, Guard, Hash, Head, JournalError, Marks, NewEvent, Recorded, StreamAppend};

/// The fields of an event that its hash covers, borrowed from either form of it.
struct Covered<'a> {
    stream: Topic,
    org: OrgId,
    seq: u64,
    event: &'a NewEvent,
    tag: &'a str,
}

fn hash(predecessor: &Hash, covered: &Covered<'_>) -> Hash {
    let Covered { stream, org, seq, event, tag } = covered;
    let mut hasher = blake3::Hasher::new();
    hasher.update(predecessor);
    hasher.update(&stream.kind.number().to_le_bytes());
    hasher.update(stream.id.as_bytes());
    hasher.update(org.0.as_bytes());
    hasher.update(&seq.to_le_bytes());
    hasher.update(event.commit.0.as_bytes());
    hasher.update(&event.at.to_le_bytes());
    hasher.update(event.actor.0.as_bytes());
    // Lengths and flags stand before what varies, so that no two events share their bytes.
    match &event.origin {
        None => hasher.update(&[0]),
        Some(origin) => hasher
            .update(&[1])
            .update(origin.client_id.0.as_bytes())
            .update(&origin.client_seq.to_le_bytes())
            .update(&origin.body_hash),
    };
    hasher.update(&(tag.len() as u64).to_le_bytes());
    hasher.update(tag.as_bytes());
    hasher.update(&(event.payload.len() as u64).to_le_bytes());
    hasher.update(&event.payload);
    *hasher.finalize().as_bytes()
}

impl Recorded {
    /// Is this the event that follows one with this hash ([`GENESIS`] for the first)?
    pub fn follows(&self, predecessor: &Hash) -> bool {
        self.chained(predecessor) == self.hash
    }

    /// The hash this event has after one with that hash.
    pub fn chained(&self, predecessor: &Hash) -> Hash {
        let event = NewEvent {
            commit: self.commit,
            at: self.at,
            actor: self.actor,
            origin: self.origin,
            tag: "",
            level: 0,
            payload: self.payload.clone(),
            marks: Marks::default(),
        };
        let covered = Covered { stream: self.stream, org: self.org, seq: self.seq, event: &event, tag: &self.tag };
        hash(predecessor, &covered)
    }
}

/// Checks that these are the events after `after`: dense, and chained among themselves. The first is checked against its
/// predecessor only where that is known: at the beginning of a stream.
pub(super) fn verify(stream: Topic, after: u64, events: &[Recorded]) -> Result<(), JournalError> {
    let mut predecessor = (after == 0).then_some(GENESIS);
    for (event, seq) in events.iter().zip(after + 1..) {
        let damaged = |what: &str| JournalError::Damaged { stream, seq, what: what.into() };
        if event.seq != seq {
            return Err(damaged("an event is missing"));
        }
        if event.stream != stream {
            return Err(damaged("the event says it is another stream's"));
        }
        if predecessor.is_some_and(|hash| !event.follows(&hash)) {
            return Err(damaged("the hash does not match"));
        }
        predecessor = Some(event.hash);
    }
    Ok(())
}

/// One stream's part of an append with all that follows from the expected head.
#[derive(Debug)]
pub(super) struct PreparedStream {
    pub stream: Topic,
    pub org: OrgId,
    pub expected: Head,
    pub next: Head,
    pub events: Vec<NewEvent>,
    /// Per event.
    pub hashes: Vec<Hash>,
}

/// An append that has a sound shape, hashed; made in the caller's task so that committers only commit.
#[derive(Debug)]
pub(super) struct Prepared {
    pub streams: Vec<PreparedStream>,
    /// Sorted.
    pub guards: Vec<Guard>,
    /// Sorted; each subject once.
    pub raises: Vec<Guard>,
    pub events: usize,
    pub bytes: usize,
}

/// Checks the shape of an append and computes its hashes.
pub(super) fn prepare(append: Append) -> Result<Prepared, JournalError> {
    let refused = |what: &str| Err(JournalError::Refused(what.into()));
    if append.streams.is_empty() {
        return refused("an append without streams");
    }
    let mut seen = HashSet::with_capacity(append.streams.len());
    for part in &append.streams {
        if part.events.is_empty() {
            return refused("a stream without events");
        }
        // Ids are unique over all kinds.
        if !seen.insert(part.stream.id) {
            return refused("a stream twice in one append");
        }
    }
    let Append { streams, mut guards, mut raises } = append;
    guards.sort_unstable();
    guards.dedup();
    raises.sort_unstable();
    if raises.windows(2).any(|pair| pair[0].subject == pair[1].subject) {
        return refused("an access version set twice in one append");
    }
    let streams: Vec<PreparedStream> = streams.into_iter().map(prepare_stream).collect();
    let events = streams.iter().map(|part| part.events.len()).sum();
    let bytes = streams.iter().flat_map(|part| &part.events).map(|event| event.payload.len()).sum();
    Ok(Prepared { streams, guards, raises, events, bytes })
}

fn prepare_stream(part: StreamAppend) -> PreparedStream {
    let StreamAppend { stream, org, expected, events } = part;
    let mut head = expected;
    let mut hashes = Vec::with_capacity(events.len());
    for event in &events {
        head.version += 1;
        head.hash = hash(&head.hash, &Covered { stream, org, seq: head.version, event, tag: event.tag });
        hashes.push(head.hash);
    }
    PreparedStream { stream, org, expected, next: head, events, hashes }
}
