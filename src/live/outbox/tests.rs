//! What an outbox lets through, in which order, and what goes when it is full.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Wake, Waker},
};

use lockstep_protocol::{
    codec::{Codec, decode_server, decompress},
    codes::{CloseCode, Code},
    event::{Event, Happened, board::BoardArchived},
    frame::*,
    ids::*,
    limits::Limits,
    position::Bookmark,
    topic::{Kind, Topic},
    values::Audience,
    view::{BoardPart, ViewPart},
};
use uuid::Uuid;

use super::*;
use crate::actors::delivery::{EventSource, Shared, SharedEvents, SharedSnapshot, ViewSource};

fn board(number: u128) -> Topic {
    Topic::new(Kind::Board, Uuid::from_u128(number))
}

struct Commit {
    topic: Topic,
    seq: u64,
    bytes: usize,
}

impl EventSource for Commit {
    fn messages(&self, audience: Audience) -> Vec<ServerMessage> {
        let event: Event = BoardArchived {}.into();
        let happened = Happened { at: 0, by: AccountId::NIL, client_id: None, client_seq: None, seq: self.seq, event };
        let events = if audience == Audience::Public { vec![] } else { vec![happened] };
        vec![ServerMessage::Events(Events {
            topic: self.topic,
            epoch: 1,
            after: self.seq - 1,
            seq: self.seq,
            commit_id: CommitId::NIL,
            events,
        })]
    }

    fn bytes_hint(&self) -> usize {
        self.bytes
    }
}

fn events(topic: Topic, seq: u64, bytes: usize) -> Delivery {
    Delivery::Events(SharedEvents::new(1, seq - 1, seq, Box::new(Commit { topic, seq, bytes })))
}

struct View(Topic, u32);

impl ViewSource for View {
    fn messages(&self, _: Audience) -> Vec<ServerMessage> {
        let part = |part| {
            ServerMessage::Snapshot(SnapshotPart {
                topic: self.0,
                bookmark: Bookmark { epoch: 1, seq: 5 },
                part,
                parts: self.1,
                view: ViewPart::Board(BoardPart { board: None, tasks: vec![] }),
            })
        };
        (0..self.1).map(part).collect()
    }
}

fn snapshot(topic: Topic, parts: u32, compress_bytes_min: usize) -> Delivery {
    let bookmark = Bookmark { epoch: 1, seq: 5 };
    Delivery::Snapshot(SharedSnapshot::new(bookmark, compress_bytes_min, Box::new(View(topic, parts))))
}

fn joined(reference: u32, seq: u64) -> Delivery {
    Delivery::Joined {
        reference,
        audience: Audience::Member,
        resumed_from: ResumedFrom::Current,
        head: Bookmark { epoch: 1, seq },
    }
}

/// Several commits of one event each.
struct Commits(Topic, std::ops::RangeInclusive<u64>);

impl EventSource for Commits {
    fn messages(&self, audience: Audience) -> Vec<ServerMessage> {
        self.1.clone().flat_map(|seq| Commit { topic: self.0, seq, bytes: 0 }.messages(audience)).collect()
    }
}

fn moment(topic: Topic) -> Delivery {
    let (connection_id, account_id) = (ConnectionId::NIL, AccountId::NIL);
    let body = Ephemeral::Cursor { x: 1, y: 2 };
    Delivery::Ephemeral(Shared::new(ServerMessage::Ephemeral(EphemeralBroadcast {
        topic,
        connection_id,
        account_id,
        body,
    })))
}

fn outbox() -> Arc<Outbox> {
    Outbox::new(ConnectionId::NIL, Codec::Json, &Limits::default(), None)
}

fn on_board(topic: Topic, seq: u64) -> Arc<Outbox> {
    let outbox = outbox();
    outbox.expect(topic, None);
    outbox.deliver(topic, joined(1, seq));
    outbox
}

fn read(outbox: &Outbox) -> Vec<Vec<ServerMessage>> {
    let mut frames = Vec::new();
    while let Some(frame) = outbox.next_frame() {
        let bytes = if frame.bytes.starts_with(&[0x1f, 0x8b]) {
            assert!(frame.binary);
            decompress(&frame.bytes, 1 << 20).unwrap()
        } else {
            frame.bytes.to_vec()
        };
        frames.push(decode_server(outbox.codec(), &bytes).unwrap());
    }
    frames
}

fn words(outbox: &Outbox) -> Vec<String> {
    let word = |message: ServerMessage| match message {
        ServerMessage::Joined(joined) => format!("joined {}", joined.reference),
        ServerMessage::Events(events) => format!("events {}", events.seq),
        ServerMessage::Snapshot(part) => format!("part {}", part.part),
        ServerMessage::Ephemeral(_) => "ephemeral".into(),
        ServerMessage::Resync(_) => "resync".into(),
        ServerMessage::Stale(stale) => format!("stale {}", stale.stale),
        ServerMessage::Revoked(_) => "revoked".into(),
        ServerMessage::Pong(pong) => format!("pong {}", pong.reference),
        ServerMessage::Reply(Reply { reference, outcome: Outcome::Error(failure) }) => {
            format!("error {reference} {}", failure.code.word())
        }
        other => format!("{other:?}"),
    };
    read(outbox).into_iter().flatten().map(word).collect()
}

#[test]
fn r16_what_belongs_to_an_earlier_join_or_to_no_join_is_not_taken() {
    let outbox = outbox();
    outbox.deliver(board(1), events(board(1), 1, 100));
    outbox.expect(board(1), None);
    outbox.deliver(board(1), events(board(1), 2, 100));
    outbox.deliver(board(1), joined(1, 2));
    outbox.deliver(board(1), events(board(1), 3, 100));
    outbox.expect(board(1), None);
    outbox.deliver(board(1), events(board(1), 4, 100));
    outbox.deliver(board(1), joined(2, 3));
    outbox.deliver(board(1), events(board(1), 4, 100));
    assert_eq!(words(&outbox), ["joined 1", "joined 2", "events 4"]);
}

#[test]
fn r13_r16_of_a_batch_of_which_the_client_holds_some_it_gets_the_rest() {
    let batch = |first: u64, last: u64| {
        Delivery::Events(SharedEvents::new(1, first - 1, last, Box::new(Commits(board(1), first..=last))))
    };
    let outbox = outbox();
    outbox.expect(board(1), Some(Bookmark { epoch: 1, seq: 3 }));
    let head = Bookmark { epoch: 1, seq: 8 };
    let (audience, resumed_from) = (Audience::Member, ResumedFrom::Ring);
    outbox.deliver(board(1), Delivery::Joined { reference: 1, audience, resumed_from, head });
    outbox.deliver(board(1), batch(1, 2));
    outbox.deliver(board(1), batch(2, 5));
    outbox.deliver(board(1), batch(6, 8));
    assert_eq!(words(&outbox), ["joined 1", "events 4", "events 5", "events 6", "events 7", "events 8"]);
    outbox.expect(board(1), None);
    let resumed_from = ResumedFrom::Snapshot;
    outbox.deliver(board(1), Delivery::Joined { reference: 2, audience, resumed_from, head });
    outbox.deliver(board(1), snapshot(board(1), 1, 1 << 20));
    outbox.deliver(board(1), batch(4, 6));
    outbox.deliver(board(1), batch(7, 8));
    assert_eq!(words(&outbox), ["joined 2", "part 0", "events 6", "events 7", "events 8"]);
}

#[test]
fn r20_after_leaving_nothing_of_the_topic_is_written() {
    let outbox = on_board(board(1), 0);
    outbox.deliver(board(1), events(board(1), 1, 100));
    outbox.forget(board(1));
    outbox.deliver(board(1), events(board(1), 2, 100));
    assert_eq!(words(&outbox), ["joined 1"]);
}

#[test]
fn small_messages_share_a_frame_and_parts_of_a_snapshot_do_not() {
    let outbox = on_board(board(1), 0);
    outbox.deliver(board(1), events(board(1), 1, 100));
    outbox.deliver(board(1), snapshot(board(1), 2, 1 << 20));
    outbox.deliver(board(1), events(board(1), 6, 100));
    outbox.send(ServerMessage::Pong(Pong { reference: 9, now: 0 }));
    let frames = read(&outbox);
    assert_eq!(frames.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1, 2]);
    assert_eq!(outbox.bytes(), 0);
}

#[test]
fn r53_a_large_part_is_sent_compressed_and_binary() {
    let outbox = on_board(board(1), 0);
    outbox.deliver(board(1), snapshot(board(1), 1, 1));
    assert_eq!(words(&outbox), ["joined 1", "part 0"]);
}

#[test]
fn r40_ephemeral_goes_first_then_the_topic_that_holds_most_and_it_gets_one_resync() {
    let limits = Limits::default();
    let outbox = on_board(board(1), 0);
    outbox.expect(board(2), None);
    outbox.deliver(board(2), joined(2, 0));
    outbox.deliver(board(2), events(board(2), 1, 1_000));
    outbox.deliver(board(1), moment(board(1)));
    for seq in 1..=200 {
        outbox.deliver(board(1), events(board(1), seq, 10_000));
        assert!(outbox.bytes() <= limits.outbox_bytes_max);
    }
    outbox.deliver(board(1), moment(board(1)));
    outbox.deliver(board(2), events(board(2), 2, 1_000));
    assert_eq!(words(&outbox), ["joined 1", "joined 2", "events 1", "resync", "events 2"]);
    // Behind until it joins again, even with all the room there is.
    outbox.deliver(board(1), events(board(1), 201, 100));
    assert!(words(&outbox).is_empty());
    outbox.expect(board(1), None);
    outbox.deliver(board(1), joined(3, 201));
    outbox.deliver(board(1), events(board(1), 202, 100));
    assert_eq!(words(&outbox), ["joined 3", "events 202"]);
}

#[test]
fn r40_only_ephemeral_goes_while_that_is_enough() {
    let limits = Limits::default();
    let outbox = on_board(board(1), 0);
    for _ in 0..limits.outbox_messages_max * 2 {
        outbox.deliver(board(1), moment(board(1)));
    }
    outbox.deliver(board(1), events(board(1), 1, 100));
    let words = words(&outbox);
    assert!(words.len() <= limits.outbox_messages_max);
    assert!(words.contains(&"events 1".to_owned()) && !words.contains(&"resync".to_owned()));
}

#[test]
fn r42_who_reads_nothing_after_a_resync_is_closed_and_who_reads_a_little_is_not() {
    let limits = Limits::default();
    let outbox = on_board(board(1), 0);
    outbox.set_due(u64::MAX);
    let closed = |outbox: &Outbox| outbox.poll_signals(&Context::from_waker(Waker::noop())).close;
    outbox.tick(0);
    outbox.tick(60_000);
    assert_eq!(closed(&outbox), None, "nothing is behind");
    outbox.deliver(board(1), Delivery::Resync);
    outbox.tick(60_000);
    outbox.tick(60_000 + limits.slow_timeout_ms - 1);
    assert_eq!(closed(&outbox), None);
    outbox.send(ServerMessage::Pong(Pong { reference: 1, now: 0 }));
    assert!(outbox.next_frame().is_some());
    outbox.send(ServerMessage::Pong(Pong { reference: 2, now: 0 }));
    outbox.tick(60_000 + limits.slow_timeout_ms);
    assert_eq!(closed(&outbox), None, "it read");
    outbox.tick(60_000 + 2 * limits.slow_timeout_ms);
    assert_eq!(closed(&outbox), Some(CloseCode::Slow));
}

#[test]
fn r46_after_a_revoke_nothing_of_the_topic_is_written_not_even_what_waited() {
    let outbox = on_board(board(1), 0);
    outbox.deliver(board(1), snapshot(board(1), 3, 1 << 20));
    outbox.deliver(board(1), events(board(1), 6, 100));
    outbox.deliver(board(1), moment(board(1)));
    outbox.send(ServerMessage::Pong(Pong { reference: 4, now: 0 }));
    assert!(outbox.next_frame().is_some(), "joined");
    assert!(outbox.next_frame().is_some(), "the first part");
    outbox.deliver(board(1), Delivery::Revoked(Code::NotFound));
    outbox.deliver(board(1), events(board(1), 7, 100));
    assert_eq!(words(&outbox), ["pong 4", "revoked"]);
    assert_eq!(outbox.poll_signals(&Context::from_waker(Waker::noop())).revoked, [board(1)]);
}

#[test]
fn r10_r46_a_join_whose_answer_still_waited_at_the_revoke_is_answered_by_a_refusal() {
    let outbox = on_board(board(1), 0);
    outbox.deliver(board(1), events(board(1), 6, 100));
    outbox.deliver(board(1), Delivery::Revoked(Code::NotFound));
    assert_eq!(words(&outbox), ["error 1 not_found", "revoked"]);
}

#[test]
fn r45_heads_say_where_topics_stand_also_those_that_are_behind() {
    let outbox = on_board(board(1), 3);
    outbox.deliver(board(1), Delivery::Resync);
    outbox.deliver(board(1), events(board(1), 4, 100));
    outbox.send_heads();
    let messages: Vec<_> = read(&outbox).into_iter().flatten().collect();
    let heads = Heads { heads: vec![(board(1), Bookmark { epoch: 1, seq: 4 })] };
    assert_eq!(messages.last(), Some(&ServerMessage::Heads(heads)));
}

#[test]
fn own_answers_are_never_dropped_and_say_when_to_stop_reading() {
    let outbox = on_board(board(1), 0);
    for reference in 0..300 {
        outbox.send(ServerMessage::Pong(Pong { reference, now: 0 }));
    }
    assert!(outbox.poll_signals(&Context::from_waker(Waker::noop())).congested);
    assert_eq!(words(&outbox).len(), 301);
    assert!(!outbox.poll_signals(&Context::from_waker(Waker::noop())).congested);
}

#[test]
fn a_sleeper_is_woken_once_and_one_that_is_awake_not_at_all() {
    #[derive(Default)]
    struct Counter(AtomicUsize);
    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(counter.clone());
    let context = Context::from_waker(&waker);
    let outbox = on_board(board(1), 0);
    assert_eq!(words(&outbox), ["joined 1"]);
    assert!(!outbox.poll_signals(&context).frames);
    for seq in 1..=10 {
        outbox.deliver(board(1), events(board(1), seq, 100));
    }
    assert_eq!(counter.0.load(Ordering::Relaxed), 1);
    assert!(outbox.poll_signals(&context).frames);
    outbox.deliver(board(1), events(board(1), 11, 100));
    assert_eq!(counter.0.load(Ordering::Relaxed), 1, "it is at work");
    outbox.close(CloseCode::Revoked);
    assert_eq!(counter.0.load(Ordering::Relaxed), 2, "a close is told at once");
    assert_eq!(outbox.poll_signals(&context).close, Some(CloseCode::Revoked));
}

#[test]
fn r50_r57_nothing_is_written_of_a_stale_topic_and_who_missed_something_joins_again() {
    let (one, two) = (board(1), board(2));
    let outbox = on_board(one, 1);
    outbox.expect(two, None);
    outbox.deliver(two, joined(2, 1));
    words(&outbox);
    outbox.deliver(one, events(one, 2, 100));
    outbox.deliver(one, Delivery::Stale(true));
    outbox.deliver(two, Delivery::Stale(true));
    assert_eq!(words(&outbox), ["stale true", "stale true"], "what waited is not written");
    outbox.deliver(one, Delivery::Stale(false));
    outbox.deliver(two, Delivery::Stale(false));
    assert_eq!(words(&outbox), ["resync", "stale false", "stale false"]);
    outbox.deliver(one, events(one, 3, 100));
    outbox.deliver(two, events(two, 2, 100));
    assert_eq!(words(&outbox), ["events 2"], "only of the topic of which nothing was taken out");
}
