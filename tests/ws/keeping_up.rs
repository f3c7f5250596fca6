//! Clients that do not keep up, that fall silent, and that are told where topics stand; and that others never wait for them.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use lockstep::actors::delivery::{Delivery, EventSource, Shared, SharedEvents};
use lockstep_protocol::{
    codec::Codec,
    event::{BoardEvent, Event, Happened, board::BoardArchived},
    frame::*,
    ids::*,
    limits::Limits,
    position::Bookmark,
    topic::{Kind, Topic},
    values::Audience,
};
use tokio_tungstenite::tungstenite::Message;

use super::{
    fake::{Fake, Fate},
    harness::*,
};
use crate::support::{
    node::{id, new_task},
    until,
};

/// Long enough that some hundreds fill every buffer between two programs.
fn long_text() -> String {
    "0123456789abcdef".repeat(4_000)
}

#[tokio::test]
async fn r40_r41_r42_who_does_not_read_loses_the_topic_is_told_once_and_catches_up() {
    let limits = Limits::default();
    let server = Server::with(limits.clone()).await;
    let owner = server.owner().await;
    let mut slow = server.connect(owner.person, Codec::Json).await;
    let (joined, _) = slow.join_whole(owner.board).await;
    let mut quick = server.connect(owner.person, Codec::MessagePack).await;
    quick.join_whole(owner.board).await;
    let mut head;
    let mut queued = 0;
    let full = limits.outbox_bytes_max / 2;
    let mut wrote = 0;
    // Until it fell behind: what is queued for it was full, then gone.
    loop {
        let mut task = new_task(owner.column, "Task");
        task.description = Some(long_text());
        let writing = server.node.ask(owner.person.account, owner.board, task);
        head = within(Duration::from_secs(5), "others do not wait", writing).await.expect("adds").seq;
        assert_eq!(within(Duration::from_secs(5), "others do not wait", quick.events(owner.board)).await.seq, head);
        let now = server.registry.counts().queued_bytes_max;
        assert!(now <= limits.outbox_bytes_max, "{now} bytes wait");
        wrote += 1;
        assert!(wrote < 2_000, "never full");
        if queued > full && now < queued / 2 {
            break;
        }
        queued = now;
    }
    // It reads again: some events without a gap, then one resync, then nothing of the topic.
    let mut seq = joined.head.seq;
    loop {
        match slow.next().await {
            ServerMessage::Events(events) => {
                assert_eq!(events.after, seq);
                seq = events.seq;
            }
            ServerMessage::Resync(notice) => break assert_eq!(notice.topic, owner.board.into()),
            other => panic!("{other:?}"),
        }
    }
    assert!(seq < head);
    server.node.ask(owner.person.account, owner.board, new_task(owner.column, "Unseen")).await.expect("adds");
    assert!(slow.settle().await.is_empty(), "one resync, and no event until it joins");
    let joined = slow.join(owner.board, Some(Bookmark { epoch: 1, seq })).await.expect("joins");
    assert_eq!(joined.head.seq, head + 1);
    while seq < head + 1 {
        let events = slow.events(owner.board).await;
        assert_eq!(events.after, seq);
        seq = events.seq;
    }
}

/// Commits of a given size, made from nothing.
struct Bulk(Topic, u64, usize);

impl EventSource for Bulk {
    fn messages(&self, _: Audience) -> Vec<ServerMessage> {
        let event = Event::Board(BoardEvent::BoardArchived(BoardArchived {}));
        let happened = Happened { seq: self.1, at: 0, by: AccountId::NIL, client_id: None, client_seq: None, event };
        let commit_id = CommitId::NIL;
        let events = vec![happened; self.2 / 100];
        vec![ServerMessage::Events(Events {
            topic: self.0,
            epoch: 1,
            after: self.1 - 1,
            seq: self.1,
            commit_id,
            events,
        })]
    }

    fn bytes_hint(&self) -> usize {
        self.2
    }
}

#[tokio::test]
async fn r42_who_reads_nothing_at_all_is_closed_with_4408() {
    let limits = Limits::default();
    let fake = Fake::start(Fate::Unavailable, limits.clone()).await;
    let topic = Topic::new(Kind::Board, id());
    let mut slow = fake.connect().await;
    slow.join(topic, None).await.expect("joins");
    let mut seq = 0;
    let mut deliver = || {
        seq += 1;
        let bulk = SharedEvents::new(1, seq - 1, seq, Box::new(Bulk(topic, seq, 60_000)));
        fake.door.deliver(topic, &Delivery::Events(bulk));
        fake.registry.counts().queued_bytes_max
    };
    // First the buffers between the two programs: full when something stays where it is.
    let mut stuck = 0;
    until("the socket takes no more", async || {
        stuck = if fake.registry.counts().queued_bytes_max == 0 { 0 } else { stuck + 1 };
        if stuck == 0 {
            deliver();
        }
        (stuck > 60).then_some(())
    })
    .await;
    // Then what is queued here, until it is dropped.
    let mut last = 0;
    loop {
        let now = deliver();
        assert!(now <= limits.outbox_bytes_max);
        if now < last {
            break;
        }
        last = now;
    }
    fake.registry.advance(1);
    fake.registry.advance(limits.slow_timeout_ms - 1);
    assert_eq!(fake.registry.counts().connections, 1);
    fake.registry.advance(1);
    assert_eq!(slow.closed().await, 4408);
    until("it is gone", async || (fake.registry.counts().connections == 0).then_some(())).await;
}

#[tokio::test]
async fn r40_moments_are_the_first_to_go() {
    let fake = Fake::start(Fate::Unavailable, Limits { outbox_messages_max: 4, ..Limits::default() }).await;
    let topic = Topic::new(Kind::Board, id());
    let mut client = fake.connect().await;
    client.join(topic, None).await.expect("joins");
    let moment = Delivery::Ephemeral(Shared::new(ServerMessage::Ephemeral(EphemeralBroadcast {
        topic,
        connection_id: ConnectionId::NIL,
        account_id: AccountId::NIL,
        body: Ephemeral::Cursor { x: 0, y: 0 },
    })));
    // In one go, so that nothing is written between them (the runtime of this test has one thread).
    for _ in 0..20 {
        fake.door.deliver(topic, &moment);
    }
    for seq in 1..4 {
        let bulk: Arc<SharedEvents> = SharedEvents::new(1, seq - 1, seq, Box::new(Bulk(topic, seq, 100)));
        fake.door.deliver(topic, &Delivery::Events(bulk));
    }
    let told = client.settle().await;
    let seqs: Vec<_> = told
        .iter()
        .filter_map(|message| if let ServerMessage::Events(events) = message { Some(events.seq) } else { None })
        .collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert!(told.len() <= 7 && !told.iter().any(|message| matches!(message, ServerMessage::Resync(_))));
}

#[tokio::test]
async fn r43_the_silent_are_pinged_and_the_half_open_are_closed_within_35_seconds() {
    let limits = Limits::default();
    let server = Server::start().await;
    let person = server.person().await;
    let mut awake = server.connect(person, Codec::Json).await;
    let half_open = server.connect(person, Codec::Json).await;
    server.registry.advance(limits.heartbeat_interval_ms - 1);
    assert!(awake.settle().await.is_empty());
    server.registry.advance(limits.heartbeat_interval_ms);
    let message = awake.socket.next().await.expect("open").expect("a message");
    assert!(matches!(message, Message::Ping(_)), "{message:?}");
    // Reading on answers the ping; so does the round trip.
    assert!(awake.settle().await.is_empty());
    assert_eq!(server.registry.counts().connections, 2);
    server.registry.advance(limits.heartbeat_timeout_ms - 2 * limits.heartbeat_interval_ms + 1);
    until("the half-open one is gone", async || (server.registry.counts().connections == 1).then_some(())).await;
    assert!(awake.is_served().await);
    drop(half_open);
}

#[tokio::test]
async fn r45_heads_tell_now_and_then_where_topics_stand() {
    let limits = Limits::default();
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut client = server.connect(owner.person, Codec::MessagePack).await;
    client.join_whole(owner.board).await;
    client.ask(owner.board, new_task(owner.column, "Task")).await.expect("adds");
    client.events(owner.board).await;
    server.registry.advance(limits.heads_interval_ms - 1);
    let before = client.settle().await;
    assert!(before.is_empty(), "{before:?}");
    server.registry.advance(limits.heads_interval_ms);
    let heads = client
        .pick(|message| if let ServerMessage::Heads(heads) = message { Some(heads.heads.clone()) } else { None })
        .await;
    assert_eq!(heads, [(owner.board.into(), Bookmark { epoch: 1, seq: 3 })]);
}
