//! Tasks between boards: on both, or on neither, whoever else writes there, on one node and on two.

use std::{collections::BTreeSet, sync::Arc};

use lockstep::{
    actors::{CommandKey, CommandRequest, Saw, happened},
    bus::local::{Hub, Silent},
};
use lockstep_domain::{Aggregate, Principal, board::Board};
use lockstep_protocol::{
    codes::Code,
    command::{comment::AddComment, task::UpdateTask, transfer::TransferTask},
    ids::*,
    limits::Limits,
    topic::Topic,
    values::{Lifecycle, OrgRole, Place},
};

use crate::support::{
    node::{Node, code, id, new_task},
    postgres, until,
};

/// A board, and a column of it.
type Spot = (BoardId, ColumnId);

fn transfer(task_id: TaskId, (to_board_id, column_id): Spot) -> TransferTask {
    TransferTask { task_id, to_board_id, column_id, place: Place::END }
}

async fn two_boards(node: &Node) -> (AccountId, OrgId, Spot, Spot) {
    let ana = node.account().await;
    let org = node.organization(ana).await;
    (ana, org, node.board(ana, org).await, node.board(ana, org).await)
}

async fn task_on(node: &Node, ana: AccountId, (board, column): Spot, title: &str) -> TaskId {
    let task = new_task(column, title);
    let task_id = task.task_id;
    node.ask(ana, board, task).await.expect("adds");
    task_id
}

/// The tasks of a board, as this node holds it.
async fn tasks(node: &Node, board: BoardId) -> BTreeSet<TaskId> {
    let published = node.directory.board(board).await.expect("is live");
    published.state.tasks().map(|(id, _)| id).collect()
}

/// The board as the journal has it.
async fn folded(node: &Node, board: BoardId) -> Board {
    let events = node.store.journal().read(board.into(), 0, 10_000).await.expect("is there");
    let mut state = Board::default();
    events.iter().for_each(|event| state.evolve(&happened::<Board>(event).expect("decodes")));
    state
}

#[tokio::test]
async fn a_task_goes_and_comes_with_what_was_said_and_both_boards_are_told_at_once() {
    let node = Node::sqlite().await;
    let (ana, _, here, there) = two_boards(&node).await;
    let task = task_on(&node, ana, here, "Goes").await;
    let said = AddComment {
        task_id: task,
        comment_id: CommentId(id()),
        text: "Said here".into(),
        reply_to: None,
        mentions: vec![],
        original: None,
    };
    node.ask(ana, here.0, said).await.expect("is said");
    let (left, got) =
        (node.join(ana, here.0, None).await.expect("joins"), node.join(ana, there.0, None).await.expect("joins"));
    let key = Some(CommandKey { client_id: ClientId(id()), client_seq: 1 });
    let told = node.ask_keyed(ana, here.0, transfer(task, there), key).await.expect("goes");
    // What was answered can be read on both at once.
    assert!(tasks(&node, here.0).await.is_empty());
    let state = node.directory.board(there.0).await.expect("is live");
    let moved = state.state.task(task).expect("is there");
    assert_eq!((moved.title.as_str(), moved.comments.len(), moved.created_by), ("Goes", 1, ana));
    let end = state.bookmark.seq;
    until("both hear of it", async || (left.seq() == told.seq && got.seq() == end).then_some(())).await;
    // Asked again, it is answered as before, and done once.
    let again = node.ask_keyed(ana, here.0, transfer(task, there), key).await.expect("was done");
    assert_eq!((again.seq, again.position), (told.seq, told.position));
    // Nothing can be asked of it here any more; it may come back, whole, with its number.
    let renamed = UpdateTask { task_id: task, title: Some("No".into()), description: None, mentions: vec![] };
    assert_eq!(code(node.ask(ana, here.0, renamed).await), Code::NotFound);
    node.ask(ana, there.0, transfer(task, here)).await.expect("comes back");
    let state = node.directory.board(here.0).await.expect("is live");
    let back = state.state.task(task).expect("is back");
    assert_eq!((back.number, back.comments.len()), (1, 1));
    for board in [here.0, there.0] {
        let published = node.directory.board(board).await.expect("is live");
        let again = folded(&node, board).await;
        assert_eq!(again.digest(), published.state.digest());
    }
    node.stop().await;
}

/// Refused by the one or by the other, nothing happens on either.
#[tokio::test]
async fn what_one_board_refuses_happens_on_neither() {
    let node = Node::sqlite().await;
    let (ana, org, here, there) = two_boards(&node).await;
    let ben = node.account().await;
    node.seat(ana, org, ben, OrgRole::Member).await;
    let task = task_on(&node, ana, here, "Stays").await;
    let seqs = async || {
        let seq = async |board| node.directory.board(board).await.expect("is live").bookmark.seq;
        (seq(here.0).await, seq(there.0).await)
    };
    let before = seqs().await;
    let strange = node.account().await;
    let other = node.organization(strange).await;
    let foreign = node.board(strange, other).await;
    let nowhere = (BoardId(id()), here.1);
    for (who, to) in [(ana, nowhere), (ana, (there.0, here.1)), (ana, foreign), (strange, there)] {
        assert_eq!(code(node.ask(who, here.0, transfer(task, to)).await), Code::NotFound);
    }
    assert_eq!(seqs().await, before);
    node.stop().await;
}

/// Everybody moves everything to and fro while others write on both boards: each task is on one board, once, and no command is lost.
async fn to_and_fro(nodes: [&Node; 2]) {
    let (ana, _, here, there) = two_boards(nodes[0]).await;
    let mut all = BTreeSet::new();
    for number in 0..6 {
        all.insert(task_on(nodes[0], ana, here, &format!("Task {number}")).await);
    }
    let movers = all.iter().enumerate().map(|(number, task)| {
        let (node, task) = (nodes[number % 2], *task);
        async move {
            let mut done = 0;
            while done < 8 {
                let (from, to) = if done % 2 == 0 { (here, there) } else { (there, here) };
                match node.ask(ana, from.0, transfer(task, to)).await {
                    Ok(_) => done += 1,
                    Err(failure) => assert!(failure.temporary, "{failure:?}"),
                }
            }
        }
    });
    let writers = (0..40).map(|number| {
        let node = nodes[number % 2];
        let spot = if number % 4 < 2 { here } else { there };
        async move {
            let task = new_task(spot.1, &format!("New {number}"));
            loop {
                match node.ask(ana, spot.0, task.clone()).await {
                    Err(failure) if failure.temporary => tokio::task::yield_now().await,
                    other => return other.map(|_| (spot.0, task.task_id)).expect("adds"),
                }
            }
        }
    });
    let (_, added) = tokio::join!(futures_util::future::join_all(movers), futures_util::future::join_all(writers));
    for node in nodes {
        for board in [here.0, there.0] {
            let end = nodes[0].store.journal().head(Topic::from(board)).await.expect("a head").version;
            until("it has heard of all", async || {
                (node.directory.board(board).await.expect("is live").bookmark.seq == end).then_some(())
            })
            .await;
            let mut wanted: BTreeSet<TaskId> =
                added.iter().filter(|(at, _)| *at == board).map(|(_, task)| *task).collect();
            // Each went an even number of times.
            if board == here.0 {
                wanted.extend(all.iter().copied());
            }
            assert_eq!(tasks(node, board).await, wanted);
            let published = node.directory.board(board).await.expect("is live");
            assert!(published.state.tasks().all(|(_, task)| task.lifecycle == Lifecycle::Active));
            assert_eq!(folded(node, board).await.digest(), published.state.digest());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn to_and_fro_on_one_node() {
    let node = Node::sqlite().await;
    to_and_fro([&node, &node]).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn to_and_fro_on_two_nodes_that_hear_of_each_other() {
    let url = postgres::database().await;
    let hub = Hub::default();
    let one = Node::postgres(&url, Arc::new(hub.connect()), Limits::default()).await;
    let two = Node::postgres(&url, Arc::new(hub.connect()), Limits::default()).await;
    to_and_fro([&one, &two]).await;
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn to_and_fro_on_two_nodes_that_tell_each_other_nothing() {
    let url = postgres::database().await;
    let one = Node::postgres(&url, Arc::new(Silent), Limits::default()).await;
    let two = Node::postgres(&url, Arc::new(Silent), Limits::default()).await;
    to_and_fro([&one, &two]).await;
    one.stop().await;
    two.stop().await;
}

/// The server itself may move what it likes; the public nothing.
#[tokio::test]
async fn nobody_moves_what_they_do_not_see() {
    let node = Node::sqlite().await;
    let (ana, _, here, there) = two_boards(&node).await;
    let task = task_on(&node, ana, here, "Stays").await;
    let asked = |principal| CommandRequest {
        topic: here.0.into(),
        principal,
        session: None,
        key: None,
        body: transfer(task, there).into(),
        saw: Saw::default(),
    };
    assert_eq!(code(node.directory.command(asked(Principal::Public)).await), Code::Unauthenticated);
    node.directory.command(asked(Principal::System(ana))).await.expect("goes");
    assert_eq!(tasks(&node, there.0).await, BTreeSet::from([task]));
    node.stop().await;
}
