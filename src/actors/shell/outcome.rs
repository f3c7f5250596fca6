//! What the journal said about an append, and what follows from it for the state, the subscribers and those who asked.

use std::sync::Arc;

use lockstep_domain::{Aggregate, access::Reach};
use lockstep_protocol::{
    codes::{Code, Failure},
    ids::OrgId,
    position::{Bookmark, Position},
    topic::Kind,
    values::Micros,
};

use super::{
    Effect, Pending, Shell, Work,
    batch::{Batch, Decided},
    commits::{Commit, Commits},
};
use crate::{
    actors::{
        delivery::{Delivery, SharedEvents},
        encode,
        facts::AccountFacts,
        published::Published,
    },
    bugs::bug,
    bus::Notice,
    store::journal::{Appended, Guard, Head, JournalError, NewEvent, Recorded},
};

/// How a failure of the journal is told to those who asked.
pub fn failure(error: &JournalError) -> Failure {
    match error {
        JournalError::Unavailable(_) | JournalError::Unknown(_) => {
            Failure::new(Code::Unavailable).retry_after_ms(1_000)
        }
        JournalError::Full => Failure::new(Code::StorageFull).retry_after_ms(10_000),
        JournalError::Refused(_) => Failure::new(Code::Internal),
        JournalError::Damaged { .. } => Failure::new(Code::Quarantined),
        JournalError::TooNew { .. } => too_old(),
        JournalError::Dropped(_) => Failure::new(Code::NotFound),
    }
}

/// This node does not understand the stream any more; others do.
pub fn too_old() -> Failure {
    Failure::because(Code::GoingAway, "This server is too old for it: connect again, to another.").retry_after_ms(1_000)
}

/// Events above this size are not told over the bus; the others read the journal.
const NOTICE_BYTES_MAX: usize = 64 * 1024;

impl<A: Aggregate> Shell<A> {
    pub(super) fn appended(&mut self, outcome: Result<Appended, JournalError>, now: Micros) {
        let Work::Appending(batch) = std::mem::replace(&mut self.work, Work::Idle) else { return };
        match outcome {
            Ok(Appended::Committed(heads)) => match heads.first() {
                Some((head, position)) => {
                    self.tell_beside(&batch, &heads);
                    self.adopt(batch, *head, *position);
                }
                // The contract gives one head per stream; without it, what is durable must be read.
                None => self.undecided(batch),
            },
            // Nothing was written: not here either, where nobody else was first.
            Ok(Appended::Conflict(heads)) if heads.iter().all(|(topic, _)| *topic != self.topic) => {
                self.moved_beside(batch);
            }
            Ok(Appended::Conflict(heads)) => {
                let seen = heads.iter().find(|(topic, _)| *topic == self.topic).map(|(_, head)| *head);
                self.conflict(batch, seen);
            }
            Ok(Appended::GuardFailed(guards)) => self.guard_failed(batch, &guards),
            Err(JournalError::Unknown(why)) if !bug!("bug_unknown_is_failure") => {
                tracing::warn!(topic = %self.topic, %why, "the outcome of an append is unknown; reading the journal");
                self.undecided(batch);
            }
            Err(JournalError::Refused(why)) if batch.items.len() > 1 => {
                tracing::warn!(topic = %self.topic, %why, "a batch was refused; its commands go one by one");
                self.requeue(batch, |pending| Pending { alone: true, ..pending });
            }
            Err(error) => {
                tracing::warn!(topic = %self.topic, %error, "an append failed");
                // What was decided on what was never committed is not to be told.
                self.put_off(batch, &failure(&error));
            }
        }
        let _ = now;
    }

    /// The batch is durable: it becomes the state, is shown, and is answered.
    fn adopt(&mut self, batch: Batch<A>, head: Head, position: Position) {
        let after = self.head.version;
        for (pending, decided) in &batch.items {
            if let (Decided::Committed(told), Some(origin), Some(account)) =
                (decided, pending.origin, pending.principal.account())
            {
                self.windows.record(account, origin, told.seq, position);
            }
        }
        let bytes = batch.events.iter().map(|event| event.payload.len() + 96).sum();
        let lists = self.reach(&batch).map(|reach| (reach, position));
        // Of the state after: before its founding event it belongs to none.
        let org = batch.tentative.org_id(self.topic.id);
        self.tell_nodes(org, &batch.events, after, head, position, lists.as_ref());
        if let Some((reach, position)) = lists {
            self.effects.push(Effect::ListsChanged(org, reach, position));
        }
        self.last_at = batch.last_at;
        self.advance(batch.tentative, head, position, after, batch.commits, bytes);
        self.answer_batch(batch.items, Some(position));
    }

    /// Moves to a new committed state and shows it to everyone. `commits` lead from `after` to `head`.
    pub(super) fn advance(
        &mut self,
        state: A,
        head: Head,
        position: Position,
        after: u64,
        commits: Vec<Commit<A>>,
        bytes: usize,
    ) {
        let access = commits.iter().flat_map(|commit| &commit.events).any(|event| A::changes_access(&event.event));
        let bookmark = Bookmark { epoch: head.epoch, seq: head.version };
        self.committed = Arc::new(Published { state, bookmark, hash: head.hash, position, quarantined: false });
        self.head = head;
        self.tail_bytes += bytes;
        self.publisher.send_replace(self.committed.clone());
        if access {
            // Before the events are shown: who lost access must not see even the one that says so.
            self.review_subscribers();
            if matches!(self.topic.kind, Kind::Organization | Kind::Team) {
                self.effects.push(Effect::FactsChanged(self.committed.state.org_id(self.topic.id)));
            }
        }
        let mut events = commits.iter().flat_map(|commit| &commit.events).rev();
        if let Some(shown) = events.find(|happened| A::shows_otherwise(&happened.event)) {
            self.effects.push(Effect::ProfileChanged(self.topic.id.into(), shown.seq));
        }
        let source = Commits { topic: self.topic, epoch: head.epoch, after, commits, bytes };
        let shared = SharedEvents::new(head.epoch, after, head.version, Box::new(source));
        self.ring.push(shared.clone(), bytes);
        if self.stale.is_none() {
            self.subscribers.deliver(&Delivery::Events(shared));
        }
        self.keep_snapshot(false);
        // Who waited for this seq need not wait for a read.
        self.join_the_waiting();
    }

    fn tell_nodes(
        &mut self,
        org: OrgId,
        events: &[NewEvent],
        after: u64,
        head: Head,
        position: Position,
        lists: Option<&(Reach, Position)>,
    ) {
        if !self.shared {
            return;
        }
        let recorded: Vec<_> = events
            .iter()
            .zip(after + 1..)
            .map(|(event, seq)| Recorded {
                stream: self.topic,
                org,
                seq,
                position: Position { seq, ..position },
                commit: event.commit,
                at: event.at,
                actor: event.actor,
                origin: event.origin,
                tag: event.tag.to_owned(),
                payload: event.payload.clone(),
                // Receivers compute the chain themselves; the last link is told so that they can compare.
                hash: head.hash,
            })
            .collect();
        // What decides access is read from the journal, always.
        let told = (self.topic.kind == Kind::Board)
            .then(|| encode::tell(&recorded))
            .flatten()
            .filter(|bytes| bytes.len() <= NOTICE_BYTES_MAX);
        let (first, last) = (after + 1, head.version);
        let lists = lists.and_then(encode::tell_lists).filter(|bytes| bytes.len() <= NOTICE_BYTES_MAX);
        let notice = Notice { org, stream: self.topic, epoch: head.epoch, first, last, events: told, lists };
        self.effects.push(Effect::Publish(notice));
    }

    /// Somebody else committed first: read it, then decide again.
    fn conflict(&mut self, batch: Batch<A>, seen: Option<Head>) {
        if let Some(seen) = seen
            && (seen.version < self.head.version
                || (seen.version == self.head.version && seen.hash != self.head.hash)
                || seen.epoch != self.head.epoch)
        {
            // The journal lost what it had acknowledged, or began anew: this memory is of another history.
            return self.lose_history(batch, seen.epoch);
        }
        if bug!("bug_skip_swap")
            && let Some(seen) = seen
        {
            self.head = seen;
            return self.send_batch(batch);
        }
        if bug!("bug_evolve_tentative_kept_on_conflict") {
            Arc::make_mut(&mut self.committed).state = batch.tentative.clone();
        }
        self.rumoured = self.rumoured.max(seen.map_or(self.head.version + 1, |head| head.version));
        self.requeue(batch, |pending| Pending { conflicts: pending.conflicts + 1, ..pending });
    }

    fn lose_history(&mut self, batch: Batch<A>, epoch: u32) {
        tracing::error!(topic = %self.topic, "the journal's history is not the one in memory");
        for (pending, _) in batch.items {
            // What may have landed is not answered: it is handed to the next life of this aggregate.
            if !pending.may_land(self.head.version) {
                pending.answer(Err(Failure::new(Code::Unavailable).retry_after_ms(200)));
            }
        }
        let seen = if epoch == self.head.epoch { epoch } else { 0 };
        self.effects.push(Effect::LostHistory(seen));
    }

    /// The facts a batch was decided with have changed: catch up with them, then decide again.
    fn guard_failed(&mut self, mut batch: Batch<A>, guards: &[Guard]) {
        self.give_back_stale(&mut batch);
        let accounts = batch.items.iter().filter_map(|(pending, _)| pending.account.clone()).collect();
        self.requeue(batch, |pending| Pending { conflicts: pending.conflicts + 1, ..pending });
        self.reload_facts(guards.iter().map(|guard| guard.subject).collect(), accounts);
    }

    /// An account that ended meanwhile would fail the guard again for ever. Whoever hands a command in looks for its account anew: what
    /// may have landed is not answered, and so handed in again.
    fn give_back_stale(&self, batch: &mut Batch<A>) {
        let ended = |pending: &Pending<A>| pending.account.as_ref().is_some_and(AccountFacts::ended);
        let (stale, items) = std::mem::take(&mut batch.items).into_iter().partition(|(pending, _)| ended(pending));
        batch.items = items;
        for (pending, _) in stale {
            if !pending.may_land(self.head.version) {
                pending.answer(Err(Failure::new(Code::Unavailable).retry_after_ms(50)));
            }
        }
    }

    /// Nobody knows whether it was committed: read on. What is found under its commit id is answered, the rest decided again
    /// with the same expected head, where the swap decides.
    fn undecided(&mut self, mut batch: Batch<A>) {
        let expected = Some(self.head.version);
        for (pending, decided) in &mut batch.items {
            if matches!(decided, Decided::Committed(..)) {
                pending.unsettled = expected;
            }
        }
        self.requeue(batch, |pending| pending);
        self.rumoured = self.rumoured.max(self.head.version + 1);
    }

    /// Back to the front of the queue, in order; those that lost too often are refused.
    fn requeue(&mut self, batch: Batch<A>, change: impl Fn(Pending<A>) -> Pending<A>) {
        for (pending, _) in batch.items.into_iter().rev() {
            let pending = change(pending);
            if pending.conflicts > self.limits.conflicts_max && !pending.may_land(self.head.version) {
                pending.answer(Err(Failure::new(Code::Contended).retry_after_ms(50)));
            } else {
                self.pending.push_front(pending);
            }
        }
    }

    /// The head was read, and the guards compared, before answers are given that no append stands for.
    pub(super) fn verified(&mut self, read: Result<(Head, Vec<Guard>), JournalError>) {
        let Work::Verifying(batch) = std::mem::replace(&mut self.work, Work::Idle) else { return };
        match read {
            Ok((head, _)) if head.version != self.head.version || head.hash != self.head.hash => {
                self.conflict(batch, Some(head));
            }
            Ok((_, failed)) if !failed.is_empty() => self.guard_failed(batch, &failed),
            Ok(_) => self.answer_batch(batch.items, None),
            Err(error) => self.put_off(batch, &failure(&error)),
        }
    }

    /// The journal failed a batch: its commands go back, and all that can be refused are.
    fn put_off(&mut self, batch: Batch<A>, failure: &Failure) {
        let later = std::mem::take(&mut self.pending);
        self.pending = batch.items.into_iter().map(|(pending, _)| pending).collect();
        self.refuse_pending(failure);
        self.wait_if_owed();
        self.pending.extend(later);
    }

    /// Refuses what waits, but for what may have been committed after all: that is tried again until it is certain.
    pub(super) fn refuse_pending(&mut self, failure: &Failure) {
        let head = self.head.version;
        for pending in std::mem::take(&mut self.pending) {
            if pending.may_land(head) {
                self.pending.push_back(pending);
            } else {
                pending.answer(Err(failure.clone()));
            }
        }
    }

    /// Pauses when something is left that must be tried again.
    pub(super) fn wait_if_owed(&mut self) {
        if !self.pending.is_empty() && matches!(self.work, Work::Idle) {
            self.wait();
        }
    }

    /// Pauses before the next try.
    pub(super) fn wait(&mut self) {
        self.work = Work::Waiting;
        self.effects.push(Effect::RetryLater);
    }
}
