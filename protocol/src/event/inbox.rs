//! Events of an inbox: ids and numbers, never what was said.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::ChannelId,
    position::Position,
    values::{Micros, NewEntry, Outlet, PreferenceChange, Route, Seen},
};

/// Somebody has an inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InboxOpened {}

/// Its owner was told of something: in the inbox where it has a number, and on these ways besides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationSent {
    /// Of the event that they were told of, in the journal.
    pub position: Position,
    /// Dense from 1; absent where they do not want it in the inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub number: Option<u64>,
    pub entry: NewEntry,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Route>>")]
    pub routes: Vec<Route>,
}

/// These were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationRead {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// These are to be read again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationUnread {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// All up to this number were read, but those that are put off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationAllRead {
    #[ts(type = "number")]
    pub through: u64,
}

/// These were put away: they are read, and put off no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationArchived {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// These are out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationUnarchived {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// These are gone for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationDeleted {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// These were put off until then, and are out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationSnoozed {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
    #[ts(type = "number")]
    pub until: Micros,
}

/// These are there again, unread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationWoken {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// These could not be brought to their owner on this way: refused, or tried for too long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationFailed {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
    pub outlet: Outlet,
}

/// What they are about was looked at: all entries about it up to this number are read, but those that are put off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotificationSeen {
    pub what: Seen,
    #[ts(type = "number")]
    pub through: u64,
}

/// How far its owner has read a channel is this now. Entries about messages that are read by it are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InboxMarked {
    pub channel_id: ChannelId,
    /// Up to this number.
    #[ts(type = "number")]
    pub read_to: u64,
    /// But for these, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, type = "Array<number>")]
    pub unread: Vec<u64>,
}

/// What its owner wants to be told changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InboxPreferencesChanged {
    pub changes: Vec<PreferenceChange>,
}
