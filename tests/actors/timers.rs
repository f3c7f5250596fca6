//! The one timer of a person over two nodes that tell each other nothing: whatever they ask at once, one timer counts, and each time is noted
//! once or nowhere.

use std::sync::Arc;

use lockstep::bus::local::Silent;
use lockstep_protocol::{
    codes::Code,
    command::{
        board::DeleteBoard,
        task::DeleteTask,
        timer::{DiscardTimer, StartTimer, StopTimer},
    },
    ids::*,
    limits::Limits,
};

use crate::support::{
    node::{Node, code, id, new_task},
    postgres, until,
};

async fn strangers() -> (Node, Node) {
    let url = postgres::database().await;
    let node = async || Node::postgres(&url, Arc::new(Silent), Limits::default()).await;
    (node().await, node().await)
}

struct Desk {
    ana: AccountId,
    org_id: OrgId,
    board_id: BoardId,
    tasks: [TaskId; 2],
}

async fn desk(node: &Node) -> Desk {
    let ana = node.account().await;
    let org_id = node.organization(ana).await;
    let (board_id, column) = node.board(ana, org_id).await;
    let mut tasks = [TaskId::NIL; 2];
    for task_id in &mut tasks {
        let task = new_task(column, "Count");
        *task_id = task.task_id;
        node.ask(ana, board_id, task).await.expect("adds");
    }
    Desk { ana, org_id, board_id, tasks }
}

impl Desk {
    fn start(&self, task: usize) -> StartTimer {
        let (org_id, board_id, task_id) = (self.org_id, self.board_id, self.tasks[task]);
        StartTimer { entry_id: TimeEntryId(id()), org_id, board_id, task_id }
    }

    fn stop(&self, entry_id: TimeEntryId) -> StopTimer {
        StopTimer { entry_id, board_id: Some(self.board_id), ended_at: None, note: String::new() }
    }

    async fn running(&self, node: &Node) -> Option<TimeEntryId> {
        let account = node.directory.account_now(self.ana).await.expect("is live");
        account.state.timer().map(|timer| timer.entry_id)
    }

    /// The times that are noted, and on how many tasks she is working.
    async fn board(&self, node: &Node) -> (Vec<TimeEntryId>, usize) {
        let board = node.directory.board_now(self.board_id).await.expect("is live");
        let tasks = || self.tasks.iter().filter_map(|id| board.state.task(*id));
        let noted = tasks().flat_map(|task| task.time_entries().map(|(id, _)| id).collect::<Vec<_>>());
        (noted.collect(), tasks().filter(|task| task.working().any(|account| account == self.ana)).count())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_devices_on_two_nodes_that_start_at_once_one_does() {
    let (one, two) = strangers().await;
    let desk = desk(&one).await;
    for round in 1..=10 {
        let (here, there) = (desk.start(0), desk.start(1));
        let outcomes = tokio::join!(one.ask(desk.ana, desk.ana, here), two.ask(desk.ana, desk.ana, there));
        let won = match (&outcomes.0, &outcomes.1) {
            (Ok(_), Err(_)) => here.entry_id,
            (Err(_), Ok(_)) => there.entry_id,
            _ => panic!("one of them starts: {outcomes:?}"),
        };
        let lost = outcomes.0.err().or(outcomes.1.err()).expect("one lost");
        assert_eq!(lost.code, Code::TimerRunning);
        for node in [&one, &two] {
            assert_eq!(desk.running(node).await, Some(won));
            let (noted, working) = desk.board(node).await;
            assert_eq!((noted.len(), working), (round - 1, 1));
        }
        // Stopped on both at once: noted once.
        let outcomes =
            tokio::join!(one.ask(desk.ana, desk.ana, desk.stop(won)), two.ask(desk.ana, desk.ana, desk.stop(won)));
        assert!(outcomes.0.is_ok() != outcomes.1.is_ok(), "one of them stops it: {outcomes:?}");
        for node in [&one, &two] {
            assert_eq!(desk.running(node).await, None);
            let (noted, working) = desk.board(node).await;
            assert_eq!((noted.len(), working), (round, 0));
            assert_eq!(noted.iter().filter(|entry| **entry == won).count(), 1);
        }
    }
}

/// Others write to the board all the while: a stop is noted all the same, or the timer goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_stopped_and_noted_in_one_append_however_busy_the_board_is() {
    let (one, two) = strangers().await;
    let desk = desk(&one).await;
    let column = two.directory.board(desk.board_id).await.expect("loads").state.columns()[0].0;
    for _ in 0..5 {
        let start = desk.start(0);
        let busy = async {
            for _ in 0..10 {
                two.ask(desk.ana, desk.board_id, new_task(column, "Other")).await.expect("adds");
            }
        };
        let timed = async {
            one.ask(desk.ana, desk.ana, start).await.expect("starts");
            one.ask(desk.ana, desk.ana, desk.stop(start.entry_id)).await.expect("stops");
        };
        tokio::join!(busy, timed);
        until("the other node has it", async || desk.board(&two).await.0.contains(&start.entry_id).then_some(())).await;
        assert_eq!(desk.running(&two).await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_board_holds_up_that_a_timer_is_stopped() {
    let (one, two) = strangers().await;
    let desk = desk(&one).await;
    let start = desk.start(0);
    one.ask(desk.ana, desk.ana, start).await.expect("starts");
    two.ask(desk.ana, desk.board_id, DeleteTask { task_id: desk.tasks[0] }).await.expect("deletes");
    one.ask(desk.ana, desk.ana, desk.stop(start.entry_id)).await.expect("stops");
    assert_eq!(desk.running(&two).await, None);
    assert_eq!(desk.board(&two).await, (vec![], 0));
    // Nor that the board is in the trash, or was never there.
    let start = desk.start(1);
    one.ask(desk.ana, desk.ana, start).await.expect("starts");
    two.ask(desk.ana, desk.board_id, DeleteBoard {}).await.expect("deletes");
    assert_eq!(code(one.ask(desk.ana, desk.ana, desk.start(1)).await), Code::TimerRunning);
    let nowhere = StopTimer { board_id: Some(BoardId(id())), ..desk.stop(start.entry_id) };
    one.ask(desk.ana, desk.ana, nowhere).await.expect("stops");
    let over = DiscardTimer { entry_id: start.entry_id, board_id: None };
    assert_eq!(code(two.ask(desk.ana, desk.ana, over).await), Code::WrongState);
    assert_eq!(code(two.ask(desk.ana, desk.ana, desk.start(1)).await), Code::NotFound);
}
