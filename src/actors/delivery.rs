//! What an aggregate hands to those who joined it. Bytes are encoded once per codec and audience, on first need and in the
//! task of the connection that needs them first, then shared by all; an actor itself never encodes for anyone.
//!
//! Nothing here may block or know a socket.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use lockstep_protocol::{
    codec::{self, Batch, Codec, Element},
    codes::Code,
    frame::{ResumedFrom, ServerMessage},
    ids::ConnectionId,
    position::Bookmark,
    topic::Topic,
    values::Audience,
};

/// One connection, as actors see it.
pub trait Subscriber: Send + Sync + 'static {
    fn connection(&self) -> ConnectionId;

    /// Takes a delivery of a topic, in order, without blocking; what the connection cannot take is its own matter (it bounds its
    /// outbox and asks for a resync). Called from the actor's task: must be quick and must not panic.
    fn deliver(&self, topic: Topic, delivery: Delivery);
}

/// What happens on a joined topic.
#[derive(Clone)]
pub enum Delivery {
    /// The join `reference` succeeded; what follows brings the client from what it said it held to `head`.
    Joined { reference: u32, audience: Audience, resumed_from: ResumedFrom, head: Bookmark },
    /// The view, whole.
    Snapshot(Arc<SharedSnapshot>),
    /// One or more commits, in order.
    Events(Arc<SharedEvents>),
    /// Everyone on the topic; only to the one who joined.
    PresenceState(Arc<Shared>),
    /// Who came and went.
    Presence(Arc<Shared>),
    /// May be dropped first.
    Ephemeral(Arc<Shared>),
    /// Something is to be read anew; unlike a moment it is not dropped without a resync.
    Hint(Arc<Shared>),
    /// Whether the topic's view may be old.
    Stale(bool),
    /// The topic is closed for this connection: access was lost, or the aggregate is gone. Nothing of it may be written any more.
    Revoked(Code),
    /// The actor ended for reasons of its own (memory, an error): join again.
    Resync,
    /// This node is too old for what happened on the topic: the connection is better served by another.
    Rehome,
}

const AUDIENCES: usize = Audience::ALL.len();

const fn cell(codec: Codec, audience: Audience) -> usize {
    let codec = match codec {
        Codec::Json => 0,
        Codec::MessagePack => 1,
    };
    codec * AUDIENCES + audience as usize
}

/// A message that is the same for all audiences, encoded at most once per codec.
pub struct Shared {
    message: ServerMessage,
    cells: [OnceLock<Batch>; 2],
}

impl Shared {
    pub fn new(message: ServerMessage) -> Arc<Self> {
        Arc::new(Self { message, cells: Default::default() })
    }

    pub const fn message(&self) -> &ServerMessage {
        &self.message
    }

    pub fn batch(&self, codec: Codec) -> &Batch {
        self.cells[cell(codec, Audience::Public) / AUDIENCES]
            .get_or_init(|| codec.batch(&[encode(codec, &self.message)]))
    }
}

/// Makes the messages of some commits for an audience. Pure.
pub trait EventSource: Send + Sync + 'static {
    /// One `events` message per commit.
    fn messages(&self, audience: Audience) -> Vec<ServerMessage>;

    /// Roughly how many bytes they take when encoded: what outboxes account for before anyone has encoded them.
    fn bytes_hint(&self) -> usize {
        512
    }
}

/// Commits of one stream, encoded at most once per codec and audience.
pub struct SharedEvents {
    /// The seq before the first event, and that of the last.
    pub after: u64,
    pub seq: u64,
    pub epoch: u32,
    source: Box<dyn EventSource>,
    cells: [OnceLock<Batch>; 2 * AUDIENCES],
}

impl SharedEvents {
    pub fn new(epoch: u32, after: u64, seq: u64, source: Box<dyn EventSource>) -> Arc<Self> {
        Arc::new(Self { after, seq, epoch, source, cells: Default::default() })
    }

    /// Unencoded, for those inside the server who look at events.
    pub fn messages(&self, audience: Audience) -> Vec<ServerMessage> {
        self.source.messages(audience)
    }

    /// How many bytes they take: exact once encoded, a guess before.
    pub fn bytes(&self, codec: Codec, audience: Audience) -> usize {
        match self.cells[cell(codec, audience)].get() {
            Some(batch) => batch.len(),
            None => self.source.bytes_hint(),
        }
    }

    /// One element per commit. Who has nothing else to write writes this frame as it is.
    pub fn batch(&self, codec: Codec, audience: Audience) -> &Batch {
        self.cells[cell(codec, audience)].get_or_init(|| {
            let messages = self.source.messages(audience);
            codec.batch(&messages.iter().map(|message| encode(codec, message)).collect::<Vec<_>>())
        })
    }
}

/// Makes the parts of a view for an audience. Pure.
pub trait ViewSource: Send + Sync + 'static {
    /// `snapshot` messages, in order.
    fn messages(&self, audience: Audience) -> Vec<ServerMessage>;
}

/// One whole frame, ready for the socket.
#[derive(Clone, Debug)]
pub struct ReadyFrame {
    pub bytes: Bytes,
    /// Sent as a binary message whatever the codec.
    pub compressed: bool,
}

/// A view at one seq, encoded and compressed at most once per codec and audience, shared by all who join meanwhile.
pub struct SharedSnapshot {
    pub bookmark: Bookmark,
    source: Box<dyn ViewSource>,
    compress_bytes_min: usize,
    cells: [OnceLock<Box<[ReadyFrame]>>; 2 * AUDIENCES],
}

impl SharedSnapshot {
    pub fn new(bookmark: Bookmark, compress_bytes_min: usize, source: Box<dyn ViewSource>) -> Arc<Self> {
        Arc::new(Self { bookmark, source, compress_bytes_min, cells: Default::default() })
    }

    /// One frame per part.
    pub fn frames(&self, codec: Codec, audience: Audience) -> &[ReadyFrame] {
        self.cells[cell(codec, audience)].get_or_init(|| {
            let ready = |message: &ServerMessage| {
                let frame = codec.frame(&[encode(codec, message)]);
                if frame.len() < self.compress_bytes_min {
                    return ReadyFrame { bytes: frame, compressed: false };
                }
                ReadyFrame { bytes: codec::compress(&frame), compressed: true }
            };
            self.source.messages(audience).iter().map(ready).collect()
        })
    }
}

fn encode(codec: Codec, message: &ServerMessage) -> Element {
    // Our own types always encode; were one not to, an empty element would break the frame, so an empty array stands in.
    codec.element(message).unwrap_or_else(|error| {
        tracing::error!(%error, "a server message did not encode");
        Element(Bytes::from_static(match codec {
            Codec::Json => b"[]",
            Codec::MessagePack => &[0x90],
        }))
    })
}
