//! While the node's view of access is too old: nothing is decided and nothing is shown. Afterwards the journal is read anew,
//! every subscription is judged anew, and only then goes on what was held back.

use lockstep_domain::Aggregate;
use lockstep_protocol::codes::{Code, Failure};
use tokio::sync::oneshot;

use super::{Shell, Work};
use crate::actors::delivery::Delivery;

/// Somebody waits until the journal was read anew.
pub(super) struct Awaiting<T> {
    /// The number of the first read that counts: one that began before somebody asked may have missed something.
    pub read: u64,
    pub done: oneshot::Sender<T>,
}

impl<A: Aggregate> Shell<A> {
    pub const fn is_stale(&self) -> bool {
        self.stale.is_some()
    }

    /// Holds everything back from now on.
    pub(super) fn go_stale(&mut self) {
        if let Some(revival) = self.revival.take() {
            let _ = revival.done.send(false);
        }
        if self.stale.is_some() {
            return;
        }
        self.stale = Some(self.head.version);
        self.refuse_while_stale();
        for awaiting in self.refreshing.drain(..) {
            let _ = awaiting.done.send(());
        }
        self.subscribers.deliver_to_all(&Delivery::Stale(true));
        self.subscribers.mute();
    }

    /// What came while nothing may be accepted.
    pub(super) fn refuse_while_stale(&mut self) {
        let failure = Failure::new(Code::Unavailable).retry_after_ms(1_000);
        self.refuse_pending(&failure);
        for joining in self.joining.drain(..) {
            let _ = joining.reply.send(Err(failure.clone()));
        }
    }

    /// The node sees the journal again.
    pub(super) fn revive(&mut self, done: oneshot::Sender<bool>) {
        if self.stale.is_none() {
            let _ = done.send(true);
            return;
        }
        if self.committed.quarantined {
            // It reads nothing any more: whoever is here is judged when they join again.
            self.stale = None;
            self.subscribers.send_away();
            let _ = done.send(true);
            return;
        }
        self.facts_wanted |= self.facts.ended();
        self.revival = Some(Awaiting { read: self.reads + 1, done });
    }

    /// Ends the stale time once the journal was read and the facts are those of now; gives up when either failed.
    pub(super) fn settle_revival(&mut self) {
        if matches!(self.work, Work::Waiting)
            && let Some(revival) = self.revival.take()
        {
            let _ = revival.done.send(false);
        }
        let read = self.revival.as_ref().is_some_and(|revival| self.read_done >= revival.read);
        if !read || self.facts_wanted || !matches!(self.work, Work::Idle) || self.rumoured > self.head.version {
            return;
        }
        let (Some(revival), Some(since)) = (self.revival.take(), self.stale.take()) else { return };
        self.review_subscribers();
        if since < self.head.version {
            match self.ring.since(since) {
                Some(missed) => {
                    for events in missed {
                        self.subscribers.deliver(&Delivery::Events(events));
                    }
                }
                None => self.subscribers.send_away(),
            }
        }
        self.subscribers.deliver_to_all(&Delivery::Stale(false));
        self.subscribers.reintroduce();
        let _ = revival.done.send(true);
    }

    /// Whether somebody waits for a read; asked when none is under way. One that failed is not enough.
    pub(super) fn read_wanted(&self) -> bool {
        self.refreshing
            .iter()
            .map(|awaiting| awaiting.read)
            .chain(self.revival.iter().map(|it| it.read))
            .any(|read| read > self.read_done)
    }

    /// A read of the journal reached its end.
    pub(super) fn read_ended(&mut self) {
        self.read_done = self.reads;
        let (served, rest) =
            std::mem::take(&mut self.refreshing).into_iter().partition(|awaiting| awaiting.read <= self.read_done);
        self.refreshing = rest;
        let served: Vec<Awaiting<()>> = served;
        for awaiting in served {
            let _ = awaiting.done.send(());
        }
    }

    /// A read for one who joined came back while nothing may be shown: they join again later.
    pub(super) fn send_away(&mut self, connection: lockstep_protocol::ids::ConnectionId) {
        if let Some(member) = self.subscribers.remove(connection) {
            member.subscriber.deliver(self.topic, Delivery::Resync);
        }
    }
}
