//! Keeps by which words what was said in channels is found. A consumer of its own, so that a journal that was there before is read for it from its
//! start.

use lockstep_protocol::{event::ChannelEvent, ids::ChannelId, position::Position, topic::Kind};

use super::{Worker, projections::decode};
use crate::{
    store::{Store, StoreError, consumers::Lease, journal::Recorded, projections::Worded},
    words::plain,
};

/// So much of a text is found: all that one may have.
const BYTES_MAX: usize = 64 * 1024;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Indexer;

impl Worker for Indexer {
    const NAME: &'static str = "search";

    async fn take(
        &self,
        store: &Store,
        lease: &Lease,
        events: &[Recorded],
        cursor: Position,
    ) -> Result<(), StoreError> {
        let changes: Vec<Worded> = events.iter().filter_map(worded).collect();
        store.projections().note_words(lease, &changes, cursor).await
    }
}

/// What an event changes in what is found.
pub fn worded(recorded: &Recorded) -> Option<Worded> {
    match (recorded.stream.kind, recorded.tag.as_str()) {
        (Kind::Channel, "message.posted" | "message.edited" | "message.deleted") => {}
        (Kind::Organization, "organization.dropped") => return Some(Worded::Dropped(recorded.org)),
        _ => return None,
    }
    let channel = ChannelId(recorded.stream.id);
    match decode(recorded)? {
        ChannelEvent::MessagePosted(posted) => Some(Worded::Said {
            channel,
            seq: recorded.seq,
            org: recorded.org,
            author: recorded.actor,
            at: recorded.at,
            words: words(&posted.text),
        }),
        ChannelEvent::MessageEdited(edited) => {
            Some(Worded::Changed { channel, seq: edited.message.seq, words: words(&edited.text) })
        }
        ChannelEvent::MessageDeleted(deleted) => Some(Worded::Gone { channel, seq: deleted.message.seq }),
        _ => None,
    }
}

/// Whom a text means stands in it by ids, which nobody looks for.
fn words(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@[") {
        left.push_str(before);
        left.push(' ');
        rest = after.split_once(']').map_or("", |(_, after)| after);
    }
    left.push_str(rest);
    plain(&left, BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn ids_of_people_are_not_looked_for() {
        assert_eq!(words("Hello @[0190aaaa-0000-7000-8000-00000000000a], look: @[channel]!"), "hello look");
        assert_eq!(words("an open @[ bracket"), "an open");
    }
}
