//! An organization that is ended for good in the moment in which somebody restores it: two nodes whose clocks are not the same.

use std::sync::Arc;

use lockstep::{
    actors::{CommandKey, CommandRequest, Directory, Saw, Services},
    bus::local::Silent,
    clock::Clock,
    store::{Location, Options, Store},
};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        Command,
        account::RegisterAccount,
        organization::{CreateOrganization, DeleteOrganization, DropOrganization, RestoreOrganization},
    },
    frame::Acknowledged,
    ids::{AccountId, ClientId, OrgId},
    limits::Limits,
    topic::Topic,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::node::id;

const DAY: i64 = 86_400_000_000;

struct Two {
    store: Store,
    /// Whose clock says that it can be restored still.
    behind: (Directory, Clock),
    ahead: (Directory, Clock),
    ana: AccountId,
    _cancel: DropGuard,
    _folder: tempfile::TempDir,
}

async fn say(
    directory: &Directory,
    principal: Principal,
    topic: impl Into<Topic>,
    body: impl Into<Command>,
) -> Result<Acknowledged, Failure> {
    // With a key, as programs ask: what is lost with an aggregate that ends is handed in anew.
    let key = Some(CommandKey { client_id: ClientId(id()), client_seq: 1 });
    let request =
        CommandRequest { topic: topic.into(), principal, session: None, key, body: body.into(), saw: Saw::default() };
    directory.command(request).await
}

impl Two {
    async fn start() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let store = Store::open(&Options::new(Location::Sqlite(folder.path().to_owned()))).await.expect("opens");
        let (now, cancel) = (Clock::system().now(), CancellationToken::new());
        let node = async || {
            let clock = Clock::manual(now);
            let services = Services {
                journal: store.journal(),
                // Not alone on the journal, and told nothing.
                bus: Arc::new(Silent),
                clock: clock.clone(),
                limits: Arc::new(Limits::default()),
                committed: Arc::default(),
            };
            let directory = Directory::start(services).await.expect("starts");
            let (background, token) = (directory.clone(), cancel.clone());
            tokio::spawn(async move { background.run(token).await });
            (directory, clock)
        };
        let (behind, ahead) = (node().await, node().await);
        let ana = AccountId(id());
        let register = RegisterAccount { placeholder: false };
        say(&behind.0, Principal::System(ana), ana, register).await.expect("registers");
        Self { store, behind, ahead, ana, _cancel: cancel.drop_guard(), _folder: folder }
    }

    /// An organization that was deleted as long ago as it is kept: for one node it can be restored, for the other it cannot.
    async fn deleted(&self) -> OrgId {
        let org = OrgId(id());
        let ana = Principal::Account(self.ana);
        say(&self.behind.0, ana, org, CreateOrganization { name: "Acme".into() }).await.expect("founds");
        say(&self.behind.0, ana, org, DeleteOrganization {}).await.expect("deletes");
        org
    }

    /// One is as late as it can be for a restore, the other a moment too late.
    fn pass(&self) {
        self.behind.1.advance(30 * DAY);
        self.ahead.1.advance(30 * DAY + 1);
    }

    async fn restore(&self, org: OrgId) -> Result<Acknowledged, Failure> {
        say(&self.behind.0, Principal::Account(self.ana), org, RestoreOrganization {}).await
    }

    async fn end(&self, org: OrgId) -> Result<Acknowledged, Failure> {
        say(&self.ahead.0, Principal::System(self.ana), org, DropOrganization {}).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_restore_and_the_end_at_once_one_wins_and_the_other_is_told() {
    let two = Two::start().await;
    let mut orgs = Vec::new();
    for _ in 0..40 {
        orgs.push(two.deleted().await);
    }
    two.pass();
    let (mut restored, mut ended) = (0, 0);
    for (round, org) in orgs.into_iter().enumerate() {
        // Each of them is first in turn, by a head start or by none.
        let (restore, end) = match round % 4 {
            0 => {
                let restore = two.restore(org).await;
                (restore, two.end(org).await)
            }
            1 => {
                let end = two.end(org).await;
                (two.restore(org).await, end)
            }
            _ => tokio::join!(two.restore(org), two.end(org)),
        };
        let state = two.ahead.0.organization_now(org).await.expect("it is there").state.clone();
        match (restore, end) {
            (Ok(_), Err(failure)) => {
                assert_eq!((failure.code, state.is_deleted(), state.is_dropped()), (Code::WrongState, false, false));
                restored += 1;
            }
            (Err(failure), Ok(_)) => {
                assert_eq!((failure.code, state.is_deleted(), state.is_dropped()), (Code::NotFound, true, true));
                ended += 1;
            }
            both => panic!("round {round}: {both:?}"),
        }
    }
    assert!(restored >= 10 && ended >= 10, "{restored} restored, {ended} ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_heard_nothing_of_the_end_finds_out_when_it_writes_and_takes_it_for_no_loss() {
    let two = Two::start().await;
    let (early, late) = (two.deleted().await, two.deleted().await);
    two.pass();
    for org in [early, late] {
        assert!(two.behind.0.is_live(org), "as it was before the end");
        two.end(org).await.expect("nobody restored it");
        two.store.drops().mark(org, 1).await.expect("a database");
        two.ahead.0.end_organization(org).await;
        assert!(!two.ahead.0.is_live(org));
    }
    let drops = two.store.drops();
    while drops.erase_some(late, late.into(), 100).await.expect("a database") {}
    for org in [early, late] {
        assert_eq!(two.restore(org).await.expect_err("it is gone").code, Code::NotFound);
        for node in [&two.behind.0, &two.ahead.0] {
            let founding = CreateOrganization { name: "Mine".into() };
            let founded = say(node, Principal::Account(two.ana), org, founding).await;
            assert_eq!(founded.expect_err("its id is taken").code, Code::AlreadyExists);
        }
    }
    assert_eq!(two.store.about().await.map(|about| about.epoch), Ok(1), "no history was lost");
}
