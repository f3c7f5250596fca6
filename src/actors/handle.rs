//! What the directory holds of a live aggregate: its address, its published state, its mailbox permits and its vital signs.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use lockstep_domain::{
    Aggregate, Channel, Inbox, account::Account, board::Board, organization::Organization, team::Team,
};
use lockstep_protocol::{
    ids::{AccountId, OrgId},
    topic::Topic,
};
use ractor::{ActorCell, ActorRef};
use tokio::sync::{Semaphore, oneshot, watch};
use uuid::Uuid;

use super::{
    published::Published,
    shell::{Message, Word},
    sweep::END_TIMEOUT,
};

/// Signs that the passivation sweep reads without asking the actor. Shared by the actor (writes), the handle and the sweep.
#[derive(Debug, Default)]
pub struct Vitals {
    bytes: AtomicUsize,
    subscribers: AtomicUsize,
    dependents: AtomicUsize,
    /// The directory's tick at the last use.
    used: AtomicU64,
    /// It is asked to end and takes no further commands.
    leaving: AtomicBool,
}

impl Vitals {
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    pub fn set_bytes(&self, bytes: usize) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    pub fn set_subscribers(&self, subscribers: usize) {
        self.subscribers.store(subscribers, Ordering::Relaxed);
    }

    pub fn dependents(&self) -> usize {
        self.dependents.load(Ordering::Acquire)
    }

    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    pub fn touch(&self, tick: u64) {
        self.used.store(tick, Ordering::Relaxed);
    }

    pub fn leaving(&self) -> bool {
        self.leaving.load(Ordering::Acquire)
    }

    pub fn set_leaving(&self, leaving: bool) {
        self.leaving.store(leaving, Ordering::Release);
    }

    pub fn subscribers(&self) -> usize {
        self.subscribers.load(Ordering::Relaxed)
    }

    /// Whether the sweep may ask it to go.
    pub fn idle(&self) -> bool {
        self.subscribers.load(Ordering::Relaxed) == 0 && self.dependents() == 0
    }

    /// Counts a dependent for as long as the answer lives.
    pub fn depend(self: &Arc<Self>) -> Dependent {
        self.dependents.fetch_add(1, Ordering::AcqRel);
        Dependent(self.clone())
    }
}

/// Another live aggregate that reads this one's state.
#[derive(Debug)]
pub struct Dependent(Arc<Vitals>);

impl Drop for Dependent {
    fn drop(&mut self) {
        self.0.dependents.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A live aggregate.
pub struct Handle<A: Aggregate> {
    pub topic: Topic,
    pub actor: ActorRef<Message<A>>,
    pub reader: watch::Receiver<Arc<Published<A>>>,
    pub permits: Arc<Semaphore>,
    pub vitals: Arc<Vitals>,
}

impl<A: Aggregate> Handle<A> {
    /// The committed state as of now.
    pub fn published(&self) -> Arc<Published<A>> {
        self.reader.borrow().clone()
    }

    /// The actor has ended: this handle leads nowhere.
    pub fn ended(&self) -> bool {
        self.reader.has_changed().is_err()
    }

    /// False when the actor takes nothing any more.
    pub fn send(&self, message: Message<A>) -> bool {
        self.actor.cast(message).is_ok()
    }

    /// As [`Self::send`]; when the actor takes nothing any more, waits until it has ended, so that the next look finds its
    /// successor: it refuses messages a moment before [`Self::ended`] says so.
    pub async fn send_or_outlive(&self, message: Message<A>) -> bool {
        if self.send(message) {
            return true;
        }
        let mut reader = self.reader.clone();
        // Bounded: whoever asked is told to ask again, should it not end.
        let _ = tokio::time::timeout(END_TIMEOUT, async { while reader.changed().await.is_ok() {} }).await;
        false
    }
}

/// A live aggregate of any kind.
#[derive(Clone)]
pub enum AnyHandle {
    Organization(Arc<Handle<Organization>>),
    Team(Arc<Handle<Team>>),
    Board(Arc<Handle<Board>>),
    Account(Arc<Handle<Account>>),
    Channel(Arc<Handle<Channel>>),
    Inbox(Arc<Handle<Inbox>>),
}

/// Runs the same words on whichever kind it is.
macro_rules! each {
    ($any:expr, $handle:ident => $body:expr) => {
        match $any {
            AnyHandle::Organization($handle) => $body,
            AnyHandle::Team($handle) => $body,
            AnyHandle::Board($handle) => $body,
            AnyHandle::Account($handle) => $body,
            AnyHandle::Channel($handle) => $body,
            AnyHandle::Inbox($handle) => $body,
        }
    };
}

impl AnyHandle {
    pub fn topic(&self) -> Topic {
        each!(self, handle => handle.topic)
    }

    pub fn vitals(&self) -> &Arc<Vitals> {
        each!(self, handle => &handle.vitals)
    }

    pub fn cell(&self) -> ActorCell {
        each!(self, handle => handle.actor.get_cell())
    }

    /// Whether no command is on its way to it.
    pub fn spare(&self, permits_max: usize) -> bool {
        each!(self, handle => handle.permits.available_permits() == permits_max)
    }

    pub fn head(&self) -> u64 {
        each!(self, handle => handle.reader.borrow().bookmark.seq)
    }

    /// The organization that it is of, or is.
    pub fn org(&self) -> OrgId {
        each!(self, handle => handle.reader.borrow().state.org_id(handle.topic.id))
    }

    /// Whether it is an organization that this account is in.
    pub fn has_member(&self, account: AccountId) -> bool {
        match self {
            Self::Organization(handle) => handle.reader.borrow().state.member(account).is_some(),
            Self::Team(_) | Self::Board(_) | Self::Account(_) | Self::Channel(_) | Self::Inbox(_) => false,
        }
    }

    /// This account may be shown otherwise, as its stream says at this seq.
    pub fn profile_changed(&self, account: AccountId, version: u64) {
        each!(self, handle => drop(handle.send(Message::Profile(account, version))));
    }

    /// Whether its access is decided by this organization (or a team of it).
    pub fn depends_on(&self, org: OrgId) -> bool {
        match self {
            Self::Organization(_) | Self::Account(_) | Self::Inbox(_) => false,
            Self::Team(handle) => handle.reader.borrow().state.org_id(handle.topic.id) == org,
            Self::Board(handle) => handle.reader.borrow().state.org_id(handle.topic.id) == org,
            Self::Channel(handle) => handle.reader.borrow().state.org_id(handle.topic.id) == org,
        }
    }

    pub fn leave(&self, connection: lockstep_protocol::ids::ConnectionId) {
        each!(self, handle => drop(handle.send(Message::Leave(connection))));
    }

    pub fn presence(
        &self,
        connection: lockstep_protocol::ids::ConnectionId,
        meta: lockstep_protocol::frame::PresenceMeta,
    ) {
        each!(self, handle => drop(handle.send(Message::Presence(connection, meta))));
    }

    pub fn ephemeral(
        &self,
        connection: lockstep_protocol::ids::ConnectionId,
        body: lockstep_protocol::frame::Ephemeral,
    ) {
        each!(self, handle => drop(handle.send(Message::Ephemeral(connection, body))));
    }

    pub fn heard(&self, notice: Arc<crate::bus::Notice>) {
        each!(self, handle => drop(handle.send(Message::Heard(notice))));
    }

    /// Hints about lists may have been lost on the way to this node.
    pub fn lists_lost(&self) {
        if let Self::Organization(handle) = self {
            handle.send(Message::Lists(None));
        }
    }

    pub fn behind(&self, version: u64) {
        each!(self, handle => drop(handle.send(Message::Behind(version))));
    }

    /// The journal has come to this version.
    pub fn reach(&self, version: u64) {
        if self.head() < version {
            self.behind(version);
        }
    }

    /// Another node of the same organization speaks of who is here.
    pub fn whispered(&self, node: Uuid, org: OrgId, word: Word) {
        let own = each!(self, handle => handle.reader.borrow().state.org_id(handle.topic.id));
        if own == org {
            each!(self, handle => drop(handle.send(Message::Whispered(node, Box::new(word)))));
        }
    }

    pub fn node_gone(&self, node: Uuid) {
        each!(self, handle => drop(handle.send(Message::NodeGone(node))));
    }

    pub fn node_came(&self) {
        each!(self, handle => drop(handle.send(Message::NodeCame)));
    }

    pub fn presence_due(&self) {
        each!(self, handle => drop(handle.send(Message::PresenceDue)));
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

    /// Its organization was deleted for good.
    pub fn end(&self) {
        each!(self, handle => drop(handle.send(Message::End)));
    }

    pub fn facts_changed(&self) {
        each!(self, handle => drop(handle.send(Message::FactsChanged)));
    }

    /// Asks it to end if nobody needs it.
    pub fn passivate(&self, answer: oneshot::Sender<bool>) {
        each!(self, handle => drop(handle.send(Message::Passivate(answer))));
    }
}

/// Aggregates that can live as actors.
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

kinded!(Organization, Team, Board, Account, Channel, Inbox);
