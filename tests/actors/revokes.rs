//! An acknowledged revoke is never overtaken, whichever node it was asked on and whatever kind it is.

use std::{sync::Arc, time::Duration};

use lockstep::{
    actors::{CommandRequest, Saw},
    bus::local::Silent,
};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::Code,
    command::{Command, account::*, board::CreateBoard, organization::*, task::PrioritizeTask, team::*},
    ids::*,
    limits::Limits,
    topic::Topic,
    values::{OrgRole, Priority, Reassign, TeamRole, Visibility},
};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection, postgres::PgConnectOptions};

use crate::support::{
    node::{Node, code, id, new_column, new_task},
    postgres, until,
};

struct Scene {
    url: String,
    one: Node,
    two: Node,
    ana: AccountId,
    ben: AccountId,
    org: OrgId,
    team: TeamId,
    /// A board that only the team sees.
    board: BoardId,
    column: ColumnId,
    session: SessionId,
}

async fn scene() -> Scene {
    let url = postgres::database().await;
    let (one, two) = (
        Node::postgres(&url, Arc::new(Silent), Limits::default()).await,
        Node::postgres(&url, Arc::new(Silent), Limits::default()).await,
    );
    let (ana, ben) = (one.account().await, one.account().await);
    let (org, team, board, column) = (one.organization(ana).await, TeamId(id()), BoardId(id()), ColumnId(id()));
    one.seat(ana, org, ben, OrgRole::Member).await;
    one.ask(ana, team, CreateTeam { org_id: org, name: "Team".into() }).await.expect("founds");
    one.ask(ana, team, AddTeamMember { account_id: ben, role: TeamRole::Member }).await.expect("adds ben");
    let create = CreateBoard {
        org_id: org,
        team_id: Some(team),
        name: "Board".into(),
        key: "OPS".into(),
        visibility: Visibility::Team,
    };
    one.ask(ana, board, create).await.expect("founds");
    one.ask(ana, board, new_column(column)).await.expect("adds");
    let session = SessionId(id());
    system(&one, ben, OpenSession { session_id: session }).await;
    Scene { url, one, two, ana, ben, org, team, board, column, session }
}

async fn system(node: &Node, account: AccountId, body: impl Into<Command>) {
    let principal = Principal::System(account);
    let request = CommandRequest {
        topic: account.into(),
        principal,
        session: None,
        key: None,
        body: body.into(),
        saw: Saw::default(),
    };
    node.directory.command(request).await.expect("the server may");
}

impl Scene {
    /// Ben adds a task on the second node, from his session.
    async fn ben_works(&self) -> Result<lockstep_protocol::frame::Acknowledged, lockstep_protocol::codes::Failure> {
        work(&self.two, self.ben, self.session, self.board, new_task(self.column, "By ben")).await
    }

    /// Takes something from ben on the first node.
    async fn revoke(&self, kind: Revoke) {
        let asked: (Topic, Command) = match kind {
            Revoke::Member => {
                (self.org.into(), RemoveMember { account_id: self.ben, reassign: Reassign::Nobody }.into())
            }
            Revoke::RoleDown => {
                (self.org.into(), ChangeMemberRole { account_id: self.ben, role: OrgRole::Guest }.into())
            }
            Revoke::TeamMember => (self.team.into(), RemoveTeamMember { account_id: self.ben }.into()),
            Revoke::Session => return system(&self.one, self.ben, CloseSession { session_id: self.session }).await,
        };
        self.one.ask(self.ana, asked.0, asked.1).await.expect("ana may");
    }
}

async fn work(
    node: &Node,
    who: AccountId,
    session: SessionId,
    board: BoardId,
    body: impl Into<Command>,
) -> Result<lockstep_protocol::frame::Acknowledged, lockstep_protocol::codes::Failure> {
    let request = CommandRequest {
        topic: board.into(),
        principal: Principal::Account(who),
        session: Some(session.into()),
        key: None,
        body: body.into(),
        saw: Saw::default(),
    };
    node.directory.command(request).await
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Revoke {
    Member,
    RoleDown,
    TeamMember,
    Session,
}

const ALL: [Revoke; 4] = [Revoke::Member, Revoke::RoleDown, Revoke::TeamMember, Revoke::Session];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_revoke_on_one_node_stops_the_next_command_on_another() {
    for kind in ALL {
        let scene = scene().await;
        scene.ben_works().await.expect("ben may");
        scene.revoke(kind).await;
        let refused = code(scene.ben_works().await);
        let expected = if kind == Revoke::Session { Code::SessionRevoked } else { Code::NotFound };
        assert_eq!(refused, expected, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_revoke_on_one_node_is_told_to_who_changes_nothing_on_another() {
    for kind in ALL {
        let scene = scene().await;
        let task = new_task(scene.column, "By ben");
        let nothing = PrioritizeTask { task_id: task.task_id, priority: Priority::None };
        work(&scene.two, scene.ben, scene.session, scene.board, task).await.expect("ben may");
        let asks = || work(&scene.two, scene.ben, scene.session, scene.board, nothing.clone());
        asks().await.expect("it is so already");
        scene.revoke(kind).await;
        let expected = if kind == Revoke::Session { Code::SessionRevoked } else { Code::NotFound };
        assert_eq!(code(asks().await), expected, "{kind:?}");
    }
}

/// Makes inserts of new tasks wait for the advisory lock 42.
const PAUSE: &str = "create function pause() returns trigger language plpgsql set lock_timeout = 0 as
    $$begin perform pg_advisory_xact_lock(42); return new; end$$;
    create trigger pause before insert on events for each row when (new.tag = 'task.created') execute function pause()";

async fn run(connection: &mut PgConnection, sql: &str) {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.expect("valid SQL");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoke_waits_for_the_append_that_was_decided_before_it_on_another_node() {
    for kind in ALL {
        let scene = scene().await;
        scene.ben_works().await.expect("ben may");
        let options: PgConnectOptions = scene.url.parse().expect("a URL");
        let mut gate = options.connect().await.expect("the server runs");
        run(&mut gate, PAUSE).await;
        run(&mut gate, "select pg_advisory_lock(42)").await;
        let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
        let scene = Arc::new(scene);
        let working = tokio::spawn({
            let scene = scene.clone();
            async move { scene.ben_works().await }
        });
        until("ben's append is stopped half way", async || {
            let count: i64 = sqlx::query_scalar(waiting).fetch_one(&mut gate).await.expect("a number");
            (count >= 1).then_some(())
        })
        .await;
        let revoking = tokio::spawn({
            let scene = scene.clone();
            async move { scene.revoke(kind).await }
        });
        until("the revoke waits behind it", async || {
            let count: i64 = sqlx::query_scalar(waiting).fetch_one(&mut gate).await.expect("a number");
            (count >= 2).then_some(())
        })
        .await;
        assert!(!revoking.is_finished(), "{kind:?}: acknowledged while an append decided before it was open");
        run(&mut gate, "select pg_advisory_unlock(42)").await;
        working.await.expect("no panic").expect("it was decided before the revoke");
        tokio::time::timeout(Duration::from_secs(10), revoking).await.expect("in time").expect("no panic");
        let late = code(scene.ben_works().await);
        assert!(matches!(late, Code::NotFound | Code::SessionRevoked), "{kind:?}: {late:?}");
    }
}
