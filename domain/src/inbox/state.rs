//! What an inbox remembers. However much somebody is told, this stays as large: the newest entries, and markers of the channels that were
//! read last. Must never depend on anything but the events.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use lockstep_protocol::{
    ids::ChannelId,
    position::Position,
    values::{Micros, NewEntry, Outlet, Seen, Subject},
};
use serde::{Deserialize, Serialize};

use super::preferences::Preferences;
use crate::channel::{Channel, Unread};

/// How much of what is past is remembered. It is part of the state: whoever folds the same events holds the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    pub entries: usize,
    /// Channels of which it is known how far they were read: those that were marked last.
    pub markers: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Self { entries: 1_000, markers: 2_000 }
    }
}

/// The live state of an inbox.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inbox {
    pub(super) keep: Keep,
    /// By their numbers.
    pub(super) entries: OrdMap<u64, Arc<Entry>>,
    /// How many of these count as unread.
    pub(super) unread: u32,
    pub(super) last_number: u64,
    /// The position of the last event that its owner was told of.
    pub(super) told: Option<Position>,
    /// Entries that were put off, by when they come back.
    pub(super) snoozed: OrdSet<(Micros, u64)>,
    pub(super) markers: OrdMap<ChannelId, Arc<Marker>>,
    /// Single messages that were marked as unread, in all channels together.
    pub(super) exceptions: usize,
    pub(super) preferences: Arc<Preferences>,
    pub(super) access_version: u64,
}

/// Something that somebody was told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Micros,
    pub entry: NewEntry,
    pub read: bool,
    pub archived: bool,
    pub snoozed_until: Option<Micros>,
    pub woken_at: Option<Micros>,
    /// The ways on which it could not be brought to its owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Outlet>,
}

/// How far somebody has read a channel: up to a number, but for single messages before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    pub read_to: u64,
    /// Ascending.
    pub unread: Vec<u64>,
    /// The seq that marked it last.
    pub seq: u64,
}

impl Entry {
    /// Whether it counts: neither read, nor put away, nor put off.
    pub const fn is_unread(&self) -> bool {
        !self.read && !self.archived && self.snoozed_until.is_none()
    }

    /// Whether whoever looked at this has seen what it is about.
    pub(super) fn is_about(&self, what: &Seen) -> bool {
        match (self.entry.subject, *what) {
            (Subject::Task { task_id, .. }, Seen::Task { task_id: seen }) => task_id == seen,
            (Subject::Board { board_id }, Seen::Board { board_id: seen }) => board_id == seen,
            (Subject::Team { team_id }, Seen::Team { team_id: seen }) => team_id == seen,
            (Subject::Channel { channel_id }, Seen::Channel { channel_id: seen }) => channel_id == seen,
            (Subject::Organization { org_id }, Seen::Organization { org_id: seen }) => org_id == seen,
            (Subject::Message { channel_id, message, thread, .. }, Seen::Thread { channel_id: seen, seq }) => {
                channel_id == seen && thread.map_or(message.seq, |root| root.seq) == seq
            }
            _ => false,
        }
    }
}

impl Marker {
    /// Whether the message of this number was read.
    pub fn covers(&self, number: u64) -> bool {
        number <= self.read_to && self.unread.binary_search(&number).is_err()
    }
}

impl Inbox {
    /// One that remembers less: so that tests come to what is beyond.
    pub fn keeping(keep: Keep) -> Self {
        Self { keep, ..Self::default() }
    }

    /// Entries that are held, ascending by their numbers.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (u64, &Entry)> + '_ {
        self.entries.iter().map(|(number, entry)| (*number, &**entry))
    }

    pub fn entry(&self, number: u64) -> Option<&Entry> {
        self.entries.get(&number).map(|entry| &**entry)
    }

    /// Entries that are held and count as unread.
    pub const fn unread(&self) -> u32 {
        self.unread
    }

    /// The number of the newest entry.
    pub const fn last_number(&self) -> u64 {
        self.last_number
    }

    /// The number of the oldest entry that is held; older ones are in the journal alone.
    pub fn known_from(&self) -> u64 {
        self.entries.get_min().map_or(self.last_number + 1, |(number, _)| *number)
    }

    /// The position of the last event that its owner was told of.
    pub const fn told(&self) -> Option<Position> {
        self.told
    }

    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// How far a channel was read.
    pub fn marker(&self, channel: ChannelId) -> Option<&Marker> {
        self.markers.get(&channel).map(|marker| &**marker)
    }

    pub fn markers(&self) -> impl Iterator<Item = (ChannelId, &Marker)> + '_ {
        self.markers.iter().map(|(channel, marker)| (*channel, &**marker))
    }

    /// What its owner has not read in a channel: what is after the number that they have read up to, and what they marked as unread before
    /// it, less what was deleted of both.
    pub fn unread_in(&self, id: ChannelId, channel: &Channel) -> Unread {
        let Some(marker) = self.marker(id) else { return channel.unread(0) };
        let unread = channel.unread(marker.read_to);
        let before = marker.unread.iter().filter(|number| **number <= marker.read_to && channel.shows(**number));
        Unread { count: unread.count + before.count() as u64, ..unread }
    }

    /// Entries whose time has come, those that wait longest first.
    pub fn wakes_until(&self, until: Micros) -> impl Iterator<Item = u64> + '_ {
        self.snoozed.iter().take_while(move |(at, _)| *at <= until).map(|(_, number)| *number)
    }

    /// When something comes back next after this.
    pub fn next_wake(&self, after: Micros) -> Option<Micros> {
        self.snoozed.range((after.checked_add(1)?, 0)..).next().map(|(at, _)| *at)
    }
}
