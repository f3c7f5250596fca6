//! What an event changes in what a channel remembers, and what it forgets for it. Must depend on nothing but the events.

use std::sync::Arc;

use lockstep_protocol::{
    event::{ChannelEvent, Happened, channel::*},
    values::{ChannelKind, ChannelRole, Lifecycle},
};

use super::{
    message::{Answer, Message, touched},
    state::{Channel, Head, Pin},
};
use crate::talk::reactions;

pub(super) fn evolve(channel: &mut Channel, happened: &Happened<ChannelEvent>) {
    use ChannelEvent as E;
    match &happened.event {
        E::ChannelCreated(created) => found(channel, created, happened),
        E::ChannelUpdated(updated) => head(channel, |head| {
            if let Some(name) = &updated.name {
                head.name.clone_from(name);
            }
            if let Some(purpose) = &updated.purpose {
                head.purpose.clone_from(purpose);
            }
        }),
        E::ChannelArchived(_) => head(channel, |head| head.lifecycle = Lifecycle::Archived),
        E::ChannelUnarchived(_) => head(channel, |head| head.lifecycle = Lifecycle::Active),
        E::ChannelDeleted(_) => end(channel),
        E::ChannelMemberAdded(added) => drop(channel.members.insert(added.account_id, added.role)),
        E::ChannelMemberRoleChanged(changed) => drop(channel.members.insert(changed.account_id, changed.role)),
        E::ChannelMemberRemoved(removed) => drop(channel.members.remove(&removed.account_id)),
        E::MessagePosted(_) => post(channel, happened),
        E::MessageEdited(_) | E::MessageReacted(_) | E::MessageUnreacted(_) => touch(channel, happened),
        E::MessageDeleted(deleted) => {
            touch(channel, happened);
            answer(channel, happened);
            channel.pins.remove(&deleted.message.seq);
            if let Some(number) = deleted.number.filter(|number| *number >= channel.known_from()) {
                channel.gone.insert(number);
            }
        }
        E::MessagePinned(pinned) => {
            let pin = Pin {
                message_id: pinned.message.message_id,
                author_id: pinned.author_id,
                by: happened.by,
                at: happened.at,
                seq: happened.seq,
            };
            channel.pins.insert(pinned.message.seq, pin);
        }
        E::MessageUnpinned(unpinned) => drop(channel.pins.remove(&unpinned.message.seq)),
    }
    if super::changes_access(&happened.event) {
        channel.access_version = happened.seq;
    }
}

fn head(channel: &mut Channel, change: impl FnOnce(&mut Head)) {
    if let Some(head) = &mut channel.head {
        change(Arc::make_mut(head));
    }
}

fn found(channel: &mut Channel, created: &ChannelCreated, happened: &Happened<ChannelEvent>) {
    channel.head = Some(Arc::new(Head {
        org_id: created.org_id,
        team_id: created.team_id,
        kind: created.kind,
        name: created.name.clone(),
        purpose: String::new(),
        lifecycle: Lifecycle::Active,
    }));
    for account in &created.members {
        let manages = *account == happened.by && created.kind != ChannelKind::Direct;
        channel.members.insert(*account, if manages { ChannelRole::Manager } else { ChannelRole::Member });
    }
}

/// Nothing of what was in it is asked for again.
fn end(channel: &mut Channel) {
    head(channel, |head| head.lifecycle = Lifecycle::Deleted);
    let (head, keep, access_version) = (channel.head.take(), channel.keep, channel.access_version);
    *channel = Channel { head, keep, access_version, ..Channel::default() };
}

fn post(channel: &mut Channel, happened: &Happened<ChannelEvent>) {
    let Some(message) = Message::of(happened) else { return };
    if let Some(number) = message.number {
        channel.last_number = number;
        let from = channel.known_from();
        while channel.gone.get_min().is_some_and(|gone| *gone < from) {
            channel.gone.remove_min();
        }
    }
    channel.ids.insert(message.message_id);
    channel.messages.insert(happened.seq, Arc::new(message));
    answer(channel, happened);
    forget(channel);
}

/// The oldest go first, until what is left is as little as is held.
fn forget(channel: &mut Channel) {
    while channel.messages.len() > channel.keep.messages || channel.reactions > channel.keep.reactions {
        let Some((seq, message)) = channel.messages.get_min().cloned() else { return };
        channel.messages.remove(&seq);
        channel.ids.remove(&message.message_id);
        channel.reactions -= reactions::count(&message.reactions);
        channel.forgotten = seq;
        channel.settled = channel.settled.max(message.touched);
    }
}

fn touch(channel: &mut Channel, happened: &Happened<ChannelEvent>) {
    let Some(message) = touched(&happened.event) else { return };
    if let Some(message) = channel.messages.get_mut(&message.seq) {
        let before = reactions::count(&message.reactions);
        let message = Arc::make_mut(message);
        message.touch(happened);
        channel.reactions = channel.reactions + reactions::count(&message.reactions) - before;
        forget(channel);
        return;
    }
    channel.changes.push_back(without_text(happened));
    while channel.changes.len() > channel.keep.changes {
        let Some(oldest) = channel.changes.pop_front() else { return };
        channel.settled = channel.settled.max(oldest.seq);
    }
}

/// The thread of a message that is not held is counted where it is read.
fn answer(channel: &mut Channel, happened: &Happened<ChannelEvent>) {
    let Some(answer) = Answer::of(happened) else { return };
    if let Some(message) = channel.messages.get_mut(&answer.root) {
        Arc::make_mut(message).answer(&answer);
    }
}

fn without_text(happened: &Happened<ChannelEvent>) -> Happened<ChannelEvent> {
    let event = match &happened.event {
        ChannelEvent::MessageEdited(event) => ChannelEvent::MessageEdited(MessageEdited {
            text: String::new(),
            mentions: Default::default(),
            message: event.message,
            author_id: event.author_id,
            number: event.number,
        }),
        event => event.clone(),
    };
    Happened { event, client_id: None, client_seq: None, ..*happened }
}
