//! A node in one life: the directory's part (find, load, hand in, passivate, hear, scan), mirroring `actors::directory` and
//! `actors::sweep` without the actor crate. It dies by being dropped with all its tasks.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use lockstep::{
    actors::{
        CommandRequest, JoinRequest,
        simulated::{
            AccountFacts, HAND_INS_MAX, HandIn, Joining, Loaded, Message, Pending, Shell, body_hash, failure, load,
            origin,
        },
    },
    store::journal::SharedJournal,
};
use lockstep_domain::{Credential, Principal, account::Account, board::Board, organization::Organization, team::Team};
use lockstep_protocol::{
    codes::{Code, Failure},
    frame::Acknowledged,
    ids::{CommitId, OrgId, SessionId, TeamId},
    limits::Limits,
    topic::{Kind, Topic},
    values::Micros,
};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot, watch};
use uuid::Uuid;

use super::{
    actor::{Running, load_facts},
    bus::Bus,
    executor::{Group, MS, Sim, Time, lock},
    handle::{AnyHandle, Handle, Kinded, Slot, Vitals},
    pulse::Pulse,
    register::Register,
};

/// 2024, in microseconds: where every node's clock begins.
const START: Micros = 1_704_067_200_000_000;
const MAILBOX: usize = 2_048;

/// See the module.
pub struct Node {
    pub sim: Sim,
    pub index: usize,
    pub group: Group,
    pub journal: SharedJournal,
    pub bus: Bus,
    pub limits: Arc<Limits>,
    /// How far its clock is off.
    pub skew: Arc<AtomicI64>,
    pub register: Register,
    slots: Mutex<BTreeMap<Topic, Arc<Slot>>>,
    /// Whether idle aggregates are asked to go.
    pub passivates: bool,
    pub started_at: Time,
    pub pulse: Pulse,
}

/// What a node is made of.
pub struct Parts {
    pub index: usize,
    pub group: Group,
    pub journal: SharedJournal,
    pub bus: Bus,
    pub limits: Arc<Limits>,
    pub skew: Arc<AtomicI64>,
    pub passivates: bool,
}

impl Node {
    pub fn start(sim: &Sim, parts: Parts) -> Arc<Self> {
        let Parts { index, group, journal, bus, limits, skew, passivates } = parts;
        let heard = bus.connect(index);
        let node = Arc::new(Self {
            sim: sim.clone(),
            index,
            group,
            journal,
            bus,
            register: Register::new(sim, &limits),
            skew,
            slots: Mutex::default(),
            passivates,
            started_at: sim.now(),
            pulse: Pulse::new(sim, limits.stale_after_ms * MS),
            limits,
        });
        node.follow(heard);
        node
    }

    /// What its clock says.
    pub fn wall(&self) -> Micros {
        START + self.sim.now() as i64 + self.skew.load(Ordering::Relaxed)
    }

    pub fn live(&self, topic: Topic) -> Option<AnyHandle> {
        lock(&self.slots).get(&topic)?.cell.get().cloned()
    }

    pub fn slot(&self, topic: Topic) -> Option<Arc<Slot>> {
        lock(&self.slots).get(&topic).cloned()
    }

    pub fn all_slots(&self) -> Vec<Arc<Slot>> {
        lock(&self.slots).values().cloned().collect()
    }

    pub fn all_live(&self) -> Vec<(Topic, Arc<Slot>, AnyHandle)> {
        let slots = lock(&self.slots);
        slots.iter().filter_map(|(topic, slot)| Some((*topic, slot.clone(), slot.cell.get()?.clone()))).collect()
    }

    /// An actor ended: its slot is free, unless it is a successor's.
    pub fn forget(&self, topic: Topic, vitals: &Arc<Vitals>) {
        let mut slots = lock(&self.slots);
        let own = |slot: &Arc<Slot>| slot.cell.get().is_some_and(|handle| Arc::ptr_eq(handle.vitals(), vitals));
        let slot = slots.get(&topic).filter(|slot| own(slot)).cloned();
        if let Some(slot) = slot {
            slots.remove(&topic);
            slot.end_closing();
        }
    }

    pub async fn command(self: &Arc<Self>, request: CommandRequest) -> Result<Acknowledged, Failure> {
        match request.topic.kind {
            Kind::Organization => self.command_of::<Organization>(request).await,
            Kind::Team => self.command_of::<Team>(request).await,
            Kind::Board => self.command_of::<Board>(request).await,
            Kind::Account => self.command_of::<Account>(request).await,
            Kind::Channel | Kind::Inbox => Err(Failure::new(Code::NotFound)),
        }
    }

    async fn command_of<A: Kinded>(self: &Arc<Self>, request: CommandRequest) -> Result<Acknowledged, Failure> {
        let CommandRequest { topic, principal, session, key, body, saw } = request;
        let hash = key.map(|_| body_hash(topic, &body)).unwrap_or_default();
        let command = A::own_command(body).ok_or_else(|| Failure::new(Code::WrongTopic))?;
        let mut account = self.account_facts(topic, principal, session).await?;
        let commit = CommitId(self.sim.uuid());
        let mut hand_in = HandIn::new(key.is_some());
        let pause = async |duration: Duration| self.sim.pause_for((duration.as_micros() as Time).max(1)).await;
        loop {
            if let Some(facts) = account.as_mut().filter(|facts| facts.ended()) {
                match self.handle::<Account>(facts.account.0).await {
                    Ok(handle) => facts.reader = handle.reader.clone(),
                    Err(failure) => {
                        pause(hand_in.refused(failure)?).await;
                        continue;
                    }
                }
            }
            let found = match A::founding(&command) {
                Some(founding) => self.find::<A>(topic, Some(founding)).await,
                None => self.handle::<A>(topic.id).await,
            };
            let handle = match found.and_then(|handle| self.pulse.open().map(|()| handle)) {
                Ok(handle) => handle,
                Err(failure) => {
                    pause(hand_in.refused(failure)?).await;
                    continue;
                }
            };
            let permit = match handle.permits.clone().try_acquire_owned() {
                Ok(permit) => permit,
                Err(_) if handle.vitals.leaving.load(Ordering::Relaxed) => {
                    pause(hand_in.not_taken()?).await;
                    continue;
                }
                Err(_) => {
                    pause(hand_in.refused(Failure::new(Code::Busy).retry_after_ms(50))?).await;
                    continue;
                }
            };
            let (reply, answer) = oneshot::channel();
            let pending = Pending {
                command: command.clone(),
                principal,
                account: account.clone(),
                origin: key.map(|key| origin(key.client_id, key.client_seq, hash)),
                saw,
                commit,
                reply,
                permit,
                conflicts: 0,
                alone: false,
                unsettled: hand_in.unsettled(handle.reader.borrow().bookmark.seq),
                looked: false,
                past: None,
                recalled: None,
                beside: None,
            };
            if !handle.send(Message::Command(Box::new(pending))) {
                pause(hand_in.not_taken()?).await;
                continue;
            }
            match answer.await {
                Ok(answer) => return answer,
                Err(_) => pause(hand_in.lost()?).await,
            }
        }
    }

    async fn account_facts(
        self: &Arc<Self>,
        topic: Topic,
        principal: Principal,
        session: Option<Credential>,
    ) -> Result<Option<AccountFacts>, Failure> {
        self.pulse.open()?;
        match principal {
            Principal::Account(account) if topic != account.into() || session.is_some() => {
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

    pub async fn join(self: &Arc<Self>, request: JoinRequest) -> Result<(), Failure> {
        self.account_facts(request.topic, request.principal, request.session).await?;
        match request.topic.kind {
            Kind::Organization => self.join_of::<Organization>(request).await,
            Kind::Team => self.join_of::<Team>(request).await,
            Kind::Board => self.join_of::<Board>(request).await,
            Kind::Account => self.join_of::<Account>(request).await,
            Kind::Channel | Kind::Inbox => Err(Failure::new(Code::NotFound)),
        }
    }

    async fn join_of<A: Kinded>(self: &Arc<Self>, request: JoinRequest) -> Result<(), Failure> {
        for _ in 0..HAND_INS_MAX {
            let handle = self.handle::<A>(request.topic.id).await?;
            self.pulse.open()?;
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
            if handle.send(Message::Join(Box::new(joining)))
                && let Ok(answer) = answer.await
            {
                return answer;
            }
        }
        Err(Failure::new(Code::Unavailable).retry_after_ms(200))
    }

    /// Whether a session is open, as a log-in check asks: what opened it may not have reached this node yet.
    pub async fn check_open(
        self: &Arc<Self>,
        account: lockstep_protocol::ids::AccountId,
        session: SessionId,
    ) -> Result<(), Failure> {
        let handle = self.handle::<Account>(account.0).await?;
        if handle.reader.borrow().state.has_session(session) {
            return Ok(());
        }
        self.refresh_handle(&handle).await;
        let open = handle.reader.borrow().state.has_session(session);
        if open { Ok(()) } else { Err(Failure::new(Code::SessionRevoked)) }
    }

    /// A live aggregate that exists.
    pub async fn handle<A: Kinded>(self: &Arc<Self>, id: Uuid) -> Result<Arc<Handle<A>>, Failure> {
        let handle = self.find::<A>(Topic::new(A::KIND, id), None).await?;
        if handle.reader.borrow().state.exists() {
            return Ok(handle);
        }
        self.refresh_handle(&handle).await;
        let exists = handle.reader.borrow().state.exists();
        if exists { Ok(handle) } else { Err(Failure::new(Code::NotFound)) }
    }

    pub async fn find<A: Kinded>(
        self: &Arc<Self>,
        topic: Topic,
        founding: Option<(OrgId, Option<TeamId>)>,
    ) -> Result<Arc<Handle<A>>, Failure> {
        loop {
            let slot = lock(&self.slots).entry(topic).or_default().clone();
            if slot.wait_if_closing().await {
                continue;
            }
            let any = match slot.cell.get_or_try_init(|| self.bring_to_life::<A>(topic, founding)).await {
                Ok(any) => any.clone(),
                Err(failure) => {
                    let mut slots = lock(&self.slots);
                    if slot.cell.get().is_none() && Arc::strong_count(&slot) == 2 {
                        slots.remove(&topic);
                    }
                    return Err(failure);
                }
            };
            slot.hand_on(&any);
            let Some(handle) = A::unwrap(&any) else { return Err(Failure::new(Code::WrongTopic)) };
            if handle.ended() {
                self.forget(topic, &handle.vitals);
                self.sim.pause_for(1).await;
                continue;
            }
            return Ok(handle.clone());
        }
    }

    async fn bring_to_life<A: Kinded>(
        self: &Arc<Self>,
        topic: Topic,
        founding: Option<(OrgId, Option<TeamId>)>,
    ) -> Result<AnyHandle, Failure> {
        let mut loaded: Loaded<A> = load(&self.journal, topic).await.map_err(|error| failure(&error))?;
        let (org, team) = match (loaded.published.state.exists(), founding) {
            (true, _) => (loaded.published.state.org_id(topic.id), loaded.published.state.team_id()),
            (false, Some(founding)) => founding,
            (false, None) => return Err(Failure::new(Code::NotFound)),
        };
        if matches!(A::KIND, Kind::Team | Kind::Board) {
            loaded.facts = Box::pin(load_facts(self, Some(org), team, &[])).await?;
        }
        let (vitals, permits) =
            (Arc::new(Vitals::default()), Arc::new(Semaphore::new(self.limits.mailbox_permits_max)));
        let (sender, mailbox) = mpsc::channel(MAILBOX);
        let head = loaded.head.version;
        let shell = Shell::new(topic, self.limits.clone(), true, loaded);
        let reader: watch::Receiver<_> = shell.reader();
        self.sim.trace(|| format!("node {}: {topic} loaded at {head}", self.index));
        let running = Running {
            node: self.clone(),
            topic,
            shell,
            mailbox,
            sender: sender.clone(),
            vitals: vitals.clone(),
            permits: permits.clone(),
            stop: Arc::new(Notify::new()),
        };
        self.sim.spawn(self.group, running.run());
        Ok(A::wrap(Arc::new(Handle { topic, mailbox: sender, reader, permits, vitals })))
    }
}
