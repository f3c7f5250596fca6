//! What an event changes in what an inbox remembers, and what it forgets for it. Must depend on nothing but the events.

use std::sync::Arc;

use lockstep_protocol::{
    event::{Happened, InboxEvent, inbox::*},
    values::Subject,
};

use super::state::{Entry, Inbox, Marker};

pub(super) fn evolve(inbox: &mut Inbox, happened: &Happened<InboxEvent>) {
    use InboxEvent as E;
    match &happened.event {
        E::InboxOpened(_) => inbox.access_version = happened.seq,
        E::NotificationSent(sent) => tell(inbox, sent, happened),
        E::NotificationRead(named) => each(inbox, &named.numbers, |entry| entry.read = true),
        E::NotificationUnread(named) => each(inbox, &named.numbers, |entry| entry.read = false),
        E::NotificationAllRead(all) => those(inbox, |number, _| number <= all.through),
        E::NotificationArchived(named) => each(inbox, &named.numbers, |entry| {
            (entry.read, entry.archived, entry.snoozed_until) = (true, true, None);
        }),
        E::NotificationUnarchived(named) => each(inbox, &named.numbers, |entry| entry.archived = false),
        E::NotificationDeleted(named) => named.numbers.iter().for_each(|number| remove(inbox, *number)),
        E::NotificationSnoozed(snoozed) => each(inbox, &snoozed.numbers, |entry| {
            (entry.archived, entry.snoozed_until) = (false, Some(snoozed.until));
        }),
        E::NotificationWoken(named) => each(inbox, &named.numbers, |entry| {
            (entry.read, entry.snoozed_until, entry.woken_at) = (false, None, Some(happened.at));
        }),
        E::NotificationFailed(failed) => each(inbox, &failed.numbers, |entry| {
            if !entry.failed.contains(&failed.outlet) {
                entry.failed.push(failed.outlet);
            }
        }),
        E::NotificationSeen(seen) => {
            those(inbox, |number, entry| number <= seen.through && entry.is_about(&seen.what));
        }
        E::InboxMarked(marked) => mark(inbox, marked, happened.seq),
        E::InboxPreferencesChanged(changed) => {
            let preferences = Arc::make_mut(&mut inbox.preferences);
            changed.changes.iter().for_each(|change| preferences.apply(change));
        }
    }
}

fn tell(inbox: &mut Inbox, sent: &NotificationSent, happened: &Happened<InboxEvent>) {
    inbox.told = Some(sent.position);
    let Some(number) = sent.number else { return };
    inbox.last_number = number;
    let read = inbox.has_read(&sent.entry.subject);
    let entry = Entry {
        at: happened.at,
        entry: sent.entry,
        read,
        archived: false,
        snoozed_until: None,
        woken_at: None,
        failed: Vec::new(),
    };
    inbox.unread += u32::from(entry.is_unread());
    inbox.entries.insert(number, Arc::new(entry));
    while inbox.entries.len() > inbox.keep.entries {
        let Some(oldest) = inbox.entries.get_min().map(|(number, _)| *number) else { return };
        remove(inbox, oldest);
    }
}

fn remove(inbox: &mut Inbox, number: u64) {
    let Some(entry) = inbox.entries.remove(&number) else { return };
    inbox.unread -= u32::from(entry.is_unread());
    if let Some(until) = entry.snoozed_until {
        inbox.snoozed.remove(&(until, number));
    }
}

/// Changes one that is held, and what is counted of it.
fn change(inbox: &mut Inbox, number: u64, change: impl FnOnce(&mut Entry)) {
    let Some(found) = inbox.entries.get_mut(&number) else { return };
    let entry = Arc::make_mut(found);
    let (was, until) = (entry.is_unread(), entry.snoozed_until);
    change(entry);
    inbox.unread = inbox.unread + u32::from(entry.is_unread()) - u32::from(was);
    if entry.snoozed_until != until {
        let now = entry.snoozed_until;
        until.map(|until| inbox.snoozed.remove(&(until, number)));
        now.map(|until| inbox.snoozed.insert((until, number)));
    }
}

fn each(inbox: &mut Inbox, numbers: &[u64], with: impl Fn(&mut Entry)) {
    for number in numbers {
        change(inbox, *number, &with);
    }
}

/// Reads all of these that count.
fn those(inbox: &mut Inbox, which: impl Fn(u64, &Entry) -> bool) {
    let read = inbox.entries().filter(|(number, entry)| entry.is_unread() && which(*number, entry));
    let read: Vec<u64> = read.map(|(number, _)| number).collect();
    each(inbox, &read, |entry| entry.read = true);
}

fn mark(inbox: &mut Inbox, marked: &InboxMarked, seq: u64) {
    let marker = Marker { read_to: marked.read_to, unread: marked.unread.clone(), seq };
    those(inbox, |_, entry| match entry.entry.subject {
        Subject::Message { channel_id, number: Some(number), .. } => {
            channel_id == marked.channel_id && marker.covers(number)
        }
        _ => false,
    });
    inbox.exceptions += marker.unread.len();
    if let Some(before) = inbox.markers.insert(marked.channel_id, Arc::new(marker)) {
        inbox.exceptions -= before.unread.len();
    }
    while inbox.markers.len() > inbox.keep.markers {
        let oldest = inbox.markers.iter().min_by_key(|(_, marker)| marker.seq).map(|(channel, _)| *channel);
        let Some(gone) = oldest.and_then(|channel| inbox.markers.remove(&channel)) else { return };
        inbox.exceptions -= gone.unread.len();
    }
}

impl Inbox {
    /// Whether its owner has read what they would be told of: readers may be faster than whoever tells them.
    pub(super) fn has_read(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Message { channel_id, number: Some(number), .. } => {
                self.marker(*channel_id).is_some_and(|marker| marker.covers(*number))
            }
            _ => false,
        }
    }
}
