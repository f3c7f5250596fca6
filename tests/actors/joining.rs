//! Joining and resuming: current, ring, journal, snapshot; no gap and nothing twice, whatever is written meanwhile.

use lockstep_protocol::{codes::Code, frame::ResumedFrom, ids::BoardId, limits::Limits, position::Bookmark};

use crate::support::{
    node::{Heard, Node, code, id, new_task},
    until,
};

async fn resumed_from(limits: Limits, tasks: usize, after: Option<u64>) -> (ResumedFrom, u64, u64) {
    let node = Node::sqlite_with(limits).await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    for _ in 0..tasks {
        node.ask(ana, board, new_task(column, "Task")).await.expect("adds");
    }
    let head = 2 + tasks as u64;
    let after = after.map(|seq| Bookmark { epoch: 1, seq });
    let listener = node.join(ana, board, after).await.expect("joins");
    let seq = until("it is brought up to date", async || Some(listener.seq()).filter(|seq| *seq >= head)).await;
    let Some(Heard::Joined(how, _)) = listener.heard().first().cloned() else { panic!("joined comes first") };
    (how, seq, head)
}

#[tokio::test]
async fn a_first_join_gets_a_snapshot() {
    let (how, seq, head) = resumed_from(Limits::default(), 5, None).await;
    assert_eq!((how, seq), (ResumedFrom::Snapshot, head));
}

#[tokio::test]
async fn one_who_is_up_to_date_gets_nothing() {
    let (how, seq, head) = resumed_from(Limits::default(), 5, Some(7)).await;
    assert_eq!((how, seq), (ResumedFrom::Current, head));
}

#[tokio::test]
async fn one_who_is_a_little_behind_gets_the_ring() {
    let (how, seq, head) = resumed_from(Limits::default(), 5, Some(4)).await;
    assert_eq!((how, seq), (ResumedFrom::Ring, head));
}

#[tokio::test]
async fn one_who_is_further_behind_gets_the_journal() {
    let limits = Limits { ring_events_max: 2, ..Limits::default() };
    let (how, seq, head) = resumed_from(limits, 20, Some(3)).await;
    assert_eq!((how, seq), (ResumedFrom::Journal, head));
}

#[tokio::test]
async fn one_who_is_far_behind_or_from_another_history_gets_a_snapshot() {
    let limits = Limits { ring_events_max: 2, resume_events_max: 5, ..Limits::default() };
    let (how, seq, head) = resumed_from(limits, 20, Some(3)).await;
    assert_eq!((how, seq), (ResumedFrom::Snapshot, head));
    let (how, _, _) = resumed_from(Limits::default(), 3, Some(1_000)).await;
    assert_eq!(how, ResumedFrom::Snapshot);
}

#[tokio::test]
async fn joins_amid_writes_miss_nothing() {
    let limits = Limits { ring_events_max: 8, ..Limits::default() };
    let node = Node::sqlite_with(limits).await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let write = async {
        for index in 0..150 {
            node.ask(ana, board, new_task(column, &format!("Task {index}"))).await.expect("adds");
        }
    };
    let join = async {
        let mut listeners = Vec::new();
        for seq in 0..60 {
            let after = Some(Bookmark { epoch: 1, seq: seq * 2 });
            listeners.push(node.join(ana, board, after).await.expect("joins"));
            tokio::task::yield_now().await;
        }
        listeners
    };
    let ((), listeners) = tokio::join!(write, join);
    for listener in listeners {
        // `seq` fails on a gap.
        until("all is heard", async || (listener.seq() == 152).then_some(())).await;
    }
}

#[tokio::test]
async fn what_does_not_exist_or_may_not_be_seen_is_not_found() {
    let node = Node::sqlite().await;
    let (ana, eve) = (node.account().await, node.account().await);
    let org = node.organization(ana).await;
    let (board, _) = node.board(ana, org).await;
    assert_eq!(node.join(ana, BoardId(id()), None).await.err().map(|failure| failure.code), Some(Code::NotFound));
    let foreign = node.join(eve, board, None).await.err().expect("eve may not");
    let missing = node.join(eve, BoardId(id()), None).await.err().expect("there is none");
    assert_eq!(foreign, missing, "a foreign board is answered like a missing one");
    assert_eq!(code(node.ask(eve, board, lockstep_protocol::command::board::ArchiveBoard {}).await), Code::NotFound);
}
