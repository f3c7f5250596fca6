//! Leases, cursors and the read tables that are saved with them.

use lockstep::store::{
    Store, StoreError,
    projections::{BoardMemberRow, BoardRow, Change, MembershipRow, OrganizationRow, Patch, TeamRow},
};
use lockstep_protocol::{
    ids::{AccountId, BoardId, OrgId, TeamId},
    position::Position,
};
use uuid::Uuid;

use super::{Backend, on_both};
use crate::support::until;

on_both!(
    one_node_holds_a_consumer,
    a_lease_that_ran_out_is_taken_over_and_the_late_one_saves_nothing,
    read_tables_and_cursor_are_saved_together,
    lists_go_a_page_at_a_time,
    an_organization_takes_its_rows_with_it,
);

fn position(seq: u64) -> Position {
    Position { era: 1, transaction: seq * 10, stream: Uuid::from_u128(5), seq }
}

async fn one_node_holds_a_consumer(backend: Backend) {
    let consumers = backend.store.consumers();
    let (here, there) = (Uuid::now_v7(), Uuid::now_v7());
    let lease = consumers.acquire("lists", here, 60_000).await.expect("a database").expect("free");
    assert_eq!(lease.cursor, Position::START);
    assert_eq!(consumers.acquire("lists", there, 60_000).await, Ok(None));
    assert!(consumers.acquire("mail", there, 60_000).await.expect("a database").is_some());
    consumers.save(&lease, position(4)).await.expect("held");
    assert_eq!(consumers.renew(&lease, 60_000).await, Ok(true));
    consumers.release(lease.clone()).await.expect("a database");
    assert_eq!(consumers.renew(&lease, 60_000).await, Ok(false));
    let next = consumers.acquire("lists", there, 60_000).await.expect("a database").expect("released");
    assert_eq!(next.cursor, position(4));
    assert_eq!(consumers.cursor("lists").await, Ok(position(4)));
    assert_eq!(consumers.cursor("nobody").await, Ok(Position::START));
}

async fn a_lease_that_ran_out_is_taken_over_and_the_late_one_saves_nothing(backend: Backend) {
    let consumers = backend.store.consumers();
    let late = consumers.acquire("lists", Uuid::now_v7(), 1).await.expect("a database").expect("free");
    let taken = until("the lease runs out", async || {
        consumers.acquire("lists", Uuid::now_v7(), 60_000).await.expect("a database")
    })
    .await;
    consumers.save(&taken, position(2)).await.expect("held");
    assert_eq!(consumers.save(&late, position(1)).await, Err(StoreError::LeaseLost));
    assert_eq!(consumers.renew(&late, 60_000).await, Ok(false));
    let change = [Change::Membership(membership(OrgId(Uuid::now_v7()), "owner"))];
    assert_eq!(backend.store.projections().apply(&late, &change, position(1)).await, Err(StoreError::LeaseLost));
    assert_eq!(consumers.cursor("lists").await, Ok(position(2)));
}

const ACCOUNT: AccountId = AccountId(Uuid::from_u128(77));

fn membership(org: OrgId, role: &str) -> MembershipRow {
    MembershipRow { account: ACCOUNT, org, role: role.into(), status: "active".into() }
}

fn board(org: OrgId, team: Option<TeamId>) -> BoardRow {
    BoardRow {
        board: BoardId(Uuid::now_v7()),
        org,
        team,
        name: "Launch".into(),
        key: "LCH".into(),
        visibility: "team".into(),
        state: "active".into(),
        template: false,
        created_at: 5,
        seq: 1,
    }
}

async fn read_tables_and_cursor_are_saved_together(backend: Backend) {
    let (consumers, lists) = (backend.store.consumers(), backend.store.projections());
    let lease = consumers.acquire("lists", Uuid::now_v7(), 60_000).await.expect("a database").expect("free");
    let org = OrgId(Uuid::now_v7());
    let organization = OrganizationRow { org, name: "Acme".into(), state: "active".into(), seq: 1 };
    let team = TeamRow { team: TeamId(Uuid::now_v7()), org, name: "Core".into(), state: "active".into(), seq: 1 };
    let board = board(org, Some(team.team));
    let member = BoardMemberRow { board: board.board, account: ACCOUNT, org, role: "editor".into() };
    let changes = [
        Change::Organization(organization.clone()),
        Change::Membership(membership(org, "owner")),
        Change::Team(team.clone()),
        Change::Board(board.clone()),
        Change::BoardMember(member.clone()),
    ];
    lists.apply(&lease, &changes, position(5)).await.expect("held");
    lists.apply(&lease, &changes, position(5)).await.expect("repeated without harm");
    assert_eq!(consumers.cursor("lists").await, Ok(position(5)));
    assert_eq!(lists.organization(org).await, Ok(Some(organization.clone())));
    assert_eq!(lists.organizations_of(ACCOUNT).await, Ok(vec![organization]));
    assert_eq!(lists.memberships_of(ACCOUNT).await, Ok(vec![membership(org, "owner")]));
    assert_eq!(lists.teams_of(org, None, 10).await, Ok(vec![team.clone()]));
    assert_eq!(lists.board(org, board.board).await, Ok(Some(board.clone())));
    assert_eq!(lists.board(OrgId(Uuid::now_v7()), board.board).await, Ok(None), "a foreign path finds nothing");
    assert_eq!(lists.board_members(board.board).await, Ok(vec![member.clone()]));
    assert_eq!(lists.board_roles_of(ACCOUNT, org).await, Ok(vec![member]));

    let rename = Patch { name: Some("Liftoff".into()), ..Patch::default() };
    let archive = Patch { state: Some("archived".into()), ..Patch::default() };
    let changes = [
        Change::PatchBoard(board.board, 2, rename.clone()),
        Change::PatchTeam(team.team, 4, rename.clone()),
        Change::PatchOrganization(org, 9, archive),
        Change::PatchBoard(BoardId(Uuid::now_v7()), 2, rename),
        Change::Membership(membership(org, "guest")),
        Change::BoardMemberRemoved(board.board, ACCOUNT),
    ];
    lists.apply(&lease, &changes, position(6)).await.expect("held");
    let renamed = BoardRow { name: "Liftoff".into(), seq: 2, ..board };
    assert_eq!(lists.boards_of(org, None, 10).await, Ok(vec![renamed]));
    assert_eq!(lists.teams_of(org, None, 10).await.expect("rows")[0].name, "Liftoff");
    let organization = lists.organization(org).await.expect("a database").expect("there");
    assert_eq!((organization.name.as_str(), organization.state.as_str(), organization.seq), ("Acme", "archived", 9));
    assert_eq!(lists.members_of(org, None, 10).await, Ok(vec![membership(org, "guest")]));
    lists.apply(&lease, &[Change::MembershipRemoved(ACCOUNT, org)], position(7)).await.expect("held");
    assert_eq!(lists.memberships_of(ACCOUNT).await, Ok(vec![]));

    lists.reset(&lease).await.expect("held");
    assert_eq!(lists.organization(org).await, Ok(None));
    assert_eq!(consumers.cursor("lists").await, Ok(Position::START));
}

async fn lists_go_a_page_at_a_time(backend: Backend) {
    let (consumers, lists) = (backend.store.consumers(), backend.store.projections());
    let lease = consumers.acquire("lists", Uuid::now_v7(), 60_000).await.expect("a database").expect("free");
    let org = OrgId(Uuid::now_v7());
    let boards: Vec<BoardRow> = (0..7).map(|_| board(org, None)).collect();
    let changes: Vec<Change> = boards.iter().cloned().map(Change::Board).collect();
    lists.apply(&lease, &changes, position(1)).await.expect("held");
    let mut seen = Vec::new();
    loop {
        let page = lists.boards_of(org, seen.last().map(|row: &BoardRow| row.board), 3).await.expect("rows");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 3);
        seen.extend(page);
    }
    let mut expected = boards;
    expected.sort_by_key(|row| row.board);
    assert_eq!(seen, expected);
}

async fn an_organization_takes_its_rows_with_it(backend: Backend) {
    let (consumers, lists) = (backend.store.consumers(), backend.store.projections());
    let lease = consumers.acquire("lists", Uuid::now_v7(), 60_000).await.expect("a database").expect("free");
    let (org, other) = (OrgId(Uuid::now_v7()), OrgId(Uuid::now_v7()));
    let mut changes = Vec::new();
    for org in [org, other] {
        let board = board(org, None);
        let role = BoardMemberRow { board: board.board, account: ACCOUNT, org, role: "owner".into() };
        let team = TeamId(Uuid::now_v7());
        changes.extend([
            Change::Organization(OrganizationRow { org, name: "Acme".into(), state: "deleted".into(), seq: 1 }),
            Change::Membership(membership(org, "owner")),
            Change::Team(TeamRow { team, org, name: "Makers".into(), state: "active".into(), seq: 1 }),
            Change::Board(board),
            Change::BoardMember(role),
        ]);
    }
    changes.push(Change::OrganizationDropped(org));
    changes.push(Change::OrganizationDropped(org));
    lists.apply(&lease, &changes, position(1)).await.expect("held");
    for (org, left) in [(org, 0), (other, 1)] {
        assert_eq!(lists.organization(org).await.map(|found| found.iter().count()), Ok(left));
        assert_eq!(lists.members_of(org, None, 9).await.map(|found| found.len()), Ok(left));
        assert_eq!(lists.teams_of(org, None, 9).await.map(|found| found.len()), Ok(left));
        assert_eq!(lists.boards_of(org, None, 9).await.map(|found| found.len()), Ok(left));
        assert_eq!(lists.board_roles_of(ACCOUNT, org).await.map(|found| found.len()), Ok(left));
    }
}

#[tokio::test]
async fn sqlite_a_lease_of_a_killed_process_is_free_when_the_folder_is_opened_again() {
    let backend = Backend::sqlite().await;
    let lease = backend.store.consumers().acquire("lists", Uuid::now_v7(), 60_000).await.expect("a database");
    assert!(lease.is_some());
    backend.store.close().await;
    let store = Store::open(&backend.options).await.expect("opens again");
    let next = store.consumers().acquire("lists", Uuid::now_v7(), 60_000).await.expect("a database");
    assert!(next.is_some(), "only this process can have the folder: nothing to wait for");
}
