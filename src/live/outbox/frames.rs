//! From what is queued to bytes for the socket: consecutive small messages share a frame. Encoding happens outside the lock.

use std::{
    borrow::Cow,
    sync::{Arc, MutexGuard},
};

use bytes::Bytes;
use lockstep_protocol::{
    codec::{Batch, Codec},
    frame::ServerMessage,
};

use super::{
    State,
    queue::{Body, Item, Queue},
};
use crate::actors::delivery::SharedSnapshot;

/// A frame stops growing at about this size: large enough that one write carries many, small enough that a purge finds
/// what has not left yet.
const FRAME_BYTES: usize = 16 * 1024;
/// Messages in one frame, at most about.
const FRAME_ITEMS: usize = 128;

/// One message of the socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub bytes: Bytes,
    /// Sent as a binary message: MessagePack, or compressed.
    pub binary: bool,
}

pub(super) fn next<'a>(codec: Codec, lock: impl Fn() -> MutexGuard<'a, State>) -> Option<Frame> {
    loop {
        let mut state = lock();
        // The socket takes a frame: the client reads.
        state.stalled_since_ms = None;
        match &state.queue.front()?.body {
            Body::Snapshot(snapshot, audience, part) => {
                let (snapshot, audience, part) = (snapshot.clone(), *audience, *part);
                drop(state);
                let frames = snapshot.frames(codec, audience);
                let frame = frames.get(part).map(|ready| Frame {
                    bytes: ready.bytes.clone(),
                    binary: ready.compressed || codec == Codec::MessagePack,
                });
                let last = part + 1 >= frames.len();
                if advance(&mut lock().queue, &snapshot, last)
                    && let Some(frame) = frame
                {
                    return Some(frame);
                }
            }
            _ => {
                let items = small(&mut state.queue);
                drop(state);
                let batches: Vec<_> = items.iter().map(|item| batch(codec, item)).collect();
                if batches.iter().any(|batch| !batch.is_empty()) {
                    let bytes = codec.merge(batches.iter().map(|batch| &**batch));
                    return Some(Frame { bytes, binary: codec == Codec::MessagePack });
                }
            }
        }
    }
}

/// Moves on from a part; false when it was purged while it was encoded, so that it must not be written.
fn advance(queue: &mut Queue, snapshot: &Arc<SharedSnapshot>, last: bool) -> bool {
    let Some(Item { body: Body::Snapshot(front, _, part), .. }) = queue.front_mut() else { return false };
    if !Arc::ptr_eq(front, snapshot) {
        return false;
    }
    *part += 1;
    if last {
        queue.pop();
    }
    true
}

/// Takes items up to the next snapshot, or until the frame is full.
fn small(queue: &mut Queue) -> Vec<Item> {
    let mut items = Vec::with_capacity(1);
    let mut cost = 0;
    while let Some(front) = queue.front() {
        if matches!(front.body, Body::Snapshot(..)) || cost >= FRAME_BYTES || items.len() >= FRAME_ITEMS {
            break;
        }
        cost += front.cost();
        items.extend(queue.pop());
    }
    items
}

/// What an item says. What is the same for many was encoded once, for all of them.
fn batch(codec: Codec, item: &Item) -> Cow<'_, Batch> {
    match &item.body {
        Body::Events(events, audience) => Cow::Borrowed(events.batch(codec, *audience)),
        Body::Shared(shared) | Body::Ephemeral(shared) => Cow::Borrowed(shared.batch(codec)),
        Body::Own(message) => Cow::Owned(encoded(codec, std::iter::once(&**message))),
        Body::Rest(events, audience, from) => {
            let messages = events.messages(*audience);
            let after =
                |message: &&ServerMessage| matches!(message, ServerMessage::Events(events) if events.seq > *from);
            Cow::Owned(encoded(codec, messages.iter().filter(after)))
        }
        // Written part by part, never with others.
        Body::Snapshot(..) => Cow::Owned(codec.batch(&[])),
    }
}

fn encoded<'a>(codec: Codec, messages: impl Iterator<Item = &'a ServerMessage>) -> Batch {
    // Our own types always encode; one that does not is left out rather than breaking the frame.
    let encode = |message: &ServerMessage| {
        codec.element(message).inspect_err(|error| tracing::error!(%error, "a server message did not encode")).ok()
    };
    codec.batch(&messages.filter_map(encode).collect::<Vec<_>>())
}
