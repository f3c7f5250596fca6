//! Joining, resuming and leaving: which answer, and that nothing is missing and nothing comes twice.

use lockstep_protocol::{
    codec::Codec,
    codes::Code,
    event::{Event, Happened},
    frame::*,
    ids::BoardId,
    limits::Limits,
    position::Bookmark,
};

use super::harness::*;
use crate::support::node::{id, new_task};

const fn bookmark(seq: u64) -> Bookmark {
    Bookmark { epoch: 1, seq }
}

async fn with_tasks(limits: Limits, count: usize) -> (Server, Owner) {
    let server = Server::with(limits).await;
    let owner = server.owner().await;
    for number in 0..count {
        let task = new_task(owner.column, &format!("Task {number}"));
        server.node.ask(owner.person.account, owner.board, task).await.expect("adds");
    }
    (server, owner)
}

#[tokio::test]
async fn r10_r11_a_first_join_gets_one_answer_and_the_whole_view() {
    let limits = Limits { snapshot_part_bytes_max: 2_000, ..Limits::default() };
    let (server, owner) = with_tasks(limits, 40).await;
    for codec in Codec::ALL {
        let mut client = server.connect(owner.person, codec).await;
        let (joined, parts) = client.join_whole(owner.board).await;
        assert_eq!((joined.resumed_from, joined.head), (ResumedFrom::Snapshot, bookmark(42)));
        assert!(parts.len() > 1, "it comes in parts");
        let mut tasks = 0;
        for (number, part) in parts.iter().enumerate() {
            assert_eq!((part.part as usize, part.parts as usize), (number, parts.len()));
            assert_eq!(part.bookmark, parts[0].bookmark);
            let lockstep_protocol::view::ViewPart::Board(view) = &part.view else { panic!("{part:?}") };
            assert_eq!(view.board.is_some(), number == 0);
            tasks += view.tasks.len();
        }
        assert_eq!(tasks, 40);
        assert!(client.settle().await.is_empty(), "and nothing else");
    }
}

#[tokio::test]
async fn r11_a_snapshot_made_for_an_earlier_one_is_followed_by_the_events_since() {
    let (server, owner) = with_tasks(Limits::default(), 3).await;
    let mut first = server.connect(owner.person, Codec::Json).await;
    assert_eq!(first.join_live(owner.board).await, bookmark(5));
    for _ in 0..4 {
        first.ask(owner.board, new_task(owner.column, "Task")).await.expect("adds");
    }
    let mut second = server.connect(owner.person, Codec::MessagePack).await;
    assert_eq!(second.join_live(owner.board).await, bookmark(9));
    assert!(second.settle().await.is_empty(), "and nothing else");
}

#[tokio::test]
async fn r12_one_who_is_up_to_date_is_told_so_and_nothing_follows() {
    let (server, owner) = with_tasks(Limits::default(), 3).await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    let joined = client.join(owner.board, Some(bookmark(5))).await.expect("joins");
    assert_eq!((joined.resumed_from, joined.head), (ResumedFrom::Current, bookmark(5)));
    assert!(client.settle().await.is_empty());
}

#[tokio::test]
async fn r13_r14_one_who_is_behind_gets_exactly_what_is_missing_from_memory_or_the_journal() {
    let table = [
        (Limits::default(), ResumedFrom::Ring),
        (Limits { ring_events_max: 2, ..Limits::default() }, ResumedFrom::Journal),
    ];
    for (limits, how) in table {
        let (server, owner) = with_tasks(limits, 12).await;
        for codec in Codec::ALL {
            let mut client = server.connect(owner.person, codec).await;
            let joined = client.join(owner.board, Some(bookmark(4))).await.expect("joins");
            assert_eq!((joined.resumed_from, joined.head), (how, bookmark(14)));
            let mut seq = 4;
            while seq < 14 {
                let events = client.events(owner.board).await;
                assert_eq!((events.after, events.events.len() as u64), (seq, events.seq - events.after));
                seq = events.seq;
            }
            assert_eq!(seq, 14);
            assert!(client.settle().await.is_empty());
        }
    }
}

#[tokio::test]
async fn r15_where_continuity_cannot_be_kept_there_is_a_snapshot() {
    let limits = Limits { ring_events_max: 2, resume_events_max: 5, ..Limits::default() };
    let (server, owner) = with_tasks(limits, 12).await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    for after in [bookmark(3), bookmark(15), Bookmark { epoch: 2, seq: 14 }, Bookmark { epoch: 0, seq: 14 }] {
        let joined = client.join(owner.board, Some(after)).await.expect("joins");
        assert_eq!(joined.resumed_from, ResumedFrom::Snapshot, "{after:?}");
        let part = client.pick(|message| matches!(message, ServerMessage::Snapshot(_)).then_some(())).await;
        assert_eq!(part, ());
        assert!(client.settle().await.is_empty());
    }
}

#[tokio::test]
async fn r16_r22_joins_race_with_writers_and_nobody_misses_or_repeats_anything() {
    const CHANGES: u64 = 120;
    let (server, owner) = with_tasks(Limits { ring_events_max: 8, ..Limits::default() }, 0).await;
    let writing = async |writer: u64| {
        for number in 0..CHANGES / 2 {
            let task = new_task(owner.column, &format!("Task {number} of {writer}"));
            server.node.ask(owner.person.account, owner.board, task).await.expect("adds");
        }
    };
    // Follows to the end; `patience` events on one connection, then resumes on another from where it stands.
    let watching = async |codec: Codec, patience: usize| {
        let mut client = server.connect(owner.person, codec).await;
        let (_, parts) = client.join_whole(owner.board).await;
        let (mut seq, mut seen, mut left) = (parts[0].bookmark.seq, Vec::new(), patience);
        while seq < CHANGES + 2 {
            if left == 0 {
                client = server.connect(owner.person, codec).await;
                client.join(owner.board, Some(bookmark(seq))).await.expect("joins");
                left = patience;
            }
            let events = client.events(owner.board).await;
            assert_eq!(events.after, seq, "continues what was sent");
            left = left.saturating_sub(events.events.len());
            seen.extend(events.events);
            seq = events.seq;
        }
        assert!(client.settle().await.is_empty(), "and nothing more");
        seen
    };
    let (_, _, one, two, three) = tokio::join!(
        writing(1),
        writing(2),
        watching(Codec::Json, usize::MAX),
        watching(Codec::MessagePack, 7),
        watching(Codec::Json, 20)
    );
    for seen in [&one, &two, &three] {
        assert!(seen.is_sorted_by(|a, b| a.seq < b.seq), "in order, each once");
        let from = one[0].seq.max(seen[0].seq);
        let since =
            |events: &[Happened<Event>]| events.iter().filter(|event| event.seq >= from).cloned().collect::<Vec<_>>();
        assert_eq!(since(seen), since(&one), "the same events, whoever watches");
    }
}

#[tokio::test]
async fn r17_what_is_not_there_and_what_may_not_be_seen_are_refused_alike() {
    let server = Server::start().await;
    let (owner, stranger) = (server.owner().await, server.person().await);
    let mut client = server.connect(stranger, Codec::Json).await;
    let foreign = client.join(owner.board, None).await.expect_err("is refused");
    let missing = client.join(BoardId(id()), None).await.expect_err("is refused");
    assert_eq!(foreign.code, Code::NotFound);
    assert_eq!(foreign, missing);
    let foreign = client.join(owner.org, None).await.expect_err("is refused");
    let missing = client.join(lockstep_protocol::ids::OrgId(id()), None).await.expect_err("is refused");
    assert_eq!(foreign, missing);
    let foreign = client.join(owner.person.account, None).await.expect_err("is refused");
    let missing = client.join(lockstep_protocol::ids::AccountId(id()), None).await.expect_err("is refused");
    assert_eq!(foreign, missing);
}

#[tokio::test]
async fn r18_too_many_topics_are_refused_and_the_joined_ones_stay() {
    let server = Server::with(Limits { subscriptions_max: 2, ..Limits::default() }).await;
    let owner = server.owner().await;
    let (more, _) = server.node.board(owner.person.account, owner.org).await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    client.join(owner.board, None).await.expect("joins");
    client.join(owner.org, None).await.expect("joins");
    let failure = client.join(more, None).await.expect_err("is refused");
    assert_eq!((failure.code, failure.limit), (Code::TooManySubscriptions, Some(2)));
    client.join(owner.board, None).await.expect("joining again takes no room");
    client.ask(owner.board, new_task(owner.column, "Task")).await.expect("adds");
    assert_eq!(client.events(owner.board).await.seq, 3);
    client.leave(owner.org).await.expect("leaves");
    client.join(more, None).await.expect("there is room");
}

#[tokio::test]
async fn r19_joining_again_starts_over_and_nothing_comes_twice() {
    let (server, owner) = with_tasks(Limits::default(), 3).await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    client.join_whole(owner.board).await;
    let joined = client.join(owner.board, Some(bookmark(3))).await.expect("joins");
    assert_eq!((joined.resumed_from, joined.head.seq), (ResumedFrom::Ring, 5));
    client.ask(owner.board, new_task(owner.column, "Task")).await.expect("adds");
    let mut seqs = Vec::new();
    for message in client.settle().await {
        if let ServerMessage::Events(events) = message {
            seqs.extend(events.events.iter().map(|event| event.seq));
        }
    }
    assert_eq!(seqs, [4, 5, 6]);
}

#[tokio::test]
async fn r20_after_a_leave_nothing_of_the_topic_arrives() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut client = server.connect(owner.person, Codec::Json).await;
    client.join_whole(owner.board).await;
    client.leave(owner.board).await.expect("leaves");
    assert_eq!(client.leave(owner.board).await.expect_err("it is not joined").code, Code::NotJoined);
    client.ask(owner.board, new_task(owner.column, "Task")).await.expect("adds");
    assert!(client.settle().await.is_empty());
}
