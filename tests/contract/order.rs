//! The order of workers and contention: nothing lost, no gap, no deadlock, whatever the interleaving.

use std::collections::{BTreeMap, HashMap};

use futures_util::future::join_all;
use lockstep::store::{
    Location, Store,
    journal::{Appended, Head, Journal, Recorded, SharedJournal},
};
use lockstep_protocol::position::Position;
use uuid::Uuid;

use super::{
    Backend, Stream, add, append,
    guards::{PAUSE, hold, let_go, until_waiting},
    on_both, part, stream,
};
use crate::support::until;

on_both!(the_tail_is_in_order_and_resumes_anywhere, contention_loses_nothing, new_streams_are_raced);

async fn the_tail_is_in_order_and_resumes_anywhere(backend: Backend) {
    let (journal, one, two) = (backend.journal(), stream(), stream());
    for _ in 0..5 {
        add(&*journal, one, &["a", "b"]).await;
        add(&*journal, two, &["c"]).await;
    }
    let all = journal.tail(Position::START, 100).await.expect("a tail");
    assert_eq!(all.len(), 15);
    assert!(all.windows(2).all(|pair| pair[0].position < pair[1].position));
    for (place, event) in all.iter().enumerate() {
        let rest = journal.tail(event.position, 4).await.expect("a tail");
        assert_eq!(rest, all[place + 1..(place + 5).min(15)]);
        // Right before an event is a place too, though nothing stands there.
        let right_before = Position { seq: event.position.seq - 1, ..event.position };
        assert_eq!(journal.tail(right_before, 1).await.expect("a tail"), std::slice::from_ref(event));
    }
}

/// Several nodes where the database allows it.
async fn nodes(backend: &Backend, count: usize) -> Vec<SharedJournal> {
    let mut nodes = vec![backend.journal()];
    while nodes.len() < count {
        nodes.push(match &backend.options.location {
            Location::Postgres(_) => Store::open(&backend.options).await.expect("a node").journal(),
            Location::Sqlite(_) => backend.journal(),
        });
    }
    nodes
}

/// Appends to streams that others append to as well, singly and in pairs. Returns how many events it committed.
async fn contend(journal: SharedJournal, streams: Vec<Stream>, worker: usize, rounds: usize) -> usize {
    let mut written = 0;
    for round in 0..rounds {
        let first = (worker * 7 + round * 3) % streams.len();
        let mut chosen = vec![streams[first]];
        if round % 3 == 0 {
            chosen.push(streams[(first + 1 + round % 5) % streams.len()]);
        }
        loop {
            let mut parts = Vec::new();
            for stream in &chosen {
                let head = journal.head(stream.topic).await.expect("a head");
                parts.push(part(*stream, head, &["x", "y"]));
            }
            match journal.append(append(parts)).await.expect("decided, not timed out") {
                Appended::Committed(_) => break,
                Appended::Conflict(_) => {}
                Appended::GuardFailed(guards) => panic!("there is no guard: {guards:?}"),
            }
        }
        written += chosen.len() * 2;
    }
    written
}

/// Follows the tail, as a worker would, until as many events were seen.
async fn follow(journal: &dyn Journal, count: usize) -> Vec<Recorded> {
    let (mut seen, mut cursor) = (Vec::new(), Position::START);
    until("the tail shows every event", async || {
        let more = journal.tail(cursor, 50).await.expect("a tail");
        cursor = more.last().map_or(cursor, |event| event.position);
        seen.extend(more);
        (seen.len() >= count).then_some(())
    })
    .await;
    seen
}

async fn contention_loses_nothing(backend: Backend) {
    const WORKERS: usize = 9;
    const ROUNDS: usize = 18;
    let nodes = nodes(&backend, 3).await;
    let streams: Vec<Stream> = (0..6).map(|_| stream()).collect();
    let expected = WORKERS * (ROUNDS + ROUNDS.div_ceil(3)) * 2;
    let journal = backend.journal();
    let workers = (0..WORKERS)
        .map(|worker| tokio::spawn(contend(nodes[worker % nodes.len()].clone(), streams.clone(), worker, ROUNDS)));
    let (done, seen) = tokio::join!(join_all(workers), follow(&*journal, expected));
    let written: usize = done.into_iter().map(|done| done.expect("no panic")).sum();
    assert_eq!((written, seen.len()), (expected, expected));
    let mut by_stream: HashMap<Uuid, Vec<u64>> = HashMap::new();
    for event in &seen {
        by_stream.entry(event.stream.id).or_default().push(event.seq);
    }
    let mut total = 0;
    for stream in &streams {
        let head = backend.journal().head(stream.topic).await.expect("a head");
        let dense: Vec<u64> = (1..=head.version).collect();
        assert_eq!(by_stream[&stream.topic.id], dense, "the tail shows a stream in its order, without a gap");
        let events = backend.journal().read(stream.topic, 0, 10_000).await.expect("sound");
        assert_eq!(events.last().map(|event| event.hash), Some(head.hash));
        total += head.version;
    }
    assert_eq!(total, expected as u64);
}

async fn new_streams_are_raced(backend: Backend) {
    let nodes = nodes(&backend, 3).await;
    let streams: Vec<Stream> = (0..20).map(|_| stream()).collect();
    let races = nodes.iter().map(|journal| {
        join_all(streams.iter().map(|stream| journal.append(append(vec![part(*stream, Head::EMPTY, &["first"])]))))
    });
    let mut won: BTreeMap<usize, usize> = BTreeMap::new();
    for answers in join_all(races).await {
        for (number, answer) in answers.into_iter().enumerate() {
            match answer.expect("decided") {
                Appended::Committed(_) => *won.entry(number).or_default() += 1,
                Appended::Conflict(_) => {}
                Appended::GuardFailed(guards) => panic!("there is no guard: {guards:?}"),
            }
        }
    }
    assert_eq!(won.len(), streams.len(), "every stream was begun");
    assert!(won.values().all(|times| *times == 1), "each once: {won:?}");
}

/// A transaction that began earlier commits later. A tail that goes by number alone passes it over for ever; the fence
/// holds the later one back until nothing can come before it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_a_tail_without_the_fence_loses_events() {
    let backend = Backend::postgres().await;
    let node = Store::open(&backend.options).await.expect("a second node");
    let (slow, quick) = (stream(), stream());
    backend.tamper(PAUSE).await;
    let mut gate = backend.postgres_connection().await;
    hold(&mut gate).await;
    let mut early = part(slow, Head::EMPTY, &["early"]);
    early.events[0].tag = "task.paused";
    let journal = backend.journal();
    let early = tokio::spawn(async move { journal.append(append(vec![early])).await });
    until_waiting(&mut gate, 1).await;
    let (_, late) = add(&*node.journal(), quick, &["late"]).await;

    let unfenced = "select xid from events where xid > $1 order by xid";
    let mut reader = backend.postgres_connection().await;
    let seen: Vec<i64> = sqlx::query_scalar(unfenced).bind(0_i64).fetch_all(&mut reader).await.expect("rows");
    assert_eq!(seen, [i64::try_from(late.transaction).expect("small")]);
    let journal = backend.journal();
    assert_eq!(journal.tail(Position::START, 10).await, Ok(vec![]), "an open transaction may still come before it");
    // The scan for staleness is not held back by it.
    let (changed, _) = journal.changed(Some(1 << 48)).await.expect("a scan");
    assert_eq!(changed.iter().map(|(topic, _)| *topic).collect::<Vec<_>>(), [quick.topic]);

    let_go(&mut gate).await;
    let answer = early.await.expect("no panic");
    assert!(matches!(answer, Ok(Appended::Committed(_))), "{answer:?}");
    let more: Vec<i64> = sqlx::query_scalar(unfenced).bind(seen[0]).fetch_all(&mut reader).await.expect("rows");
    assert_eq!(more, Vec::<i64>::new(), "its number is below what was already passed");
    let fenced = follow(&*journal, 2).await;
    assert_eq!(fenced.iter().map(|event| event.stream).collect::<Vec<_>>(), [slow.topic, quick.topic]);
}
