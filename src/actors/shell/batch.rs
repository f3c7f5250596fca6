//! Commands become a batch: deduplicated, decided one after another on a tentative copy, and appended as one.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use lockstep_domain::{Aggregate, Ctx};
use lockstep_protocol::{
    codes::{Code, Failure},
    event::Happened,
    frame::Acknowledged,
    ids::{AccountId, ClientId},
    position::{Bookmark, Position},
    values::Micros,
};

use super::{Effect, Pending, Shell, Work, commits::Commit, window::Seen};
use crate::{
    actors::{encode, facts::AccountFacts},
    bugs::bug,
    store::journal::{Append, Guard, NewEvent, StreamAppend},
};

/// How one command of a batch will be answered once the batch is durable.
pub enum Decided {
    /// Its events end at this seq.
    Committed(u64),
    /// It changes nothing: it is so at this seq.
    Already(u64),
    Refused(Failure),
}

/// Commands decided together on one tentative copy.
pub struct Batch<A: Aggregate> {
    pub items: Vec<(Pending<A>, Decided)>,
    /// The state after all of them.
    pub tentative: A,
    pub commits: Vec<Commit<A>>,
    pub events: Vec<NewEvent>,
    pub last_at: Micros,
    /// Seq of the last event that changes access here.
    pub raised: Option<u64>,
    /// The accounts that its commands come from, as they were when it was decided.
    pub accounts: Vec<Guard>,
    /// Keys already in this batch: account, client, client seq → body hash and how it was decided.
    keys: HashMap<(AccountId, ClientId, u64), ([u8; 16], u64)>,
}

impl<A: Aggregate> Batch<A> {
    fn new(tentative: A, last_at: Micros) -> Self {
        Self {
            items: Vec::new(),
            tentative,
            commits: Vec::new(),
            events: Vec::new(),
            last_at,
            raised: None,
            accounts: Vec::new(),
            keys: HashMap::new(),
        }
    }
}

impl<A: Aggregate> Shell<A> {
    /// Takes commands off the queue until the batch is full, then appends it, or answers at once what needs no append.
    pub(super) fn start_batch(&mut self, now: Micros) {
        self.facts.look();
        let mut batch = Batch::new(self.committed.state.clone(), self.last_at.max(now));
        while batch.items.len() < self.limits.append_commands_max {
            let Some(pending) = self.pending.pop_front() else { break };
            let other = self.founded_elsewhere(&pending).is_some();
            if other || (pending.alone && !batch.items.is_empty()) {
                self.pending.push_front(pending);
                break;
            }
            if self.shared && pending.saw > self.head.version && pending.conflicts == 0 {
                // The author has seen more than this replica: catch up before deciding, once.
                self.rumoured = self.rumoured.max(pending.saw);
                let pending = Pending { conflicts: 1, ..pending };
                self.pending.push_front(pending);
                break;
            }
            let alone = pending.alone;
            if let Some(pending) = self.fresh(pending, &mut batch) {
                self.decide(pending, &mut batch);
            }
            if alone {
                break;
            }
        }
        self.send_batch(batch);
    }

    /// Answers or sets aside what was seen before; gives back what must be decided.
    fn fresh(&mut self, pending: Pending<A>, batch: &mut Batch<A>) -> Option<Pending<A>> {
        let (Some(origin), Some(client)) = (pending.origin, pending.client()) else { return Some(pending) };
        if self.parked.iter().any(|(key, _)| *key == client) {
            self.parked.push((client, pending));
            return None;
        }
        if let Some((hash, seq)) = batch.keys.get(&(client.0, client.1, origin.client_seq)) {
            let decided = if *hash == origin.body_hash {
                Decided::Committed(*seq)
            } else {
                Decided::Refused(Failure::new(Code::IdempotencyMismatch))
            };
            batch.items.push((pending, decided));
            return None;
        }
        if bug!("bug_no_dedupe") {
            return Some(pending);
        }
        match self.windows.see(client, origin.client_seq, origin.body_hash) {
            Seen::Fresh => return Some(pending),
            Seen::Done { seq, position } => {
                let epoch = self.head.epoch;
                pending.answer(Ok(Acknowledged { epoch, seq, position: Some(position) }));
            }
            Seen::Mismatch => pending.answer(Err(Failure::new(Code::IdempotencyMismatch))),
            Seen::Unread => {
                self.parked.push((client, pending));
                if self.windows.begin_read(client) {
                    self.effects.push(Effect::ReadWindow(client));
                }
            }
            Seen::BeforeWindow => {
                self.effects.push(Effect::LookUp(Box::new(pending), self.committed.bookmark));
            }
        }
        None
    }

    fn decide(&self, pending: Pending<A>, batch: &mut Batch<A>) {
        let account = match pending.account.as_ref().map(AccountFacts::check).transpose() {
            Ok(account) => account,
            Err(failure) => return batch.items.push((pending, Decided::Refused(failure))),
        };
        let ctx = Ctx {
            principal: pending.principal,
            now: batch.last_at,
            id: self.topic.id,
            org: self.facts.organization(),
            team: self.facts.team(),
            limits: &self.limits,
        };
        // A panic in a rule is a defect of ours: the command is answered `internal`, and the tentative copy, which only `evolve`
        // touches, is dropped with all it might hold.
        let seq = self.head.version + batch.events.len() as u64;
        let judged = catch_unwind(AssertUnwindSafe(|| {
            let events = batch.tentative.decide(&pending.command, &ctx)?;
            let mut next = batch.tentative.clone();
            let made = self.record(&pending, events, batch, &mut next, seq)?;
            Ok((next, made))
        }));
        let decided = match judged {
            Ok(Ok((_, made))) if made.0.events.is_empty() => Decided::Already(seq),
            Ok(Ok((next, (commit, events)))) => {
                let end = seq + events.len() as u64;
                batch.tentative = next;
                for (event, seq) in commit.events.iter().zip(seq + 1..) {
                    if A::changes_access(&event.event) {
                        batch.raised = Some(seq);
                    }
                }
                batch.commits.push(commit);
                batch.accounts.extend(account);
                batch.events.extend(events);
                if let (Some(origin), Some((account, client))) = (pending.origin, pending.client()) {
                    batch.keys.insert((account, client, origin.client_seq), (origin.body_hash, end));
                }
                Decided::Committed(end)
            }
            Ok(Err(failure)) => Decided::Refused(failure),
            Err(_) => {
                tracing::error!(topic = %self.topic, command = ?pending.command, "a rule panicked");
                Decided::Refused(Failure::new(Code::Internal))
            }
        };
        batch.items.push((pending, decided));
    }

    /// Gives events their place, folds them into `next`, and encodes them for the journal.
    fn record(
        &self,
        pending: &Pending<A>,
        events: Vec<A::Event>,
        batch: &Batch<A>,
        next: &mut A,
        seq: u64,
    ) -> Result<(Commit<A>, Vec<NewEvent>), Failure> {
        let actor = pending.principal.account().ok_or_else(|| Failure::new(Code::Forbidden))?;
        let mut commit = Commit { id: pending.commit, events: Vec::with_capacity(events.len()) };
        let mut new = Vec::with_capacity(events.len());
        for (event, seq) in events.into_iter().zip(seq + 1..) {
            let payload = encode::payload(&event).map_err(|error| {
                tracing::error!(topic = %self.topic, %error, "an event did not encode");
                Failure::new(Code::Internal)
            })?;
            new.push(NewEvent {
                commit: pending.commit,
                at: batch.last_at,
                actor,
                origin: pending.origin,
                tag: A::tag(&event),
                level: A::level(&event),
                payload,
            });
            let happened = Happened {
                seq,
                at: batch.last_at,
                by: actor,
                client_id: pending.origin.map(|origin| origin.client_id),
                client_seq: pending.origin.map(|origin| origin.client_seq),
                event,
            };
            next.evolve(&happened);
            commit.events.push(happened);
        }
        Ok((commit, new))
    }

    pub(super) fn send_batch(&mut self, mut batch: Batch<A>) {
        if batch.items.is_empty() {
            return;
        }
        if batch.events.is_empty() {
            if self.shared {
                // A refusal is only as true as the state it was decided on: on a shared journal make sure of that first.
                self.effects.push(Effect::ReadHead);
                self.work = Work::Verifying(batch);
            } else {
                self.answer_batch(batch.items, None);
            }
            return;
        }
        if bug!("bug_publish_before_commit") {
            self.show_early(&batch);
        }
        if bug!("bug_ack_before_commit") {
            self.answer_batch(std::mem::take(&mut batch.items), Some(self.committed.position));
        }
        let guards = self.guards(&batch.accounts);
        let raises = batch.raised.map(|version| Guard { subject: self.topic.id, version }).into_iter().collect();
        let org = batch.tentative.org_id(self.topic.id);
        self.effects.push(Effect::Append(Append {
            streams: vec![StreamAppend { stream: self.topic, org, expected: self.head, events: batch.events.clone() }],
            guards,
            raises,
        }));
        self.work = Work::Appending(batch);
    }

    /// Answers every command of a batch that is final. `position` is that of the append, if there was one.
    pub(super) fn answer_batch(&self, items: Vec<(Pending<A>, Decided)>, position: Option<Position>) {
        let Bookmark { epoch, .. } = self.committed.bookmark;
        for (pending, decided) in items {
            pending.answer(match decided {
                Decided::Committed(seq) => Ok(Acknowledged { epoch, seq, position }),
                Decided::Already(seq) => Ok(Acknowledged { epoch, seq, position: None }),
                Decided::Refused(failure) => Err(failure),
            });
        }
    }
}
