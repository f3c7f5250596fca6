//! Every message of the wire, both directions: the index of the protocol. A frame is an array of messages.
//!
//! Messages that go to many (`snapshot`, `events`, `presence_diff`, `ephemeral`) hold nothing of one connection, so that
//! their bytes are encoded once and shared.

mod hints;
mod presence;

pub use hints::{ChangedProfile, ListsChanged, ProfilesChanged};
pub use presence::*;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    codes::Failure,
    command::Command,
    event::{Event, Happened},
    ids::{AccountId, ClientId, CommitId, ConnectionId, SessionId},
    position::{Bookmark, Held, Position},
    topic::Topic,
    values::{Audience, Conflict, IfChanged},
    view::ViewPart,
};

/// The WebSocket subprotocol whose frames are JSON text.
pub const SUBPROTOCOL_JSON: &str = "lockstep.v1.json";
/// The WebSocket subprotocol whose frames are MessagePack.
pub const SUBPROTOCOL_MSGPACK: &str = "lockstep.v1.msgpack";
/// The version of this schema. A change that old clients would misread raises it; `schema.lock` pins the rest.
pub const PROTOCOL_VERSION: u32 = 2;

/// What a client says.
#[expect(clippy::large_enum_variant, reason = "a message lives for one step; boxing commands would cost more")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    Hello(Hello),
    Join(Join),
    Leave(Leave),
    Command(CommandMessage),
    Presence(PresenceUpdate),
    Ephemeral(EphemeralUpdate),
    Refresh(Refresh),
    Ping(Ping),
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    Welcome(Welcome),
    Joined(Joined),
    Snapshot(SnapshotPart),
    Events(Events),
    Reply(Reply),
    PresenceState(PresenceState),
    PresenceDiff(PresenceDiff),
    Ephemeral(EphemeralBroadcast),
    Resync(TopicNotice),
    Stale(Stale),
    Revoked(Revoked),
    Heads(Heads),
    ListsChanged(ListsChanged),
    ProfilesChanged(ProfilesChanged),
    Goaway(Goaway),
    Superseded(Superseded),
    Pong(Pong),
}

/// The first message of a connection, alone in its frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// An access token. Never in a URL.
    pub token: String,
    pub client_id: ClientId,
    pub protocol_version: u32,
    /// Name and version of the program, for the sessions page and logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_name: Option<String>,
}

/// Join a topic, or join it again from where one was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The client's number for this request: it gets exactly one `joined` or `reply`.
    #[serde(rename = "ref")]
    pub reference: u32,
    pub topic: Topic,
    /// What the client already holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub after: Option<Held>,
    /// Whether to be shown to others, and to be told of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub presence: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Leave {
    #[serde(rename = "ref")]
    pub reference: u32,
    pub topic: Topic,
}

/// Ask for a change. Retried with the same `client_seq` it takes effect at most once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CommandMessage {
    #[serde(rename = "ref")]
    pub reference: u32,
    pub topic: Topic,
    /// Counted by the client from 1, over all topics; with the account and the client id it names this command for ever.
    #[ts(type = "number")]
    pub client_seq: u64,
    pub body: Command,
    /// The topic's seq that the author saw when deciding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub saw: Option<u64>,
    /// What is to happen when something it changes was changed after `saw` by another client; absent: `apply`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub if_changed: Option<IfChanged>,
}

/// A new access token for this connection, before the old one expires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    #[serde(rename = "ref")]
    pub reference: u32,
    pub token: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Ping {
    #[serde(rename = "ref")]
    pub reference: u32,
}

/// The answer to `hello`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Welcome {
    pub connection_id: ConnectionId,
    pub account_id: AccountId,
    /// The log-in; of a token for programs its id.
    pub session_id: SessionId,
    pub server_version: String,
    pub protocol_version: u32,
    /// The server pings after this much silence; a client that hears nothing for twice this should connect again.
    #[ts(type = "number")]
    pub heartbeat_interval_ms: u64,
    /// When the access token stops to count; refresh before. Microseconds, UTC.
    #[ts(type = "number")]
    pub token_expires_at: i64,
    /// The server's clock, microseconds, UTC.
    #[ts(type = "number")]
    pub now: i64,
}

/// How a join was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ResumedFrom {
    /// The client is up to date: nothing follows.
    Current,
    /// `events` follow, out of memory.
    Ring,
    /// `events` follow, out of the journal.
    Journal,
    /// `snapshot` parts follow, then perhaps `events`: forget what was held.
    Snapshot,
}

/// The topic is joined. What follows brings the client to `head`; then come live events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Joined {
    #[serde(rename = "ref")]
    pub reference: u32,
    pub topic: Topic,
    pub resumed_from: ResumedFrom,
    pub head: Bookmark,
    /// For whose eyes what follows is made; to be said with what is held of it at the next join.
    pub audience: Audience,
}

/// A part of a topic's view at `bookmark`. Parts come in order, nothing of the topic between them; with the last one the view
/// is whole and replaces what the client held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SnapshotPart {
    pub topic: Topic,
    pub bookmark: Bookmark,
    pub part: u32,
    pub parts: u32,
    pub view: ViewPart,
}

/// The events of one commit in one topic: atomic and in order. It continues a client that stands at `after` and brings it to
/// `seq`; one that stands elsewhere ignores it (at or beyond `seq`) or has a gap and joins again. Events that are not for this
/// audience are left out, so `events` may be shorter than `seq - after`, even empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Events {
    pub topic: Topic,
    pub epoch: u32,
    #[ts(type = "number")]
    pub after: u64,
    #[ts(type = "number")]
    pub seq: u64,
    /// Shared by the parts of one commit in several topics.
    pub commit_id: CommitId,
    pub events: Vec<Happened<Event>>,
}

/// The answer to a request with a `ref`. Exactly one comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Reply {
    #[serde(rename = "ref")]
    pub reference: u32,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Ok(Acknowledged),
    Error(Failure),
}

/// Committed, durable: the command's events end at this seq. A command that changed nothing has the seq at which that was so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Acknowledged {
    pub epoch: u32,
    #[ts(type = "number")]
    pub seq: u64,
    /// Give it to a read as `min_position` to see this change in lists. Absent when nothing was committed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub position: Option<Position>,
    /// Changes that this one went over and whose results its author had not seen. Not told again when the same command is retried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Conflict>>")]
    pub conflicts: Vec<Conflict>,
    /// Of a `board.bulk`: those of its commands that were refused, while the others took effect. Not told again either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<FailedPart>>")]
    pub failed: Vec<FailedPart>,
}

/// A command of a `board.bulk` that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FailedPart {
    /// Its place among the commands, from 0.
    pub index: u32,
    pub failure: Failure,
}

impl Acknowledged {
    /// Without anything to tell beside.
    pub const fn new(epoch: u32, seq: u64, position: Option<Position>) -> Self {
        Self { epoch, seq, position, conflicts: Vec::new(), failed: Vec::new() }
    }
}

/// The client fell behind on this topic and got no events for a while: join it again with the bookmark it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TopicNotice {
    pub topic: Topic,
}

/// Whether what the client sees of the topic may be old because the server cannot reach its journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Stale {
    pub topic: Topic,
    pub stale: bool,
}

/// The topic is no longer joined: the account may not see it any more, or it is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Revoked {
    pub topic: Topic,
    pub code: crate::codes::Code,
}

/// Where the joined topics stand, sent now and then: a client that is behind joins again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Heads {
    pub heads: Vec<(Topic, Bookmark)>,
}

/// The node goes away: connect again after this delay (it differs per client, so that not all come at once).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Goaway {
    #[ts(type = "number")]
    pub reconnect_after_ms: u64,
}

/// Another connection took over; do not reconnect by yourself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Superseded {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Pong {
    #[serde(rename = "ref")]
    pub reference: u32,
    /// The server's clock, microseconds, UTC.
    #[ts(type = "number")]
    pub now: i64,
}
