//! A journal that is not the one it was: a standby without the tail took over, or two histories have an event at the same seq.
//! Clients are never left with what did not happen.

use std::sync::Arc;

use lockstep::{bus::local::Silent, store::journal::JournalError};
use lockstep_domain::Aggregate;
use lockstep_protocol::{
    codec::Codec,
    frame::{ResumedFrom, ServerMessage},
    limits::Limits,
    topic::Topic,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, postgres::PgConnectOptions};

use crate::{
    support::{
        node::{Node, new_task},
        postgres, until,
    },
    ws::harness::{Client, Server},
};

/// Takes the last event of a stream away, as a standby that never received it would lack it.
async fn lose_the_last(url: &str, topic: Topic, more: &str) {
    let options: PgConnectOptions = url.parse().expect("a URL");
    let mut connection = options.connect().await.expect("the server runs");
    let id = topic.id;
    let sql = format!(
        "begin;
        delete from events e using heads h where h.stream_id = '{id}' and e.stream_id = '{id}' and e.seq = h.version;
        update heads h set version = version - 1, hash = (select e.hash from events e
            where e.stream_id = '{id}' and e.seq = h.version - 1) where stream_id = '{id}';
        {more};
        commit"
    );
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("valid SQL");
}

const ANOTHER_TIMELINE: &str = "update meta set system_id = '1234/00000003'";

async fn resync(client: &mut Client, topic: Topic) {
    client
        .pick(|message| matches!(message, ServerMessage::Resync(notice) if notice.topic == topic).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r15_a_standby_without_the_tail_takes_over_and_clients_ahead_of_it_get_a_snapshot_of_a_new_epoch() {
    let url = postgres::database().await;
    let server = Server::on(Node::postgres(&url, Arc::new(Silent), Limits::default()).await, Limits::default()).await;
    let owner = server.owner().await;
    let topic = Topic::from(owner.board);
    let mut ahead = server.connect(owner.person, Codec::Json).await;
    ahead.join_live(topic).await;
    ahead.ask(topic, new_task(owner.column, "Kept")).await.expect("adds");
    let lost = ahead.ask(topic, new_task(owner.column, "Lost")).await.expect("adds");
    let mut held = ahead.events(topic).await;
    while held.seq < lost.seq {
        held = ahead.events(topic).await;
    }
    // The node lives on while the database behind it is replaced; nobody writes.
    lose_the_last(&url, topic, ANOTHER_TIMELINE).await;
    resync(&mut ahead, topic).await;
    let bookmark = lockstep_protocol::position::Bookmark { epoch: lost.epoch, seq: lost.seq };
    let joined = until("it can be joined again", async || ahead.join(topic, Some(bookmark)).await.ok()).await;
    assert_eq!(joined.resumed_from, ResumedFrom::Snapshot);
    assert_eq!((joined.head.epoch, joined.head.seq), (lost.epoch + 1, lost.seq - 1));
    // Another event takes that seq: whoever held the lost one is not told that it goes on from there.
    let other = ahead.ask(topic, new_task(owner.column, "Instead")).await.expect("adds");
    assert_eq!((other.epoch, other.seq), (lost.epoch + 1, lost.seq));
    let mut late = server.connect(owner.person, Codec::MessagePack).await;
    let joined = late.join(topic, Some(bookmark)).await.expect("joins");
    assert_eq!(joined.resumed_from, ResumedFrom::Snapshot, "the same seq, another history");
    let board = server.node.directory.board(owner.board).await.expect("is live");
    let titles: Vec<String> = board.state.tasks().map(|(_, task)| task.title.to_string()).collect();
    assert_eq!(titles, ["Kept", "Instead"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_histories_at_one_seq_are_noticed_by_whoever_writes_and_the_epoch_is_raised() {
    let url = postgres::database().await;
    let (one, two) = (
        Node::postgres(&url, Arc::new(Silent), Limits::default()).await,
        Node::postgres(&url, Arc::new(Silent), Limits::default()).await,
    );
    let ana = one.account().await;
    let org = one.organization(ana).await;
    let (board, column) = one.board(ana, org).await;
    let lost = one.ask(ana, board, new_task(column, "Lost")).await.expect("adds");
    let listener = one.join(ana, board, None).await.expect("joins");
    // Lost without any sign of it, and another event in its place, by a node that never saw the first.
    lose_the_last(&url, board.into(), "").await;
    let other = two.ask(ana, board, new_task(column, "Instead")).await.expect("adds");
    assert_eq!((other.epoch, other.seq), (lost.epoch, lost.seq), "the same place");
    let after = until("it notices, and goes on", async || one.ask(ana, board, new_task(column, "After")).await.ok());
    let after = after.await;
    assert!(after.epoch > lost.epoch, "{after:?}");
    assert!(listener.heard().contains(&crate::support::node::Heard::Resync), "its subscribers begin anew");
    let here = one.directory.board(board).await.expect("is live");
    until("both hold the same", async || {
        let there = two.directory.board(board).await.ok()?;
        (there.state.digest() == here.state.digest()).then_some(())
    })
    .await;
    let damaged: Result<(), JournalError> = lockstep::actors::verify(&one.store.journal(), board.into()).await;
    damaged.expect("the journal is whole");
}
