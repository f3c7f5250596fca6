//! Who is on a topic and what they do there for a moment. None of it is stored.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, ColumnId, ConnectionId, MessageId, TaskId},
    topic::Topic,
};

/// What a person is doing on a topic; kept until changed, never stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PresenceMeta {
    /// The task they have open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub task_id: Option<TaskId>,
    /// Whether the page is hidden or untouched for some minutes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub away: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PresenceUpdate {
    pub topic: Topic,
    pub meta: PresenceMeta,
}

/// Things worth showing for a moment. May be lost; never stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ephemeral {
    /// Writing a comment on this task.
    Typing { task_id: TaskId },
    /// Dragging this task over that column.
    Dragging {
        task_id: TaskId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        column_id: Option<ColumnId>,
    },
    /// Writing a message in this channel, or in the thread that this message began.
    Writing {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        thread: Option<MessageId>,
    },
    /// Pointer on the board, in thousandths of the board's scrollable size.
    Cursor { x: u16, y: u16 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EphemeralUpdate {
    pub topic: Topic,
    pub body: Ephemeral,
}

/// One connection on a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PresenceEntry {
    pub connection_id: ConnectionId,
    pub account_id: AccountId,
    #[serde(flatten)]
    pub meta: PresenceMetaView,
}

/// As [`PresenceMeta`], as others see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PresenceMetaView {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub task_id: Option<TaskId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub away: bool,
}

impl From<PresenceMeta> for PresenceMetaView {
    fn from(meta: PresenceMeta) -> Self {
        Self { task_id: meta.task_id, away: meta.away }
    }
}

/// Everyone on the topic, sent after a join that asked for presence. Beyond the limit only `count` is complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PresenceState {
    pub topic: Topic,
    pub entries: Vec<PresenceEntry>,
    pub count: u32,
}

/// Who came (or changed what they do) and who went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PresenceDiff {
    pub topic: Topic,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<PresenceEntry>>")]
    pub joined: Vec<PresenceEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<ConnectionId>>")]
    pub left: Vec<ConnectionId>,
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EphemeralBroadcast {
    pub topic: Topic,
    pub connection_id: ConnectionId,
    pub account_id: AccountId,
    pub body: Ephemeral,
}
