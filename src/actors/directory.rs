//! The only door to live aggregates: finds or loads them, and hands requests in. Whoever holds a [`Directory`] can ask for
//! anything, so access is checked behind it, never before.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use lockstep_domain::{
    Channel, Credential, Inbox, Principal, account::Account, board::Board, organization::Organization, team::Team,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::Command,
    event::FEATURE_LEVEL,
    frame::{Ephemeral, PresenceMeta},
    ids::{BoardId, ClientId, ConnectionId, LinkId, OrgId, TeamId},
    limits::Limits,
    position::Held,
    topic::{Kind, Topic},
    values::Scope,
};
use tokio::sync::{Notify, Semaphore, SemaphorePermit, oneshot};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::Saw;
use super::{
    aggregate::{self, Start},
    delivery::Subscriber,
    facts::AccountFacts,
    hand_in::HAND_INS_MAX,
    handle::{AnyHandle, Handle, Kinded, Vitals},
    load,
    profiles::Looks,
    pulse::Pulse,
    restart::Restarts,
    shell::{self, Joining, Loaded, Message},
    slots::{Slot, Slots},
    supervisor::Tree,
};
use crate::{
    bus::SharedBus,
    clock::Clock,
    store::journal::{JournalError, SharedJournal},
};

/// What every aggregate needs from the outside.
pub struct Services {
    pub journal: SharedJournal,
    pub bus: SharedBus,
    pub clock: Clock,
    pub limits: Arc<Limits>,
    /// Notified after each commit of this node: workers look at once.
    pub committed: Arc<Notify>,
}

/// A client's number for a command: with the account, its key of idempotency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CommandKey {
    pub client_id: ClientId,
    pub client_seq: u64,
}

/// A command, from whatever transport.
#[derive(Clone, Debug)]
pub struct CommandRequest {
    pub topic: Topic,
    pub principal: Principal,
    /// What it is asked with; it must be open until the command is durable.
    pub session: Option<Credential>,
    pub key: Option<CommandKey>,
    pub body: Command,
    pub saw: Saw,
}

/// A wish to follow a topic.
pub struct JoinRequest {
    pub topic: Topic,
    pub principal: Principal,
    pub session: Option<Credential>,
    pub reference: u32,
    pub after: Option<Held>,
    pub presence: bool,
    pub subscriber: Arc<dyn Subscriber>,
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

/// How many look at once how something was: folding takes memory and time.
const LOOKING_BACK_MAX: usize = 2;

struct Inner {
    services: Arc<Services>,
    slots: Arc<Slots>,
    restarts: Arc<Restarts>,
    tree: Tree,
    pulse: Pulse,
    looks: Looks,
    loads: Semaphore,
    /// How many may look at once how something was.
    looking_back: Semaphore,
    /// Snapshots on their way to the store.
    saving: TaskTracker,
    /// The newest events that every node understands; kept by a worker.
    common_level: Arc<AtomicU32>,
    /// Counts uses: the order in which aggregates were used last.
    tick: AtomicU64,
}

impl Directory {
    /// A turn to fold something as it was.
    pub(super) async fn look_back(&self) -> Result<SemaphorePermit<'_>, Failure> {
        self.0.looking_back.acquire().await.map_err(|_| Failure::new(Code::GoingAway))
    }

    /// Starts the tree of a node.
    pub async fn start(services: Services) -> Result<Self, Failure> {
        let (slots, restarts) = (Arc::new(Slots::default()), Arc::new(Restarts::default()));
        let on_end = {
            let (slots, restarts, bus) = (slots.clone(), restarts.clone(), services.bus.clone());
            Arc::new(move |actor, failed| {
                let Some((topic, org)) = slots.ended(actor) else { return };
                bus.unsubscribe(org);
                if failed {
                    restarts.failed(topic);
                }
            })
        };
        let loads = Semaphore::new(services.limits.loads_max);
        let looking_back = Semaphore::new(LOOKING_BACK_MAX);
        let tree = Tree::plant(on_end).await?;
        let age_max = Duration::from_millis(services.limits.stale_after_ms);
        let common_level = Arc::new(AtomicU32::new(FEATURE_LEVEL));
        let pulse = Pulse::new((!services.bus.alone()).then_some(age_max));
        let services = Arc::new(services);
        Ok(Self(Arc::new(Inner {
            services,
            slots,
            restarts,
            tree,
            pulse,
            looks: Looks::default(),
            saving: TaskTracker::new(),
            common_level,
            loads,
            looking_back,
            tick: AtomicU64::new(1),
        })))
    }

    pub fn services(&self) -> &Arc<Services> {
        &self.0.services
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.0.tree
    }

    /// The newest events that every node understands: whoever knows the others keeps it.
    pub fn common_level(&self) -> &Arc<AtomicU32> {
        &self.0.common_level
    }

    pub(super) fn saving(&self) -> &TaskTracker {
        &self.0.saving
    }

    pub(super) fn pulse(&self) -> &Pulse {
        &self.0.pulse
    }

    pub(super) fn looks(&self) -> &Looks {
        &self.0.looks
    }

    pub(super) fn slots(&self) -> &Slots {
        &self.0.slots
    }

    /// The account behind a request, unless it is the server's own or about that very account.
    pub(super) async fn account_facts(
        &self,
        topic: Topic,
        principal: Principal,
        session: Option<Credential>,
    ) -> Result<Option<AccountFacts>, Failure> {
        match principal {
            Principal::Account(account) if topic != account.into() || session.is_some() => {
                // Only a missing account is nobody's; one that cannot be loaded now is asked for again later.
                let missing = |failure: Failure| match failure.code {
                    Code::NotFound => Failure::new(Code::Unauthenticated),
                    _ => failure,
                };
                let handle = self.handle::<Account>(account.0).await.map_err(missing)?;
                let facts = AccountFacts { account, credential: session, reader: handle.reader.clone() };
                facts.check()?;
                Ok(Some(facts))
            }
            Principal::Account(_) | Principal::System(_) | Principal::Link(_) => Ok(None),
            Principal::Public => Err(Failure::new(Code::Unauthenticated)),
        }
    }

    /// Follows a topic: what comes, comes through the subscriber.
    pub async fn join(&self, request: JoinRequest) -> Result<(), Failure> {
        self.pulse().open()?;
        let account = self.account_facts(request.topic, request.principal, request.session).await?;
        if let Principal::Link(link) = request.principal {
            self.check_link(request.topic, link).await?;
        }
        // Whoever asks with a token follows its account all the same: that is how a connection learns that the token was revoked.
        if let Some(account) = account.filter(|_| request.topic.kind != Kind::Account) {
            account.grant()?.permit(&[Scope::Read])?;
        }
        match request.topic.kind {
            Kind::Organization => self.join_of::<Organization>(request).await,
            Kind::Team => self.join_of::<Team>(request).await,
            Kind::Board => self.join_of::<Board>(request).await,
            Kind::Account => self.join_of::<Account>(request).await,
            Kind::Channel => self.join_of::<Channel>(request).await,
            Kind::Inbox => self.join_of::<Inbox>(request).await,
        }
    }

    /// That its time is not over, and that it is one of this board: everything else is not there for whoever has it.
    async fn check_link(&self, topic: Topic, link: LinkId) -> Result<(), Failure> {
        let missing = || Failure::new(Code::NotFound);
        if topic.kind != Kind::Board {
            return Err(missing());
        }
        let board = self.board(BoardId(topic.id)).await?;
        let now = self.services().clock.now();
        board.state.link(link).filter(|link| link.is_open(now)).map(|_| ()).ok_or_else(missing)
    }

    async fn join_of<A: Kinded>(&self, request: JoinRequest) -> Result<(), Failure> {
        for _ in 0..HAND_INS_MAX {
            let handle = self.handle::<A>(request.topic.id).await?;
            // Again: what was found before the node closed is told of it, what is found after is not.
            self.pulse().open()?;
            let (reply, answer) = oneshot::channel();
            let joining = Joining {
                principal: request.principal,
                reference: request.reference,
                after: request.after,
                presence: request.presence,
                subscriber: request.subscriber.clone(),
                reply,
                waited: false,
            };
            if handle.send_or_outlive(Message::Join(Box::new(joining))).await
                && let Ok(answer) = answer.await
            {
                return answer;
            }
        }
        Err(Failure::new(Code::Unavailable).retry_after_ms(200))
    }

    /// Follows no longer. Nothing is answered; deliveries on their way may still arrive.
    pub fn leave(&self, topic: Topic, connection: ConnectionId) {
        if let Some(handle) = self.live(topic) {
            handle.leave(connection);
        }
    }

    pub fn presence(&self, topic: Topic, connection: ConnectionId, meta: PresenceMeta) {
        if let Some(handle) = self.live(topic) {
            handle.presence(connection, meta);
        }
    }

    pub fn ephemeral(&self, topic: Topic, connection: ConnectionId, body: Ephemeral) {
        if let Some(handle) = self.live(topic) {
            handle.ephemeral(connection, body);
        }
    }

    /// Roughly the memory that live aggregates take.
    pub fn live_bytes(&self) -> usize {
        self.0.slots.live().iter().map(|(_, handle)| handle.vitals().bytes()).sum()
    }

    /// Whether the aggregate is in memory.
    pub fn is_live(&self, topic: impl Into<Topic>) -> bool {
        self.live(topic.into()).is_some()
    }

    pub(super) fn live(&self, topic: Topic) -> Option<AnyHandle> {
        self.0.slots.get(topic)?.cell.get().cloned()
    }

    /// A live aggregate that exists, loaded if it is not live.
    pub(super) async fn handle<A: Kinded>(&self, id: Uuid) -> Result<Arc<Handle<A>>, Failure> {
        let handle = self.find::<A>(Topic::new(A::KIND, id), None).await?;
        if handle.reader.borrow().state.exists() {
            return Ok(handle);
        }
        // Founded on another node, perhaps: look again before saying no.
        if !self.0.services.bus.alone() {
            self.refresh_handle(&handle).await;
            if handle.reader.borrow().state.exists() {
                return Ok(handle);
            }
        }
        Err(Failure::new(Code::NotFound))
    }

    /// As [`Self::handle`], or an aggregate that this command may found.
    pub(super) async fn handle_for<A: Kinded>(
        &self,
        topic: Topic,
        command: &A::Command,
    ) -> Result<Arc<Handle<A>>, Failure> {
        match A::founding(command) {
            Some(founding) => self.find::<A>(topic, Some(founding)).await,
            None => self.handle::<A>(topic.id).await,
        }
    }

    pub(super) async fn find<A: Kinded>(
        &self,
        topic: Topic,
        founding: Option<(OrgId, Option<TeamId>)>,
    ) -> Result<Arc<Handle<A>>, Failure> {
        loop {
            let slot = self.0.slots.get_or_insert(topic);
            if slot.wait_if_closing().await {
                continue;
            }
            let any = match slot.cell.get_or_try_init(|| self.bring_to_life::<A>(topic, founding, &slot)).await {
                Ok(any) => any,
                Err(failure) => {
                    self.0.slots.remove_unfilled(topic, &slot);
                    return Err(failure);
                }
            };
            slot.hand_on(any);
            let Some(handle) = A::unwrap(any) else { return Err(Failure::new(Code::WrongTopic)) };
            if handle.ended() {
                self.0.slots.remove(topic, &slot);
                continue;
            }
            handle.vitals.touch(self.0.tick.fetch_add(1, Ordering::Relaxed));
            return Ok(handle.clone());
        }
    }

    async fn bring_to_life<A: Kinded>(
        &self,
        topic: Topic,
        founding: Option<(OrgId, Option<TeamId>)>,
        slot: &Arc<Slot>,
    ) -> Result<AnyHandle, Failure> {
        self.0.restarts.check(topic)?;
        let services = &self.0.services;
        let mut loaded: Loaded<A> = {
            let permit = self.0.loads.acquire().await;
            let _permit = permit.map_err(|_| Failure::new(Code::GoingAway))?;
            load::load(&services.journal, topic).await.map_err(|error| match (&error, founding) {
                // Its id is never free again.
                (JournalError::Dropped(_), Some(_)) => Failure::new(Code::AlreadyExists),
                (JournalError::Dropped(_), None) => Failure::new(Code::NotFound),
                _ => {
                    tracing::warn!(%topic, %error, "cannot load");
                    shell::failure(&error)
                }
            })?
        };
        let (org, team) = match (loaded.published.state.exists(), founding) {
            (true, _) => (loaded.published.state.org_id(topic.id), loaded.published.state.team_id()),
            (false, Some(founding)) => founding,
            (false, None) => return Err(Failure::new(Code::NotFound)),
        };
        let depends = matches!(A::KIND, Kind::Team | Kind::Board | Kind::Channel);
        if depends {
            // Loading these never comes back here: an organization depends on nothing, a team on its organization.
            loaded.facts = Box::pin(aggregate::load_facts(self, Some(org), team, &[])).await?;
        }
        let branch = if A::KIND == Kind::Organization { OrgId(topic.id) } else { org };
        let (vitals, permits) =
            (Arc::new(Vitals::default()), Arc::new(Semaphore::new(services.limits.mailbox_permits_max)));
        let (reader, got_reader) = oneshot::channel();
        let start =
            Start { topic, directory: self.clone(), loaded, vitals: vitals.clone(), permits: permits.clone(), reader };
        services.bus.subscribe(branch);
        let actor = self.0.tree.spawn(branch, start).await?;
        self.0.slots.started(actor.get_id(), topic, branch, slot);
        let reader = got_reader.await.map_err(|_| Failure::new(Code::Internal))?;
        Ok(A::wrap(Arc::new(Handle { topic, actor, reader, permits, vitals })))
    }
}
