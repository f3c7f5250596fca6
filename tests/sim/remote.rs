//! The way from a node to the journal, with what may happen on it: delays, refusals, answers that are lost, and commits that land
//! after the node was told that nobody knows. What was sent goes on when the node dies.

use std::sync::{Arc, Mutex};

use lockstep::store::journal::{
    Append, Appended, Guard, Head, Journal, JournalError, JournalFuture, Known, Marked, MarkedBy, Recorded, Snapshot,
};
use lockstep_protocol::{
    ids::{AccountId, ClientId, OrgId},
    position::Position,
    topic::Topic,
};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    executor::{MS, SECOND, Sim, Time, WORLD, lock},
    journal::Model,
};

/// How a node's line to the journal is doing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    /// Of a thousand calls: refused at once, or never answered in time.
    pub refused: u64,
    pub unknown: u64,
    pub slow: u64,
    /// Nothing comes through.
    pub cut: bool,
    /// When something last went wrong.
    pub fault_at: Time,
}

/// See the module.
pub struct Remote {
    sim: Sim,
    model: Arc<Mutex<Model>>,
    line: Arc<Mutex<Line>>,
}

/// What becomes of one call.
enum Fate {
    Answered,
    Refused,
    /// Lost on the way there.
    Lost,
    /// Done, and the answer is lost; perhaps only done after that.
    Unanswered {
        late: bool,
    },
}

impl Remote {
    pub fn new(sim: &Sim, model: Arc<Mutex<Model>>, line: Arc<Mutex<Line>>) -> Self {
        Self { sim: sim.clone(), model, line }
    }

    fn fate(&self) -> (Fate, Time, Time) {
        let line = *lock(&self.line);
        let slow = self.sim.chance(line.slow);
        let most = if slow { 400 * MS } else { 3 * MS };
        let there = self.sim.between(MS / 5, most);
        let back = self.sim.between(MS / 5, most);
        let fate = match () {
            () if line.cut || self.sim.chance(line.refused) => Fate::Refused,
            () if self.sim.chance(line.unknown) => match self.sim.below(3) {
                0 => Fate::Lost,
                1 => Fate::Unanswered { late: false },
                _ => Fate::Unanswered { late: true },
            },
            () => Fate::Answered,
        };
        if slow || !matches!(fate, Fate::Answered) {
            lock(&self.line).fault_at = self.sim.now();
            let mut model = lock(&self.model);
            model.trouble_until = model.trouble_until.max(self.sim.now() + 3 * SECOND);
        }
        (fate, there, back)
    }

    /// Asks the journal, and waits for what comes back. Only a write can be of unknown outcome; a read that is lost was refused.
    async fn call<T: Send + 'static>(
        &self,
        writes: bool,
        ask: impl FnOnce(&mut Model) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (fate, there, back) = self.fate();
        let unavailable = || Err(JournalError::Unavailable("the line is down".into()));
        if matches!(fate, Fate::Refused) || (!writes && !matches!(fate, Fate::Answered)) {
            self.sim.pause_for(there).await;
            return unavailable();
        }
        let (sim, model) = (self.sim.clone(), self.model.clone());
        let (reply, answer) = oneshot::channel();
        self.sim.spawn(WORLD, async move {
            sim.pause_for(there).await;
            match fate {
                Fate::Answered => {
                    let result = ask(&mut lock(&model));
                    sim.pause_for(back).await;
                    // Nobody waits any more when the node died: it was done all the same.
                    let _ = reply.send(result);
                }
                Fate::Unanswered { late: false } => {
                    let _ = ask(&mut lock(&model));
                    sim.pause_for(back).await;
                }
                Fate::Unanswered { late: true } => {
                    drop(reply);
                    sim.jitter(MS, SECOND).await;
                    let _ = ask(&mut lock(&model));
                }
                Fate::Lost | Fate::Refused => {}
            }
        });
        answer.await.unwrap_or_else(|_| Err(JournalError::Unknown("the line broke".into())))
    }

    fn asks<T: Send + 'static>(&self, ask: impl FnOnce(&mut Model) -> T + Send + 'static) -> JournalFuture<'_, T> {
        Box::pin(self.call(false, move |model| Ok(ask(model))))
    }
}

impl Journal for Remote {
    fn append(&self, append: Append) -> JournalFuture<'_, Appended> {
        Box::pin(self.call(true, move |model| model.append(append)))
    }

    fn head(&self, stream: Topic) -> JournalFuture<'_, Head> {
        self.asks(move |model| model.head(stream))
    }

    fn org_of(&self, stream: Topic) -> JournalFuture<'_, Option<OrgId>> {
        self.asks(move |model| model.org_of(stream))
    }

    fn read(&self, stream: Topic, after: u64, limit: usize) -> JournalFuture<'_, Vec<Recorded>> {
        self.asks(move |model| model.read(stream, after, limit))
    }

    fn read_at(&self, stream: Topic, seqs: Vec<u64>) -> JournalFuture<'_, Vec<Recorded>> {
        self.asks(move |model| {
            let events = model.read(stream, 0, usize::MAX);
            events.into_iter().filter(|event| seqs.contains(&event.seq)).collect()
        })
    }

    fn marked(
        &self,
        stream: Topic,
        by: MarkedBy,
        marks: Vec<u64>,
        after: u64,
        limit: usize,
    ) -> JournalFuture<'_, Vec<Marked>> {
        self.asks(move |model| model.marked(stream, by, &marks, after, limit))
    }

    fn known(&self, stream: Topic, actor: AccountId, client: ClientId, limit: usize) -> JournalFuture<'_, Vec<Known>> {
        self.asks(move |model| model.known(stream, actor, client, limit))
    }

    fn known_one(
        &self,
        stream: Topic,
        actor: AccountId,
        client: ClientId,
        client_seq: u64,
    ) -> JournalFuture<'_, Option<Known>> {
        self.asks(move |model| {
            let known = model.known(stream, actor, client, usize::MAX);
            known.into_iter().find(|known| known.origin.client_seq == client_seq)
        })
    }

    fn access(&self, subjects: Vec<Uuid>) -> JournalFuture<'_, Vec<Guard>> {
        self.asks(move |model| model.access_of(subjects.into_iter()))
    }

    fn tail(&self, after: Position, limit: usize) -> JournalFuture<'_, Vec<Recorded>> {
        self.asks(move |model| model.tail(after, limit))
    }

    fn changed(&self, since: Option<u64>) -> JournalFuture<'_, (Vec<(Topic, Head)>, u64)> {
        self.asks(move |model| model.changed(since))
    }

    fn raise_epoch(&self, seen: u32) -> JournalFuture<'_, u32> {
        Box::pin(self.call(true, move |model| Ok(model.raise_epoch(seen))))
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> JournalFuture<'_, ()> {
        Box::pin(self.call(true, move |model| {
            model.save_snapshot(snapshot);
            Ok(())
        }))
    }

    fn load_snapshot(&self, stream: Topic, state_version: u32, at_most: u64) -> JournalFuture<'_, Option<Snapshot>> {
        self.asks(move |model| model.load_snapshot(stream, state_version, at_most))
    }
}
