//! Commands: durable before they are answered, at most once, decided together and refused one by one.

use lockstep::actors::CommandKey;
use lockstep_protocol::{
    codes::Code,
    command::{board::*, organization::*, task::*},
    event::{BoardEvent, Event},
    ids::*,
    limits::Limits,
    values::*,
};

use crate::support::{
    node::{Node, code, counts, id, new_column, new_task},
    until,
};

#[tokio::test]
async fn an_acknowledged_command_is_there_after_a_restart() {
    let node = Node::sqlite().await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let task = new_task(column, "Keep me");
    let ack = node.ask(ana, board, task.clone()).await.expect("adds");
    assert_eq!(ack.seq, 3);
    assert!(ack.position.is_some());
    let folder = node.stop().await.expect("a folder");

    let node = Node::reopen(folder, Limits::default()).await;
    let published = node.directory.board(board).await.expect("loads");
    assert_eq!(published.bookmark.seq, 3);
    assert_eq!(published.state.task(task.task_id).map(|task| task.title.to_string()), Some("Keep me".to_owned()));
}

#[tokio::test]
async fn a_retried_command_takes_effect_once_whenever_it_is_retried() {
    let node = Node::sqlite().await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let key = Some(CommandKey { client_id: ClientId(id()), client_seq: 7 });
    let task = new_task(column, "Once");
    let first = node.ask_keyed(ana, board, task.clone(), key).await.expect("adds");
    let again = node.ask_keyed(ana, board, task.clone(), key).await.expect("is answered from memory");
    assert_eq!(again, first);
    let other = new_task(column, "Another body");
    assert_eq!(code(node.ask_keyed(ana, board, other, key).await), Code::IdempotencyMismatch);

    let folder = node.stop().await.expect("a folder");
    let node = Node::reopen(folder, Limits::default()).await;
    let again = node.ask_keyed(ana, board, task, key).await.expect("is answered from the journal");
    assert_eq!((again.epoch, again.seq), (first.epoch, first.seq));
    assert_eq!(node.directory.board(board).await.expect("loads").bookmark.seq, 3);
}

#[tokio::test]
async fn a_command_older_than_the_window_is_found_in_the_journal() {
    let limits = Limits { idempotency_window_max: 4, ..Limits::default() };
    let node = Node::sqlite_with(limits).await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let client_id = ClientId(id());
    let key = |client_seq| Some(CommandKey { client_id, client_seq });
    let first = new_task(column, "First");
    let ack = node.ask_keyed(ana, board, first.clone(), key(1)).await.expect("adds");
    for seq in 3..12 {
        node.ask_keyed(ana, board, new_task(column, "More"), key(seq)).await.expect("adds");
    }
    assert_eq!(node.ask_keyed(ana, board, first, key(1)).await.expect("is found").seq, ack.seq);
    let late = node.ask_keyed(ana, board, new_task(column, "Late"), key(2)).await;
    assert_eq!(code(late), Code::TooOld);
}

#[tokio::test]
async fn a_refused_command_leaves_nothing_and_may_be_decided_again() {
    let node = Node::sqlite().await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let key = Some(CommandKey { client_id: ClientId(id()), client_seq: 1 });
    let missing = ColumnId(id());
    let task = new_task(missing, "Too early");
    assert_eq!(code(node.ask_keyed(ana, board, task.clone(), key).await), Code::NotFound);
    assert_eq!(node.directory.board(board).await.expect("is live").bookmark.seq, 2);
    node.ask(ana, board, new_column(missing)).await.expect("adds the column");
    node.ask_keyed(ana, board, task, key).await.expect("now it can be");
    let blank = CreateTask { title: String::new(), ..new_task(column, "") };
    let failure = node.ask(ana, board, blank).await.expect_err("a title is needed");
    assert_eq!((failure.code, failure.field.as_deref()), (Code::FieldRequired, Some("title")));
}

#[tokio::test]
async fn thirty_quick_adds_with_two_labels_each_all_at_once_are_thirty_tasks() {
    let node = Node::sqlite().await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let labels = [LabelId(id()), LabelId(id())];
    for label_id in labels {
        let label = CreateLabel { label_id, name: "Label".into(), colour: Colour::Red };
        node.ask(ana, board, label).await.expect("adds the label");
    }
    let adds = (0..30).map(|index| {
        let add = CreateTask { labels: labels.to_vec(), ..new_task(column, &format!("Task {index}")) };
        node.ask(ana, board, add)
    });
    let answers = futures_util::future::join_all(adds).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let published = node.directory.board(board).await.expect("is live");
    let order: Vec<_> = published.state.order(column).collect();
    assert_eq!(order.len(), 30);
    let numbers = counts(order.iter().filter_map(|task| published.state.task(*task)).map(|task| task.number));
    assert_eq!(numbers.len(), 30, "each task has a number of its own");
    assert!(published.state.tasks().all(|(_, task)| task.labels.len() == 2));
}

#[tokio::test]
async fn nothing_is_heard_before_it_is_durable_and_everything_once() {
    let node = Node::sqlite().await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let listener = node.join(ana, board, None).await.expect("joins");
    let adds = (0..200).map(|index| node.ask(ana, board, new_task(column, &format!("Task {index}"))));
    let acks = futures_util::future::join_all(adds).await;
    let head = acks.into_iter().map(|ack| ack.expect("adds").seq).max().expect("some");
    until("all is heard", async || (listener.seq() == head).then_some(())).await;
    let events = listener.events();
    let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (3..=head).collect::<Vec<_>>());
    assert!(events.iter().all(|event| matches!(event.event, Event::Board(BoardEvent::TaskCreated(_)))));
    let journal = node.store.journal().read(board.into(), 2, 1_000).await.expect("reads");
    assert_eq!(journal.len(), 200);
}

#[tokio::test]
async fn a_command_for_what_does_not_exist_is_not_found_and_leaves_no_actor() {
    let node = Node::sqlite().await;
    let ana = node.account().await;
    let answer = node.ask(ana, BoardId(id()), ArchiveBoard {}).await;
    assert_eq!(code(answer), Code::NotFound);
    assert_eq!(code(node.ask(ana, OrgId(id()), UpdateOrganization { name: None }).await), Code::NotFound);
    let wrong = node.ask(ana, OrgId(id()), ArchiveBoard {}).await;
    assert_eq!(code(wrong), Code::WrongTopic);
}
