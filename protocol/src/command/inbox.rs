//! Commands of an inbox: what somebody is told of, how far they have read, and what they want to be told.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::ChannelId,
    position::Position,
    values::{Micros, NewEntry, Outlet, PreferenceChange, Seen},
};

/// Founds somebody's inbox. One that is there already stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenInbox {}

/// Tells somebody of one event of the journal. Events are told in the order of their positions: at one that was told already, or before
/// it, nothing happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TellInbox {
    pub position: Position,
    pub entry: NewEntry,
    /// The time zone of whoever is told: a name of the IANA time zone database. One that is not known counts as UTC.
    pub zone: String,
}

/// Says that these were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReadEntries {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// Says that these are to be read again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnreadEntries {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// Says that everything up to this number was read, but what was put off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReadAllEntries {
    /// The last number that was shown: what came after is unread.
    #[ts(type = "number")]
    pub through: u64,
}

/// Puts these away, read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ArchiveEntries {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// Takes these out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnarchiveEntries {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// Deletes these for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteEntries {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// Puts these off: they are unread again then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SnoozeEntries {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
    #[ts(type = "number")]
    pub until: Micros,
}

/// Says that the time of these has come; of those whose time has not, nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WakeEntries {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// Says that these could not be brought to somebody on this way. The server alone says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FailEntries {
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
    pub outlet: Outlet,
}

/// Says that somebody looked at something: the entries about it, up to the last that they could know of, are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SeeSubject {
    pub what: Seen,
    #[ts(type = "number")]
    pub through: u64,
}

/// Says how far somebody has read a channel. It only ever goes forward: two devices take nothing back from each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MarkChannel {
    pub channel_id: ChannelId,
    /// Up to this number, but for those before it that were marked as unread.
    #[ts(type = "number")]
    pub read_to: u64,
    /// Of those that were marked as unread, these were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, type = "Array<number>")]
    pub numbers: Vec<u64>,
}

/// Marks what was read in a channel as unread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MarkChannelUnread {
    pub channel_id: ChannelId,
    #[ts(type = "number")]
    pub number: u64,
    /// This message alone; otherwise all from it on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub only: bool,
}

/// Changes what somebody wants to be told, part by part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetPreferences {
    pub changes: Vec<PreferenceChange>,
}
