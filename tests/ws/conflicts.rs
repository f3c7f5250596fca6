//! Changes that the author of a command had not seen.

use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::{Command, task::*},
    frame::*,
    ids::{ClientId, TaskId},
    topic::Topic,
    values::{Conflict, Field, IfChanged, Priority},
};

use super::{client::Client, harness::*};
use crate::support::node::{id, new_task};

fn retitle(task_id: TaskId, title: &str) -> UpdateTask {
    UpdateTask { task_id, title: Some(title.into()), description: None, mentions: vec![] }
}

/// Asks with what was seen, and gives the answer.
async fn ask_having_seen(
    client: &mut Client,
    topic: impl Into<Topic>,
    body: impl Into<Command>,
    seq: u64,
    if_changed: Option<IfChanged>,
) -> Result<Acknowledged, lockstep_protocol::codes::Failure> {
    let command = CommandMessage { saw: Some(seq), if_changed, ..client.command(topic, body) };
    let reference = command.reference;
    client.send(&[ClientMessage::Command(command)]).await;
    client.reply(reference).await
}

#[tokio::test]
async fn r63_whoever_goes_over_an_unseen_change_is_told_or_refused_as_they_say() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    for codec in Codec::ALL {
        let mut ana = server.connect(owner.person, codec).await;
        let mut other = server.connect(ben, codec).await;
        let task = new_task(owner.column, "First");
        let task_id = task.task_id;
        let seen = ana.ask(owner.board, task).await.expect("is made").seq;
        let theirs = other.ask(owner.board, retitle(task_id, "Theirs")).await.expect("is done").seq;
        let conflict = Conflict { field: Field::Title, by: ben.account, seq: theirs };

        // Another field: nobody stands in the way.
        let urgent = PrioritizeTask { task_id, priority: Priority::Urgent };
        let done = ask_having_seen(&mut ana, owner.board, urgent, seen, Some(IfChanged::Refuse)).await;
        assert_eq!(done.expect("is done").conflicts, []);

        let mine = retitle(task_id, "Mine");
        let refused = ask_having_seen(&mut ana, owner.board, mine.clone(), seen, Some(IfChanged::Refuse)).await;
        let refused = refused.expect_err("is refused");
        assert_eq!((refused.code, refused.field.as_deref()), (Code::PreconditionFailed, Some("title")));
        assert_eq!(refused.conflicts, [conflict]);
        let head = server.node.directory.board(owner.board).await.expect("is there").bookmark.seq;
        assert_eq!(head, theirs + 1, "a refusal has no effect");

        // What is so already goes over nothing.
        let same =
            ask_having_seen(&mut ana, owner.board, retitle(task_id, "Theirs"), seen, Some(IfChanged::Refuse)).await;
        assert_eq!((same.as_ref().expect("is so").position, same.expect("is so").conflicts), (None, vec![]));

        let applied = ask_having_seen(&mut ana, owner.board, mine, seen, None).await.expect("is done");
        assert_eq!(applied.conflicts, [conflict]);
        // What one did oneself is no news, whatever was seen; to the same person's other device it is.
        let again =
            ask_having_seen(&mut ana, owner.board, retitle(task_id, "Again"), seen, None).await.expect("is done");
        assert_eq!(again.conflicts, []);
        let mut device = server.connect_as(owner.person, codec, ClientId(id())).await;
        let more =
            ask_having_seen(&mut device, owner.board, retitle(task_id, "More"), seen, None).await.expect("is done");
        assert_eq!(more.conflicts, [Conflict { by: owner.person.account, seq: again.seq, ..conflict }]);
        // Who says nothing of what they saw asks for nothing.
        assert_eq!(other.ask(owner.board, retitle(task_id, "Last")).await.expect("is done").conflicts, []);
    }
}

#[tokio::test]
async fn r63_of_two_who_change_one_title_at_once_and_want_no_surprise_one_is_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let mut ana = server.connect(owner.person, Codec::Json).await;
    let mut other = server.connect(ben, Codec::MessagePack).await;
    let task = new_task(owner.column, "First");
    let task_id = task.task_id;
    let mut seen = ana.ask(owner.board, task).await.expect("is made").seq;
    for round in 0..20 {
        let refuse = Some(IfChanged::Refuse);
        let (one, two) = tokio::join!(
            ask_having_seen(&mut ana, owner.board, retitle(task_id, &format!("A{round}")), seen, refuse),
            ask_having_seen(&mut other, owner.board, retitle(task_id, &format!("B{round}")), seen, refuse),
        );
        let (won, lost) = match (one, two) {
            (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
            both => panic!("one of them: {both:?}"),
        };
        assert_eq!(lost.code, Code::PreconditionFailed);
        assert_eq!(lost.conflicts.iter().map(|told| told.seq).collect::<Vec<_>>(), [won.seq]);
        seen = won.seq;
    }
}
