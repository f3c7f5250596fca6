//! When to ask which board what has come due there: noted from events, and never forgotten for what is said meanwhile.

use bytes::Bytes;
use lockstep::{
    store::{
        journal::Recorded,
        projections::{Alarm, Asked, NEVER},
    },
    workers::alarms::alarms,
};
use lockstep_protocol::{
    event::{BoardEvent, task::*},
    ids::{AccountId, BoardId, CommitId, OrgId, TaskId},
    position::Position,
    topic::{Kind, Topic},
    values::Due,
};
use uuid::Uuid;

use super::{Backend, on_both};

on_both!(a_board_is_asked_at_its_time_and_again_after_what_happened_meanwhile,);

const ORG: OrgId = OrgId(Uuid::from_u128(1));
const OTHER: OrgId = OrgId(Uuid::from_u128(2));

fn board(n: u128) -> BoardId {
    BoardId(Uuid::from_u128(200 + n))
}

fn position(seq: u64) -> Position {
    Position { era: 1, transaction: seq * 10, stream: Uuid::from_u128(5), seq }
}

fn recorded(stream: Topic, org: OrgId, tag: &str, payload: Vec<u8>) -> Recorded {
    Recorded {
        stream,
        org,
        seq: 1,
        position: position(1),
        commit: CommitId(Uuid::nil()),
        at: 1,
        actor: AccountId::NIL,
        origin: None,
        tag: tag.to_owned(),
        payload: Bytes::from(payload),
        hash: Default::default(),
    }
}

fn scheduled(n: u128, due: Option<Due>) -> Recorded {
    let task_id = TaskId(Uuid::from_u128(7));
    let event = BoardEvent::from(TaskScheduled { task_id, start_at: None, due });
    recorded(board(n).into(), ORG, event.tag(), rmp_serde::to_vec_named(&event).expect("an event encodes"))
}

async fn a_board_is_asked_at_its_time_and_again_after_what_happened_meanwhile(backend: Backend) {
    let (consumers, lists) = (backend.store.consumers(), backend.store.projections());
    let lease = consumers.acquire("alarms", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    let due = Some(Due { at: 50, has_time: true });
    let events = [scheduled(1, due), scheduled(2, None), scheduled(1, due), scheduled(3, due)];
    let changes = alarms(&events);
    assert_eq!(changes, [Alarm::Changed(ORG, board(1)), Alarm::Changed(ORG, board(3))], "each board once");
    lists.alarm(&lease, &changes, position(1)).await.expect("held");
    assert_eq!(consumers.cursor("alarms").await, Ok(position(1)), "in the same transaction");
    let asked = async |now| -> Vec<Asked> { lists.alarms_due(now, 9).await.expect("a database") };
    let boards = async |now| -> Vec<BoardId> { asked(now).await.iter().map(|asked| asked.board).collect() };
    let first = asked(0).await;
    assert_eq!(first.iter().map(|asked| asked.board).collect::<Vec<_>>(), [board(1), board(3)]);
    assert_eq!(lists.alarms_due(0, 1).await.expect("a database").len(), 1, "a page at a time");
    lists.ask_again(first[0], 100).await.expect("a database");
    lists.ask_again(first[1], NEVER).await.expect("a database");
    assert_eq!(boards(99).await, []);
    assert_eq!(boards(100).await, [board(1)]);
    assert_eq!(boards(NEVER - 1).await, [board(1)]);
    // Something happens after the board was asked: what it said then is no more the whole truth.
    let before = asked(100).await[0];
    lists.alarm(&lease, &changes, position(2)).await.expect("held");
    lists.ask_again(before, NEVER).await.expect("a database");
    assert_eq!(boards(0).await, [board(1), board(3)]);
    let gone = recorded(Topic::new(Kind::Organization, ORG.0), ORG, "organization.dropped", Vec::new());
    let elsewhere = Alarm::Changed(OTHER, board(4));
    lists.alarm(&lease, &[elsewhere], position(3)).await.expect("held");
    let dropped = alarms(&[scheduled(1, due), gone]);
    assert_eq!(dropped, [Alarm::Dropped(ORG)]);
    lists.alarm(&lease, &dropped, position(4)).await.expect("held");
    assert_eq!(boards(NEVER).await, [board(4)]);
    let late = lease.clone();
    consumers.release(lease).await.expect("a database");
    consumers.acquire("alarms", Uuid::now_v7(), 600_000).await.expect("a database").expect("free");
    assert!(lists.alarm(&late, &changes, position(5)).await.is_err(), "the late one saves nothing");
    assert_eq!(boards(NEVER).await, [board(4)]);
}
