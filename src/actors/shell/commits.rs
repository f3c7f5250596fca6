//! Commits on their way to subscribers: which events belong together, and how each audience sees them.

use std::sync::Arc;

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    event::Happened,
    frame::{Events, ServerMessage, SnapshotPart},
    ids::{AccountId, CommitId},
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
    /// The state after them: projections may look at it.
    pub published: Arc<Published<A>>,
}

/// The public must not learn who: people are nobody in particular.
fn hide_people<E>(happened: &mut Happened<E>) {
    happened.by = AccountId::NIL;
    happened.client_id = None;
    happened.client_seq = None;
}

impl<A: Aggregate> EventSource for Commits<A> {
    fn messages(&self, audience: Audience) -> Vec<ServerMessage> {
        let mut after = self.after;
        let message = |commit: &Commit<A>| {
            let from = after;
            after += commit.events.len() as u64;
            let events = commit.events.iter().filter_map(|happened| {
                let mut shown = Happened {
                    seq: happened.seq,
                    at: happened.at,
                    by: happened.by,
                    client_id: happened.client_id,
                    client_seq: happened.client_seq,
                    event: self.published.state.project(&happened.event, audience)?,
                };
                if audience == Audience::Public {
                    hide_people(&mut shown);
                }
                Some(shown)
            });
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
