//! Views of an inbox. Only its owner is shown any of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, BoardId, ChannelId, TaskId},
    values::{BoardLevel, ChannelLevel, Delivery, Digest, Micros, NewEntry, NotifyReason, Outlet, QuietHours},
};

/// A part of the view of an inbox: its head is the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum InboxPart {
    Inbox(InboxView),
    /// Ascending by their numbers.
    Entries {
        entries: Vec<EntryView>,
    },
    Markers {
        markers: Vec<MarkerView>,
    },
    /// What is wanted of single channels, boards and tasks, where it is not what is wanted of any.
    Levels {
        channels: Vec<ChannelPreference>,
        boards: Vec<BoardPreference>,
        muted_tasks: Vec<TaskId>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InboxView {
    pub account_id: AccountId,
    /// Entries that are not read, those that are put off aside.
    pub unread: u32,
    /// The number of the newest entry; 0: there was none yet.
    #[ts(type = "number")]
    pub last_number: u64,
    /// Older ones than this number are in the history alone.
    #[ts(type = "number")]
    pub known_from: u64,
    /// For every reason.
    pub deliveries: Vec<ReasonPreference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub quiet: Option<QuietHours>,
    pub digest: Digest,
}

/// Something that its owner was told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EntryView {
    #[ts(type = "number")]
    pub number: u64,
    #[ts(type = "number")]
    pub at: Micros,
    pub entry: NewEntry,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub read: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub archived: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub snoozed_until: Option<Micros>,
    /// When it came back last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub woken_at: Option<Micros>,
    /// The ways on which it could not be brought to its owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Outlet>>")]
    pub failed: Vec<Outlet>,
}

/// How far its owner has read a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MarkerView {
    pub channel_id: ChannelId,
    #[ts(type = "number")]
    pub read_to: u64,
    /// Of what is before, these are unread.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, type = "Array<number>")]
    pub unread: Vec<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ReasonPreference {
    pub reason: NotifyReason,
    pub delivery: Delivery,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelPreference {
    pub channel_id: ChannelId,
    pub level: ChannelLevel,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardPreference {
    pub board_id: BoardId,
    pub level: BoardLevel,
}
