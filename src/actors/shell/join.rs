//! Joining: who may, and how they are brought up to date. Ring, else journal, else snapshot; the answer says which. The actor
//! is the only writer of its ring and its subscribers, so nothing can slip between what is sent and what follows live.

use std::sync::Arc;

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    codes::{Code, Failure},
    frame::ResumedFrom,
    ids::ConnectionId,
    position::Held,
    values::Audience,
};

use super::{
    Effect, Joining, Shell,
    commits::{Commit, Commits, View},
    subscribers::Member,
};
use crate::{
    actors::{
        delivery::{Delivery, SharedEvents, SharedSnapshot, Subscriber},
        encode,
    },
    bugs::bug,
    store::journal::{JournalError, Recorded},
};

/// Events a shared snapshot may be behind and still serve, with the ring's events on top.
const SNAPSHOT_BEHIND_MAX: u64 = 64;

impl<A: Aggregate> Shell<A> {
    pub(super) fn join(&mut self, mut joining: Joining) {
        if joining.reply.is_closed() {
            // The connection has gone while this waited; its leave came before.
            return;
        }
        if self.stale.is_some() || self.frozen {
            return self.joining.push(joining);
        }
        let ahead = joining.after.is_some_and(|after| after.seq > self.head.version);
        if self.shared
            && ahead
            && !bug!("bug_snapshot_older_than_seen")
            && !joining.waited
            && !self.committed.quarantined
        {
            // The client saw more than this replica (it comes from another node): catch up first.
            joining.waited = true;
            self.rumoured = self.rumoured.max(joining.after.map_or(0, |after| after.seq));
            return self.joining.push(joining);
        }
        if self.facts.ended() && !self.committed.quarantined {
            self.facts_wanted = true;
            return self.joining.push(joining);
        }
        self.facts.look();
        let audience = self
            .committed
            .state
            .exists()
            .then(|| self.facts.audience(&self.committed.state, self.topic.id, joining.principal))
            .flatten();
        let Some(audience) = audience else {
            let _ = joining.reply.send(Err(Failure::new(Code::NotFound)));
            return;
        };
        let connection = joining.subscriber.connection();
        let subscriber = joining.subscriber.clone();
        self.subscribers.insert(Member {
            subscriber: subscriber.clone(),
            principal: joining.principal,
            audience,
            presence: joining.presence.then(Default::default),
            catching_up: false,
        });
        self.bring_up(&subscriber, joining.reference, audience, joining.after);
        self.subscribers.introduce(connection);
        let _ = joining.reply.send(Ok(()));
    }

    /// Those who waited for a catch-up or for facts, if nothing more is to be waited for.
    pub(super) fn join_the_waiting(&mut self) {
        if self.rumoured <= self.head.version && !self.facts_wanted {
            for joining in std::mem::take(&mut self.joining) {
                self.join(joining);
            }
        }
    }

    fn bring_up(&mut self, subscriber: &Arc<dyn Subscriber>, reference: u32, audience: Audience, held: Option<Held>) {
        let head = self.committed.bookmark;
        let held = held.filter(|held| held.epoch == head.epoch || bug!("bug_epoch_ignored"));
        let after = held
            // What was shown to another audience is not continued: guests and members see different things of one history.
            .filter(|held| held.audience == audience && held.seq <= head.seq)
            .map(|held| held.seq);
        let joined =
            |resumed_from| Delivery::Joined { reference, audience, resumed_from, head: self.committed.bookmark };
        let topic = self.topic;
        match after {
            Some(seq) if seq == head.seq => subscriber.deliver(topic, joined(ResumedFrom::Current)),
            Some(seq) if self.ring.since(seq).is_some() => {
                subscriber.deliver(topic, joined(ResumedFrom::Ring));
                self.deliver_ring(subscriber.as_ref(), if bug!("bug_resume_off_by_one") { seq + 1 } else { seq });
            }
            Some(seq) if head.seq - seq <= self.limits.resume_events_max as u64 => {
                subscriber.deliver(topic, joined(ResumedFrom::Journal));
                let connection = subscriber.connection();
                if let Some(member) = self.subscribers.get_mut(connection) {
                    member.catching_up = true;
                }
                let limit = (head.seq - seq) as usize;
                self.effects.push(Effect::ReadForJoin { connection, after: seq, limit });
            }
            _ => {
                subscriber.deliver(topic, joined(ResumedFrom::Snapshot));
                self.deliver_snapshot(subscriber.as_ref(), held.map_or(0, |held| held.seq));
            }
        }
    }

    fn deliver_ring(&self, subscriber: &dyn Subscriber, after: u64) {
        for events in self.ring.since(after).unwrap_or_default() {
            subscriber.deliver(self.topic, Delivery::Events(events));
        }
    }

    /// The shared snapshot, with the ring's events since; or a new one when it is too far behind, or older than what was seen.
    fn deliver_snapshot(&mut self, subscriber: &dyn Subscriber, seen: u64) {
        let head = self.committed.bookmark;
        let usable = |snapshot: &&Arc<SharedSnapshot>| {
            let at = snapshot.bookmark;
            at.epoch == head.epoch
                && at.seq >= seen.min(head.seq)
                && head.seq - at.seq <= SNAPSHOT_BEHIND_MAX
                && (at == head || self.ring.since(at.seq).is_some())
        };
        let snapshot = match self.snapshot.as_ref().filter(usable) {
            Some(snapshot) => snapshot.clone(),
            None => {
                let view = View {
                    topic: self.topic,
                    published: self.committed.clone(),
                    part_bytes_max: self.limits.snapshot_part_bytes_max,
                };
                let snapshot = SharedSnapshot::new(head, self.limits.compress_bytes_min, Box::new(view));
                self.snapshot = Some(snapshot.clone());
                snapshot
            }
        };
        let at = snapshot.bookmark.seq;
        subscriber.deliver(self.topic, Delivery::Snapshot(snapshot));
        if at < head.seq {
            self.deliver_ring(subscriber, at);
        }
    }

    /// The journal's events for one who joined: they, then what the ring holds since, then live.
    pub(super) fn join_read(
        &mut self,
        connection: ConnectionId,
        after: u64,
        events: Result<Vec<Recorded>, JournalError>,
    ) {
        let Some(member) = self.subscribers.get_mut(connection).filter(|member| member.catching_up) else { return };
        member.catching_up = false;
        let subscriber = member.subscriber.clone();
        if self.stale.is_some() {
            return self.send_away(connection);
        }
        let commits = events.and_then(|events| self.commits_of(&events).map(|commits| (events, commits)));
        let (events, commits) = match commits {
            Ok((events, commits)) if !events.is_empty() => (events, commits),
            _ => {
                // The snapshot is in memory: it serves whatever became of the read.
                self.deliver_snapshot(subscriber.as_ref(), after);
                return;
            }
        };
        let seq = events.last().map_or(after, |event| event.seq);
        let missing = seq < self.head.version && self.ring.since(seq).is_none();
        if missing {
            self.deliver_snapshot(subscriber.as_ref(), after);
            return;
        }
        let bytes = events.iter().map(|event| event.payload.len()).sum();
        let source = Commits { topic: self.topic, epoch: self.head.epoch, after, commits, bytes };
        let shared = SharedEvents::new(self.head.epoch, after, seq, Box::new(source));
        subscriber.deliver(self.topic, Delivery::Events(shared));
        self.deliver_ring(subscriber.as_ref(), seq);
    }

    fn commits_of(&self, events: &[Recorded]) -> Result<Vec<Commit<A>>, JournalError> {
        let mut commits: Vec<Commit<A>> = Vec::new();
        for event in events {
            let happened = encode::happened::<A>(event)?;
            match commits.last_mut().filter(|commit| commit.id == event.commit) {
                Some(commit) => commit.events.push(happened),
                None => commits.push(Commit { id: event.commit, events: vec![happened] }),
            }
        }
        Ok(commits)
    }
}
