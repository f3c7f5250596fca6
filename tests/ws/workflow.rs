//! The limit of a column over real sockets: of all that come at once, as many get in as there is room for.

use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::{
        board::SetBoardMember,
        task::{CreateTask, DeleteTask, MoveTask},
        workflow::SetColumnWorkflow,
    },
    frame::ClientMessage,
    ids::{BoardId, ColumnId, TaskId},
    values::{BoardRole, Entry, OrgRole, Place, Visibility, Wip, WipMode, Workflow},
};

use super::harness::{Owner, Server};
use crate::support::node::*;

const LIMIT: usize = 3;

fn limited(column_id: ColumnId) -> SetColumnWorkflow {
    let wip = Wip { limit: LIMIT as u32, mode: WipMode::Refuse };
    SetColumnWorkflow { column_id, workflow: Workflow { wip: Some(wip), ..Workflow::default() } }
}

async fn standing(server: &Server, board: BoardId, column: ColumnId) -> usize {
    let board = server.node.directory.board(board).await.expect("is there");
    board.state.order(column).count()
}

fn place() -> Place<TaskId> {
    Place::END
}

#[tokio::test]
async fn of_two_who_fill_a_column_at_once_as_many_get_in_as_there_is_room() {
    let server = Server::start().await;
    let Owner { person, board, column, .. } = server.owner().await;
    let mut ana = server.connect(person, Codec::Json).await;
    let mut ben = server.connect(person, Codec::MessagePack).await;
    let narrow = ColumnId(id());
    ana.ask(board, new_column(narrow)).await.expect("adds a column");
    ana.ask(board, limited(narrow)).await.expect("limits it");
    for round in 0..6 {
        let mut sent = Vec::new();
        for (client, name) in [(&mut ana, "ana"), (&mut ben, "ben")] {
            let mut messages = Vec::new();
            for number in 0..LIMIT {
                let task = new_task(if number == 0 { narrow } else { column }, name);
                let task_id = task.task_id;
                messages.push(client.command(board, task));
                messages.push(client.command(board, MoveTask { task_id, column_id: narrow, place: place() }));
            }
            let references: Vec<u32> = messages.iter().map(|message| message.reference).collect();
            let frame: Vec<_> = messages.into_iter().map(ClientMessage::Command).collect();
            // Both are on their way before either is answered.
            client.send(&frame).await;
            sent.push(references);
        }
        let mut refused = 0;
        for (client, references) in [&mut ana, &mut ben].into_iter().zip(sent) {
            for reference in references {
                if let Err(failure) = client.reply(reference).await {
                    // What was refused to be made is not there to be moved.
                    assert!([Code::WipLimit, Code::NotFound].contains(&failure.code), "{failure}");
                    assert!(failure.code != Code::WipLimit || failure.limit == Some(LIMIT as u64));
                    refused += usize::from(failure.code == Code::WipLimit);
                }
            }
        }
        assert_eq!(standing(&server, board, narrow).await, LIMIT, "round {round}");
        assert!(refused >= LIMIT, "round {round}: {refused}");
        let held: Vec<TaskId> = {
            let board = server.node.directory.board(board).await.expect("is there");
            board.state.order(narrow).collect()
        };
        for task_id in held {
            ana.ask(board, DeleteTask { task_id }).await.expect("makes room");
        }
    }
}

#[tokio::test]
async fn one_who_may_bring_nothing_in_and_one_who_may_put_nothing_away() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let guest = server.person().await;
    server.node.seat(owner.person.account, owner.org, guest.account, OrgRole::Guest).await;
    let mut ana = server.connect(owner.person, Codec::Json).await;
    let private = lockstep_protocol::command::board::UpdateBoard { name: None, visibility: Some(Visibility::Private) };
    ana.ask(owner.board, private).await.expect("closes the board");
    let let_in = SetBoardMember { account_id: guest.account, role: BoardRole::Contributor };
    ana.ask(owner.board, let_in).await.expect("lets somebody in");
    let mut cid = server.connect(guest, Codec::Json).await;
    let task = new_task(owner.column, "Mine");
    let task_id = task.task_id;
    cid.ask(owner.board, task).await.expect("adds a task");
    let refused = cid.ask(owner.board, DeleteTask { task_id }).await.expect_err("may not delete");
    assert_eq!(refused.code, Code::Forbidden);
    let workflow = Workflow { enter: Entry::Owners, ..Workflow::default() };
    let guarded = ColumnId(id());
    ana.ask(owner.board, new_column(guarded)).await.expect("adds a column");
    let shut = SetColumnWorkflow { column_id: guarded, workflow };
    assert_eq!(cid.ask(owner.board, shut.clone()).await.expect_err("shapes nothing").code, Code::Forbidden);
    ana.ask(owner.board, shut).await.expect("guards it");
    let enter = MoveTask { task_id, column_id: guarded, place: place() };
    let refused = cid.ask(owner.board, enter.clone()).await.expect_err("may not enter");
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Forbidden, Some("column_id")));
    let made = CreateTask { column_id: guarded, ..new_task(guarded, "There") };
    assert_eq!(cid.ask(owner.board, made).await.expect_err("may not enter").code, Code::Forbidden);
    ana.ask(owner.board, enter).await.expect("an owner may");
}
