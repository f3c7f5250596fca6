//! A journal that keeps the contract of `store::journal` in memory, at one moment per call. What may go wrong on the way to it is
//! `remote`'s matter. Each commit is judged against the truth as it happens.

use std::collections::BTreeMap;

use lockstep::store::journal::{
    Append, Appended, GENESIS, Guard, Head, JournalError, Known, Marked, MarkedBy, Marks, NewEvent, Recorded, Snapshot,
    StreamAppend,
};
use lockstep_protocol::{
    ids::{AccountId, ClientId, OrgId},
    position::Position,
    topic::Topic,
};
use uuid::Uuid;

use super::{
    executor::{Sim, Time},
    ledger::Ledger,
    truth::{Effect, Fold, History, Truth},
};

struct Stream {
    org: OrgId,
    head: Head,
    events: Vec<Recorded>,
    /// Of each event.
    marks: Vec<Marks>,
}

/// See the module.
pub struct Model {
    sim: Sim,
    epoch: u32,
    era: u32,
    transaction: u64,
    streams: BTreeMap<Topic, Stream>,
    access: BTreeMap<Uuid, u64>,
    snapshots: BTreeMap<Topic, Vec<Snapshot>>,
    /// What changed, in the order of commits: the cursor of a scan is a place in here.
    log: Vec<Topic>,
    pub truth: Truth,
    pub ledger: Ledger,
    pub accounts: Vec<AccountId>,
    /// Until when a fault of a line to the journal may still show.
    pub trouble_until: Time,
}

impl Model {
    pub fn new(sim: &Sim) -> Self {
        Self {
            sim: sim.clone(),
            epoch: 1,
            era: 1,
            transaction: 0,
            streams: BTreeMap::new(),
            access: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            log: Vec::new(),
            truth: Truth::default(),
            ledger: Ledger::default(),
            accounts: Vec::new(),
            trouble_until: 0,
        }
    }

    pub fn head(&self, topic: Topic) -> Head {
        let head = self.streams.get(&topic).map_or(Head::EMPTY, |stream| stream.head);
        Head { epoch: self.epoch, ..head }
    }

    pub fn org_of(&self, topic: Topic) -> Option<OrgId> {
        self.streams.get(&topic).map(|stream| stream.org)
    }

    pub fn append(&mut self, append: Append) -> Result<Appended, JournalError> {
        let moved: Vec<Guard> = self
            .access_of(append.guards.iter().map(|guard| guard.subject))
            .into_iter()
            .filter(|now| !append.guards.contains(now))
            .collect();
        if !moved.is_empty() {
            return Ok(Appended::GuardFailed(moved));
        }
        let heads = append.streams.iter().map(|part| (part.stream, self.head(part.stream)));
        let conflicts: Vec<_> = heads
            .zip(&append.streams)
            .filter(|((_, head), part)| *head != part.expected)
            .map(|(conflict, _)| conflict)
            .collect();
        if !conflicts.is_empty() {
            return Ok(Appended::Conflict(conflicts));
        }
        self.transaction += 1;
        let committed = append.streams.into_iter().map(|part| self.commit(part)).collect();
        self.access.extend(append.raises.iter().map(|raise| (raise.subject, raise.version)));
        let now = self.sim.now();
        if !append.raises.is_empty() {
            self.truth.change_access(&self.accounts, now);
        }
        Ok(Appended::Committed(committed))
    }

    fn commit(&mut self, part: StreamAppend) -> (Head, Position) {
        let StreamAppend { stream: topic, org, expected, events } = part;
        let now = self.sim.now();
        let mut head = expected;
        let mut position = Position::START;
        for event in events {
            head.version += 1;
            position = Position { era: self.era, transaction: self.transaction, stream: topic.id, seq: head.version };
            let marks = event.marks;
            let mut recorded = record(topic, org, head.version, position, event);
            recorded.hash = recorded.chained(&head.hash);
            head.hash = recorded.hash;
            self.judge(&recorded, now);
            let stream = self.streams.entry(topic).or_insert_with(|| Stream {
                org,
                head,
                events: Vec::new(),
                marks: Vec::new(),
            });
            stream.head = head;
            stream.events.push(recorded);
            stream.marks.push(marks);
        }
        self.log.push(topic);
        (head, position)
    }

    /// What must hold of each event as it is committed.
    fn judge(&mut self, recorded: &Recorded, now: Time) {
        let (sim, topic) = (self.sim.clone(), recorded.stream);
        sim.trace(|| format!("journal: {topic} {} {} by {}", recorded.seq, recorded.tag, recorded.actor));
        let history = self.truth.streams.entry(topic).or_insert_with(|| History::new(topic));
        if history.head() + 1 != recorded.seq {
            sim.anomaly("journal-gap", || format!("{topic}: {} after {}", recorded.seq, history.head()));
        }
        if history.events.last().is_some_and(|last| last.happened.at > recorded.at) {
            sim.anomaly("time-went-back", || format!("{topic} {}: `at` decreased", recorded.seq));
        }
        // The rule needs the state before the event, the event its decoded form: so it is pushed on trial.
        let before = history.now().clone();
        history.push(recorded, now);
        let event = history.events.last().expect("just pushed").happened.event.clone();
        let Some(origin) = recorded.origin else { return };
        let id = (recorded.actor, origin.client_id, origin.client_seq);
        let effect = Effect { topic, seq: recorded.seq, commit: recorded.commit };
        if let Some(earlier) = self.truth.effects.insert(id, effect)
            && (earlier.commit != effect.commit || earlier.topic != topic)
        {
            sim.anomaly("effect-twice", || format!("{id:?} at {earlier:?} and at {effect:?}"));
        }
        if !self.ledger.allowed_by_session(&self.truth, id) {
            sim.anomaly("command-after-revoke", || format!("{topic} {}: its session was closed", recorded.seq));
        }
        let allowed = self.with_state(topic, before, |truth| truth.may_commit(recorded.actor, topic, &event));
        if !allowed {
            sim.anomaly("command-after-revoke", || {
                format!("{topic} {} {} by {} who has no such role any more", recorded.seq, recorded.tag, recorded.actor)
            });
        }
        self.ledger.committed(&sim, id, effect);
    }

    /// Asks the truth as it was before the newest event of a stream.
    fn with_state(&mut self, topic: Topic, before: Fold, ask: impl FnOnce(&Truth) -> bool) -> bool {
        let history = self.truth.streams.get_mut(&topic).expect("it has an event");
        let after = history.swap_now(before);
        let answer = ask(&self.truth);
        let history = self.truth.streams.get_mut(&topic).expect("it has an event");
        history.swap_now(after);
        answer
    }

    pub fn read(&self, topic: Topic, after: u64, limit: usize) -> Vec<Recorded> {
        let events = self.streams.get(&topic).map_or(&[][..], |stream| &stream.events);
        events.iter().skip(after as usize).take(limit).cloned().collect()
    }

    pub fn marked(&self, topic: Topic, by: MarkedBy, marks: &[u64], after: u64, limit: usize) -> Vec<Marked> {
        let Some(stream) = self.streams.get(&topic) else { return Vec::new() };
        let mark = |of: &Marks| match by {
            MarkedBy::About => of.about,
            MarkedBy::Thread => of.thread,
            MarkedBy::Number => of.number,
        };
        let each = stream.marks.iter().zip(self.read(topic, 0, usize::MAX)).filter_map(|(of, event)| {
            let Recorded { seq, at, actor, tag, .. } = event;
            Some(Marked { mark: mark(of)?, seq, at, actor, tag })
        });
        let mut found: Vec<Marked> = each.filter(|found| marks.contains(&found.mark) && found.seq > after).collect();
        found.sort_unstable_by_key(|found| (found.mark, found.seq));
        found.truncate(limit);
        found
    }

    pub fn known(&self, topic: Topic, actor: AccountId, client: ClientId, limit: usize) -> Vec<Known> {
        let mut known: BTreeMap<u64, Known> = BTreeMap::new();
        for event in self.read(topic, 0, usize::MAX) {
            if let Some(origin) = event.origin.filter(|origin| origin.client_id == client && event.actor == actor) {
                let place = Known { origin, seq: event.seq, position: event.position, commit: event.commit };
                known.insert(origin.client_seq, place);
            }
        }
        known.into_values().rev().take(limit).collect()
    }

    pub fn access_of(&self, subjects: impl Iterator<Item = Uuid>) -> Vec<Guard> {
        let version = |subject| self.access.get(&subject).copied().unwrap_or(0);
        subjects.map(|subject| Guard { subject, version: version(subject) }).collect()
    }

    pub fn changed(&self, since: Option<u64>) -> (Vec<(Topic, Head)>, u64) {
        let next = self.log.len();
        let since = since.map_or(next, |since| since as usize);
        let mut topics: Vec<Topic> = self.log[since.min(next)..].to_vec();
        topics.sort_unstable();
        topics.dedup();
        (topics.into_iter().map(|topic| (topic, self.head(topic))).collect(), next as u64)
    }

    pub fn tail(&self, after: Position, limit: usize) -> Vec<Recorded> {
        let mut events: Vec<_> = self.streams.values().flat_map(|stream| &stream.events).cloned().collect();
        events.retain(|event| event.position > after);
        events.sort_by_key(|event| event.position);
        events.truncate(limit);
        events
    }

    /// The journal was moved to another cluster: nothing is lost, and nothing of the old epoch is trusted.
    pub fn begin_epoch(&mut self) {
        self.raise_epoch(self.epoch);
        // Every node lets go of what it holds, and every client joins again.
        self.trouble_until = self.trouble_until.max(self.sim.now() + 3_000_000);
    }

    pub fn raise_epoch(&mut self, seen: u32) -> u32 {
        if self.epoch == seen {
            self.epoch += 1;
            self.era += 1;
        }
        self.epoch
    }

    pub fn save_snapshot(&mut self, snapshot: Snapshot) {
        let kept = self.snapshots.entry(snapshot.stream).or_default();
        kept.retain(|other| (other.seq, other.state_version) != (snapshot.seq, snapshot.state_version));
        kept.push(snapshot);
        kept.sort_by_key(|snapshot| snapshot.seq);
    }

    pub fn load_snapshot(&self, topic: Topic, state_version: u32, at_most: u64) -> Option<Snapshot> {
        let kept = self.snapshots.get(&topic)?.iter().rev();
        kept.clone()
            .find(|kept| kept.state_version == state_version && kept.seq <= at_most && kept.epoch == self.epoch)
            .cloned()
    }

    /// Spoils the newest snapshot of a stream in a way that a reader must notice.
    pub fn poison(&mut self, topic: Topic) {
        let sim = self.sim.clone();
        let Some(snapshot) = self.snapshots.get_mut(&topic).and_then(|kept| kept.last_mut()) else { return };
        if sim.chance(500) {
            snapshot.bytes = snapshot.bytes.slice(..snapshot.bytes.len() / 2);
        } else {
            snapshot.state_version += 1;
        }
        sim.trace(|| format!("fault: the snapshot of {topic} at {} is spoiled", snapshot.seq));
    }

    /// The chain of every stream, link by link.
    pub fn verify_chain(&self) {
        for (topic, stream) in &self.streams {
            let mut hash = GENESIS;
            for (event, seq) in stream.events.iter().zip(1..) {
                if event.seq != seq || !event.follows(&hash) {
                    self.sim.anomaly("journal-gap", || format!("{topic}: {seq} does not follow"));
                }
                hash = event.hash;
            }
        }
    }

    /// Whether nodes could not be expected to know at some time: a line to the journal failed shortly before.
    pub fn excused(&self, at: Time) -> bool {
        self.trouble_until > at
    }

    pub fn topics(&self) -> Vec<Topic> {
        self.streams.keys().copied().collect()
    }
}

fn record(stream: Topic, org: OrgId, seq: u64, position: Position, event: NewEvent) -> Recorded {
    let NewEvent { commit, at, actor, origin, tag, level: _, payload, marks: _ } = event;
    Recorded { stream, org, seq, position, commit, at, actor, origin, tag: tag.to_owned(), payload, hash: [0; 32] }
}
