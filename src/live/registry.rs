//! All connections of this node: how many there may be and whose, the one clock-work that wakes those with something due, and
//! the drain. It must never touch a socket: it speaks to connections through their outboxes.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use lockstep_domain::Credential;
use lockstep_protocol::{
    codec::Codec,
    codes::{Code, Failure},
    ids::{AccountId, ClientId, ConnectionId, LinkId},
    limits::Limits,
};
use tokio::{sync::Notify, time::MissedTickBehavior};

use super::{
    outbox::Outbox,
    pace::Pace,
    refusals::Refusals,
    session::{Identity, Moment},
};
use crate::{clock::Clock, steady::steadily};

/// How often the wheel turns: nothing a connection waits for needs to be more exact.
const TURN_MS: u64 = 250;

/// Shared by the upgrade, every connection's task, and the application that turns the wheel and drains.
pub struct Registry {
    limits: Arc<Limits>,
    clock: Clock,
    /// Milliseconds since the start, moved by [`Registry::advance`] alone.
    uptime_ms: AtomicU64,
    panics: AtomicU64,
    pace: Arc<Pace>,
    /// What is logged of hellos that were refused.
    refusals: Mutex<Refusals>,
    connections: Mutex<Connections>,
    /// Told when the last connection has gone.
    emptied: Notify,
}

#[derive(Default)]
struct Connections {
    draining: bool,
    /// How many have no owner yet.
    unauthenticated: usize,
    by_id: HashMap<ConnectionId, Entry>,
    /// Oldest first.
    by_account: HashMap<AccountId, Vec<ConnectionId>>,
    by_link: HashMap<LinkId, Vec<ConnectionId>>,
}

struct Entry {
    outbox: Arc<Outbox>,
    owner: Option<Owner>,
}

#[derive(Clone, Copy)]
enum Owner {
    Account(AccountId, ClientId),
    /// Whoever has a public link, at this address.
    Link(LinkId, IpAddr),
}

/// How many connections there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub connections: usize,
    /// Those that have not said a valid hello.
    pub unauthenticated: usize,
    /// Connections whose task panicked, since the start.
    pub panics: u64,
    /// What waits to be written to the connection for which most waits.
    pub queued_bytes_max: usize,
}

/// A place among the connections; given up when dropped.
pub struct Place {
    registry: Arc<Registry>,
    outbox: Arc<Outbox>,
    id: ConnectionId,
}

impl Registry {
    pub fn new(limits: Arc<Limits>, clock: Clock) -> Arc<Self> {
        let start = Moment { uptime_ms: 0, wall: clock.now() };
        Arc::new(Self {
            refusals: Mutex::new(Refusals::new(&limits, start)),
            limits,
            clock,
            uptime_ms: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            pace: Pace::new(std::thread::available_parallelism().map_or(1, usize::from)),
            connections: Mutex::default(),
            emptied: Notify::new(),
        })
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub fn now(&self) -> Moment {
        Moment { uptime_ms: self.uptime_ms.load(Ordering::Acquire), wall: self.clock.now() }
    }

    pub fn fresh_id(&self) -> ConnectionId {
        ConnectionId(self.clock.fresh_id())
    }

    /// A place for a connection that is about to be upgraded. Refused, as temporary, when the node is full or goes away.
    pub fn admit(self: &Arc<Self>, codec: Codec) -> Result<Place, Failure> {
        let mut connections = self.lock();
        if connections.draining {
            return Err(Failure::new(Code::GoingAway));
        }
        let over = |limit: usize| Failure::new(Code::Busy).limit(limit as u64).retry_after_ms(1_000);
        if connections.by_id.len() >= self.limits.connections_max {
            return Err(over(self.limits.connections_max));
        }
        if connections.unauthenticated >= self.limits.unauthenticated_connections_max {
            return Err(over(self.limits.unauthenticated_connections_max));
        }
        let id = self.fresh_id();
        let outbox = Outbox::new(id, codec, &self.limits, Some(self.pace.clone()));
        connections.by_id.insert(id, Entry { outbox: outbox.clone(), owner: None });
        connections.unauthenticated += 1;
        drop(connections);
        Ok(Place { registry: self.clone(), outbox, id })
    }

    pub fn counts(&self) -> Counts {
        let connections = self.lock();
        Counts {
            connections: connections.by_id.len(),
            unauthenticated: connections.unauthenticated,
            panics: self.panics.load(Ordering::Relaxed),
            queued_bytes_max: connections.by_id.values().map(|entry| entry.outbox.bytes()).max().unwrap_or(0),
        }
    }

    /// A connection's task panicked.
    pub fn note_panic(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    /// A hello was refused on this connection.
    pub fn refused_hello(&self, failure: &Failure, connection: ConnectionId) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.note_hello(failure, connection, self.now());
    }

    /// Time has passed: every connection with something due is woken. Called by [`Registry::run`], and by tests.
    pub fn advance(&self, elapsed_ms: u64) {
        let now_ms = self.uptime_ms.fetch_add(elapsed_ms, Ordering::AcqRel) + elapsed_ms;
        for entry in self.lock().by_id.values() {
            entry.outbox.tick(now_ms);
        }
    }

    /// Turns the wheel and gives turns to write, for ever.
    pub async fn run(self: Arc<Self>) {
        let pace = self.pace.clone();
        tokio::join!(steadily("wheel", || self.turn()), steadily("turns", || pace.clone().run()));
    }

    async fn turn(&self) {
        let mut interval = tokio::time::interval(Duration::from_millis(TURN_MS));
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = tokio::time::Instant::now();
        loop {
            let elapsed_ms = u64::try_from((interval.tick().await - last).as_millis()).unwrap_or(TURN_MS);
            // What is below a millisecond is kept for the next turn.
            last += Duration::from_millis(elapsed_ms);
            self.advance(elapsed_ms);
        }
    }

    /// The node goes away: no new connections, `goaway` to all; returns when the last has gone. Connections give up what is
    /// under way after their own limit, which needs the wheel to turn.
    pub async fn drain(&self) {
        {
            // Under one lock: whoever was admitted before is told, and nobody is admitted after.
            let mut connections = self.lock();
            connections.draining = true;
            for entry in connections.by_id.values() {
                entry.outbox.drain();
            }
        }
        loop {
            let emptied = self.emptied.notified();
            tokio::pin!(emptied);
            emptied.as_mut().enable();
            if self.lock().by_id.is_empty() {
                return;
            }
            emptied.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        // Nothing in here leaves the maps half changed when it panics.
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections {
    /// The account's connections from this client: one, unless one is still closing.
    fn of_client(&self, account_id: AccountId, client_id: ClientId) -> Vec<Arc<Outbox>> {
        let ids = self.by_account.get(&account_id).into_iter().flatten();
        ids.filter_map(|id| self.by_id.get(id))
            .filter(|entry| matches!(entry.owner, Some(Owner::Account(_, client)) if client == client_id))
            .map(|entry| entry.outbox.clone())
            .collect()
    }

    fn disown(&mut self, account_id: AccountId, id: ConnectionId) {
        if let Some(ids) = self.by_account.get_mut(&account_id) {
            ids.retain(|held| *held != id);
            if ids.is_empty() {
                self.by_account.remove(&account_id);
            }
        }
    }
}

impl Connections {
    fn leave_link(&mut self, link: LinkId, id: ConnectionId) {
        if let Some(ids) = self.by_link.get_mut(&link) {
            ids.retain(|held| *held != id);
            if ids.is_empty() {
                self.by_link.remove(&link);
            }
        }
    }

    /// How many look by this link, and how many of them from this address.
    fn of_link(&self, link: LinkId, address: IpAddr) -> (usize, usize) {
        let ids = self.by_link.get(&link).map_or(&[][..], Vec::as_slice);
        let entries = ids.iter().filter_map(|id| self.by_id.get(id));
        let here = entries.filter(|entry| matches!(entry.owner, Some(Owner::Link(_, from)) if from == address));
        (ids.len(), here.count())
    }
}

impl Place {
    pub const fn id(&self) -> ConnectionId {
        self.id
    }

    pub const fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    pub const fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Whether the connection showed a public link, and may look by it. Nobody is put out for it: where there are too many, it is told to come back later.
    pub fn look(&self, identity: Identity, address: IpAddr) -> Result<(), Failure> {
        let Credential::Link(link) = identity.credential else { return Ok(()) };
        let limits = &self.registry.limits;
        let mut connections = self.registry.lock();
        let (all, here) = connections.of_link(link, address);
        let bounds = [(all, limits.connections_per_link_max), (here, limits.connections_per_link_and_address_max)];
        if let Some((_, most)) = bounds.into_iter().find(|(count, most)| count >= most) {
            return Err(Failure::new(Code::Busy).limit(most as u64).retry_after_ms(1_000));
        }
        if let Some(entry) = connections.by_id.get_mut(&self.id) {
            let unowned = entry.owner.replace(Owner::Link(link, address)).is_none();
            connections.unauthenticated -= usize::from(unowned);
            connections.by_link.entry(link).or_default().push(self.id);
        }
        Ok(())
    }

    /// The connection said a valid hello. An earlier one of the same client is superseded, and the oldest of the account when
    /// there are too many.
    pub fn own(&self, identity: Identity, client_id: ClientId) {
        let account_id = identity.account_id;
        let mut connections = self.registry.lock();
        let mut gone = connections.of_client(account_id, client_id);
        let others = connections.by_account.get(&account_id).map_or(&[][..], Vec::as_slice);
        let stay: Vec<_> = others
            .iter()
            .filter_map(|id| connections.by_id.get(id))
            .filter(|entry| !gone.iter().any(|outbox| Arc::ptr_eq(outbox, &entry.outbox)))
            .map(|entry| entry.outbox.clone())
            .collect();
        let over = (stay.len() + 1).saturating_sub(self.registry.limits.connections_per_account_max);
        gone.extend(stay.into_iter().take(over));
        for outbox in &gone {
            // It no longer counts, however long it takes to close.
            connections.disown(account_id, crate::actors::delivery::Subscriber::connection(&**outbox));
        }
        if let Some(entry) = connections.by_id.get_mut(&self.id) {
            let unowned = entry.owner.replace(Owner::Account(account_id, client_id)).is_none();
            connections.unauthenticated -= usize::from(unowned);
            connections.by_account.entry(account_id).or_default().push(self.id);
        }
        drop(connections);
        for outbox in gone {
            outbox.supersede();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.outbox.end();
        let mut connections = self.registry.lock();
        match connections.by_id.remove(&self.id).map(|entry| entry.owner) {
            Some(Some(Owner::Account(account_id, _))) => connections.disown(account_id, self.id),
            Some(Some(Owner::Link(link, _))) => connections.leave_link(link, self.id),
            Some(None) => connections.unauthenticated -= 1,
            None => {}
        }
        let empty = connections.by_id.is_empty();
        drop(connections);
        if empty {
            self.registry.emptied.notify_waiters();
        }
    }
}
