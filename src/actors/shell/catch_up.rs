//! What others committed: heard over the bus or read from the journal, checked against the chain, folded, and shown.

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    codes::{Code, Failure},
    frame::Acknowledged,
};

use super::{Effect, Shell, Work, commits::Commit, outcome};
use crate::{
    actors::{delivery::Delivery, encode},
    bugs::bug,
    bus::Notice,
    store::journal::{Head, JournalError, Recorded},
};

impl<A: Aggregate> Shell<A> {
    pub(super) fn start_catch_up(&mut self) {
        self.work = Work::CatchingUp;
        self.reads += 1;
        self.asked = self.rumoured;
        self.effects.push(Effect::CatchUp { after: self.head.version });
    }

    /// Another node says that it committed. What it says is taken only where it continues the chain held here.
    pub(super) fn heard(&mut self, notice: &Notice) {
        if notice.last <= self.head.version {
            return;
        }
        let next = matches!(self.work, Work::Idle)
            && !self.frozen
            && (notice.first <= self.head.version + 1 || bug!("bug_gap_ignored"))
            && notice.epoch == self.head.epoch
            && self.stale.is_none()
            && !self.committed.quarantined;
        let told = notice.events.as_ref().filter(|_| next);
        let events = told.and_then(|bytes| encode::told(self.topic, notice.org, bytes));
        let folded = events.and_then(|events| self.relink(events)).map(|events| self.fold(events));
        if !matches!(folded, Some(Ok(()))) {
            self.rumoured = self.rumoured.max(notice.last);
        }
    }

    /// Leaves out what is held and computes the chain over the rest; gives it back if it ends in the link that was told.
    fn relink(&self, mut events: Vec<Recorded>) -> Option<Vec<Recorded>> {
        events.retain(|event| event.seq > self.head.version);
        let end = events.last()?.hash;
        if bug!("bug_gap_ignored") {
            return Some(events);
        }
        let mut hash = self.head.hash;
        for (event, seq) in events.iter_mut().zip(self.head.version + 1..) {
            if event.seq != seq {
                return None;
            }
            hash = event.chained(&hash);
            event.hash = hash;
        }
        (hash == end).then_some(events)
    }

    pub(super) fn caught_up(&mut self, events: Result<Vec<Recorded>, JournalError>) {
        if !matches!(self.work, Work::CatchingUp) {
            return;
        }
        self.work = Work::Idle;
        match events.and_then(|events| self.fold(events)) {
            Ok(()) => {
                self.read_ended();
                // The end of the stream was reached: what had been rumoured beyond it is not there. What was rumoured since the read
                // began may be.
                if self.rumoured <= self.asked {
                    self.rumoured = self.rumoured.min(self.head.version);
                }
            }
            Err(JournalError::TooNew { seq, tag, .. }) => self.freeze(seq, &tag),
            Err(JournalError::Dropped(_)) => self.end(),
            Err(JournalError::Damaged { seq, what, .. }) => {
                tracing::error!(topic = %self.topic, seq, %what, "what was read does not continue what is held");
                self.effects.push(Effect::LostHistory(0));
            }
            Err(error) => {
                tracing::warn!(topic = %self.topic, %error, "cannot catch up");
                self.wait();
                self.refuse_pending(&super::outcome::failure(&error));
            }
        }
        self.join_the_waiting();
    }

    /// A newer node wrote what this one does not understand. It shows what it knows to those who read, and nothing to those who
    /// follow: they are better served elsewhere.
    fn freeze(&mut self, seq: u64, tag: &str) {
        tracing::error!(topic = %self.topic, seq, tag, "a newer server wrote this: read only here from now on");
        self.frozen = true;
        self.subscribers.deliver_to_all(&Delivery::Rehome);
        self.subscribers.mute();
    }

    /// It was erased, or is about to be: whoever is here is sent away, nothing is kept, and it ends.
    pub(super) fn end(&mut self) {
        let gone = || Failure::new(Code::NotFound);
        self.subscribers.deliver_to_all(&Delivery::Revoked(Code::NotFound));
        let parked = std::mem::take(&mut self.parked).into_iter().map(|(_, pending)| pending);
        for pending in std::mem::take(&mut self.pending).into_iter().chain(parked) {
            pending.answer(Err(gone()));
        }
        // What was refused and not yet answered; an append that is under way is known by its key, if it has one.
        if matches!(self.work, Work::Verifying(_))
            && let Work::Verifying(batch) = std::mem::replace(&mut self.work, Work::Idle)
        {
            batch.items.into_iter().for_each(|(pending, _)| pending.answer(Err(gone())));
        }
        for joining in self.joining.drain(..) {
            let _ = joining.reply.send(Err(gone()));
        }
        for awaiting in self.refreshing.drain(..) {
            let _ = awaiting.done.send(());
        }
        if let Some(revival) = self.revival.take() {
            let _ = revival.done.send(true);
        }
        self.effects.push(Effect::Stop);
    }

    /// Answers whoever wants something of a stream that this node does not understand.
    pub(super) fn refuse_while_frozen(&mut self) {
        for pending in self.pending.drain(..) {
            pending.answer(Err(outcome::too_old()));
        }
        for joining in self.joining.drain(..) {
            let _ = joining.reply.send(Err(outcome::too_old()));
        }
        for awaiting in self.refreshing.drain(..) {
            let _ = awaiting.done.send(());
        }
        if let Some(revival) = self.revival.take() {
            let _ = revival.done.send(true);
        }
    }

    /// Folds events that follow the head and shows them. Commands of ours among them (an append whose outcome was unknown) are
    /// answered.
    fn fold(&mut self, events: Vec<Recorded>) -> Result<(), JournalError> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(()) };
        let follows = first.seq == self.head.version + 1 && first.follows(&self.head.hash);
        if !follows && !bug!("bug_gap_ignored") {
            return Err(JournalError::Damaged {
                stream: self.topic,
                seq: first.seq,
                what: "it does not follow the head".into(),
            });
        }
        let head = Head { version: last.seq, hash: last.hash, epoch: self.head.epoch };
        let (position, after) = (last.position, self.head.version);
        let mut state = self.committed.state.clone();
        let mut commits: Vec<Commit<A>> = Vec::new();
        let mut bytes = 0;
        for event in &events {
            let happened = encode::happened::<A>(event)?;
            state.evolve(&happened);
            bytes += event.payload.len() + 96;
            self.last_at = self.last_at.max(event.at);
            if let Some(origin) = event.origin {
                self.windows.record(event.actor, origin, event.seq, event.position);
            }
            match commits.last_mut().filter(|commit| commit.id == event.commit) {
                Some(commit) => commit.events.push(happened),
                None => commits.push(Commit { id: event.commit, events: vec![happened] }),
            }
        }
        self.answer_found(&events);
        self.advance(state, head, position, after, commits, bytes);
        Ok(())
    }

    fn answer_found(&mut self, events: &[Recorded]) {
        let mut index = 0;
        while let Some(pending) = self.pending.get(index) {
            let found = events.iter().rfind(|event| event.commit == pending.commit);
            match found.map(|event| (event.seq, event.position)) {
                None => index += 1,
                Some((seq, position)) => {
                    if let Some(pending) = self.pending.remove(index) {
                        let epoch = self.head.epoch;
                        pending.answer(Ok(Acknowledged::new(epoch, seq, Some(position))));
                    }
                }
            }
        }
    }
}
