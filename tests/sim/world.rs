//! All of it: nodes with their lines and clocks, the journal, the bus, the clients, and how they begin and come to rest.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use lockstep::{
    actors::{CommandRequest, Saw},
    store::journal::SharedJournal,
};
use lockstep_domain::Principal;
use lockstep_protocol::{
    command::{
        Command,
        account::{OpenSession, RegisterAccount},
        board::{CreateBoard, CreateColumn},
        organization::{AddMember, CreateOrganization},
    },
    ids::{AccountId, BoardId, OrgId, SessionId},
    topic::{Kind, Topic},
    values::{ColumnKind, Place, Visibility},
};

use super::{
    bus::{Bus, Manners},
    connection::Link,
    executor::{Group, MS, Sim, Time, lock},
    journal::Model,
    node::{Node, Parts},
    person::Person,
    plan::Plan,
    remote::{Line, Remote},
    workload::ROLES,
};

/// A node's place: it may be down, its line and its clock stay.
struct Seat {
    node: Option<Arc<Node>>,
    line: Arc<Mutex<Line>>,
    skew: Arc<AtomicI64>,
}

/// See the module.
pub struct World {
    pub sim: Sim,
    pub plan: Plan,
    pub model: Arc<Mutex<Model>>,
    pub bus: Bus,
    seats: Mutex<Vec<Seat>>,
    links: Mutex<Vec<(usize, Link)>>,
    lives: AtomicU64,
    /// When a client last read slowly, by account.
    slow: Mutex<BTreeMap<AccountId, Time>>,
    pub calm: AtomicBool,
    loaded: AtomicBool,
}

/// Who and what there is.
pub struct Cast {
    pub people: Vec<(AccountId, SessionId)>,
    pub topics: Vec<Topic>,
}

impl World {
    pub fn new(sim: &Sim, plan: Plan) -> Arc<Self> {
        let seat = |_| Seat { node: None, line: Arc::default(), skew: Arc::default() };
        let seats = (0..plan.nodes).map(seat).collect();
        Arc::new(Self {
            sim: sim.clone(),
            model: Arc::new(Mutex::new(Model::new(sim))),
            bus: Bus::new(sim, plan.nodes),
            plan,
            seats: Mutex::new(seats),
            links: Mutex::default(),
            lives: AtomicU64::new(1),
            slow: Mutex::default(),
            calm: AtomicBool::new(false),
            loaded: AtomicBool::new(false),
        })
    }

    pub fn start(&self, index: usize) -> Arc<Node> {
        let mut seats = lock(&self.seats);
        let seat = &mut seats[index];
        let group = Group(self.lives.fetch_add(1, Ordering::Relaxed));
        let journal: SharedJournal = Arc::new(Remote::new(&self.sim, self.model.clone(), seat.line.clone()));
        let node = Node::start(
            &self.sim,
            Parts {
                index,
                group,
                journal,
                bus: self.bus.clone(),
                limits: Arc::new(self.plan.limits.clone()),
                skew: seat.skew.clone(),
                passivates: self.plan.passivates,
            },
        );
        seat.node = Some(node.clone());
        node
    }

    /// The node's process is gone: its memory, its tasks, its connections. What it sent to the journal goes on.
    pub fn crash(&self, index: usize) {
        let Some(node) = lock(&self.seats)[index].node.take() else { return };
        self.sim.trace(|| format!("fault: node {index} crashes"));
        self.sim.kill(node.group);
        let links = lock(&self.links).clone();
        links.iter().filter(|(at, _)| *at == index).for_each(|(_, link)| link.cut());
    }

    pub fn nodes(&self) -> Vec<Arc<Node>> {
        lock(&self.seats).iter().filter_map(|seat| seat.node.clone()).collect()
    }

    pub fn some_node(&self) -> Option<Arc<Node>> {
        let index = self.sim.below(self.plan.nodes as u64) as usize;
        lock(&self.seats)[index].node.clone()
    }

    pub fn is_up(&self, index: usize) -> bool {
        lock(&self.seats)[index].node.is_some()
    }

    pub fn set_line(&self, index: usize, change: impl FnOnce(&mut Line)) {
        change(&mut lock(&lock(&self.seats)[index].line));
    }

    pub fn jump_clock(&self, index: usize, micros: i64) {
        lock(&self.seats)[index].skew.fetch_add(micros, Ordering::Relaxed);
    }

    pub fn link(&self, node: usize, link: Link) {
        lock(&self.links).push((node, link));
    }

    pub fn unlink(&self, link: &Link) {
        link.cut();
        lock(&self.links).retain(|(_, other)| !other.up.is_closed());
    }

    pub fn cut_some_link(&self) {
        let links = lock(&self.links).clone();
        if let Some((node, link)) = self.sim.pick(&links) {
            self.sim.trace(|| format!("fault: a connection to node {node} breaks"));
            link.cut();
        }
    }

    pub fn note_slow(&self, person: &Arc<Mutex<Person>>) {
        let account = lock(person).account;
        lock(&self.slow).insert(account, self.sim.now());
    }

    /// Since when nothing has stood between a client and the newest: its node is up, scans, has a sound line, and it reads.
    pub fn sound_since(&self, person: &Person) -> Option<Time> {
        let link = person.link.as_ref()?;
        let links = lock(&self.links);
        let index = links.iter().find(|(_, other)| other.same(link)).map(|(index, _)| *index)?;
        drop(links);
        let seats = lock(&self.seats);
        let seat = &seats[index];
        let node = seat.node.as_ref()?;
        let line = *lock(&seat.line);
        if line.cut {
            return None;
        }
        let slow = lock(&self.slow).get(&person.account).copied().unwrap_or(0);
        // A catch-up that failed waits a while before it tries again, a call that is slow takes its time.
        Some(node.started_at.max(line.fault_at + 1_500 * MS).max(slow + 1_500 * MS))
    }

    pub fn sound_journal(&self) -> SharedJournal {
        Arc::new(Remote::new(&self.sim, self.model.clone(), Arc::default()))
    }

    pub fn loaded(&self) {
        self.loaded.store(true, Ordering::Relaxed);
    }

    pub fn has_loaded(&self) -> bool {
        self.loaded.load(Ordering::Relaxed)
    }

    /// Every fault is over; what is down starts again.
    pub fn heal(&self) {
        self.sim.trace(|| "every fault heals");
        self.calm.store(true, Ordering::Relaxed);
        self.bus.set(Manners { dead: self.plan.bus.dead, ..Manners::default() });
        for index in 0..self.plan.nodes {
            self.set_line(index, |line| *line = Line { fault_at: line.fault_at, ..Line::default() });
            if !self.is_up(index) {
                self.start(index);
            }
        }
    }

    pub fn afflict(&self) {
        self.bus.set(self.plan.bus);
        for index in 0..self.plan.nodes {
            let line = self.plan.line;
            self.set_line(index, |kept| *kept = line);
        }
    }

    /// Asks as the server itself, at whatever node is up, until it is done. The topic's founder is who it is done for.
    pub async fn serve(&self, topic: Topic, account: AccountId, body: impl Into<Command>) {
        let body = body.into();
        loop {
            if let Some(node) = self.some_node() {
                let principal = Principal::System(account);
                let request = CommandRequest {
                    topic,
                    principal,
                    session: None,
                    key: None,
                    body: body.clone(),
                    saw: Saw::default(),
                };
                if node.command(request).await.is_ok() {
                    return;
                }
            }
            self.sim.jitter(10 * MS, 50 * MS).await;
        }
    }

    /// A new session for somebody whose old one was closed.
    pub async fn log_in(&self, person: &Arc<Mutex<Person>>) {
        let account = lock(person).account;
        let session_id = SessionId(self.sim.uuid());
        // At a node that may go down meanwhile: then it is asked again.
        let Some(node) = self.some_node() else { return };
        let request = CommandRequest {
            topic: account.into(),
            principal: Principal::System(account),
            session: None,
            key: None,
            body: OpenSession { session_id }.into(),
            saw: Saw::default(),
        };
        if self.in_node(node, request).await {
            let mut person = lock(person);
            person.session = session_id;
            person.logged_out = false;
        }
    }

    /// Lets somebody in anew who may have been removed, as when they accept an invitation; whoever is in stays as they are.
    pub async fn take_in(&self, person: &Arc<Mutex<Person>>) {
        let (account_id, org) = {
            let person = lock(person);
            let org = person.views.keys().copied().find(|topic| topic.kind == Kind::Organization);
            (person.account, org)
        };
        let (Some(topic), Some(node)) = (org, self.some_node()) else { return };
        let role = *self.sim.pick(&ROLES).expect("some");
        let request = CommandRequest {
            topic,
            principal: Principal::System(account_id),
            session: None,
            key: None,
            body: AddMember { account_id, role, placeholder: false, service: false }.into(),
            saw: Saw::default(),
        };
        self.in_node(node, request).await;
    }

    /// Runs a command of the server's own within a node, so that it dies with it; whether it was done.
    pub async fn in_node(&self, node: Arc<Node>, request: CommandRequest) -> bool {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.sim.spawn(node.group, {
            let node = node.clone();
            async move {
                let _ = reply.send(node.command(request).await.is_ok());
            }
        });
        answer.await.unwrap_or(false)
    }

    /// An organization, its people with a session each, and its boards.
    pub async fn found(&self) -> Cast {
        let org = OrgId(self.sim.uuid());
        let mut people = Vec::new();
        for _ in 0..self.plan.people {
            let (account, session_id) = (AccountId(self.sim.uuid()), SessionId(self.sim.uuid()));
            self.serve(account.into(), account, RegisterAccount { placeholder: false }).await;
            self.serve(account.into(), account, OpenSession { session_id }).await;
            people.push((account, session_id));
        }
        lock(&self.model).accounts = people.iter().map(|(account, _)| *account).collect();
        let owner = people[0].0;
        self.serve(org.into(), owner, CreateOrganization { name: "org".to_owned() }).await;
        for (account_id, _) in people.iter().skip(1).copied() {
            let role = *self.sim.pick(&ROLES).expect("some");
            self.serve(org.into(), account_id, AddMember { account_id, role, placeholder: false, service: false })
                .await;
        }
        let mut topics: Vec<Topic> = vec![org.into()];
        for index in 0..self.plan.boards {
            let board = BoardId(self.sim.uuid());
            let visibility = if self.sim.chance(800) { Visibility::Organization } else { Visibility::Private };
            let create = CreateBoard {
                org_id: org,
                team_id: None,
                name: format!("board {index}"),
                key: "B".to_owned(),
                visibility,
            };
            self.serve(board.into(), owner, create).await;
            for kind in [ColumnKind::Backlog, ColumnKind::Done] {
                let column_id = self.sim.uuid().into();
                let create = CreateColumn { column_id, name: kind.word().to_owned(), kind, place: Place::END };
                self.serve(board.into(), owner, create).await;
            }
            topics.push(board.into());
        }
        Cast { people, topics }
    }
}
