//! What the journal may do to an aggregate, and what the aggregate makes of it: an unknown outcome is resolved before it is
//! answered, a refused batch hurts only the command at fault, damage stops at the damaged stream.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use lockstep::{
    actors::CommandKey,
    bus::local::{Alone, Silent},
    store::{Location, Options, Store, journal::*},
};
use lockstep_domain::{Aggregate, Board};
use lockstep_protocol::{
    codes::Code, command::task::UpdateTask, ids::*, limits::Limits, position::Position, topic::Topic,
};
use sqlx::{Connection, Executor};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::support::{
    node::{Node, code, id, new_task},
    postgres, until,
};

/// What happens to an append instead of what should.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// It is committed, and nobody is told.
    LostAnswer,
    /// It is not committed, and nobody is told.
    LostQuestion,
    Unavailable,
    Full,
    /// Refused when it holds more than one command, or the one that is at fault.
    RefuseTitle(&'static str),
}

/// A journal with faults in front.
struct Faulty {
    inner: SharedJournal,
    /// The next faults, first first; then none. `RefuseTitle` stays.
    faults: Mutex<Vec<Fault>>,
    met: AtomicUsize,
    /// Scans wait for a permit here.
    scans: Semaphore,
}

impl Faulty {
    fn around(inner: SharedJournal, scans: usize) -> Arc<Self> {
        let (faults, met, scans) = (Mutex::default(), AtomicUsize::new(0), Semaphore::new(scans));
        Arc::new(Self { inner, faults, met, scans })
    }

    fn next(&self) -> Option<Fault> {
        let mut faults = self.faults.lock().expect("not poisoned");
        match faults.first().copied() {
            Some(fault @ Fault::RefuseTitle(_)) => Some(fault),
            Some(_) => Some(faults.remove(0)),
            None => None,
        }
    }
}

impl Journal for Faulty {
    fn append(&self, append: Append) -> JournalFuture<'_, Appended> {
        Box::pin(async move {
            let lost = || JournalError::Unknown("the connection was lost".into());
            let fault = self.next();
            self.met.fetch_add(usize::from(fault.is_some()), Ordering::AcqRel);
            match fault {
                None => self.inner.append(append).await,
                Some(Fault::LostAnswer) => {
                    self.inner.append(append).await?;
                    Err(lost())
                }
                Some(Fault::LostQuestion) => Err(lost()),
                Some(Fault::Unavailable) => Err(JournalError::Unavailable("no connection".into())),
                Some(Fault::Full) => Err(JournalError::Full),
                Some(Fault::RefuseTitle(title)) => {
                    let events = append.streams.iter().flat_map(|stream| &stream.events);
                    let bad = events.clone().any(|event| contains(&event.payload, title.as_bytes()));
                    if bad { Err(JournalError::Refused("a bad value".into())) } else { self.inner.append(append).await }
                }
            }
        })
    }
    fn head(&self, stream: Topic) -> JournalFuture<'_, Head> {
        self.inner.head(stream)
    }
    fn org_of(&self, stream: Topic) -> JournalFuture<'_, Option<OrgId>> {
        self.inner.org_of(stream)
    }
    fn read(&self, stream: Topic, after: u64, limit: usize) -> JournalFuture<'_, Vec<Recorded>> {
        self.inner.read(stream, after, limit)
    }
    fn marked(
        &self,
        stream: Topic,
        by: MarkedBy,
        marks: Vec<u64>,
        after: u64,
        limit: usize,
    ) -> JournalFuture<'_, Vec<Marked>> {
        self.inner.marked(stream, by, marks, after, limit)
    }

    fn read_at(&self, stream: Topic, seqs: Vec<u64>) -> JournalFuture<'_, Vec<Recorded>> {
        self.inner.read_at(stream, seqs)
    }
    fn known(&self, stream: Topic, actor: AccountId, client: ClientId, limit: usize) -> JournalFuture<'_, Vec<Known>> {
        self.inner.known(stream, actor, client, limit)
    }
    fn known_one(
        &self,
        stream: Topic,
        actor: AccountId,
        client: ClientId,
        seq: u64,
    ) -> JournalFuture<'_, Option<Known>> {
        self.inner.known_one(stream, actor, client, seq)
    }
    fn access(&self, subjects: Vec<Uuid>) -> JournalFuture<'_, Vec<Guard>> {
        self.inner.access(subjects)
    }
    fn tail(&self, after: Position, limit: usize) -> JournalFuture<'_, Vec<Recorded>> {
        self.inner.tail(after, limit)
    }
    fn changed(&self, since: Option<u64>) -> JournalFuture<'_, (Vec<(Topic, Head)>, u64)> {
        Box::pin(async move {
            let _scan = self.scans.acquire().await.expect("open");
            self.inner.changed(since).await
        })
    }
    fn raise_epoch(&self, seen: u32) -> JournalFuture<'_, u32> {
        self.inner.raise_epoch(seen)
    }
    fn save_snapshot(&self, snapshot: Snapshot) -> JournalFuture<'_, ()> {
        self.inner.save_snapshot(snapshot)
    }
    fn load_snapshot(&self, stream: Topic, version: u32, at_most: u64) -> JournalFuture<'_, Option<Snapshot>> {
        self.inner.load_snapshot(stream, version, at_most)
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

struct Scene {
    node: Node,
    journal: Arc<Faulty>,
    ana: AccountId,
    board: BoardId,
    column: ColumnId,
}

async fn scene() -> Scene {
    let folder = Arc::new(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder"));
    let store = Store::open(&Options::new(Location::Sqlite(folder.path().to_owned()))).await.expect("opens");
    let journal = Faulty::around(store.journal(), 1);
    let node = Node::start_on(journal.clone(), store, Arc::new(Alone), Limits::default(), Some(folder)).await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    Scene { node, journal, ana, board, column }
}

impl Scene {
    fn fail(&self, faults: &[Fault]) {
        *self.journal.faults.lock().expect("not poisoned") = faults.to_vec();
    }
}

#[tokio::test]
async fn an_unknown_outcome_is_resolved_before_it_is_answered() {
    for fault in [Fault::LostAnswer, Fault::LostQuestion] {
        for key in [None, Some(CommandKey { client_id: ClientId(id()), client_seq: 1 })] {
            let scene = scene().await;
            scene.fail(&[fault]);
            let task = new_task(scene.column, "Once");
            let ack = scene.node.ask_keyed(scene.ana, scene.board, task, key).await.expect("is resolved");
            assert_eq!(ack.seq, 3, "{fault:?} {key:?}");
            assert_eq!(scene.journal.met.load(Ordering::Acquire), 1);
            let journal = scene.node.store.journal().read(scene.board.into(), 0, 10).await.expect("reads");
            assert_eq!(journal.len(), 3, "exactly one effect: {fault:?} {key:?}");
        }
    }
}

#[tokio::test]
async fn a_journal_that_is_away_or_full_is_said_and_nothing_is_kept() {
    let scene = scene().await;
    for (fault, expected) in [(Fault::Unavailable, Code::Unavailable), (Fault::Full, Code::StorageFull)] {
        scene.fail(&[fault]);
        let failure = scene.node.ask(scene.ana, scene.board, new_task(scene.column, "No")).await.expect_err("refused");
        assert_eq!((failure.code, failure.temporary), (expected, true));
    }
    let ack = scene.node.ask(scene.ana, scene.board, new_task(scene.column, "Yes")).await.expect("it is back");
    assert_eq!(ack.seq, 3);
}

#[tokio::test]
async fn one_bad_command_does_not_take_its_batch_along() {
    let scene = scene().await;
    scene.fail(&[Fault::RefuseTitle("poison")]);
    let titles = ["one", "two", "poison", "four", "five", "six"];
    let asks = titles.map(|title| scene.node.ask(scene.ana, scene.board, new_task(scene.column, title)));
    let answers = futures_util::future::join_all(asks).await;
    for (title, answer) in titles.iter().zip(answers) {
        match *title {
            "poison" => assert_eq!(code(answer), Code::Internal),
            _ => drop(answer.expect("the others are fine")),
        }
    }
    let published = scene.node.directory.board(scene.board).await.expect("is live");
    assert_eq!(published.state.order(scene.column).count(), 5);
}

async fn damage(folder: &std::path::Path, sql: &'static str, topic: Topic) {
    let url = format!("sqlite://{}", folder.join("lockstep.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("connects");
    let changed = connection.execute(sqlx::query(sql).bind(topic.id)).await.expect("damages");
    assert!(changed.rows_affected() > 0, "something was damaged");
    connection.close().await.expect("closes");
}

#[tokio::test]
async fn a_poisoned_snapshot_is_folded_anew() {
    let limits = Limits { snapshot_events_max: 3, ..Limits::default() };
    let node = Node::sqlite_with(limits.clone()).await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    for _ in 0..10 {
        node.ask(ana, board, new_task(column, "Task")).await.expect("adds");
    }
    let journal = node.store.journal();
    until("a snapshot is stored", async || {
        journal.load_snapshot(board.into(), Board::STATE_VERSION, u64::MAX).await.expect("reads").map(drop)
    })
    .await;
    let digest = lockstep_domain::Aggregate::digest(&node.directory.board(board).await.expect("is live").state);
    let folder = node.stop().await.expect("a folder");
    damage(folder.path(), "update snapshots set bytes = x'00112233' where stream_id = $1", board.into()).await;
    let node = Node::reopen(folder, limits).await;
    let published = node.directory.board(board).await.expect("loads");
    assert_eq!(lockstep_domain::Aggregate::digest(&published.state), digest);
}

#[tokio::test]
async fn a_damaged_stream_is_read_only_at_its_last_good_event_and_others_are_untouched() {
    let node = Node::sqlite().await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (bad, bad_column) = node.board(ana, org).await;
    let (good, good_column) = node.board(ana, org).await;
    let task = new_task(bad_column, "Before the damage");
    node.ask(ana, bad, task.clone()).await.expect("adds");
    node.ask(ana, bad, new_task(bad_column, "Damaged")).await.expect("adds");
    let folder = node.stop().await.expect("a folder");
    // The node left a snapshot of everything behind: then the damaged event is never read.
    damage(folder.path(), "delete from snapshots where stream_id = $1", bad.into()).await;
    damage(folder.path(), "update events set payload = x'c1' where stream_id = $1 and seq = 4", bad.into()).await;

    let node = Node::reopen(folder, Limits::default()).await;
    let published = node.directory.board(bad).await.expect("is shown");
    assert!(published.quarantined);
    assert_eq!(published.bookmark.seq, 3, "the last good event");
    let rename = UpdateTask { task_id: task.task_id, title: Some("No".into()), description: None, mentions: vec![] };
    assert_eq!(code(node.ask(ana, bad, rename).await), Code::Quarantined);
    node.join(ana, bad, None).await.expect("it can be looked at");
    node.ask(ana, good, new_task(good_column, "Untouched")).await.expect("the sibling works");
    let damaged = lockstep::actors::verify(&node.store.journal(), bad.into()).await;
    assert!(matches!(damaged, Err(JournalError::Damaged { seq: 4, .. })), "{damaged:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_node_commits_before_the_first_scan_is_seen_by_what_was_loaded_before_it() {
    let url = postgres::database().await;
    let other = Node::postgres(&url, Arc::new(Silent), Limits::default()).await;
    let ana = other.account().await;
    let org = other.organization(ana).await;
    let (board, column) = other.board(ana, org).await;
    let store = Store::open(&Options::new(Location::Postgres(url))).await.expect("opens");
    let journal = Faulty::around(store.journal(), 0);
    let node = Node::start_on(journal.clone(), store, Arc::new(Silent), Limits::default(), None).await;
    let listener = node.join(ana, board, None).await.expect("joins");
    other.ask(ana, board, new_task(column, "Unheard of")).await.expect("adds");
    journal.scans.add_permits(1);
    until("it is seen", async || (listener.seq() == 3).then_some(())).await;
    for node in [node, other] {
        node.stop().await;
    }
}
