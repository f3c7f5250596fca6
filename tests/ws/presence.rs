//! Presence and moments between connections.

use lockstep_protocol::{
    codec::Codec,
    frame::*,
    ids::{ClientId, TaskId},
    limits::Limits,
};

use super::harness::*;
use crate::support::node::id;

async fn diff(client: &mut Client) -> PresenceDiff {
    client.pick(|message| if let ServerMessage::PresenceDiff(diff) = message { Some(diff.clone()) } else { None }).await
}

async fn state(client: &mut Client) -> PresenceState {
    client
        .pick(|message| if let ServerMessage::PresenceState(state) = message { Some(state.clone()) } else { None })
        .await
}

#[tokio::test]
async fn r36_r37_r38_the_others_are_told_who_comes_what_they_do_and_who_goes() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let mut one = server.connect(owner.person, Codec::Json).await;
    let mut two = server.connect(ben, Codec::MessagePack).await;
    let mut silent = server.connect(ben, Codec::Json).await;
    one.join_with(owner.board, None, true).await.expect("joins");
    assert_eq!(state(&mut one).await.count, 1);
    silent.join_whole(owner.board).await;
    two.join_with(owner.board, None, true).await.expect("joins");
    let here = state(&mut two).await;
    assert_eq!((here.count, here.entries.len()), (2, 2));
    let came = diff(&mut one).await;
    assert_eq!(
        came.joined.iter().map(|entry| (entry.connection_id, entry.account_id)).collect::<Vec<_>>(),
        [(two.id, ben.account)]
    );
    let meta = PresenceMeta { task_id: Some(TaskId(id())), away: true };
    two.send(&[ClientMessage::Presence(PresenceUpdate { topic: owner.board.into(), meta: meta.clone() })]).await;
    let changed = diff(&mut one).await;
    assert_eq!(changed.joined[0].meta, meta.into());
    // Leaving, and later losing the connection.
    two.leave(owner.board).await.expect("leaves");
    assert_eq!(diff(&mut one).await.left, [two.id]);
    two.join_with(owner.board, None, true).await.expect("joins");
    assert_eq!(diff(&mut one).await.joined[0].connection_id, two.id);
    let id = two.id;
    drop(two);
    let went = diff(&mut one).await;
    assert_eq!((went.left, went.count), (vec![id], 1));
    assert!(silent.settle().await.is_empty(), "who does not take part is told nothing");
}

#[tokio::test]
async fn r38_one_whom_the_server_closes_is_gone_for_the_others_even_while_its_socket_stays_open() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let mut one = server.connect(owner.person, Codec::Json).await;
    let mut two = server.connect(ben, Codec::Json).await;
    one.join_with(owner.board, None, true).await.expect("joins");
    two.join_with(owner.board, None, true).await.expect("joins");
    assert_eq!(diff(&mut one).await.joined[0].connection_id, two.id);
    // A second hello is against the rules; nobody reads what the server says of it.
    two.hello(String::new(), ClientId(id())).await;
    let went = diff(&mut one).await;
    assert_eq!((went.left, went.count), (vec![two.id], 1));
}

#[tokio::test]
async fn r39_a_moment_goes_to_the_others_and_too_many_are_dropped_without_a_word() {
    let limits = Limits { ephemeral_per_second_max: 5, ..Limits::default() };
    let server = Server::with(limits).await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let mut one = server.connect(owner.person, Codec::Json).await;
    let mut two = server.connect(ben, Codec::MessagePack).await;
    let mut silent = server.connect(ben, Codec::Json).await;
    one.join_with(owner.board, None, true).await.expect("joins");
    two.join_with(owner.board, None, true).await.expect("joins");
    silent.join_whole(owner.board).await;
    state(&mut two).await;
    let body = Ephemeral::Cursor { x: 500, y: 1_000 };
    let moment = ClientMessage::Ephemeral(EphemeralUpdate { topic: owner.board.into(), body: body.clone() });
    one.send(&vec![moment; 40]).await;
    let heard = two
        .pick(|message| if let ServerMessage::Ephemeral(heard) = message { Some(heard.clone()) } else { None })
        .await;
    assert_eq!((heard.connection_id, heard.account_id, heard.body), (one.id, owner.person.account, body));
    let back = one.settle().await;
    assert!(!back.iter().any(|message| matches!(message, ServerMessage::Ephemeral(_) | ServerMessage::Reply(_))));
    // The board handles its messages in order: after this change no moment is still on its way.
    one.ask(owner.board, crate::support::node::new_task(owner.column, "Task")).await.expect("adds");
    two.events(owner.board).await;
    let moments = two.settle().await.iter().filter(|message| matches!(message, ServerMessage::Ephemeral(_))).count();
    assert!(moments < 5, "{moments} more than the first");
    assert!(!silent.settle().await.iter().any(|message| matches!(message, ServerMessage::Ephemeral(_))));
}
