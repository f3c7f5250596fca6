//! What a simulated node holds of its live aggregates: the address of each, and the words to speak to it whatever its kind.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use lockstep::{
    actors::{
        Published,
        simulated::{Message, Missed},
    },
    bus::Notice,
};
use lockstep_domain::{
    Aggregate, access::Reach, account::Account, board::Board, organization::Organization, team::Team,
};
use lockstep_protocol::{
    ids::{ConnectionId, OrgId},
    position::{Bookmark, Position},
    topic::Topic,
};
use tokio::sync::{Notify, OnceCell, Semaphore, mpsc, oneshot, watch};

/// Signs of life.
#[derive(Default)]
pub struct Vitals {
    dependents: AtomicUsize,
    pub subscribers: AtomicUsize,
    pub leaving: AtomicBool,
}

impl Vitals {
    pub fn idle(&self) -> bool {
        self.subscribers.load(Ordering::Relaxed) == 0 && self.dependents() == 0
    }

    pub fn dependents(&self) -> usize {
        self.dependents.load(Ordering::Relaxed)
    }

    pub fn depend(self: &Arc<Self>) -> Dependent {
        self.dependents.fetch_add(1, Ordering::Relaxed);
        Dependent(self.clone())
    }
}

/// Another aggregate that reads this one's state.
pub struct Dependent(Arc<Vitals>);

impl Drop for Dependent {
    fn drop(&mut self) {
        self.0.dependents.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A live aggregate.
pub struct Handle<A: Aggregate> {
    pub topic: Topic,
    pub mailbox: mpsc::Sender<Message<A>>,
    pub reader: watch::Receiver<Arc<Published<A>>>,
    pub permits: Arc<Semaphore>,
    pub vitals: Arc<Vitals>,
}

impl<A: Aggregate> Handle<A> {
    pub fn ended(&self) -> bool {
        self.reader.has_changed().is_err()
    }

    pub fn send(&self, message: Message<A>) -> bool {
        self.mailbox.try_send(message).is_ok()
    }
}

/// A live aggregate of any kind.
#[derive(Clone)]
pub enum AnyHandle {
    Organization(Arc<Handle<Organization>>),
    Team(Arc<Handle<Team>>),
    Board(Arc<Handle<Board>>),
    Account(Arc<Handle<Account>>),
}

/// Runs the same words on whichever kind it is.
macro_rules! each {
    ($any:expr, $handle:ident => $body:expr) => {
        match $any {
            AnyHandle::Organization($handle) => $body,
            AnyHandle::Team($handle) => $body,
            AnyHandle::Board($handle) => $body,
            AnyHandle::Account($handle) => $body,
        }
    };
}

impl AnyHandle {
    pub fn vitals(&self) -> &Arc<Vitals> {
        each!(self, handle => &handle.vitals)
    }

    pub fn bookmark(&self) -> Bookmark {
        each!(self, handle => handle.reader.borrow().bookmark)
    }

    pub fn depends_on(&self, org: OrgId) -> bool {
        match self {
            Self::Organization(_) | Self::Account(_) => false,
            Self::Team(handle) => handle.reader.borrow().state.org_id(handle.topic.id) == org,
            Self::Board(handle) => handle.reader.borrow().state.org_id(handle.topic.id) == org,
        }
    }

    pub fn leave(&self, connection: ConnectionId) {
        each!(self, handle => drop(handle.send(Message::Leave(connection))));
    }

    pub fn heard(&self, notice: Arc<Notice>) {
        each!(self, handle => drop(handle.send(Message::Heard(notice))));
    }

    pub fn behind(&self, version: u64) {
        each!(self, handle => drop(handle.send(Message::Behind(version))));
    }

    pub fn reach(&self, version: u64) {
        if self.bookmark().seq < version {
            self.behind(version);
        }
    }

    pub fn stale(&self) {
        each!(self, handle => drop(handle.send(Message::Stale)));
    }

    pub fn revive(&self, done: oneshot::Sender<bool>) {
        each!(self, handle => drop(handle.send(Message::Revive(done))));
    }

    pub fn new_history(&self) {
        each!(self, handle => drop(handle.send(Message::NewHistory)));
    }

    pub fn lists(&self, hint: Option<(Reach, Position)>) {
        if let Self::Organization(handle) = self {
            handle.send(Message::Lists(hint));
        }
    }

    pub fn facts_changed(&self) {
        each!(self, handle => drop(handle.send(Message::FactsChanged)));
    }

    pub fn passivate(&self, answer: oneshot::Sender<bool>) {
        each!(self, handle => drop(handle.send(Message::Passivate(answer))));
    }
}

/// Aggregates that can live on a simulated node.
pub trait Kinded: Aggregate {
    fn wrap(handle: Arc<Handle<Self>>) -> AnyHandle;
    fn unwrap(any: &AnyHandle) -> Option<&Arc<Handle<Self>>>;
}

macro_rules! kinded {
    ($($kind:ident),*) => {$(
        impl Kinded for $kind {
            fn wrap(handle: Arc<Handle<Self>>) -> AnyHandle {
                AnyHandle::$kind(handle)
            }

            fn unwrap(any: &AnyHandle) -> Option<&Arc<Handle<Self>>> {
                match any {
                    AnyHandle::$kind(handle) => Some(handle),
                    _ => None,
                }
            }
        }
    )*};
}

kinded!(Organization, Team, Board, Account);

/// A place for one aggregate: loaded by one, awaited by all.
#[derive(Default)]
pub struct Slot {
    pub cell: OnceCell<AnyHandle>,
    missed: Missed,
    pub closing: AtomicBool,
    pub closed: Notify,
}

impl Slot {
    /// Tells the aggregate, or leaves it for the one that is being loaded.
    pub fn tell(&self, leave: impl FnOnce(&Missed), tell: impl FnOnce(&AnyHandle)) {
        match self.cell.get() {
            Some(handle) => tell(handle),
            None => leave(&self.missed),
        }
    }

    /// Tells an aggregate what happened while it was being loaded.
    pub fn hand_on(&self, handle: &AnyHandle) {
        let (behind, new_history) = self.missed.take();
        if let Some(version) = behind {
            handle.behind(version);
        }
        if new_history {
            handle.new_history();
        }
    }

    /// Waits while the aggregate is asked to go; true if it had to.
    pub async fn wait_if_closing(&self) -> bool {
        let closed = self.closed.notified();
        if !self.closing.load(Ordering::Relaxed) {
            return false;
        }
        closed.await;
        true
    }

    pub fn end_closing(&self) {
        self.closing.store(false, Ordering::Relaxed);
        self.closed.notify_waiters();
    }
}
