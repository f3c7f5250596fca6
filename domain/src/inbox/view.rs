//! What its owner gets who joins their inbox: all that is held, in parts. Must never show anything to anybody else.

use lockstep_protocol::{
    ids::AccountId,
    values::{Audience, NotifyReason},
    view::{
        BoardPreference, ChannelPreference, EntryView, InboxPart, InboxView, MarkerView, ReasonPreference, ViewPart,
    },
};

use super::state::{Entry, Inbox};

/// Roughly what one entry takes.
const ENTRY_BYTES: usize = 420;
/// A marker without exceptions, and one of these.
const MARKER_BYTES: usize = 90;
const EXCEPTION_BYTES: usize = 8;
/// A channel or board with its level, or a task.
const LEVEL_BYTES: usize = 90;

pub(super) fn view(inbox: &Inbox, account_id: AccountId, audience: Audience, part_bytes_max: usize) -> Vec<ViewPart> {
    let own = audience == Audience::Member;
    let nothing = Inbox::default();
    let inbox = if own { inbox } else { &nothing };
    let preferences = inbox.preferences();
    let deliveries = NotifyReason::ALL.iter();
    let head = InboxView {
        account_id,
        unread: inbox.unread(),
        last_number: inbox.last_number(),
        known_from: inbox.known_from(),
        deliveries: deliveries
            .map(|reason| ReasonPreference { reason: *reason, delivery: preferences.delivery(*reason) })
            .collect(),
        quiet: preferences.quiet().cloned(),
        digest: preferences.digest(),
    };
    let mut parts = vec![InboxPart::Inbox(head)];
    parts.extend(entries(inbox, part_bytes_max));
    parts.extend(markers(inbox, part_bytes_max));
    parts.extend(levels(inbox, part_bytes_max));
    parts.into_iter().map(ViewPart::Inbox).collect()
}

fn entries(inbox: &Inbox, part_bytes_max: usize) -> Vec<InboxPart> {
    let views = inbox.entries().map(|(number, entry)| entry.view(number));
    let views: Vec<_> = views.collect();
    let some = views.chunks((part_bytes_max / ENTRY_BYTES).max(1));
    some.map(|entries| InboxPart::Entries { entries: entries.to_vec() }).collect()
}

impl Entry {
    /// As its owner is shown it.
    pub fn view(&self, number: u64) -> EntryView {
        EntryView {
            number,
            at: self.at,
            entry: self.entry,
            read: self.read,
            archived: self.archived,
            snoozed_until: self.snoozed_until,
            woken_at: self.woken_at,
            failed: self.failed.clone(),
        }
    }
}

fn markers(inbox: &Inbox, part_bytes_max: usize) -> Vec<InboxPart> {
    let (mut parts, mut bytes) = (Vec::<Vec<MarkerView>>::new(), part_bytes_max);
    for (channel_id, marker) in inbox.markers() {
        let own = MARKER_BYTES + marker.unread.len() * EXCEPTION_BYTES;
        let view = MarkerView { channel_id, read_to: marker.read_to, unread: marker.unread.clone() };
        match parts.last_mut().filter(|_| bytes + own <= part_bytes_max) {
            Some(part) => part.push(view),
            None => {
                bytes = 0;
                parts.push(vec![view]);
            }
        }
        bytes += own;
    }
    parts.into_iter().map(|markers| InboxPart::Markers { markers }).collect()
}

fn levels(inbox: &Inbox, part_bytes_max: usize) -> Vec<InboxPart> {
    let preferences = inbox.preferences();
    let some = (part_bytes_max / LEVEL_BYTES).max(1);
    let part = |channels, boards, muted_tasks| InboxPart::Levels { channels, boards, muted_tasks };
    let channels = preferences.channels.iter();
    let channels: Vec<_> =
        channels.map(|(channel_id, level)| ChannelPreference { channel_id: *channel_id, level: *level }).collect();
    let boards = preferences.boards.iter();
    let boards: Vec<_> =
        boards.map(|(board_id, level)| BoardPreference { board_id: *board_id, level: *level }).collect();
    let muted: Vec<_> = preferences.muted.iter().copied().collect();
    let channels = channels.chunks(some).map(|some| part(some.to_vec(), vec![], vec![]));
    let boards = boards.chunks(some).map(|some| part(vec![], some.to_vec(), vec![]));
    let muted = muted.chunks(some).map(|some| part(vec![], vec![], some.to_vec()));
    channels.chain(boards).chain(muted).collect()
}
