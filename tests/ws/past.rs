//! Changes that are taken back over the socket.

use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::{past::UndoChange, task::UpdateTask},
    event::{BoardEvent, Event},
    frame::{ClientMessage, CommandMessage},
    ids::TaskId,
    values::Field,
};

use super::harness::*;
use crate::support::node::new_task;

fn retitle(task_id: TaskId, title: &str) -> UpdateTask {
    UpdateTask { task_id, title: Some(title.into()), description: None, mentions: vec![] }
}

#[tokio::test]
async fn r65_a_change_is_taken_back_once_however_often_that_is_asked() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    for codec in Codec::ALL {
        let (mut ana, mut other) = (server.connect(owner.person, codec).await, server.connect(ben, codec).await);
        let task = new_task(owner.column, "First");
        let task_id = task.task_id;
        ana.ask(owner.board, task).await.expect("is made");
        let seq = ana.ask(owner.board, retitle(task_id, "Second")).await.expect("is done").seq;
        other.join_live(owner.board).await;

        let undo = ana.command(owner.board, UndoChange { seq });
        let mut answers = Vec::new();
        for _ in 0..3 {
            // The same command, as a client sends it that did not hear the answer.
            let reference = ana.next_reference();
            ana.send(&[ClientMessage::Command(CommandMessage { reference, ..undo.clone() })]).await;
            answers.push(ana.reply(reference).await.expect("is done").seq);
        }
        assert_eq!(answers, vec![seq + 2; 3]);
        let told = other.events(owner.board).await;
        let told: Vec<_> = told.events.iter().map(|happened| &happened.event).collect();
        match told[..] {
            [Event::Board(BoardEvent::ChangeUndone(undone)), Event::Board(BoardEvent::TaskUpdated(updated))] => {
                assert_eq!((undone.seq, undone.redone), (seq, None));
                assert_eq!(updated.title.as_deref(), Some("First"));
            }
            _ => panic!("one moment, both: {told:?}"),
        }
        let twice = ana.ask(owner.board, UndoChange { seq }).await.expect_err("is refused");
        assert_eq!(twice.code, Code::WrongState);

        // Of two who change it at once, one taking back and one going on, nothing is lost unseen.
        let mine = ana.ask(owner.board, retitle(task_id, "Third")).await.expect("is done").seq;
        let (undone, theirs) = tokio::join!(
            ana.ask(owner.board, UndoChange { seq: mine }),
            other.ask(owner.board, retitle(task_id, "Theirs"))
        );
        let theirs = theirs.expect("is done").seq;
        if let Err(refused) = undone {
            assert_eq!((refused.code, refused.conflicts[0].field), (Code::PreconditionFailed, Field::Title));
            assert_eq!((refused.conflicts[0].by, refused.conflicts[0].seq), (ben.account, theirs));
        }
        let board = server.node.directory.board_at(owner.board, theirs).await.expect("is there");
        assert_eq!(board.state.task(task_id).expect("a task").title, "Theirs");
    }
}
