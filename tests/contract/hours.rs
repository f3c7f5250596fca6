//! On which boards people have time: out of events, whatever is repeated, and built anew.

use bytes::Bytes;
use lockstep::{
    store::{
        journal::Recorded,
        projections::{BoardRow, Change, Projections, Worked},
    },
    workers::hours::hours,
};
use lockstep_protocol::{
    event::{BoardEvent, time::*},
    ids::{AccountId, BoardId, CommitId, OrgId, TaskId, TimeEntryId},
    position::Position,
    topic::Topic,
};
use uuid::Uuid;

use super::{Backend, on_both};

on_both!(boards_with_time_are_found_by_when_it_began,);

const ORG: OrgId = OrgId(Uuid::from_u128(1));

fn person(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(100 + n))
}

fn board(n: u128) -> BoardId {
    BoardId(Uuid::from_u128(200 + n))
}

fn position(seq: u64) -> Position {
    Position { era: 1, transaction: seq * 10, stream: Uuid::from_u128(5), seq }
}

fn row(n: u128, state: &str) -> Change {
    Change::Board(BoardRow {
        board: board(n),
        org: ORG,
        team: None,
        name: "Board".into(),
        key: format!("B{n}"),
        visibility: "private".into(),
        state: state.into(),
        template: false,
        created_at: 0,
        seq: 1,
    })
}

fn recorded(stream: Topic, event: &BoardEvent) -> Recorded {
    Recorded {
        stream,
        org: ORG,
        seq: 1,
        position: position(1),
        commit: CommitId(Uuid::nil()),
        at: 0,
        actor: person(0),
        origin: None,
        tag: event.tag().to_owned(),
        payload: Bytes::from(rmp_serde::to_vec_named(event).expect("an event encodes")),
        hash: Default::default(),
    }
}

fn logged(on: u128, who: u128, started_at: i64) -> Vec<Worked> {
    let (task_id, entry_id) = (TaskId(Uuid::from_u128(1)), TimeEntryId(Uuid::from_u128(2)));
    let event = TimeLogged {
        task_id,
        entry_id,
        account_id: person(who),
        started_at,
        duration_s: 1,
        note: String::new(),
        tracked_s: 1,
    };
    hours(&recorded(board(on).into(), &event.into()))
}

async fn found(lists: &Projections, of: &[u128], from: i64, to: i64) -> Vec<u128> {
    let of: Vec<AccountId> = of.iter().map(|n| person(*n)).collect();
    let rows = lists.boards_with_hours(ORG, &of, (from, to)).await.expect("a database");
    rows.iter().map(|row| row.board.0.as_u128() - 200).collect()
}

async fn boards_with_time_are_found_by_when_it_began(backend: Backend) {
    let (consumers, lists) = (backend.store.consumers(), backend.store.projections());
    let lease = consumers.acquire("hours", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    let beside = consumers.acquire("lists", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    let rows = [row(0, "active"), row(1, "archived"), row(2, "deleted")];
    lists.apply(&beside, &rows, position(1)).await.expect("held");
    let changes: Vec<Worked> =
        [logged(0, 1, 50), logged(0, 1, 10), logged(0, 1, 20), logged(1, 1, 100), logged(1, 2, -5), logged(2, 1, 10)]
            .concat();
    for _ in 0..2 {
        lists.note_hours(&lease, &changes, position(2)).await.expect("held");
    }
    assert_eq!(found(lists, &[1], i64::MIN, i64::MAX).await, [0, 1], "in the trash is none");
    // `from` counts, `to` does not any more.
    assert_eq!(found(lists, &[1], 50, 51).await, [0]);
    assert_eq!(found(lists, &[1], 51, 100).await, [0; 0]);
    assert_eq!(found(lists, &[1], 0, 10).await, [0; 0]);
    assert_eq!(found(lists, &[1], 10, 11).await, [0]);
    assert_eq!((found(lists, &[2], -5, 0).await, found(lists, &[2, 1], 0, 101).await), (vec![1], vec![0, 1]));
    assert_eq!((found(lists, &[], 0, 101).await, found(lists, &[3], 0, 101).await), (vec![], vec![]));
    // Put right, it is found where it is then, and perhaps where it was.
    let moved = TimeUpdated {
        task_id: TaskId(Uuid::from_u128(1)),
        entry_id: TimeEntryId(Uuid::from_u128(2)),
        started_at: Some(200),
        duration_s: None,
        note: None,
        tracked_s: 1,
    };
    lists.note_hours(&lease, &hours(&recorded(board(0).into(), &moved.into())), position(3)).await.expect("held");
    assert_eq!(found(lists, &[1], 150, 201).await, [0]);
    lists.note_hours(&lease, &[Worked::Dropped(ORG)], position(4)).await.expect("held");
    assert_eq!(found(lists, &[1, 2], i64::MIN, i64::MAX).await, [0; 0]);
    let late = lease.clone();
    consumers.release(lease).await.expect("a database");
    let next = consumers.acquire("hours", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    assert!(lists.note_hours(&late, &changes, position(5)).await.is_err(), "the late one saves nothing");
    lists.note_hours(&next, &changes, position(5)).await.expect("held");
    assert_eq!(found(lists, &[1], 0, 101).await, [0, 1]);
}
