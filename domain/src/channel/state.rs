//! What a channel remembers. However much is said in it, this stays as large: facts of the newest messages, the last changes of older
//! ones, the last numbers that were deleted. Must never hold a text of a message.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};
use lockstep_protocol::{
    event::{ChannelEvent, Happened},
    ids::{AccountId, MessageId, OrgId, TeamId},
    values::{ChannelKind, ChannelRole, Lifecycle, Micros},
};
use serde::{Deserialize, Serialize};

use super::message::Message;

/// How much of what is past is remembered. It is part of the state: whoever folds the same events holds the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// Messages of which the facts are held.
    pub messages: usize,
    /// Emoji that these were answered with, together.
    pub reactions: usize,
    /// Changes of older messages.
    pub changes: usize,
    /// Of how many of the last numbers it is known which were deleted.
    pub numbers: u64,
}

impl Default for Keep {
    fn default() -> Self {
        Self { messages: 2_000, reactions: 20_000, changes: 1_000, numbers: 10_000 }
    }
}

/// The live state of a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Channel {
    pub(super) keep: Keep,
    pub(super) head: Option<Arc<Head>>,
    pub(super) members: OrdMap<AccountId, ChannelRole>,
    /// By the seq that posted them.
    pub(super) messages: OrdMap<u64, Arc<Message>>,
    /// The ids of these.
    pub(super) ids: OrdSet<MessageId>,
    /// Emoji that these were answered with, together.
    pub(super) reactions: usize,
    /// The seq of the newest message that is not held any more; 0: all are.
    pub(super) forgotten: u64,
    /// Changes of messages that are not held any more, ascending.
    pub(super) changes: Vector<Happened<ChannelEvent>>,
    /// What happened up to this seq to messages that are not held is to be read in the journal; what happened since is in `changes`.
    pub(super) settled: u64,
    pub(super) last_number: u64,
    /// The last numbers that were deleted.
    pub(super) gone: OrdSet<u64>,
    /// By the seq that posted the message.
    pub(super) pins: OrdMap<u64, Pin>,
    pub(super) access_version: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    pub org_id: OrgId,
    pub team_id: Option<TeamId>,
    pub kind: ChannelKind,
    pub name: String,
    pub purpose: String,
    pub lifecycle: Lifecycle,
}

/// A message that is kept where everybody finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub message_id: MessageId,
    pub author_id: AccountId,
    pub by: AccountId,
    pub at: Micros,
    /// The seq of the pin itself: pins are shown in their order.
    pub seq: u64,
}

/// How much somebody has not read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    pub count: u64,
    /// There are more: whoever read last so long ago is not told exactly how many of them were deleted since.
    pub or_more: bool,
}

impl Channel {
    /// One that remembers less: so that tests come to what is beyond.
    pub fn keeping(keep: Keep) -> Self {
        Self { keep, ..Self::default() }
    }

    /// One that is there: neither unfounded nor deleted.
    pub(super) fn there(&self) -> Option<&Head> {
        self.head.as_deref().filter(|head| head.lifecycle != Lifecycle::Deleted)
    }

    /// Open, private or direct; `None`: it is not there.
    pub fn kind(&self) -> Option<ChannelKind> {
        self.there().map(|head| head.kind)
    }

    /// Empty for a direct one.
    pub fn name(&self) -> &str {
        self.head.as_deref().map_or("", |head| &head.name)
    }

    /// The team that it is of.
    pub fn of_team(&self) -> Option<TeamId> {
        self.head.as_ref().and_then(|head| head.team_id)
    }

    /// What this id is in the channel, whether or not the organization still has it as a member.
    pub fn member(&self, account: AccountId) -> Option<ChannelRole> {
        self.members.get(&account).copied()
    }

    /// Members with their roles, in the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = (AccountId, ChannelRole)> + '_ {
        self.members.iter().map(|(account, role)| (*account, *role))
    }

    /// Facts of a message that is held.
    pub fn message(&self, seq: u64) -> Option<&Message> {
        self.messages.get(&seq).map(|message| &**message)
    }

    /// Messages that are held, newest first, with the seqs that posted them.
    pub fn messages(&self) -> impl Iterator<Item = (u64, &Message)> + '_ {
        self.messages.iter().rev().map(|(seq, message)| (*seq, &**message))
    }

    /// Pinned messages by the seqs that posted them, in the order in which they were pinned.
    pub fn pinned(&self) -> Vec<u64> {
        let mut pins: Vec<_> = self.pins.iter().map(|(seq, pin)| (pin.seq, *seq)).collect();
        pins.sort_unstable();
        pins.into_iter().map(|(_, seq)| seq).collect()
    }

    /// How many messages, and changes of older ones, are held.
    pub fn held(&self) -> (usize, usize) {
        (self.messages.len(), self.changes.len())
    }

    /// What is read of the journal to decide must reach this seq ([`super::Recalled`]).
    pub const fn settled(&self) -> u64 {
        self.settled
    }

    /// The number of the newest message that is shown in the channel.
    pub const fn last_number(&self) -> u64 {
        self.last_number
    }

    /// The first number from which on it is known which were deleted.
    pub const fn known_from(&self) -> u64 {
        self.last_number.saturating_sub(self.keep.numbers) + 1
    }

    /// Whether the message of this number is there, as far as that is known: from [`Self::known_from`] on it is.
    pub fn shows(&self, number: u64) -> bool {
        (1..=self.last_number).contains(&number) && !self.gone.contains(&number)
    }

    /// What one who has read up to this number has not read: the last number less that one, less those between that were deleted.
    pub fn unread(&self, read: u64) -> Unread {
        let from = self.known_from();
        let behind = read.max(from - 1);
        let deleted = self.gone.range(behind + 1..).count() as u64;
        Unread { count: self.last_number.saturating_sub(behind).saturating_sub(deleted), or_more: read + 1 < from }
    }
}
