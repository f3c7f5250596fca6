//! A channel folded from what a client is sent: who is in it, how it is called, how many messages it shows and which are pinned. What was
//! said is read from the history, so a snapshot does not hold it.

use std::collections::BTreeSet;

use lockstep_protocol::{
    event::ChannelEvent,
    ids::{AccountId, MessageId},
    view::ChannelPart,
};
use serde::Serialize;

/// A channel as those who are in it see it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Talk {
    pub name: String,
    pub purpose: String,
    pub archived: bool,
    pub members: BTreeSet<AccountId>,
    /// Messages that it shows are numbered from 1 without a gap.
    pub last_number: u64,
    pub pins: BTreeSet<MessageId>,
}

impl Talk {
    /// Takes a part of a snapshot, in their order.
    pub fn take(&mut self, part: ChannelPart) {
        match part {
            ChannelPart::Channel(head) => {
                *self = Self {
                    name: head.name,
                    purpose: head.purpose,
                    archived: head.archived,
                    members: BTreeSet::new(),
                    last_number: head.last_number,
                    pins: head.pins.into_iter().map(|pin| pin.message.message_id).collect(),
                };
            }
            ChannelPart::Members { members } => {
                self.members.extend(members.into_iter().map(|member| member.account_id));
            }
        }
    }

    pub fn apply(&mut self, event: &ChannelEvent) {
        match event {
            ChannelEvent::ChannelCreated(event) => {
                self.name.clone_from(&event.name);
                self.members = event.members.iter().copied().collect();
            }
            ChannelEvent::ChannelUpdated(event) => {
                if let Some(name) = &event.name {
                    self.name.clone_from(name);
                }
                if let Some(purpose) = &event.purpose {
                    self.purpose.clone_from(purpose);
                }
            }
            ChannelEvent::ChannelArchived(_) => self.archived = true,
            ChannelEvent::ChannelUnarchived(_) => self.archived = false,
            ChannelEvent::ChannelMemberAdded(event) => drop(self.members.insert(event.account_id)),
            ChannelEvent::ChannelMemberRemoved(event) => drop(self.members.remove(&event.account_id)),
            // Counted here, whatever number it says that it has.
            ChannelEvent::MessagePosted(event) if event.number.is_some() => self.last_number += 1,
            ChannelEvent::MessagePinned(event) => drop(self.pins.insert(event.message.message_id)),
            ChannelEvent::MessageUnpinned(event) => drop(self.pins.remove(&event.message.message_id)),
            ChannelEvent::MessageDeleted(event) => drop(self.pins.remove(&event.message.message_id)),
            _ => {}
        }
    }
}
