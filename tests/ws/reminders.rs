//! What comes due, over real sockets: those at the board hear it, and no client says it.

use lockstep::actors::{CommandRequest, Saw};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::{bulk::Bulk, reminder::*, task::CreateTask},
    event::{BoardEvent, Event},
    ids::AccountId,
    values::{Due, OnFailure, Reminder},
};

use super::{client::Client, harness::*};
use crate::support::node::*;

async fn next(client: &mut Client, owner: &Owner) -> (AccountId, Event) {
    let happened = client.events(owner.board).await.events;
    (happened[0].by, happened[0].event.clone())
}

#[tokio::test]
async fn what_comes_due_is_heard_and_said_by_no_client() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    for codec in Codec::ALL {
        let mut ana = server.connect(owner.person, codec).await;
        let mut other = server.connect(ben, codec).await;
        other.join_live(owner.board).await;
        let due = Due { at: 1_000_000_000_000_000, has_time: true };
        let task = CreateTask { due: Some(due), ..new_task(owner.column, "Late") };
        let task_id = task.task_id;
        ana.ask(owner.board, task).await.expect("is made");
        next(&mut other, &owner).await;
        let reminder = Reminder::Before { minutes: 10 };
        ana.ask(owner.board, SetReminder { task_id, reminder }).await.expect("is set");
        let (by, event) = next(&mut other, &owner).await;
        assert_eq!((by, matches!(event, Event::Board(BoardEvent::TaskReminderSet(_)))), (owner.person.account, true));
        let announce = AnnounceTask { task_id };
        for client in [&mut ana, &mut other] {
            assert_eq!(client.ask(owner.board, announce).await.expect_err("is refused").code, Code::Forbidden);
            let bulk = Bulk { commands: vec![announce.into()], on_failure: OnFailure::None };
            assert_eq!(client.ask(owner.board, bulk).await.expect_err("is refused").code, Code::Forbidden);
        }
        let (topic, principal) = (owner.board.into(), Principal::System(AccountId::NIL));
        let body = announce.into();
        let request = CommandRequest { topic, principal, session: None, key: None, body, saw: Saw::default() };
        server.node.directory.command(request).await.expect("is said");
        let heard = other.events(owner.board).await.events;
        assert!(heard.iter().all(|happened| happened.by == AccountId::NIL && happened.client_id.is_none()));
        let tags: Vec<&str> = heard.iter().map(|happened| happened.event.tag()).collect();
        assert_eq!(tags, ["task.reminder.due", "task.overdue"]);
    }
}
