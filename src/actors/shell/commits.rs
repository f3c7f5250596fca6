//! Commits on their way to subscribers: which events belong together, and how each audience sees them.

use std::sync::Arc;

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    event::Happened,
    frame::{Events, ServerMessage, SnapshotPart},
    ids::CommitId,
    position::Bookmark,
    topic::Topic,
    values::Audience,
};

use crate::actors::{
    delivery::{EventSource, ViewSource},
    published::Published,
};

/// The events of one commit in this stream.
#[derive(Clone, Debug)]
pub struct Commit<A: Aggregate> {
    pub id: CommitId,
    pub events: Vec<Happened<A::Event>>,
}

/// Some commits in a row, for delivery.
pub struct Commits<A: Aggregate> {
    pub topic: Topic,
    pub epoch: u32,
    pub after: u64,
    pub commits: Vec<Commit<A>>,
    /// Of their payloads, in the journal: about what they take on the wire.
    pub bytes: usize,
}

impl<A: Aggregate> EventSource for Commits<A> {
    fn messages(&self, audience: Audience) -> Vec<ServerMessage> {
        let mut after = self.after;
        let message = |commit: &Commit<A>| {
            let from = after;
            after += commit.events.len() as u64;
            let events = commit.events.iter().filter_map(|happened| A::show(happened, audience));
            ServerMessage::Events(Events {
                topic: self.topic,
                epoch: self.epoch,
                after: from,
                seq: after,
                commit_id: commit.id,
                events: events.collect(),
            })
        };
        self.commits.iter().map(message).collect()
    }

    fn bytes_hint(&self) -> usize {
        // Names in every message, and who and when in every event.
        self.bytes + self.commits.iter().map(|commit| 160 + 200 * commit.events.len()).sum::<usize>()
    }
}

/// A view at one seq, for delivery.
pub struct View<A: Aggregate> {
    pub topic: Topic,
    pub published: Arc<Published<A>>,
    pub part_bytes_max: usize,
}

impl<A: Aggregate> ViewSource for View<A> {
    fn messages(&self, audience: Audience) -> Vec<ServerMessage> {
        let parts = self.published.state.view(self.topic.id, audience, self.part_bytes_max);
        let count = parts.len() as u32;
        let bookmark: Bookmark = self.published.bookmark;
        let message = |(part, view)| {
            ServerMessage::Snapshot(SnapshotPart { topic: self.topic, bookmark, part, parts: count, view })
        };
        (0..count).zip(parts).map(message).collect()
    }
}

impl<A: Aggregate> super::Shell<A> {
    /// What `bug_publish_before_commit` does.
    pub(super) fn show_early(&self, batch: &super::batch::Batch<A>) {
        let (epoch, after) = (self.head.epoch, self.head.version);
        let seq = after + batch.events.len() as u64;
        let source = Commits { topic: self.topic, epoch, after, commits: batch.commits.clone(), bytes: 0 };
        let shared = crate::actors::delivery::SharedEvents::new(epoch, after, seq, Box::new(source));
        self.subscribers.deliver(&crate::actors::delivery::Delivery::Events(shared));
    }
}
