//! The queue behind an outbox: its order, its bounds, and what each topic may still put into it. Pure.

use std::{collections::VecDeque, sync::Arc};

use lockstep_protocol::{
    codec::Codec,
    codes::{Code, Failure},
    frame::{Joined, Outcome, Reply, ResumedFrom, Revoked, ServerMessage, Stale, TopicNotice},
    position::Bookmark,
    topic::Topic,
    values::Audience,
};

use super::Bounds;
use crate::actors::delivery::{Delivery, Shared, SharedEvents, SharedSnapshot};
use crate::bugs::bug;

/// Accounted for what is shared by many, or was asked for by a join: its bytes are bounded elsewhere and are taken out one
/// frame at a time.
const SHARED_COST: usize = 4 * 1024;
/// Accounted for a message of the connection's own, and for a presence or ephemeral message.
const SMALL_COST: usize = 256;
/// Own answers that wait before nothing more is read, in accounted bytes.
const CONGESTED_BYTES: usize = 64 * 1024;
/// Snapshots that wait before nothing more is read.
const CONGESTED_SNAPSHOTS: usize = 8;

#[derive(Default)]
pub(super) struct Queue {
    items: VecDeque<Item>,
    topics: Vec<TopicState>,
    bytes: usize,
    own_bytes: usize,
    snapshots: usize,
    ended: bool,
}

pub(super) struct Item {
    /// `None`: of the connection itself.
    topic: Option<Topic>,
    cost: u32,
    pub body: Body,
}

#[derive(Clone)]
pub(super) enum Body {
    Own(Arc<ServerMessage>),
    Events(Arc<SharedEvents>, Audience),
    /// Of commits of which the client holds some: those after this seq.
    Rest(Arc<SharedEvents>, Audience, u64),
    /// With the next part to write.
    Snapshot(Arc<SharedSnapshot>, Audience, usize),
    Shared(Arc<Shared>),
    Ephemeral(Arc<Shared>),
}

struct TopicState {
    topic: Topic,
    phase: Phase,
    audience: Audience,
    head: Bookmark,
    /// Where the client that joins says it stands.
    after: u64,
    /// Events up to here answer the join.
    asked_seq: u64,
    /// What the client holds when all that is queued has arrived.
    position: u64,
    bytes: usize,
    /// Something that waited was taken out because the topic became stale.
    cut: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A join is under way: what arrives before `joined` belongs to an earlier one.
    Joining,
    Live,
    /// Told to join again; what arrives meanwhile is ignored.
    Behind,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) const fn congested(&self) -> bool {
        self.own_bytes > CONGESTED_BYTES || self.snapshots > CONGESTED_SNAPSHOTS
    }

    /// Whether something waits while a topic is behind.
    pub(super) fn stalls(&self) -> bool {
        !self.items.is_empty() && self.topics.iter().any(|held| held.phase == Phase::Behind)
    }

    pub(super) fn heads(&self) -> Vec<(Topic, Bookmark)> {
        let known = self.topics.iter().filter(|held| held.phase != Phase::Joining);
        known.map(|held| (held.topic, held.head)).collect()
    }

    pub(super) fn topics(&self) -> Vec<Topic> {
        self.topics.iter().map(|held| held.topic).collect()
    }

    pub(super) fn end(&mut self) {
        *self = Self { ended: true, ..Self::default() };
    }

    pub(super) fn expect(&mut self, topic: Topic, after: u64) {
        self.purge(topic, None);
        match self.held(topic) {
            Some(held) => (held.phase, held.after, held.cut) = (Phase::Joining, after, false),
            None => self.topics.push(TopicState {
                topic,
                phase: Phase::Joining,
                audience: Audience::Public,
                head: Bookmark::default(),
                after,
                asked_seq: 0,
                position: 0,
                bytes: 0,
                cut: false,
            }),
        }
    }

    pub(super) fn forget(&mut self, topic: Topic) {
        self.purge(topic, None);
        self.topics.retain(|held| held.topic != topic);
    }

    /// Queues a delivery; answers whether the topic was revoked by it.
    pub(super) fn deliver(&mut self, topic: Topic, delivery: Delivery, codec: Codec, bounds: Bounds) -> bool {
        let Some(held) = self.held(topic) else { return false };
        match (held.phase, delivery) {
            (_, Delivery::Joined { reference, audience, resumed_from, head }) => {
                (held.phase, held.audience, held.head, held.asked_seq) = (Phase::Live, audience, head, head.seq);
                held.position = match resumed_from {
                    ResumedFrom::Current => head.seq,
                    ResumedFrom::Ring | ResumedFrom::Journal => held.after,
                    // Whatever comes before the snapshot is in it.
                    ResumedFrom::Snapshot => u64::MAX,
                };
                let joined = Joined { reference, topic, resumed_from, head, audience };
                self.push_own(Some(topic), ServerMessage::Joined(joined), bounds);
            }
            (Phase::Joining, _) => {}
            (_, Delivery::Revoked(code)) => {
                if !bug!("bug_revoked_outbox_kept") {
                    self.purge(topic, Some(code));
                }
                self.topics.retain(|held| held.topic != topic);
                self.push_own(None, ServerMessage::Revoked(Revoked { topic, code }), bounds);
                return true;
            }
            (Phase::Behind, Delivery::Events(events)) => {
                held.head = Bookmark { epoch: events.epoch, seq: events.seq };
            }
            (Phase::Behind, _) => {}
            (Phase::Live, delivery) => self.take(topic, delivery, codec, bounds),
        }
        false
    }

    /// A delivery of a topic that keeps up.
    fn take(&mut self, topic: Topic, delivery: Delivery, codec: Codec, bounds: Bounds) {
        self.recount(codec);
        let Some(held) = self.held(topic) else { return };
        let audience = held.audience;
        let (body, cost) = match delivery {
            Delivery::Events(events) => {
                held.head = Bookmark { epoch: events.epoch, seq: events.seq };
                let bytes = events.bytes(codec, audience);
                let cost = if events.seq <= held.asked_seq { bytes.min(SHARED_COST) } else { bytes };
                if events.seq <= held.position {
                    return;
                }
                let from = std::mem::replace(&mut held.position, events.seq);
                let whole = events.after >= from;
                (if whole { Body::Events(events, audience) } else { Body::Rest(events, audience, from) }, cost)
            }
            Delivery::Snapshot(snapshot) => {
                held.head = held.head.max(snapshot.bookmark);
                held.position = snapshot.bookmark.seq;
                (Body::Snapshot(snapshot, audience, 0), SHARED_COST)
            }
            Delivery::Presence(shared) => (Body::Shared(shared), SMALL_COST),
            Delivery::PresenceState(shared) | Delivery::Hint(shared) => (Body::Shared(shared), SHARED_COST),
            Delivery::Ephemeral(shared) => (Body::Ephemeral(shared), SMALL_COST),
            Delivery::Stale(stale) => return self.mark_stale(topic, stale, bounds),
            Delivery::Resync => return self.fall_behind(topic),
            // Handled in every phase by the caller.
            Delivery::Joined { .. } | Delivery::Revoked(_) | Delivery::Rehome => return,
        };
        let ephemeral = matches!(body, Body::Ephemeral(_));
        if !self.room(cost, bounds) {
            self.drop_ephemeral();
            if ephemeral {
                return;
            }
            self.make_room(cost, bounds);
            // The topic itself may have been the one to go.
            if self.held(topic).is_none_or(|held| held.phase != Phase::Live) {
                return;
            }
        }
        self.push(Item { topic: Some(topic), cost: u32::try_from(cost).unwrap_or(u32::MAX), body });
    }

    /// While the topic is stale nothing of it is written, not even what waits; where something waited, the client joins again
    /// afterwards.
    fn mark_stale(&mut self, topic: Topic, stale: bool, bounds: Bounds) {
        let held_back = stale && self.held(topic).is_some_and(|held| held.bytes > 0);
        if held_back {
            self.purge(topic, None);
        }
        let Some(held) = self.held(topic) else { return };
        held.cut |= held_back;
        if !stale && std::mem::take(&mut held.cut) {
            self.fall_behind(topic);
        }
        self.push_own(Some(topic), ServerMessage::Stale(Stale { topic, stale }), bounds);
    }

    /// Queues a message of the connection's own: it is never dropped.
    pub(super) fn push_own(&mut self, topic: Option<Topic>, message: ServerMessage, bounds: Bounds) {
        let cost = match &message {
            ServerMessage::Heads(heads) => SMALL_COST + heads.heads.len() * 80,
            _ => SMALL_COST,
        };
        if !self.room(cost, bounds) {
            self.drop_ephemeral();
            self.make_room(cost, bounds);
        }
        self.push(Item { topic, cost: cost as u32, body: Body::Own(Arc::new(message)) });
    }

    fn room(&self, cost: usize, bounds: Bounds) -> bool {
        self.bytes + cost <= bounds.bytes_max && self.items.len() < bounds.messages_max
    }

    /// Marks the topics that hold most as behind until there is room, or no topic holds anything.
    fn make_room(&mut self, cost: usize, bounds: Bounds) {
        while !self.room(cost, bounds) {
            let live = self.topics.iter().filter(|held| held.phase == Phase::Live && held.bytes > 0);
            let Some(topic) = live.max_by_key(|held| held.bytes).map(|held| held.topic) else { return };
            self.fall_behind(topic);
        }
    }

    fn fall_behind(&mut self, topic: Topic) {
        self.purge(topic, None);
        if let Some(held) = self.held(topic) {
            held.phase = Phase::Behind;
        }
        let body = Body::Own(Arc::new(ServerMessage::Resync(TopicNotice { topic })));
        self.push(Item { topic: Some(topic), cost: SMALL_COST as u32, body });
    }

    /// What was queued last was only guessed; by now another connection may have encoded it.
    fn recount(&mut self, codec: Codec) {
        let Some(Item { topic: Some(topic), cost, body: Body::Events(events, audience) }) = self.items.back() else {
            return;
        };
        let (topic, was, now) = (*topic, *cost as usize, events.bytes(codec, *audience));
        if was == now || was == SHARED_COST {
            return;
        }
        self.bytes = (self.bytes + now).saturating_sub(was);
        if let Some(held) = self.held(topic) {
            held.bytes = (held.bytes + now).saturating_sub(was);
        }
        if let Some(item) = self.items.back_mut() {
            item.cost = u32::try_from(now).unwrap_or(u32::MAX);
        }
    }

    fn drop_ephemeral(&mut self) {
        self.retain(|item| !matches!(item.body, Body::Ephemeral(_)));
    }

    /// Takes out what is queued of a topic. A `joined` stays, as the one answer to its join; when access was lost, it
    /// becomes a refusal.
    fn purge(&mut self, topic: Topic, refusal: Option<Code>) {
        for item in self.items.iter_mut().filter(|item| item.topic == Some(topic)) {
            let Body::Own(message) = &item.body else { continue };
            if let (ServerMessage::Joined(joined), Some(code)) = (&**message, refusal) {
                let outcome = Outcome::Error(Failure::new(code));
                let reply = Reply { reference: joined.reference, outcome };
                item.body = Body::Own(Arc::new(ServerMessage::Reply(reply)));
            }
        }
        let is_answer = |message: &ServerMessage| matches!(message, ServerMessage::Joined(_) | ServerMessage::Reply(_));
        self.retain(|item| item.topic != Some(topic) || matches!(&item.body, Body::Own(message) if is_answer(message)));
    }

    fn push(&mut self, item: Item) {
        if self.ended {
            return;
        }
        self.count(&item, true);
        self.items.push_back(item);
    }

    pub(super) fn front(&self) -> Option<&Item> {
        self.items.front()
    }

    pub(super) fn front_mut(&mut self) -> Option<&mut Item> {
        self.items.front_mut()
    }

    pub(super) fn pop(&mut self) -> Option<Item> {
        let item = self.items.pop_front()?;
        self.count(&item, false);
        if self.items.is_empty() {
            // A quiet connection keeps no memory for what it once held.
            self.items = VecDeque::new();
        }
        Some(item)
    }

    fn retain(&mut self, keep: impl Fn(&Item) -> bool) {
        if self.items.iter().all(&keep) {
            return;
        }
        let (kept, dropped): (VecDeque<_>, Vec<_>) =
            std::mem::take(&mut self.items).into_iter().fold(Default::default(), |(mut kept, mut dropped), item| {
                if keep(&item) {
                    kept.push_back(item);
                } else {
                    dropped.push(item);
                }
                (kept, dropped)
            });
        self.items = kept;
        for item in &dropped {
            self.count(item, false);
        }
    }

    /// Keeps the sums right when an item enters or goes.
    fn count(&mut self, item: &Item, enters: bool) {
        let cost = item.cost as usize;
        let change = |sum: &mut usize, by: usize| *sum = if enters { *sum + by } else { sum.saturating_sub(by) };
        change(&mut self.bytes, cost);
        match (&item.body, item.topic) {
            (Body::Own(_), _) => change(&mut self.own_bytes, cost),
            (body, Some(topic)) => {
                if matches!(body, Body::Snapshot(..)) {
                    change(&mut self.snapshots, 1);
                }
                if let Some(held) = self.held(topic) {
                    change(&mut held.bytes, cost);
                }
            }
            (_, None) => {}
        }
    }

    fn held(&mut self, topic: Topic) -> Option<&mut TopicState> {
        self.topics.iter_mut().find(|held| held.topic == topic)
    }
}

impl Item {
    pub(super) const fn cost(&self) -> usize {
        self.cost as usize
    }
}
