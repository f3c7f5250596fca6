//! One node of the engine without any transport: a store, a directory, and people who ask for things.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use lockstep::{
    actors::{
        CommandKey, CommandRequest, Directory, JoinRequest, Saw, Services,
        delivery::{Delivery, Subscriber},
    },
    bus::{SharedBus, local::Alone},
    clock::Clock,
    store::{Location, Options, Store, journal::SharedJournal},
};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{Command, account::*, board::*, organization::*, task::*},
    event::{Event, Happened},
    frame::{Acknowledged, ChangedProfile, ResumedFrom, ServerMessage},
    ids::*,
    limits::Limits,
    position::{Bookmark, Held, Position},
    topic::Topic,
    values::*,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A running node. Dropping it cancels its background work; [`Node::stop`] ends it in order.
pub struct Node {
    pub store: Store,
    pub directory: Directory,
    cancel: CancellationToken,
    pub folder: Option<Arc<tempfile::TempDir>>,
}

impl Node {
    pub async fn sqlite() -> Self {
        Self::sqlite_with(Limits::default()).await
    }

    pub async fn sqlite_with(limits: Limits) -> Self {
        let folder = Arc::new(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder"));
        Self::reopen(folder, limits).await
    }

    /// A node on a folder that another one left.
    pub async fn reopen(folder: Arc<tempfile::TempDir>, limits: Limits) -> Self {
        let options = Options::new(Location::Sqlite(folder.path().to_owned()));
        let store = Store::open(&options).await.expect("opens");
        Self::start(store, Arc::new(Alone), limits, Some(folder)).await
    }

    pub async fn postgres(url: &str, bus: SharedBus, limits: Limits) -> Self {
        let store = Store::open(&Options::new(Location::Postgres(url.to_owned()))).await.expect("opens");
        Self::start(store, bus, limits, None).await
    }

    pub async fn start(store: Store, bus: SharedBus, limits: Limits, folder: Option<Arc<tempfile::TempDir>>) -> Self {
        let journal = store.journal();
        Self::start_on(journal, store, bus, limits, folder).await
    }

    /// A node whose journal is not the store's own, but something around it.
    pub async fn start_on(
        journal: SharedJournal,
        store: Store,
        bus: SharedBus,
        limits: Limits,
        folder: Option<Arc<tempfile::TempDir>>,
    ) -> Self {
        let services =
            Services { journal, bus, clock: Clock::system(), limits: Arc::new(limits), committed: Arc::default() };
        let directory = Directory::start(services).await.expect("starts");
        let cancel = CancellationToken::new();
        let (background, token) = (directory.clone(), cancel.clone());
        tokio::spawn(async move { background.run(token).await });
        Self { store, directory, cancel, folder }
    }

    /// Ends everything and closes the store.
    pub async fn stop(self) -> Option<Arc<tempfile::TempDir>> {
        self.cancel.cancel();
        self.directory.stop().await;
        self.store.close().await;
        self.folder.clone()
    }

    /// Asks as somebody, without a key.
    pub async fn ask(
        &self,
        who: AccountId,
        topic: impl Into<Topic>,
        body: impl Into<Command>,
    ) -> Result<Acknowledged, Failure> {
        self.ask_keyed(who, topic, body, None).await
    }

    pub async fn ask_keyed(
        &self,
        who: AccountId,
        topic: impl Into<Topic>,
        body: impl Into<Command>,
        key: Option<CommandKey>,
    ) -> Result<Acknowledged, Failure> {
        let request = CommandRequest {
            topic: topic.into(),
            principal: Principal::Account(who),
            session: None,
            key,
            body: body.into(),
            saw: Saw::default(),
        };
        self.directory.command(request).await
    }

    /// A new account.
    pub async fn account(&self) -> AccountId {
        let account = AccountId(id());
        let request = CommandRequest {
            topic: account.into(),
            principal: Principal::System(account),
            session: None,
            key: None,
            body: RegisterAccount { placeholder: false }.into(),
            saw: Saw::default(),
        };
        self.directory.command(request).await.expect("registers");
        account
    }

    /// A new organization of this owner.
    pub async fn organization(&self, owner: AccountId) -> OrgId {
        let org = OrgId(id());
        self.ask(owner, org, CreateOrganization { name: "Acme".into() }).await.expect("founds");
        org
    }

    /// Somebody is in: as if `who` had invited them and they had accepted.
    pub async fn seat(&self, who: AccountId, org: OrgId, account_id: AccountId, role: OrgRole) {
        let add = AddMember { account_id, role, placeholder: false, service: false };
        let request = CommandRequest {
            topic: org.into(),
            principal: Principal::System(who),
            session: None,
            key: None,
            body: add.into(),
            saw: Saw::default(),
        };
        self.directory.command(request).await.expect("is seated");
    }

    /// A new board of this owner with one column.
    pub async fn board(&self, owner: AccountId, org: OrgId) -> (BoardId, ColumnId) {
        let (board, column) = (BoardId(id()), ColumnId(id()));
        let create = CreateBoard {
            org_id: org,
            team_id: None,
            name: "Board".into(),
            key: "OPS".into(),
            visibility: Visibility::Organization,
        };
        self.ask(owner, board, create).await.expect("founds");
        self.ask(owner, board, new_column(column)).await.expect("adds a column");
        (board, column)
    }

    /// Joins, and answers the one who listens.
    pub async fn join(
        &self,
        who: AccountId,
        topic: impl Into<Topic>,
        after: Option<Bookmark>,
    ) -> Result<Arc<Listener>, Failure> {
        let listener = Arc::new(Listener::default());
        let request = JoinRequest {
            topic: topic.into(),
            principal: Principal::Account(who),
            session: None,
            reference: 1,
            after: after.map(|after| Held::new(after, Audience::Member)),
            presence: false,
            subscriber: listener.clone(),
        };
        self.directory.join(request).await.map(|()| listener)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

pub fn id() -> Uuid {
    Uuid::now_v7()
}

pub fn new_column(column_id: ColumnId) -> CreateColumn {
    CreateColumn { column_id, name: "To do".into(), kind: ColumnKind::Backlog, place: Place::END }
}

pub fn new_task(column_id: ColumnId, title: &str) -> CreateTask {
    CreateTask {
        task_id: TaskId(id()),
        column_id,
        title: title.into(),
        description: None,
        place: Place::END,
        labels: Vec::new(),
        assignees: Vec::new(),
        priority: None,
        start_at: None,
        due: None,
        parent_id: None,
        points: None,
        minutes: None,
        repeat: None,
        category_id: None,
        cover: None,
        fields: Vec::new(),
        original: None,
    }
}

pub fn code<T: std::fmt::Debug>(answer: Result<T, Failure>) -> Code {
    answer.expect_err("must be refused").code
}

/// Keeps what it is told.
pub struct Listener {
    connection: ConnectionId,
    heard: Mutex<Vec<Heard>>,
}

/// What a listener was told.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Joined(ResumedFrom, Bookmark),
    Snapshot(Bookmark),
    /// after, seq, number of commits
    Events(u64, u64, Vec<Happened<Event>>),
    Revoked(Code),
    Resync,
    /// Lists changed.
    Hint(Option<Position>),
    /// Profiles changed.
    Profiles(Vec<ChangedProfile>),
    Other,
}

impl Default for Listener {
    fn default() -> Self {
        Self { connection: ConnectionId(id()), heard: Mutex::default() }
    }
}

impl Listener {
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("not poisoned").clone()
    }

    /// The seq it has come to, checked to be without gap or repetition from where it joined.
    pub fn seq(&self) -> u64 {
        let mut seq = None;
        for heard in self.heard() {
            match heard {
                Heard::Snapshot(bookmark) => seq = Some(bookmark.seq),
                Heard::Joined(ResumedFrom::Current, head) => seq = Some(head.seq),
                Heard::Events(after, end, _) => {
                    let held = seq.unwrap_or(after);
                    assert!(after <= held, "a gap: held {held}, then after {after}");
                    seq = Some(held.max(end));
                }
                _ => {}
            }
        }
        seq.unwrap_or(0)
    }

    /// All events heard, each once, in order.
    pub fn events(&self) -> Vec<Happened<Event>> {
        let mut events: Vec<Happened<Event>> = Vec::new();
        for heard in self.heard() {
            if let Heard::Events(_, _, more) = heard {
                let last = events.last().map_or(0, |event| event.seq);
                events.extend(more.into_iter().filter(|event| event.seq > last));
            }
        }
        events
    }
}

impl Subscriber for Listener {
    fn connection(&self) -> ConnectionId {
        self.connection
    }

    fn deliver(&self, _topic: Topic, delivery: Delivery) {
        let heard = match delivery {
            Delivery::Joined { resumed_from, head, .. } => Heard::Joined(resumed_from, head),
            Delivery::Snapshot(snapshot) => Heard::Snapshot(snapshot.bookmark),
            Delivery::Events(events) => {
                let messages = events.messages(Audience::Member);
                let all = messages.into_iter().flat_map(|message| match message {
                    ServerMessage::Events(events) => events.events,
                    other => panic!("not events: {other:?}"),
                });
                Heard::Events(events.after, events.seq, all.collect())
            }
            Delivery::Revoked(code) => Heard::Revoked(code),
            Delivery::Resync => Heard::Resync,
            Delivery::Ephemeral(shared) => match shared.message() {
                ServerMessage::ListsChanged(hint) => Heard::Hint(hint.position),
                _ => Heard::Other,
            },
            Delivery::Hint(shared) => match shared.message() {
                ServerMessage::ProfilesChanged(told) => Heard::Profiles(told.profiles.clone()),
                _ => Heard::Other,
            },
            _ => Heard::Other,
        };
        self.heard.lock().expect("not poisoned").push(heard);
    }
}

/// Counts, per key, how often something was seen.
pub fn counts<K: std::hash::Hash + Eq>(items: impl IntoIterator<Item = K>) -> HashMap<K, usize> {
    let mut counts = HashMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
}
