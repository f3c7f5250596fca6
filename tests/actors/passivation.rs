//! Memory for live state is a budget: the least recently used go, and come back when asked for.

use lockstep_domain::{Aggregate, Board};
use lockstep_protocol::{command::task::UpdateTask, limits::Limits};

use crate::support::{
    node::{Node, new_task},
    until,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_boards_stay_under_a_budget_of_64_megabytes() {
    let budget = 64 * 1024 * 1024;
    let node = Node::sqlite_with(Limits { live_bytes_max: budget, ..Limits::default() }).await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let mut boards = Vec::new();
    let mut most = 0;
    for _ in 0..20 {
        let founded = futures_util::future::join_all((0..50).map(|_| async {
            let (board, column) = node.board(ana, org).await;
            for _ in 0..8 {
                let task = new_task(column, &"A title that takes some room. ".repeat(10));
                node.ask(ana, board, task).await.expect("adds");
            }
            board
        }))
        .await;
        boards.extend(founded);
        most = most.max(node.directory.live_bytes());
    }
    assert_eq!(boards.len(), 1_000);
    for board in &boards {
        assert_eq!(node.directory.board(*board).await.expect("comes back").bookmark.seq, 10);
    }
    until("the budget holds", async || (node.directory.live_bytes() <= budget).then_some(())).await;
    assert!(most < 2 * budget, "it never ran away: {most}");
}

#[tokio::test]
async fn an_idle_board_goes_and_comes_back_with_everything() {
    let node = Node::sqlite_with(Limits { passivate_idle_ms: 1, ..Limits::default() }).await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let task = new_task(column, "Still here");
    node.ask(ana, board, task.clone()).await.expect("adds");
    until("it goes", async || (!node.directory.is_live(board)).then_some(())).await;
    let rename = UpdateTask { task_id: task.task_id, title: Some("Back".into()), description: None, mentions: vec![] };
    assert_eq!(node.ask(ana, board, rename).await.expect("it comes back").seq, 4);
    let snapshots =
        node.store.journal().load_snapshot(board.into(), Board::STATE_VERSION, u64::MAX).await.expect("reads");
    assert_eq!(snapshots.map(|snapshot| snapshot.seq), Some(3), "it left a snapshot behind");
}

#[tokio::test]
async fn a_board_with_somebody_on_it_stays() {
    let node = Node::sqlite_with(Limits { passivate_idle_ms: 1, live_bytes_max: 0, ..Limits::default() }).await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (watched, column) = node.board(ana, org).await;
    let (idle, _) = node.board(ana, org).await;
    let listener = node.join(ana, watched, None).await.expect("joins");
    until("the idle one goes", async || (!node.directory.is_live(idle)).then_some(())).await;
    assert!(node.directory.is_live(watched) && node.directory.is_live(org), "with what it depends on");
    let ack = node.ask(ana, watched, new_task(column, "Seen")).await.expect("adds");
    until("it is heard", async || (listener.seq() == ack.seq).then_some(())).await;
}
