//! What each client was shown of each topic: continuous, in order, once, whole commits, the same bytes as in the journal, and
//! bookmarks that are true.

use std::collections::{BTreeMap, HashMap};

use lockstep_protocol::{ids::CommitId, position::Bookmark, topic::Topic};

use super::{
    Findings, Kind,
    index::{Client, Index},
};
use crate::history::{Moment, Record, Resumed, digest_of};

/// Where each client stood in the end, by client and topic.
pub type Told = BTreeMap<(u32, Topic), Bookmark>;

/// One client on one topic.
#[derive(Default)]
struct Follower {
    held: Option<Bookmark>,
    /// What the last join promised and is still to come.
    promised: Option<Promise>,
    joined: bool,
}

struct Promise {
    from: Resumed,
    head: Bookmark,
}

/// A message of events, as noted.
struct Message<'a> {
    at: Moment,
    topic: Topic,
    epoch: u32,
    after: u64,
    seq: u64,
    commit: CommitId,
    hashes: &'a [(u64, u64)],
}

struct Observer<'a, 'b> {
    index: &'a Index<'a>,
    client: &'a Client<'a>,
    findings: &'b mut Findings,
    topics: HashMap<Topic, Follower>,
    /// Of events of the journal, shared by all clients.
    hashes: &'b mut HashMap<(Topic, u64), u64>,
}

pub fn check(index: &Index<'_>, findings: &mut Findings) -> Told {
    let (mut told, mut hashes) = (Told::new(), HashMap::new());
    for client in &index.clients {
        let topics = HashMap::new();
        let mut observer = Observer { index, client, findings, topics, hashes: &mut hashes };
        for record in client.records {
            observer.take(record);
        }
        let stood = observer.topics.into_iter().filter_map(|(topic, follower)| Some((topic, follower.held?)));
        told.extend(stood.map(|(topic, held)| ((client.index, topic), held)));
    }
    told
}

impl Observer<'_, '_> {
    fn take(&mut self, record: &Record) {
        match record {
            Record::Joined { at, topic, after, from, head, .. } => self.joined(*at, *topic, *after, *from, *head),
            Record::Snapshot { at, topic, bookmark, .. } => self.snapshot(*at, *topic, *bookmark),
            Record::Events { at, topic, epoch, after, seq, commit, hashes, .. } => {
                let message = Message {
                    at: *at,
                    topic: *topic,
                    epoch: *epoch,
                    after: *after,
                    seq: *seq,
                    commit: *commit,
                    hashes,
                };
                self.events(&message);
            }
            Record::Heads { at, topic, bookmark, .. } => self.exists(*at, *topic, *bookmark, "a head"),
            Record::Left { topic, .. } => self.ended(*topic),
            Record::Lost { .. } => {
                for follower in self.topics.values_mut() {
                    (follower.joined, follower.promised) = (false, None);
                }
            }
            _ => {}
        }
    }

    fn ended(&mut self, topic: Topic) {
        if let Some(follower) = self.topics.get_mut(&topic) {
            (follower.joined, follower.promised) = (false, None);
        }
    }

    fn place(&self, at: Moment, topic: Topic) -> String {
        format!("client {} at {at} µs on {topic}", self.client.index)
    }

    /// A bookmark must name a place that the journal has.
    fn exists(&mut self, at: Moment, topic: Topic, bookmark: Bookmark, what: &str) {
        let there = bookmark.seq <= self.index.history.journal.length(topic);
        let place = self.place(at, topic);
        self.findings.expect(Kind::BookmarkLied, there, || format!("{place}: {what} of {}", bookmark.seq));
    }

    fn joined(&mut self, at: Moment, topic: Topic, after: Option<Bookmark>, from: Resumed, head: Bookmark) {
        self.exists(at, topic, head, "joined a head");
        let fits = match (from, after) {
            (Resumed::Snapshot, _) => true,
            (Resumed::Current, Some(after)) => after == head,
            (Resumed::Events, Some(after)) => after.epoch == head.epoch && after.seq < head.seq,
            (_, None) => false,
        };
        let place = self.place(at, topic);
        self.findings.expect(Kind::BookmarkLied, fits, || format!("{place}: from {after:?} {from:?} to {head:?}"));
        let promised = (from != Resumed::Current).then_some(Promise { from, head });
        let follower = self.topics.entry(topic).or_default();
        (follower.joined, follower.promised) = (true, promised);
    }

    fn snapshot(&mut self, at: Moment, topic: Topic, bookmark: Bookmark) {
        self.exists(at, topic, bookmark, "a snapshot");
        let place = self.place(at, topic);
        let follower = self.topics.entry(topic).or_default();
        let promised = follower.promised.as_mut().filter(|promise| promise.from == Resumed::Snapshot);
        let head = promised.as_ref().map(|promise| promise.head);
        if let Some(promise) = promised {
            promise.from = Resumed::Events;
        }
        let within = head.is_some_and(|head| bookmark.seq <= head.seq && bookmark.epoch == head.epoch);
        if head == Some(bookmark) {
            follower.promised = None;
        }
        let held = follower.held.replace(bookmark);
        self.findings
            .expect(Kind::BookmarkLied, within, || format!("{place}: a snapshot at {bookmark:?}, joined at {head:?}"));
        let back = held.is_some_and(|held| held > bookmark);
        self.findings.expect(Kind::SnapshotWentBack, !back, || format!("{place}: held {held:?}, got {bookmark:?}"));
    }

    fn events(&mut self, message: &Message<'_>) {
        let Message { at, topic, epoch, after, seq, .. } = *message;
        let place = self.place(at, topic);
        let follower = self.topics.entry(topic).or_default();
        let awaits_snapshot = follower.promised.as_ref().is_some_and(|promise| promise.from == Resumed::Snapshot);
        let stands = follower.held.unwrap_or_default();
        let in_turn = follower.joined && !awaits_snapshot && epoch == stands.epoch;
        let at_place = || format!("{place}: events {after}..{seq} of epoch {epoch} at {stands:?}");
        self.findings.expect(Kind::Gap, in_turn && after <= stands.seq, at_place);
        self.findings.expect(Kind::DuplicateOrReorder, after >= stands.seq && seq > after, at_place);
        follower.held = Some(Bookmark { epoch, seq: seq.max(stands.seq) });
        if follower.promised.as_ref().is_some_and(|promise| promise.from == Resumed::Events && seq >= promise.head.seq)
        {
            follower.promised = None;
        }
        self.content(message, &place);
        self.commit(message, &place);
    }

    /// The events themselves: all of them, in order, as the journal has them.
    fn content(&mut self, message: &Message<'_>, place: &str) {
        let Message { topic, after, seq, hashes, .. } = *message;
        // Everyone here sees everything: nothing is left out for an audience.
        let dense = hashes.iter().map(|(seq, _)| *seq).eq(after + 1..=seq);
        self.findings.expect(Kind::Gap, dense, || format!("{place}: {after}..{seq} held {hashes:?}"));
        for (seq, hash) in hashes {
            let Some(row) = self.index.history.journal.row(topic, *seq) else {
                self.findings.expect(Kind::PhantomEvent, false, || format!("{place}: {seq} is not in the journal"));
                continue;
            };
            let stored =
                *self.hashes.entry((topic, *seq)).or_insert_with(|| row.happened().map_or(0, |it| digest_of(&it)));
            self.findings.expect(Kind::PhantomEvent, true, String::new);
            self.findings.expect(Kind::DivergentEvent, stored == *hash, || format!("{place}: other bytes at {seq}"));
        }
    }

    /// One message is one commit, whole.
    fn commit(&mut self, message: &Message<'_>, place: &str) {
        let Message { topic, after, seq, commit, .. } = *message;
        let journal = &self.index.history.journal;
        let of = |seq: u64| journal.row(topic, seq).map(|row| row.commit);
        // Where the journal lacks the events, that is told already.
        let whole = of(after) != Some(commit)
            && of(seq + 1) != Some(commit)
            && (after + 1..=seq).all(|seq| of(seq).is_none_or(|found| found == commit));
        self.findings.expect(Kind::SplitCommit, whole, || format!("{place}: {after}..{seq} is not commit {commit}"));
    }
}
