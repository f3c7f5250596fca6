//! Nodes of different versions on one journal: nothing is written that one of them does not understand, and one that meets it all
//! the same says so instead of guessing.

use std::sync::Arc;

use lockstep::{
    bus::local::Silent,
    store::{
        Location, Options, Store,
        journal::{Append, Appended, Marks, NewEvent, StreamAppend},
    },
    workers,
};
use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::board::SetBoardMember,
    event::{BoardEvent, FEATURE_LEVEL, is_known, level_of},
    frame::ServerMessage,
    ids::{AccountId, CommitId},
    limits::Limits,
    values::{BoardRole, OrgRole},
};
use tokio_util::sync::CancellationToken;

use crate::{
    support::{
        node::{Node, code, id, new_task},
        postgres, until,
    },
    ws::harness::Server,
};

async fn opened(url: &str) -> Store {
    Store::open(&Options::new(Location::Postgres(url.to_owned()))).await.expect("opens")
}

#[test]
fn every_event_has_a_level_that_this_build_understands() {
    for tag in BoardEvent::TAGS {
        assert!(is_known(tag) && (1..=FEATURE_LEVEL).contains(&level_of(tag)), "{tag}");
    }
    assert!(!is_known("task.teleported"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_node_does_not_understand_is_not_written_while_it_runs() {
    let url = postgres::database().await;
    let node = Node::postgres(&url, Arc::new(Silent), Limits::default()).await;
    let ana = node.account().await;
    let org = node.organization(ana).await;
    let (board, column) = node.board(ana, org).await;
    let end = CancellationToken::new();
    let common = node.directory.common_level().clone();
    tokio::spawn(workers::nodes::run(node.store.clone(), id(), FEATURE_LEVEL, common, end.clone()));
    // A node that knows no event at all, as one of long ago would.
    let (old, retire) = (opened(&url).await, CancellationToken::new());
    let retired = tokio::spawn(workers::nodes::run(old, id(), 0, Arc::default(), retire.clone()));
    let failure = until("it is known", async || node.ask(ana, board, new_task(column, "New")).await.err()).await;
    assert_eq!((failure.code, failure.temporary), (Code::Unavailable, true));
    let head = node.store.journal().head(board.into()).await.expect("a head").version;
    assert_eq!(code(node.ask(ana, board, new_task(column, "New")).await), Code::Unavailable);
    assert_eq!(node.store.journal().head(board.into()).await.expect("a head").version, head, "nothing was written");
    retire.cancel();
    retired.await.expect("it ends");
    until("it has gone", async || node.ask(ana, board, new_task(column, "New")).await.ok()).await;
    end.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_an_older_node_does_not_know_is_given_to_nobody_while_it_runs() {
    let url = postgres::database().await;
    let node = Node::postgres(&url, Arc::new(Silent), Limits::default()).await;
    let (ana, ben) = (node.account().await, node.account().await);
    let org = node.organization(ana).await;
    node.seat(ana, org, ben, OrgRole::Guest).await;
    let (board, _) = node.board(ana, org).await;
    let end = CancellationToken::new();
    let common = node.directory.common_level().clone();
    tokio::spawn(workers::nodes::run(node.store.clone(), id(), FEATURE_LEVEL, common, end.clone()));
    let (old, retire) = (opened(&url).await, CancellationToken::new());
    let retired = tokio::spawn(workers::nodes::run(old, id(), 1, Arc::default(), retire.clone()));
    let give = |role| SetBoardMember { account_id: ben, role };
    // What the older node knows goes on meanwhile.
    let failure = until("it is known", async || {
        node.ask(ana, board, give(BoardRole::Viewer)).await.expect("is an old role");
        node.ask(ana, board, give(BoardRole::Contributor)).await.err()
    })
    .await;
    assert_eq!((failure.code, failure.temporary), (Code::Unavailable, true));
    retire.cancel();
    retired.await.expect("it ends");
    until("it has gone", async || node.ask(ana, board, give(BoardRole::Contributor)).await.ok()).await;
    end.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn r61_a_node_that_meets_what_it_does_not_understand_sends_its_people_elsewhere() {
    let url = postgres::database().await;
    let server = Server::on(Node::postgres(&url, Arc::new(Silent), Limits::default()).await, Limits::default()).await;
    let owner = server.owner().await;
    let other = server.owner().await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    let held = client.join_live(owner.board).await;
    let mut untouched = server.connect(other.person, Codec::Json).await;
    untouched.join_live(other.board).await;

    // What a newer node writes.
    let newer = opened(&url).await.journal();
    let event = NewEvent {
        commit: CommitId(id()),
        at: 1,
        actor: AccountId(id()),
        origin: None,
        tag: "task.teleported",
        level: 1,
        payload: b"\x81\xa4type\xafdoes.not.matter"[..].into(),
        marks: Marks::default(),
    };
    let expected = newer.head(owner.board.into()).await.expect("a head");
    let part = StreamAppend { stream: owner.board.into(), org: owner.org, expected, events: vec![event] };
    let appended = newer.append(Append { streams: vec![part], guards: vec![], raises: vec![] }).await;
    assert!(matches!(appended, Ok(Appended::Committed(_))), "{appended:?}");

    client.pick(|message| matches!(message, ServerMessage::Goaway(_)).then_some(())).await;
    assert_eq!(client.closed().await, 4410);
    assert!(!client.kept.iter().any(|message| matches!(message, ServerMessage::Events(_))), "nothing is guessed");
    let mut again = server.connect(owner.person, Codec::Json).await;
    let refused = again.join(owner.board, Some(held)).await.expect_err("not here");
    assert_eq!((refused.code, refused.temporary), (Code::GoingAway, true));
    let refused = again.ask(owner.board, new_task(owner.column, "No")).await.expect_err("not here");
    assert_eq!((refused.code, refused.temporary), (Code::GoingAway, true));
    let shown = server.node.directory.board(owner.board).await.expect("it can be read");
    assert_eq!(shown.bookmark, held, "as far as it was understood");
    // One that has to load it does not show it at all.
    let fresh = Node::postgres(&url, Arc::new(Silent), Limits::default()).await;
    assert_eq!(code(fresh.directory.board(owner.board).await), Code::GoingAway);
    untouched.ask(other.board, new_task(other.column, "Yes")).await.expect("other boards are as ever");
}
