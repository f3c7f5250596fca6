//! The journal's contract: what every backend must guarantee. `tests/contract` runs one suite over all of them.
//!
//! A journal holds streams. A stream is a dense sequence of events 1.., each bound to its predecessor by a hash. An
//! append is a compare and swap on the stream's head: the database is the only arbiter between nodes, so any node may
//! hold a replica of any stream. Only `actors` may call [`Journal::append`].

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
pub use lockstep_domain::Marks;
use lockstep_protocol::{
    ids::{AccountId, ClientId, CommitId, OrgId},
    position::Position,
    topic::Topic,
};
use uuid::Uuid;

/// BLAKE3 of the predecessor's hash and this event's fields. The predecessor of a stream's first event is [`GENESIS`].
pub type Hash = [u8; 32];

/// The hash before the first event of every stream.
pub const GENESIS: Hash = [0; 32];

/// Where a stream stands. A stream without events has version 0 and hash [`GENESIS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub version: u64,
    pub hash: Hash,
    pub epoch: u32,
}

impl Head {
    /// A stream that does not exist yet, in the journal's first epoch.
    pub const EMPTY: Self = Self { version: 0, hash: GENESIS, epoch: 1 };
}

/// Which command made an event: with the account this is the key of idempotency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    pub client_id: ClientId,
    pub client_seq: u64,
    /// BLAKE3 of the command's body, shortened; the same key with another hash is `idempotency_mismatch`.
    pub body_hash: [u8; 16],
}

/// An event to be appended. `seq` and `hash` follow from the expected head.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    pub commit: CommitId,
    /// Microseconds since 1970, UTC. The caller keeps it monotonic within a stream.
    pub at: i64,
    pub actor: AccountId,
    pub origin: Option<Origin>,
    /// The event's tag, such as `task.moved`; indexes and tails filter by it without decoding.
    pub tag: &'static str,
    /// The level of the nodes that understand it: of its tag, or of a word in it. Not stored.
    pub level: u32,
    /// MessagePack with named fields.
    pub payload: Bytes,
    /// By what it is found besides its seq. Not in the hash: the event says the same.
    pub marks: Marks,
}

/// Which of an event's marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkedBy {
    About,
    Thread,
    Number,
}

impl MarkedBy {
    /// As the databases call it.
    pub const fn column(self) -> &'static str {
        match self {
            Self::About => "about",
            Self::Thread => "thread",
            Self::Number => "number",
        }
    }
}

/// An event that was found by one of its marks, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    pub mark: u64,
    pub seq: u64,
    pub at: i64,
    pub actor: AccountId,
    pub tag: String,
}

/// An event as the journal holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub stream: Topic,
    pub org: OrgId,
    pub seq: u64,
    pub position: Position,
    pub commit: CommitId,
    pub at: i64,
    pub actor: AccountId,
    pub origin: Option<Origin>,
    pub tag: String,
    pub payload: Bytes,
    pub hash: Hash,
}

/// The access facts an append was decided with: it commits only if `subject` still has this version, and an append that
/// raises the version waits for, and is seen by, every append guarded on it. Subjects without a row have version 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guard {
    pub subject: Uuid,
    pub version: u64,
}

/// Events for one stream.
#[derive(Clone, Debug)]
pub struct StreamAppend {
    pub stream: Topic,
    /// The tenant. [`OrgId::NIL`] for accounts.
    pub org: OrgId,
    pub expected: Head,
    pub events: Vec<NewEvent>,
}

/// One atomic append: every stream of the group, or none.
#[derive(Clone, Debug)]
pub struct Append {
    /// At least one; no stream twice; none without events.
    pub streams: Vec<StreamAppend>,
    pub guards: Vec<Guard>,
    /// Subjects whose access version this append sets, in the same transaction: to the seq of the last access-changing event of the
    /// subject's own stream in this append, so that a fold of the stream knows the version without asking the database.
    pub raises: Vec<Guard>,
}

/// What became of an append that the database decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Appended {
    /// Durable. Per stream, in the order asked: the new head and the position of its last event.
    Committed(Vec<(Head, Position)>),
    /// A head was not as expected; nothing was written. The true heads, where known.
    Conflict(Vec<(Topic, Head)>),
    /// An access version was not as expected; nothing was written. The subjects that differ, with their versions.
    GuardFailed(Vec<Guard>),
}

/// Why the database gave no decision.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum JournalError {
    /// Certainly not committed; try later (no connection, pool exhausted, shutting down, read only).
    #[error("the journal is unavailable: {0}")]
    Unavailable(Arc<str>),
    /// The connection was lost in commit: it may or may not be durable. Append again with the same expected head (the swap
    /// decides) or read the stream before answering anybody.
    #[error("the outcome of a commit is unknown: {0}")]
    Unknown(Arc<str>),
    /// Certainly not committed; there is no room.
    #[error("the journal's storage is full")]
    Full,
    /// This append alone is at fault (a value the database refuses); the rest of its batch was not hurt.
    #[error("the append was refused: {0}")]
    Refused(Arc<str>),
    /// An event of a kind that this build does not have: a newer node wrote it.
    #[error("{stream} seq {seq} is a {tag}, which this server is too old for")]
    TooNew { stream: Topic, seq: u64, tag: Arc<str> },
    /// The stream is of an organization that was deleted for good: it is erased, or being erased.
    #[error("{0} is of an organization that was deleted for good")]
    Dropped(Topic),
    /// What was read does not add up: a broken hash chain, a hole, bytes that are no event.
    #[error("the journal is damaged at {stream} seq {seq}: {what}")]
    Damaged { stream: Topic, seq: u64, what: Arc<str> },
}

/// A stored fold of a stream up to `seq`. `bytes` are checked against their own hash on read; a snapshot that does not
/// match is reported as absent, never as an error: the journal can always rebuild it.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub stream: Topic,
    pub seq: u64,
    /// Hash of the event at `seq`: binds the snapshot to one history.
    pub hash: Hash,
    pub epoch: u32,
    /// The fold's version: a reader with another one ignores the snapshot.
    pub state_version: u32,
    pub bytes: Bytes,
}

/// An event's place and origin, found by its idempotency key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    pub origin: Origin,
    /// The last event that the command made in this stream.
    pub seq: u64,
    pub position: Position,
    pub commit: CommitId,
}

pub type JournalFuture<'a, T> = BoxFuture<'a, Result<T, JournalError>>;

/// The journal. Cheap to share; every method may be called from any task.
pub trait Journal: Send + Sync + 'static {
    /// Appends atomically; durable before it returns. Appends of one process are batched into few transactions (group
    /// commit); appends to one stream alone are decided in the order they were handed in. Once the future was polled to its
    /// first wait, dropping it does not cancel.
    fn append(&self, append: Append) -> JournalFuture<'_, Appended>;

    /// The head of a stream; [`Head::EMPTY`] with the journal's current epoch for one that does not exist. Of an organization that was
    /// deleted for good, and of what is left of it, this and [`Journal::read`] give [`JournalError::Dropped`], for ever.
    fn head(&self, stream: Topic) -> JournalFuture<'_, Head>;

    /// The tenant of a stream, `None` where it does not exist.
    fn org_of(&self, stream: Topic) -> JournalFuture<'_, Option<OrgId>>;

    /// Events with seq in `after + 1 ..= after + limit`, in order, verified: dense and chained among themselves. The caller
    /// checks that the first one continues what it holds. Fewer than `limit` only at the end.
    fn read(&self, stream: Topic, after: u64, limit: usize) -> JournalFuture<'_, Vec<Recorded>>;

    /// The events of these seqs, in ascending order; seqs that do not exist are left out. For bodies.
    fn read_at(&self, stream: Topic, seqs: Vec<u64>) -> JournalFuture<'_, Vec<Recorded>>;

    /// The events with any of these marks behind the seq `after`, by mark and then seq, at most `limit`. All that were committed before this
    /// was asked are found.
    fn marked(
        &self,
        stream: Topic,
        by: MarkedBy,
        marks: Vec<u64>,
        after: u64,
        limit: usize,
    ) -> JournalFuture<'_, Vec<Marked>>;

    /// What this client did in this stream, newest first, at most `limit` (the idempotency window).
    fn known(&self, stream: Topic, actor: AccountId, client: ClientId, limit: usize) -> JournalFuture<'_, Vec<Known>>;

    /// One command by its idempotency key, however old.
    fn known_one(
        &self,
        stream: Topic,
        actor: AccountId,
        client: ClientId,
        client_seq: u64,
    ) -> JournalFuture<'_, Option<Known>>;

    /// The access versions of these subjects, in their order; 0 where there is no row.
    fn access(&self, subjects: Vec<Uuid>) -> JournalFuture<'_, Vec<Guard>>;

    /// All events after `after` in journal order, at most `limit`, only those that no transaction can still precede (the
    /// fence). This is the order workers see, without a gap, however commits interleave.
    fn tail(&self, after: Position, limit: usize) -> JournalFuture<'_, Vec<Recorded>>;

    /// Streams that gained events since the scan `since` (opaque), with their heads, and the next cursor. The first scan,
    /// `None`, only gives the cursor to begin with: take it before loading anything. Unlike `tail` this is not fenced: it
    /// overlaps instead, so that a foreign long transaction cannot stall it.
    /// On PostgreSQL it compares the cluster with the journal's first, so that a standby that took over is noticed by a node that
    /// only reads.
    fn changed(&self, since: Option<u64>) -> JournalFuture<'_, (Vec<(Topic, Head)>, u64)>;

    /// Raises the journal's epoch if it still is `seen`, and returns the one in force. For a caller whose memory is ahead of
    /// the head, or differs from it: the database lost what it had acknowledged.
    fn raise_epoch(&self, seen: u32) -> JournalFuture<'_, u32>;

    /// Keeps a snapshot. Older ones stay: time travel reads them.
    fn save_snapshot(&self, snapshot: Snapshot) -> JournalFuture<'_, ()>;

    /// The newest intact snapshot with this state version at or below `at_most`, in the stream's current epoch.
    fn load_snapshot(&self, stream: Topic, state_version: u32, at_most: u64) -> JournalFuture<'_, Option<Snapshot>>;
}

/// The journal as the rest of the server holds it.
pub type SharedJournal = Arc<dyn Journal>;
