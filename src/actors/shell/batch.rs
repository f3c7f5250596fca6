//! Commands become a batch: deduplicated, decided one after another on a tentative copy, and appended as one.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use lockstep_domain::{
    Aggregate, Ctx,
    decision::{self, Decision, Stamp},
};
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
    actors::{beside::Beside, encode, facts::AccountFacts},
    bugs::bug,
    store::journal::{Append, Guard, NewEvent, StreamAppend},
};

/// How one command of a batch will be answered once the batch is durable.
pub enum Decided {
    /// Its events end at this seq. Where it stands is only known afterwards.
    Committed(Acknowledged),
    /// It changes nothing: it is so at this seq.
    Already(Acknowledged),
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
    /// What its one command does to another board.
    pub beside: Option<StreamAppend>,
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
            beside: None,
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
            let saw = pending.saw.at_least();
            if self.shared && saw > self.head.version && pending.conflicts == 0 {
                // The author has seen more than this replica: catch up before deciding, once.
                self.rumoured = self.rumoured.max(saw);
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
        let looked = |pending| Pending { looked: true, ..pending };
        let (Some(origin), Some(client)) = (pending.origin, pending.client()) else { return Some(looked(pending)) };
        if self.parked.iter().any(|(key, _)| *key == client) {
            self.parked.push((client, pending));
            return None;
        }
        if let Some((hash, seq)) = batch.keys.get(&(client.0, client.1, origin.client_seq)) {
            let decided = if *hash == origin.body_hash {
                Decided::Committed(Acknowledged::new(0, *seq, None))
            } else {
                Decided::Refused(Failure::new(Code::IdempotencyMismatch))
            };
            batch.items.push((pending, decided));
            return None;
        }
        if bug!("bug_no_dedupe") {
            return Some(looked(pending));
        }
        match self.windows.see(client, origin.client_seq, origin.body_hash) {
            Seen::Fresh => return Some(looked(pending)),
            Seen::Done { seq, position } => {
                let epoch = self.head.epoch;
                pending.answer(Ok(Acknowledged::new(epoch, seq, Some(position))));
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
        let seq = self.head.version + batch.events.len() as u64;
        if pending.saw.exactly.is_some_and(|exactly| exactly != seq) {
            return batch.items.push((pending, Decided::Refused(Failure::new(Code::PreconditionFailed))));
        }
        let ctx = Ctx {
            principal: pending.principal,
            now: batch.last_at,
            id: self.topic.id,
            org: self.facts.organization(),
            team: self.facts.team(),
            past: pending.past.as_deref(),
            recalled: pending.recalled.as_deref(),
            beside: pending.beside.as_deref().map(Beside::facts),
            limits: &self.limits,
        };
        // A panic in a rule is a defect of ours: the command is answered `internal`, and the tentative copy, which only `evolve`
        // touches, is dropped with all it might hold.
        let stamp = Stamp {
            after: seq,
            client: pending.origin.map(|origin| (origin.client_id, origin.client_seq)),
            saw: pending.saw.seq,
            refuse_unseen: pending.saw.refuse,
        };
        let judged = catch_unwind(AssertUnwindSafe(|| {
            let decision = decision::decide(&batch.tentative, &pending.command, &ctx, &stamp)?;
            let events = self.record(&pending, &decision.events)?;
            let beside = match pending.beside.as_deref().filter(|_| !decision.beside.is_empty()) {
                Some(beside) => Some(self.part_beside(&pending, beside, &decision.beside)?),
                None => None,
            };
            Ok((decision, events, beside))
        }));
        let decided = match judged {
            Ok(Ok((decision, ..))) if decision.events.is_empty() => {
                batch.accounts.extend(account);
                Decided::Already(Acknowledged { failed: decision.failed, ..Acknowledged::new(0, seq, None) })
            }
            Ok(Ok((decision, events, beside))) => {
                let Decision { state, events: happened, conflicts, failed, .. } = decision;
                let end = seq + events.len() as u64;
                batch.tentative = state;
                for happened in happened.iter().filter(|happened| A::changes_access(&happened.event)) {
                    batch.raised = Some(happened.seq);
                }
                batch.commits.push(Commit { id: pending.commit, events: happened });
                batch.accounts.extend(account);
                if let (Some(part), Some(facts)) = (beside, &pending.beside) {
                    batch.accounts.extend(facts.guards());
                    batch.beside = Some(part);
                }
                batch.events.extend(events);
                if let (Some(origin), Some((account, client))) = (pending.origin, pending.client()) {
                    batch.keys.insert((account, client, origin.client_seq), (origin.body_hash, end));
                }
                Decided::Committed(Acknowledged { conflicts, failed, ..Acknowledged::new(0, end, None) })
            }
            Ok(Err(failure)) => Decided::Refused(failure),
            Err(_) => {
                tracing::error!(topic = %self.topic, command = ?pending.command, "a rule panicked");
                Decided::Refused(Failure::new(Code::Internal))
            }
        };
        batch.items.push((pending, decided));
    }

    /// Encodes events for the journal.
    fn record(&self, pending: &Pending<A>, events: &[Happened<A::Event>]) -> Result<Vec<NewEvent>, Failure> {
        let encoded = events.iter().map(|happened| {
            let payload = encode::payload(&happened.event).map_err(|error| {
                tracing::error!(topic = %self.topic, %error, "an event did not encode");
                Failure::new(Code::Internal)
            })?;
            Ok(NewEvent {
                commit: pending.commit,
                at: happened.at,
                actor: happened.by,
                origin: pending.origin,
                tag: A::tag(&happened.event),
                level: A::level(&happened.event),
                payload,
                marks: A::marks(&happened.event),
            })
        });
        encoded.collect()
    }

    pub(super) fn send_batch(&mut self, mut batch: Batch<A>) {
        if batch.items.is_empty() {
            return;
        }
        if batch.events.is_empty() {
            if self.shared {
                // An answer is only as true as the state it was decided on, and the roles: on a shared journal make sure of both first.
                self.effects.push(Effect::Verify(self.guards(&batch.accounts)));
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
        let own = StreamAppend { stream: self.topic, org, expected: self.head, events: batch.events.clone() };
        self.effects.push(Effect::Append(Append {
            streams: [own].into_iter().chain(batch.beside.clone()).collect(),
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
                Decided::Committed(told) => Ok(Acknowledged { epoch, position, ..told }),
                Decided::Already(told) => Ok(Acknowledged { epoch, ..told }),
                Decided::Refused(failure) => Err(failure),
            });
        }
    }
}
