//! Commands and their answers: one each, durable, at most one effect, in order, and refusals that say why.

use std::collections::HashMap;

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::{BoardCommand, board::*, bulk::Bulk, task::*},
    event::{BoardEvent, Event},
    frame::*,
    ids::{BoardId, ClientId, TaskId},
    limits::Limits,
    values::*,
};

use super::harness::*;
use crate::support::node::{id, new_column, new_task};

fn titles(events: &Events) -> Vec<String> {
    let title = |event: &lockstep_protocol::event::Happened<Event>| match &event.event {
        Event::Board(BoardEvent::TaskCreated(task)) => Some(task.title.to_string()),
        _ => None,
    };
    events.events.iter().filter_map(title).collect()
}

#[tokio::test]
async fn r21_r23_events_of_a_commit_come_whole_and_say_whose_they_are() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let client_id = ClientId(id());
    for codec in Codec::ALL {
        let mut author = server.connect_as(owner.person, codec, client_id).await;
        let mut watcher = server.connect(ben, codec).await;
        let mut seq = watcher.join_live(owner.board).await.seq;
        // Moving a task to a done column moves and completes it: one commit of several events, perhaps.
        let done = lockstep_protocol::ids::ColumnId(id());
        let column = CreateColumn { column_id: done, name: "Done".into(), kind: ColumnKind::Done, place: Place::END };
        let task = new_task(owner.column, "Task");
        let move_task = MoveTask { task_id: task.task_id, column_id: done, place: Place::END };
        let mut commands = vec![author.command(owner.board, column), author.command(owner.board, task)];
        commands.push(author.command(owner.board, move_task));
        for (number, command) in commands.into_iter().enumerate() {
            let (reference, client_seq) = (command.reference, number as u64 + 1);
            let command = CommandMessage { client_seq: client_seq + 100 * (codec as u64), ..command };
            let wanted = command.client_seq;
            author.send(&[ClientMessage::Command(command)]).await;
            let acknowledged = author.reply(reference).await.expect("is done");
            let events = watcher.events(owner.board).await;
            assert_eq!((events.after, events.seq), (seq, acknowledged.seq), "one message brings it there");
            assert_eq!(events.events.len() as u64, events.seq - events.after);
            for event in &events.events {
                assert_eq!((event.by, event.client_id), (owner.person.account, Some(client_id)));
                assert_eq!(event.client_seq, Some(wanted));
            }
            seq = events.seq;
        }
    }
}

#[tokio::test]
async fn r24_r27_what_was_acknowledged_is_in_the_journal_and_names_its_place() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut client = server.connect(owner.person, Codec::MessagePack).await;
    let task = new_task(owner.column, "Kept");
    let rename = |title: &str| UpdateTask {
        task_id: task.task_id,
        title: Some(title.into()),
        description: None,
        mentions: vec![],
    };
    let first = client.ask(owner.board, task.clone()).await.expect("is done");
    assert_eq!((first.epoch, first.seq), (1, 3));
    assert!(first.position.is_some());
    // The same again in other words: nothing to change.
    let second = client.ask(owner.board, rename("Kept")).await.expect("is so");
    assert_eq!((second.epoch, second.seq, second.position), (1, 3, None));
    let Server { ref node, .. } = server;
    let journal = node.store.journal();
    let topic = owner.board.into();
    let read = journal.read(topic, 0, 100).await.expect("reads");
    assert_eq!(read.last().map(|event| event.seq), Some(3));
}

#[tokio::test]
async fn r25_time_never_goes_back_within_a_topic() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    client.join_whole(owner.board).await;
    let mut last = 0;
    for number in 0..20 {
        client.ask(owner.board, new_task(owner.column, &number.to_string())).await.expect("adds");
        for event in client.events(owner.board).await.events {
            assert!(event.at >= last);
            last = event.at;
        }
    }
}

#[tokio::test]
async fn r26_r32_each_command_of_a_mixed_burst_gets_one_answer_and_they_take_effect_in_order() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for codec in Codec::ALL {
        let mut client = server.connect(owner.person, codec).await;
        client.join_live(owner.board).await;
        let mut messages = Vec::new();
        let mut wanted = HashMap::new();
        for number in 0..45 {
            let task = new_task(owner.column, &format!("{number:03}"));
            let command = match number % 5 {
                3 => client.command(owner.board, CreateTask { title: String::new(), ..task }),
                4 => client.command(BoardId(id()), task),
                _ => client.command(owner.board, task),
            };
            wanted.insert(command.reference, number % 5 < 3);
            messages.push(ClientMessage::Command(command));
        }
        client.send(&messages).await;
        let mut answers: HashMap<u32, Vec<bool>> = HashMap::new();
        let mut created = Vec::new();
        while answers.len() < wanted.len() || created.len() < 27 {
            match client.next().await {
                ServerMessage::Reply(Reply { reference, outcome }) => {
                    answers.entry(reference).or_default().push(matches!(outcome, Outcome::Ok(_)));
                }
                ServerMessage::Events(events) => created.extend(titles(&events)),
                _ => {}
            }
        }
        for message in client.settle().await {
            assert!(!matches!(message, ServerMessage::Reply(_)), "one answer each: {message:?}");
        }
        for (reference, fine) in wanted {
            assert_eq!(answers[&reference], [fine], "ref {reference}");
        }
        assert!(created.is_sorted(), "{created:?}");
    }
}

#[tokio::test]
async fn r32_commands_sent_before_the_board_is_in_memory_keep_their_order() {
    let limits = Limits::default();
    let first = Server::with(limits.clone()).await;
    let owner = first.owner().await;
    let folder = {
        let Server { ref node, .. } = first;
        node.folder.clone().expect("a folder")
    };
    first.node.directory.stop().await;
    first.node.store.close().await;
    drop(first);
    let node = crate::support::node::Node::reopen(folder, limits.clone()).await;
    let server = Server::on(node, limits).await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    let task = new_task(owner.column, "Task 0");
    let task_id = task.task_id;
    let mut messages = vec![ClientMessage::Command(client.command(owner.board, task))];
    for number in 1..20 {
        let rename = UpdateTask { task_id, title: Some(format!("Task {number}")), description: None, mentions: vec![] };
        messages.push(ClientMessage::Command(client.command(owner.board, rename)));
    }
    client.send(&messages).await;
    for (number, reference) in (1..=20).enumerate() {
        let acknowledged = client.reply(reference).await.expect("is done");
        assert_eq!(acknowledged.seq, 3 + number as u64);
    }
}

#[tokio::test]
async fn r28_r29_a_command_sent_again_has_one_effect_and_another_body_under_its_number_is_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let client_id = ClientId(id());
    let mut client = server.connect_as(owner.person, Codec::Json, client_id).await;
    let command = client.command(owner.board, new_task(owner.column, "Once"));
    let reference = command.reference;
    client.send(&[ClientMessage::Command(command.clone()), ClientMessage::Command(command.clone())]).await;
    let original = client.reply(reference).await.expect("is done");
    assert_eq!(client.reply(reference).await, Ok(original.clone()));
    drop(client);
    let mut client = server.connect_as(owner.person, Codec::MessagePack, client_id).await;
    client.send(&[ClientMessage::Command(command.clone())]).await;
    assert_eq!(client.reply(reference).await, Ok(original.clone()));
    let other = CommandMessage { body: new_task(owner.column, "Other").into(), ..command };
    client.send(&[ClientMessage::Command(other)]).await;
    assert_eq!(client.reply(reference).await.expect_err("is refused").code, Code::IdempotencyMismatch);
    assert_eq!(server.node.directory.board(owner.board).await.expect("is there").bookmark.seq, original.seq);
}

#[tokio::test]
async fn r30_a_refused_command_has_no_effect_says_why_and_may_be_sent_again() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    let task = new_task(owner.column, "");
    let command = client.command(owner.board, task.clone());
    client.send(&[ClientMessage::Command(command.clone())]).await;
    let failure = client.reply(command.reference).await.expect_err("is refused");
    assert_eq!((failure.code, failure.field.as_deref()), (Code::FieldRequired, Some("title")));
    assert!(!failure.temporary && !failure.message.is_empty());
    assert_eq!(server.node.directory.board(owner.board).await.expect("is there").bookmark.seq, 2);
    let mended = CommandMessage { body: CreateTask { title: "Mended".into(), ..task }.into(), ..command };
    client.send(&[ClientMessage::Command(mended.clone())]).await;
    assert_eq!(client.reply(mended.reference).await.expect("is done").seq, 3);
}

#[tokio::test]
async fn r31_a_command_goes_to_its_kind_of_topic_and_accounts_take_none() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    let failure = client.ask(owner.org, new_task(owner.column, "Task")).await.expect_err("is refused");
    assert_eq!(failure.code, Code::WrongTopic);
    let close = lockstep_protocol::command::account::CloseAllSessions { except: None };
    let failure = client.ask(owner.person.account, close).await.expect_err("is refused");
    assert_eq!(failure.code, Code::Forbidden);
    assert!(client.is_served().await);
}

#[tokio::test]
async fn r33_beyond_the_burst_commands_are_refused_for_a_while_and_who_goes_on_is_closed() {
    let limits = Limits { commands_burst_max: 5, commands_per_second_max: 2, ..Limits::default() };
    let server = Server::with(limits.clone()).await;
    let owner = server.owner().await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    let mut refused = 0;
    for number in 0..8 {
        match client.ask(owner.board, new_task(owner.column, &format!("Task {number}"))).await {
            Ok(_) => assert!(number < 5),
            Err(failure) => {
                assert_eq!(
                    (failure.code, failure.temporary, failure.retry_after_ms),
                    (Code::RateLimited, true, Some(500))
                );
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 3);
    server.registry.advance(500);
    client.ask(owner.board, new_task(owner.column, "Patient")).await.expect("there is room again");
    let mut code = None;
    for _ in 0..limits.abuse_timeout_ms / 100 + 20 {
        let command = client.command(owner.board, new_task(owner.column, "Impatient"));
        if client.try_send(&[ClientMessage::Command(command)]).await.is_err() {
            break;
        }
        if let Err(closed) = client.read().await {
            code = Some(closed);
            break;
        }
        server.registry.advance(100);
    }
    assert_eq!(code, Some(4429));
}

#[tokio::test]
async fn r34_what_may_not_be_done_is_forbidden_where_one_may_look_and_not_found_where_not() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (member, stranger) = (server.member(&owner).await, server.person().await);
    let demote = SetBoardMember { account_id: owner.person.account, role: BoardRole::Viewer };
    let mut client = server.connect(member, Codec::Json).await;
    assert_eq!(client.ask(owner.board, demote.clone()).await.expect_err("is refused").code, Code::Forbidden);
    let mut client = server.connect(stranger, Codec::Json).await;
    let foreign = client.ask(owner.board, demote.clone()).await.expect_err("is refused");
    let missing = client.ask(BoardId(id()), demote).await.expect_err("is refused");
    assert_eq!(foreign.code, Code::NotFound);
    assert_eq!(foreign, missing);
}

#[tokio::test]
async fn r35_a_move_goes_by_neighbours_and_bends_when_they_have_parted() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    let mut ids = Vec::new();
    for title in ["a", "b", "c", "d"] {
        let task = new_task(owner.column, title);
        ids.push(task.task_id);
        client.ask(owner.board, task).await.expect("adds");
    }
    let place = |after: Option<TaskId>, before: Option<TaskId>| Place { after, before };
    let gone = TaskId(id());
    let table = [
        // d between a and b
        (ids[3], place(Some(ids[0]), Some(ids[1])), "adbc"),
        // a and b are no neighbours any more: after a decides
        (ids[2], place(Some(ids[0]), Some(ids[1])), "acdb"),
        // after is gone: before decides
        (ids[1], place(Some(gone), Some(ids[0])), "bacd"),
        // both are gone: the end
        (ids[0], place(Some(gone), Some(gone)), "bcda"),
    ];
    for (task_id, place, wanted) in table {
        client.ask(owner.board, MoveTask { task_id, column_id: owner.column, place }).await.expect("moves");
        let board = server.node.directory.board(owner.board).await.expect("is there");
        let parts = board.state.view(owner.board.0, Audience::Member, usize::MAX);
        let [lockstep_protocol::view::ViewPart::Board(view)] = &parts[..] else { panic!("a board") };
        let mut tasks = view.tasks.clone();
        tasks.sort_by(|a, b| a.rank.cmp(&b.rank));
        assert_eq!(tasks.iter().map(|task| task.title.as_str()).collect::<String>(), wanted);
    }
}

#[tokio::test]
async fn more_commands_than_may_be_in_flight_are_all_answered() {
    let limits = Limits { commands_burst_max: 1_000, commands_in_flight_max: 4, ..Limits::default() };
    let server = Server::with(limits).await;
    let owner = server.owner().await;
    let mut client = server.connect(owner.person, Codec::MessagePack).await;
    let mut references = Vec::new();
    for number in 0..100 {
        let column = new_column(lockstep_protocol::ids::ColumnId(id()));
        let command = match number % 2 {
            0 => client.command(owner.board, new_task(owner.column, "Task")),
            _ => client.command(owner.board, column),
        };
        references.push(command.reference);
        client.send(&[ClientMessage::Command(command)]).await;
    }
    for reference in references {
        // Columns run into their own limit; an answer is an answer.
        let _ = client.reply(reference).await;
    }
}

#[tokio::test]
async fn r64_many_commands_in_one_are_one_commit_or_none() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for codec in Codec::ALL {
        let mut client = server.connect(owner.person, codec).await;
        let seq = client.join_live(owner.board).await.seq;
        let good = |title: &str| BoardCommand::from(new_task(owner.column, title));
        let bad = || BoardCommand::from(CompleteTask { task_id: TaskId(id()) });
        let bulk = |commands: Vec<BoardCommand>, on_failure| Bulk { commands, on_failure };
        let none = client.ask(owner.board, bulk(vec![good("One"), bad(), good("Two")], OnFailure::None)).await;
        let none = none.expect_err("one of it is refused");
        assert_eq!((none.code, none.field.as_deref()), (Code::NotFound, Some("commands.1.task_id")));
        let asked = client.command(owner.board, bulk(vec![good("One"), bad(), good("Two")], OnFailure::Rest));
        client.send(&[ClientMessage::Command(asked.clone())]).await;
        let (mut made, mut answer) = (None, None);
        while made.is_none() || answer.is_none() {
            match client.next().await {
                ServerMessage::Events(events) => made = Some(events),
                ServerMessage::Reply(Reply { outcome: Outcome::Ok(done), .. }) => answer = Some(done),
                _ => {}
            }
        }
        let (made, answer) = (made.expect("came"), answer.expect("came"));
        assert_eq!((made.after, made.seq, answer.seq), (seq, seq + 2, seq + 2), "one commit, and nothing of the other");
        assert_eq!(titles(&made), ["One", "Two"]);
        let failed: Vec<_> = answer.failed.iter().map(|part| (part.index, part.failure.code)).collect();
        assert_eq!(failed, [(1, Code::NotFound)]);
        // Sent again it takes effect once.
        client.send(&[ClientMessage::Command(asked.clone())]).await;
        let again = client.reply(asked.reference).await.expect("was done");
        assert_eq!((again.seq, again.failed), (answer.seq, vec![]));
    }
}
