//! One topic as a client follows it: the rules of docs/SYNC-SPEC.md that a client may rely on, each broken one an anomaly, and the
//! client's own fold, compared with the truth at every seq it reaches.

use lockstep_protocol::{
    frame::{Events, Joined, ResumedFrom, SnapshotPart},
    ids::AccountId,
    position::Bookmark,
    topic::Topic,
    values::Audience,
};

use super::{
    executor::{Sim, Time},
    truth::{Fold, History, Truth},
};

/// Where a topic stands on the connection of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not asked for.
    Away,
    Joining,
    Live,
    /// Told to join again.
    Behind,
    /// Refused or revoked: asked for again later.
    Closed,
}

/// See the module.
pub struct View {
    pub topic: Topic,
    pub phase: Phase,
    pub fold: Fold,
    /// What the fold is at; none until it is whole.
    pub bookmark: Option<Bookmark>,
    /// For whose eyes what comes is made, and for whose was what the fold is at.
    coming_for: Audience,
    pub held_for: Audience,
    /// What the client said it holds when it joined: no snapshot may be older.
    floor: Bookmark,
    /// Events were promised, and none has come yet: should they not be readable, a snapshot may take their place (R14).
    promised: bool,
    /// Where the server's stream on this connection stands.
    stream: Option<Bookmark>,
    /// A snapshot under way, and the part that comes next: it replaces what is held when it is whole.
    incoming: Option<(Fold, u32)>,
    pub live_since: Time,
}

/// What a client needs to judge what it gets.
pub struct Witness<'a> {
    pub sim: &'a Sim,
    pub truth: &'a Truth,
    pub account: AccountId,
}

impl Witness<'_> {
    fn found(&self, name: &'static str, topic: Topic, what: impl FnOnce() -> String) {
        self.sim.anomaly(name, || format!("{} on {topic}: {}", self.account, what()));
    }
}

impl View {
    pub fn new(topic: Topic) -> Self {
        Self {
            topic,
            phase: Phase::Away,
            fold: Fold::empty(topic),
            bookmark: None,
            coming_for: Audience::Member,
            held_for: Audience::Member,
            floor: Bookmark::default(),
            promised: false,
            stream: None,
            incoming: None,
            live_since: 0,
        }
    }

    /// The connection is gone, or the join failed for now: what was half arrived is worth nothing.
    pub fn cut(&mut self) {
        self.phase = Phase::Away;
        self.stream = None;
        self.incoming = None;
    }

    pub fn closed(&mut self) {
        self.phase = Phase::Closed;
        self.stream = None;
        self.incoming = None;
        // Who may not see it keeps nothing of it.
        self.bookmark = None;
        self.fold = Fold::empty(self.topic);
    }

    pub fn behind(&mut self) {
        self.phase = Phase::Behind;
        self.stream = None;
        self.incoming = None;
    }

    pub fn joined(&mut self, joined: &Joined, after: Option<Bookmark>, witness: &Witness<'_>) {
        let Joined { resumed_from, head, audience, .. } = *joined;
        self.coming_for = audience;
        self.phase = Phase::Live;
        self.live_since = witness.sim.now();
        self.incoming = None;
        self.floor = after.unwrap_or_default();
        self.promised = resumed_from == ResumedFrom::Journal;
        let truth_head = witness.truth.history(self.topic).map_or(0, History::head);
        if head.seq > truth_head {
            witness
                .found("phantom-event", self.topic, || format!("joined at {head:?}, the journal is at {truth_head}"));
        }
        match (resumed_from, after) {
            (ResumedFrom::Snapshot, _) => self.stream = None,
            (from, Some(after)) => {
                if (from == ResumedFrom::Current && after != head) || after.epoch != head.epoch || after.seq > head.seq
                {
                    witness.found("gap", self.topic, || format!("resumed from {from:?} at {head:?} after {after:?}"));
                }
                self.stream = Some(after);
            }
            (from, None) => witness.found("gap", self.topic, || format!("resumed from {from:?} without a bookmark")),
        }
    }

    pub fn snapshot(&mut self, part: SnapshotPart, witness: &Witness<'_>) {
        let SnapshotPart { bookmark, part: index, parts, view, .. } = part;
        let (mut fold, expected) = self.incoming.take().unwrap_or_else(|| (Fold::empty(self.topic), 0));
        if self.phase == Phase::Closed {
            return witness.found("leak-after-revoke", self.topic, || format!("a snapshot at {bookmark:?}"));
        }
        if index != expected || (index == 0 && self.stream.is_some() && !self.promised) {
            witness
                .found("duplicate-or-reorder", self.topic, || format!("part {index} of {parts}, expected {expected}"));
        }
        if !fold.take(index, view) {
            witness.found("wrong-state", self.topic, || "a snapshot of another kind of thing".to_owned());
        }
        if index + 1 < parts {
            self.incoming = Some((fold, index + 1));
            return;
        }
        self.fold = fold;
        self.stream = Some(bookmark);
        (self.bookmark, self.held_for) = (Some(bookmark), self.coming_for);
        let floor = self.floor;
        if bookmark.epoch == floor.epoch && bookmark.seq < floor.seq {
            witness.found("snapshot-went-back", self.topic, || format!("to {bookmark:?} from {floor:?}"));
        }
        self.compare(witness);
    }

    pub fn events(&mut self, events: &Events, witness: &Witness<'_>) {
        let Some(stream) = self.stream else {
            let name = if self.phase == Phase::Closed { "leak-after-revoke" } else { "gap" };
            return witness.found(name, self.topic, || format!("{}..{} out of nothing", events.after, events.seq));
        };
        if events.after != stream.seq || events.epoch != stream.epoch {
            let name = if events.after < stream.seq { "duplicate-or-reorder" } else { "gap" };
            return witness.found(name, self.topic, || {
                format!("{}..{} of epoch {} while standing at {stream:?}", events.after, events.seq, events.epoch)
            });
        }
        self.stream = Some(Bookmark { seq: events.seq, ..stream });
        self.promised = false;
        self.verify(events, witness);
        let Some(held) = self.bookmark else {
            return witness.found("gap", self.topic, || "events before the snapshot was whole".to_owned());
        };
        if events.seq <= held.seq && held.epoch == events.epoch {
            // Joined again from further back: held already.
            return;
        }
        if events.after != held.seq {
            return witness.found("gap", self.topic, || format!("{}..{} onto {held:?}", events.after, events.seq));
        }
        for happened in &events.events {
            self.fold.apply(self.topic, happened);
        }
        self.bookmark = Some(Bookmark { seq: events.seq, epoch: events.epoch });
        self.compare(witness);
    }

    /// What was told must be what happened: one whole commit, each event as the journal has it.
    fn verify(&self, events: &Events, witness: &Witness<'_>) {
        let Some(history) = witness.truth.history(self.topic).filter(|history| history.head() >= events.seq) else {
            return witness.found("phantom-event", self.topic, || format!("{} is not in the journal", events.seq));
        };
        let commits = (events.after + 1..=events.seq).filter_map(|seq| history.event(seq)).map(|told| told.commit);
        let next = history.event(events.seq + 1).map(|told| told.commit);
        let before = history.event(events.after).map(|told| told.commit);
        let own = Some(events.commit_id);
        if next == own || before == own || commits.into_iter().any(|commit| commit != events.commit_id) {
            witness.found("split-commit", self.topic, || format!("{}..{}", events.after, events.seq));
        }
        let mut last = events.after;
        for happened in &events.events {
            if happened.seq <= last || happened.seq > events.seq {
                witness.found("duplicate-or-reorder", self.topic, || format!("{} after {last}", happened.seq));
            }
            last = happened.seq;
            if history.event(happened.seq).is_none_or(|told| told.happened != *happened) {
                witness.found("divergent-event", self.topic, || format!("{happened:?}"));
            }
        }
        let whole = events.events.len() as u64 == events.seq - events.after;
        if !whole && matches!(self.fold, Fold::Board(_)) {
            witness.found("gap", self.topic, || format!("of {}..{} some are missing", events.after, events.seq));
        }
    }

    fn compare(&self, witness: &Witness<'_>) {
        let Some(held) = self.bookmark else { return };
        let Some(truth) = witness.truth.history(self.topic).and_then(|history| history.at(held.seq)) else {
            return witness.found("phantom-event", self.topic, || format!("{held:?} is not in the journal"));
        };
        if !self.fold.shows(truth) {
            let differences = self.fold.differences(truth);
            witness.found("wrong-state", self.topic, || format!("at {held:?}: {differences}"));
        }
    }
}
