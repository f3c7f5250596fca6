//! An inbox as one would write it down first: lists that are gone through, and nothing that is counted.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::{
    command::{InboxCommand, inbox::TellInbox},
    ids::ChannelId,
    values::{Micros, Outlet, Seen, Subject},
};

use super::KEEP;

#[derive(Clone, Debug)]
struct Item {
    number: u64,
    subject: Subject,
    read: bool,
    archived: bool,
    until: Option<Micros>,
    failed: Vec<Outlet>,
}

/// Its number, whether it is read and put away, until when it is put off, and how it could not be brought.
pub(super) type Held = (u64, bool, bool, Option<Micros>, Vec<Outlet>);

#[derive(Default)]
pub(super) struct Naive {
    /// The transaction of the newest position that was told.
    pub newest: u64,
    pub numbers: u64,
    items: Vec<Item>,
    /// Those that were marked last are at the end.
    marks: Vec<(ChannelId, u64, BTreeSet<u64>)>,
}

impl Naive {
    pub fn held(&self) -> Vec<Held> {
        let items = self.items.iter();
        items.map(|item| (item.number, item.read, item.archived, item.until, item.failed.clone())).collect()
    }

    pub fn unread(&self) -> usize {
        self.items.iter().filter(|item| !item.read && !item.archived && item.until.is_none()).count()
    }

    pub fn due(&self, now: Micros) -> BTreeSet<u64> {
        let due = self.items.iter().filter(|item| item.until.is_some_and(|until| until <= now));
        due.map(|item| item.number).collect()
    }

    pub fn marks(&self) -> BTreeMap<ChannelId, (u64, Vec<u64>)> {
        let marks = self.marks.iter();
        marks.map(|(id, read_to, unread)| (*id, (*read_to, unread.iter().copied().collect()))).collect()
    }

    fn mark(&self, channel: ChannelId) -> (u64, BTreeSet<u64>) {
        let found = self.marks.iter().find(|(id, ..)| *id == channel);
        found.map(|(_, read_to, unread)| (*read_to, unread.clone())).unwrap_or_default()
    }

    fn set(&mut self, channel: ChannelId, read_to: u64, unread: BTreeSet<u64>) {
        if self.mark(channel) == (read_to, unread.clone()) {
            return;
        }
        for item in &mut self.items {
            if let Subject::Message { channel_id, number: Some(number), .. } = item.subject
                && channel_id == channel
                && number <= read_to
                && !unread.contains(&number)
                && !item.archived
                && item.until.is_none()
            {
                item.read = true;
            }
        }
        self.marks.retain(|(id, ..)| *id != channel);
        self.marks.push((channel, read_to, unread));
        if self.marks.len() > KEEP.markers {
            self.marks.remove(0);
        }
    }

    fn named(&mut self, numbers: &[u64], change: impl Fn(&mut Item)) {
        self.items.iter_mut().filter(|item| numbers.contains(&item.number)).for_each(change);
    }

    fn tell(&mut self, tell: &TellInbox, (wanted, in_app): (bool, bool)) {
        let read = match tell.entry.subject {
            Subject::Message { channel_id, number: Some(number), .. } => {
                let (read_to, unread) = self.mark(channel_id);
                number <= read_to && !unread.contains(&number)
            }
            _ => false,
        };
        if tell.position.transaction <= self.newest || !wanted || (read && !in_app) {
            return;
        }
        self.newest = tell.position.transaction;
        if in_app {
            self.numbers += 1;
            let (number, subject) = (self.numbers, tell.entry.subject);
            self.items.push(Item { number, subject, read, archived: false, until: None, failed: Vec::new() });
            if self.items.len() > KEEP.entries {
                self.items.remove(0);
            }
        }
    }

    /// `now`: when it is decided; `admits`: what preferences say of a tell.
    pub fn take(&mut self, asked: &InboxCommand, admits: Option<(bool, bool)>, now: Micros) {
        use InboxCommand as C;
        match asked {
            C::TellInbox(tell) => self.tell(tell, admits.expect("a tell")),
            C::ReadEntries(named) => self.named(&named.numbers, |item| item.read = true),
            C::UnreadEntries(named) => self.named(&named.numbers, |item| item.read &= item.archived),
            C::ArchiveEntries(named) => self.named(&named.numbers, |item| {
                if !item.archived {
                    (item.read, item.archived, item.until) = (true, true, None);
                }
            }),
            C::UnarchiveEntries(named) => self.named(&named.numbers, |item| item.archived = false),
            C::DeleteEntries(named) => self.items.retain(|item| !named.numbers.contains(&item.number)),
            C::SnoozeEntries(snooze) => self.named(&snooze.numbers, |item| {
                (item.archived, item.until) = (false, Some(snooze.until));
            }),
            C::WakeEntries(named) => self.named(&named.numbers, |item| {
                if item.until.is_some_and(|until| until <= now) {
                    (item.read, item.until) = (false, None);
                }
            }),
            C::FailEntries(failed) => self.named(&failed.numbers, |item| {
                if !item.failed.contains(&failed.outlet) {
                    item.failed.push(failed.outlet);
                }
            }),
            C::ReadAllEntries(all) => self.those(|item| item.number <= all.through),
            C::SeeSubject(seen) => self.those(|item| item.number <= seen.through && about(&item.subject, &seen.what)),
            C::MarkChannel(mark) => {
                let (read_to, mut unread) = self.mark(mark.channel_id);
                unread.retain(|number| !mark.numbers.contains(number));
                self.set(mark.channel_id, read_to.max(mark.read_to), unread);
            }
            C::MarkChannelUnread(mark) => {
                let (mut read_to, mut unread) = self.mark(mark.channel_id);
                if mark.only && mark.number <= read_to {
                    unread.insert(mark.number);
                } else if !mark.only && mark.number <= read_to {
                    read_to = mark.number - 1;
                    unread.retain(|number| *number <= read_to);
                }
                self.set(mark.channel_id, read_to, unread);
            }
            C::SetPreferences(_) | C::OpenInbox(_) => {}
        }
    }

    fn those(&mut self, which: impl Fn(&Item) -> bool) {
        for item in self.items.iter_mut().filter(|item| !item.archived && item.until.is_none()) {
            item.read |= which(item);
        }
    }
}

fn about(subject: &Subject, what: &Seen) -> bool {
    match (subject, what) {
        (Subject::Task { task_id, .. }, Seen::Task { task_id: seen }) => task_id == seen,
        (Subject::Board { .. }, Seen::Board { .. }) => true,
        (Subject::Message { channel_id, message, .. }, Seen::Thread { channel_id: seen, seq }) => {
            channel_id == seen && message.seq == *seq
        }
        _ => false,
    }
}
