//! What is counted out of events: open tasks by whose they are, and who is in which team; against a fold of the same boards.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use lockstep::{
    store::{
        journal::Recorded,
        projections::{BoardRow, Change, Projections, TeamRow},
    },
    workers::tallies::tallies,
};
use lockstep_domain::{Aggregate, board::Board};
use lockstep_protocol::{
    event::{BoardEvent, Happened, TeamEvent, board::BoardCreated, task::*, team::*},
    ids::{AccountId, BoardId, ColumnId, CommitId, OrgId, TaskId, TeamId},
    position::Position,
    topic::Topic,
    values::{Lifecycle, Priority, TeamRole, Visibility},
    view::TaskFace,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use uuid::Uuid;

use super::{Backend, on_both};

on_both!(counts_are_those_of_the_boards, teams_are_counted_until_they_are_deleted, what_is_counted_is_built_anew,);

const ORG: OrgId = OrgId(Uuid::from_u128(1));
const PEOPLE: u128 = 4;
const TASKS: u128 = 5;

fn person(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(100 + n))
}

fn board_id(n: u128) -> BoardId {
    BoardId(Uuid::from_u128(200 + n))
}

fn position(seq: u64) -> Position {
    Position { era: 1, transaction: seq * 10, stream: Uuid::from_u128(5), seq }
}

fn recorded(stream: Topic, seq: u64, tag: &str, payload: Vec<u8>) -> Recorded {
    Recorded {
        stream,
        org: ORG,
        seq,
        position: position(seq),
        commit: CommitId(Uuid::nil()),
        at: 0,
        actor: person(0),
        origin: None,
        tag: tag.to_owned(),
        payload: Bytes::from(payload),
        hash: Default::default(),
    }
}

fn face(task_id: TaskId) -> TaskFace {
    serde_json::from_value(serde_json::json!({
        "task_id": task_id, "number": 1, "column_id": Uuid::from_u128(9), "rank": "a0", "title": "Task",
    }))
    .expect("a face")
}

/// Something that may happen to a task, sensible or not: what the board makes of it is the truth.
fn happens() -> impl Strategy<Value = (u128, BoardEvent)> {
    let task = (0..TASKS).prop_map(|n| TaskId(Uuid::from_u128(300 + n)));
    let who = || (0..PEOPLE).prop_map(person);
    let all = proptest::collection::vec(who(), 0..3).prop_map(|mut all| {
        all.sort_unstable();
        all.dedup();
        all
    });
    let event = (task, 0..11_u8, who(), who(), all).prop_map(|(task_id, kind, one, other, assignees)| match kind {
        0 | 1 => TaskCreated {
            task_id,
            number: 1,
            column_id: ColumnId(Uuid::from_u128(9)),
            rank: "a0".into(),
            title: "Task".into(),
            description: None,
            labels: Vec::new(),
            assignees,
            priority: Some(Priority::Low),
            start_at: None,
            due: None,
            parent_id: None,
            original: None,
        }
        .into(),
        2 | 3 => TaskAssigned { task_id, account_id: one }.into(),
        4 => TaskUnassigned { task_id, account_id: one }.into(),
        5 => TaskReassigned { task_id, from_id: one, to_id: other }.into(),
        6 => TaskCompleted { task_id }.into(),
        7 => TaskReopened { task_id }.into(),
        8 => TaskArchived { task_id }.into(),
        9 => TaskDeleted { task_id }.into(),
        _ if assignees.len() > 1 => TaskUnarchived { task_id, face: face(task_id) }.into(),
        _ => TaskRestored { task_id, face: face(task_id) }.into(),
    });
    (0..2_u128, event)
}

/// A board makes nothing of a task that is made twice, nor of a reassignment to oneself or from one who has it not.
fn can_happen(board: &Board, event: &BoardEvent) -> bool {
    match event {
        BoardEvent::TaskCreated(event) => board.task(event.task_id).is_none(),
        BoardEvent::TaskReassigned(event) => {
            event.from_id != event.to_id
                && board.task(event.task_id).is_some_and(|task| task.assignees.contains(&event.from_id))
        }
        _ => true,
    }
}

fn row(n: u128, state: &str) -> Change {
    Change::Board(BoardRow {
        board: board_id(n),
        org: ORG,
        team: None,
        name: "Board".into(),
        key: "B".into(),
        visibility: "private".into(),
        state: state.into(),
        template: false,
        created_at: 0,
        seq: 1,
    })
}

/// Open tasks of each person on some boards; the last two are one person.
fn fold(boards: &[Board; 2], on: &[u128], meant: impl Fn(AccountId) -> AccountId) -> BTreeMap<AccountId, u64> {
    let mut open: BTreeMap<AccountId, BTreeSet<(u128, TaskId)>> = BTreeMap::new();
    for n in on {
        for (id, task) in boards[*n as usize].tasks() {
            if task.lifecycle == Lifecycle::Active && task.completed_at.is_none() {
                for account in &task.assignees {
                    open.entry(meant(*account)).or_default().insert((*n, id));
                }
            }
        }
    }
    open.into_iter().map(|(account, tasks)| (account, tasks.len() as u64)).collect()
}

async fn counted(lists: &Projections, on: &[u128], pairs: &[(AccountId, AccountId)]) -> BTreeMap<AccountId, u64> {
    let boards: Vec<BoardId> = on.iter().map(|n| board_id(*n)).collect();
    lists.open_tasks(ORG, pairs, &boards).await.expect("a database").into_iter().collect()
}

async fn counts_are_those_of_the_boards(backend: Backend) {
    let (consumers, lists) = (backend.store.consumers(), backend.store.projections());
    let lease = consumers.acquire("tallies", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    let beside = consumers.acquire("lists", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    lists.apply(&beside, &[row(0, "active"), row(1, "active")], position(1)).await.expect("held");
    let mut runner = TestRunner::deterministic();
    let history = proptest::collection::vec(happens(), 250).new_tree(&mut runner).expect("a history").current();
    let mut boards = [Board::default(), Board::default()];
    for (n, board) in boards.iter_mut().enumerate() {
        let created = BoardCreated {
            org_id: ORG,
            team_id: None,
            name: "Board".into(),
            key: format!("B{n}"),
            visibility: Visibility::Private,
            owner_id: person(0),
        };
        board.evolve(&happened(1, created.into()));
    }
    let (last, claimed) = (person(PEOPLE - 1), person(PEOPLE - 2));
    let meant = |account| if account == claimed { last } else { account };
    let each: Vec<_> = (0..PEOPLE).map(|n| (person(n), person(n))).collect();
    let claims: Vec<_> = (0..PEOPLE).map(|n| (person(n), meant(person(n)))).collect();
    let (mut ever, mut twice) = (0, false);
    for (at, (n, event)) in history.into_iter().enumerate() {
        let seq = at as u64 + 2;
        if !can_happen(&boards[n as usize], &event) {
            continue;
        }
        let payload = rmp_serde::to_vec_named(&event).expect("an event encodes");
        let changes = tallies(&recorded(board_id(n).into(), seq, event.tag(), payload));
        lists.count(&lease, &changes, position(seq)).await.expect("held");
        if at % 7 == 0 {
            lists.count(&lease, &changes, position(seq)).await.expect("repeated without harm");
        }
        boards[n as usize].evolve(&happened(seq, event.clone()));
        for on in [&[0_u128][..], &[1], &[0, 1], &[]] {
            let truth = fold(&boards, on, |account| account);
            assert_eq!(counted(lists, on, &each).await, truth, "after {at}: {event:?}");
            ever += truth.len();
        }
        let people = fold(&boards, &[0, 1], meant);
        assert_eq!(counted(lists, &[0, 1], &claims).await, people, "a person's task counts once");
        let apart = fold(&boards, &[0, 1], |account| account);
        twice |= apart.get(&last).unwrap_or(&0) + apart.get(&claimed).unwrap_or(&0) > *people.get(&last).unwrap_or(&0);
    }
    assert!(ever > 200 && twice, "the history says something");
    let ids: Vec<AccountId> = (0..PEOPLE).map(person).collect();
    let with = lists.boards_with_open_tasks(ORG, &ids).await.expect("a database");
    let open: Vec<BoardId> =
        [0, 1].into_iter().filter(|n| !fold(&boards, &[*n], meant).is_empty()).map(board_id).collect();
    assert_eq!(with.iter().map(|row| row.board).collect::<Vec<_>>(), open);
    lists.apply(&beside, &[row(0, "archived"), row(1, "deleted")], position(2)).await.expect("held");
    assert_eq!(lists.boards_with_open_tasks(ORG, &ids).await, Ok(Vec::new()), "boards in use alone");
    assert_eq!(lists.open_tasks(OrgId(Uuid::from_u128(2)), &each, &[board_id(0)]).await, Ok(Vec::new()));
}

fn happened(seq: u64, event: BoardEvent) -> Happened<BoardEvent> {
    Happened { seq, at: seq as i64, by: person(0), client_id: None, client_seq: None, event }
}

fn of_team(team: TeamId, seq: u64, event: &TeamEvent) -> Recorded {
    recorded(team.into(), seq, event.tag(), rmp_serde::to_vec_named(event).expect("an event encodes"))
}

async fn teams_are_counted_until_they_are_deleted(backend: Backend) {
    let (consumers, lists) = (backend.store.consumers(), backend.store.projections());
    let lease = consumers.acquire("tallies", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    let beside = consumers.acquire("lists", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    let teams = [TeamId(Uuid::from_u128(401)), TeamId(Uuid::from_u128(402))];
    let row = |team, state: &str| TeamRow { team, org: ORG, name: "Team".into(), state: state.into(), seq: 1 };
    let rows = teams.map(|team| Change::Team(row(team, "active")));
    lists.apply(&beside, &rows, position(1)).await.expect("held");
    let mut seq = 0;
    let events: Vec<Recorded> = teams
        .into_iter()
        .flat_map(|team| {
            let created = TeamCreated { org_id: ORG, name: "Team".into(), lead_id: person(0) };
            let added = TeamMemberAdded { account_id: person(1), role: TeamRole::Member };
            seq += 2;
            [of_team(team, seq, &created.into()), of_team(team, seq + 1, &added.into())]
        })
        .collect();
    let changes: Vec<_> = events.iter().flat_map(tallies).collect();
    lists.count(&lease, &changes, position(5)).await.expect("held");
    lists.count(&lease, &changes, position(5)).await.expect("repeated without harm");
    assert_eq!(lists.team_sizes(ORG).await, Ok(vec![(teams[0], 2), (teams[1], 2)]));
    let gone = of_team(teams[0], 6, &TeamMemberRemoved { account_id: person(1) }.into());
    lists.count(&lease, &tallies(&gone), position(6)).await.expect("held");
    assert_eq!(lists.team_sizes(ORG).await, Ok(vec![(teams[0], 1), (teams[1], 2)]));
    let both = [person(0), person(1)];
    let all = vec![(teams[0], person(0)), (teams[1], person(0)), (teams[1], person(1))];
    assert_eq!(lists.teams_with(ORG, &both).await, Ok(all));
    lists.apply(&beside, &[Change::Team(row(teams[1], "deleted"))], position(7)).await.expect("held");
    assert_eq!(lists.teams_with(ORG, &both).await, Ok(vec![(teams[0], person(0))]));
    assert_eq!(lists.teams_in_use(ORG).await.expect("rows").len(), 1);
    assert_eq!(lists.teams_with(ORG, &[]).await, Ok(Vec::new()));
}

async fn what_is_counted_is_built_anew(backend: Backend) {
    let (consumers, lists) = (backend.store.consumers(), backend.store.projections());
    let lease = consumers.acquire("tallies", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    let team = TeamId(Uuid::from_u128(401));
    let created = TeamCreated { org_id: ORG, name: "Team".into(), lead_id: person(0) };
    let changes = tallies(&of_team(team, 1, &created.into()));
    lists.count(&lease, &changes, position(3)).await.expect("held");
    lists.recount(&lease).await.expect("held");
    assert_eq!(lists.team_sizes(ORG).await, Ok(Vec::new()));
    assert_eq!(consumers.cursor("tallies").await, Ok(Position::START));
    let late = lease.clone();
    consumers.release(lease).await.expect("a database");
    let next = consumers.acquire("tallies", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    assert!(lists.count(&late, &changes, position(3)).await.is_err(), "the late one saves nothing");
    lists.count(&next, &changes, position(3)).await.expect("held");
    assert_eq!(lists.team_sizes(ORG).await, Ok(vec![(team, 1)]));
}
