//! A node that does not see its journal: what it still does, what it does not, and how it comes back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use lockstep::bus::local::{Hub, Silent};
use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    command::organization::RemoveMember,
    frame::{ServerMessage, Stale},
    ids::AccountId,
    limits::Limits,
    topic::Topic,
    values::{OrgRole, Reassign},
};

use crate::{
    support::{
        node::{Node, code, new_task},
        postgres::Postgres,
        proxy::Proxy,
        until,
    },
    ws::harness::{Client, Server},
};

async fn stale(client: &mut Client, topic: Topic) -> bool {
    client
        .pick(|message| match message {
            ServerMessage::Stale(Stale { topic: of, stale }) if *of == topic => Some(*stale),
            _ => None,
        })
        .await
}

fn of_topic(message: &ServerMessage, topic: Topic) -> bool {
    match message {
        ServerMessage::Events(events) => events.topic == topic,
        ServerMessage::Snapshot(part) => part.topic == topic,
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r50_r57_a_node_cut_off_from_its_journal_shows_nothing_until_access_was_checked_again() {
    let postgres = Postgres::start().await;
    let direct = postgres.database().await;
    let wire = Proxy::to(postgres.port).await;
    let through = direct.replace(&format!(":{}/", postgres.port), &format!(":{}/", wire.port));
    let hub = Hub::default();
    let cut_off = Node::postgres(&through, Arc::new(hub.connect()), Limits::default()).await;
    let other = Node::postgres(&direct, Arc::new(hub.connect()), Limits::default()).await;
    let server = Server::on(cut_off, Limits::default()).await;
    let owner = server.owner().await;
    let ben = server.member(&owner).await;
    let (topic, ana) = (Topic::from(owner.board), owner.person.account);
    let mut of_ana = server.connect(owner.person, Codec::Json).await;
    let mut of_ben = server.connect(ben, Codec::MessagePack).await;
    of_ana.join_live(topic).await;
    of_ben.join_live(topic).await;

    wire.stall();
    let began = Instant::now();
    server.node.directory.board(owner.board).await.expect("what is in memory is read");
    assert!(stale(&mut of_ana, topic).await && stale(&mut of_ben, topic).await);
    let took = began.elapsed();
    assert!((4.0..8.0).contains(&took.as_secs_f64()), "{took:?}");
    // Meanwhile, elsewhere. The bus still tells this node of it.
    other
        .ask(ana, owner.org, RemoveMember { account_id: ben.account, reassign: Reassign::Nobody })
        .await
        .expect("removes ben");
    let secret = other.ask(ana, owner.board, new_task(owner.column, "Not for ben")).await.expect("adds");
    for client in [&mut of_ana, &mut of_ben] {
        let asked = Instant::now();
        let failure = client.ask(topic, new_task(owner.column, "No")).await.expect_err("is refused");
        assert_eq!((failure.code, failure.temporary), (Code::Unavailable, true));
        assert!(failure.retry_after_ms.is_some());
        assert_eq!(client.join(owner.org, None).await.expect_err("is refused").code, Code::Unavailable);
        assert!(asked.elapsed() < Duration::from_secs(2), "refused at once: {:?}", asked.elapsed());
        assert!(!client.settle().await.iter().any(|message| of_topic(message, topic)), "nothing is shown");
    }
    assert_eq!(code(server.node.directory.board(owner.board).await), Code::Unavailable);

    wire.open();
    of_ben
        .pick(|message| matches!(message, ServerMessage::Revoked(revoked) if revoked.topic == topic).then_some(()))
        .await;
    let events = of_ana.events(topic).await;
    assert_eq!(events.seq, secret.seq);
    assert!(!stale(&mut of_ana, topic).await);
    of_ana.ask(topic, new_task(owner.column, "Again")).await.expect("as before");
    let heard = of_ben.settle().await;
    assert!(!heard.iter().any(|message| of_topic(message, topic)), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r50_r57_while_the_database_is_down_writes_are_refused_reads_go_on_and_then_the_node_closes() {
    let mut postgres = Postgres::start().await;
    let url = postgres.database().await;
    let node = Node::postgres(&url, Arc::new(Silent), Limits::default()).await;
    let server = Server::on(node, Limits::default()).await;
    let owner = server.owner().await;
    let topic = Topic::from(owner.board);
    let mut client = server.connect(owner.person, Codec::Json).await;
    let mut second = server.connect(owner.person, Codec::Json).await;
    let held = client.join_live(topic).await;
    postgres.kill();
    let began = Instant::now();
    let failure = client.ask(topic, new_task(owner.column, "No")).await.expect_err("is refused");
    assert_eq!((failure.code, failure.temporary), (Code::Unavailable, true));
    assert!(began.elapsed() < Duration::from_secs(4), "soon: {:?}", began.elapsed());
    second.join_live(topic).await;
    assert_eq!(server.node.directory.board(owner.board).await.expect("is in memory").bookmark, held);
    assert!(stale(&mut client, topic).await && stale(&mut second, topic).await);
    postgres.restart().await;
    assert!(!stale(&mut client, topic).await && !stale(&mut second, topic).await);
    let done =
        until("it takes writes again", async || client.ask(topic, new_task(owner.column, "Yes")).await.ok()).await;
    assert_eq!(done.seq, held.seq + 1, "what was refused left nothing");
    assert_eq!(second.events(topic).await.seq, done.seq);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_while_the_node_was_cut_off_hears_nothing_more() {
    let postgres = Postgres::start().await;
    let direct = postgres.database().await;
    let wire = Proxy::to(postgres.port).await;
    let through = direct.replace(&format!(":{}/", postgres.port), &format!(":{}/", wire.port));
    let limits = Limits { stale_after_ms: 1_500, ..Limits::default() };
    let cut_off = Node::postgres(&through, Arc::new(Silent), limits.clone()).await;
    let other = Node::postgres(&direct, Arc::new(Silent), Limits::default()).await;
    let server = Server::on(cut_off, limits).await;
    let owner = server.owner().await;
    let topic = Topic::from(owner.board);
    let mut client = server.connect(owner.person, Codec::Json).await;
    client.join_live(topic).await;
    wire.cut();
    assert!(stale(&mut client, topic).await);
    let ana: AccountId = owner.person.account;
    let elsewhere = Server::on(other, Limits::default()).await;
    elsewhere.log_out(owner.person).await;
    elsewhere.node.ask(ana, topic, new_task(owner.column, "Later")).await.expect("adds");
    wire.open();
    assert_eq!(client.closed().await, 4403);
    assert!(!client.kept.iter().any(|message| of_topic(message, topic)), "{:?}", client.kept);
}

#[tokio::test]
async fn a_member_added_on_another_node_is_let_in_whatever_the_bus_does() {
    let url = crate::support::postgres::database().await;
    let (one, two) = (
        Node::postgres(&url, Arc::new(Silent), Limits::default()).await,
        Node::postgres(&url, Arc::new(Silent), Limits::default()).await,
    );
    let (ana, ben) = (one.account().await, one.account().await);
    let org = one.organization(ana).await;
    let (board, _) = one.board(ana, org).await;
    two.directory.board(board).await.expect("is live there");
    one.seat(ana, org, ben, OrgRole::Member).await;
    until("ben may join there", async || two.join(ben, board, None).await.ok()).await;
}
