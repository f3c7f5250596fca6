//! When sessions were last used: one suite in memory and over Redis, and what is known without it.

use std::{net::IpAddr, sync::Arc, time::Instant};

use bytes::Bytes;
use fred::prelude::{HashesInterface, KeysInterface};
use lockstep::bus::ephemeral::{Bounds, Ephemeral, Seen, local::LocalEphemeral};
use lockstep_protocol::{ids::SessionId, limits::Limits, values::Micros};
use uuid::Uuid;

use super::{
    ephemeral::{NOW, Shared, connected, redis_counts},
    ephemeral_kept::{client, names},
};
use crate::support::{redis::Redis, until};

const SECOND: Micros = 1_000_000;
const DAY: Micros = 86_400 * SECOND;

const fn session(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(number))
}

fn seen(seconds: Micros, address: &str) -> Seen {
    Seen { at: NOW + seconds * SECOND, address: address.parse::<IpAddr>().expect("an address") }
}

/// Until it is known there.
async fn known(store: &Shared, number: u128, wanted: Option<Seen>) {
    until("it is seen", async || {
        let now = NOW + 100 * SECOND;
        (store.last_seen(&[session(number)], now).await == [wanted]).then_some(())
    })
    .await;
}

/// Seen by one and the other, asked of them and of a third who sees nobody.
async fn the_contract(one: Shared, other: Shared, third: Shared) {
    assert_eq!(other.last_seen(&[session(1), session(2)], NOW).await, [None, None]);
    let first = seen(0, "198.51.100.7");
    assert!(one.saw(session(1), first));
    known(&other, 1, Some(first)).await;
    // A moment later from the same place is no news, from another it is; so is the same place after a while.
    assert!(!one.saw(session(1), seen(9, "198.51.100.7")));
    assert!(one.saw(session(1), seen(9, "2001:db8::1")));
    known(&other, 1, Some(seen(9, "2001:db8::1"))).await;
    assert!(one.saw(session(1), seen(19, "2001:db8::1")));
    assert!(!one.saw(session(1), seen(18, "198.51.100.8")), "what comes late changes nothing");
    known(&other, 1, Some(seen(19, "2001:db8::1"))).await;
    // Two nodes see one session: the later one counts, in whatever order they tell.
    other.saw(session(1), seen(30, "198.51.100.9"));
    known(&one, 1, Some(seen(30, "198.51.100.9"))).await;
    one.saw(session(1), seen(29, "198.51.100.7"));
    one.saw(session(2), seen(1, "198.51.100.7"));
    for node in [&other, &third] {
        known(node, 2, Some(seen(1, "198.51.100.7"))).await;
        known(node, 1, Some(seen(30, "198.51.100.9"))).await;
    }

    let both = [session(2), session(3), session(1)];
    let answer = [Some(seen(1, "198.51.100.7")), None, Some(seen(30, "198.51.100.9"))];
    assert_eq!(other.last_seen(&both, NOW + 40 * SECOND).await, answer);
    for store in [&one, &other] {
        store.ended(&[session(1)]).await;
    }
    assert_eq!(one.last_seen(&[session(1)], NOW).await, [None], "it is over");
    assert_eq!(other.last_seen(&[session(1), session(2)], NOW).await, [None, Some(seen(1, "198.51.100.7"))]);
}

#[tokio::test]
async fn ephemeral_knows_when_a_session_was_last_used_in_memory() {
    let local: Shared = Arc::new(LocalEphemeral::default());
    the_contract(local.clone(), local.clone(), local).await;
}

#[tokio::test]
async fn ephemeral_knows_when_a_session_was_last_used_on_any_node() {
    let redis = Redis::start().await;
    let (one, other) = (redis_counts(&redis).await, redis_counts(&redis).await);
    connected(&one, &other).await;
    connected(&other, &one).await;
    let third = redis_counts(&redis).await;
    connected(&third, &one).await;
    the_contract(one.clone(), other, third).await;

    let client = client(&redis).await;
    let names = names(&client, "lockstep:seen:*").await;
    assert_eq!(names.len(), 1, "what is over is gone: {names:?}");
    let left_ms: i64 = client.pttl(&names[0]).await.expect("an answer");
    assert!((1..=DAY / 1_000).contains(&left_ms), "{left_ms}");
    let sealed: Bytes = client.hget(&names[0], "value").await.expect("an answer");
    assert!(!sealed.windows(7).any(|part| part == b"198.51."), "where somebody is does not stand there");
    assert!(!names[0].contains(&session(2).to_string()));
    until("nothing waits", async || one.seen_here().is_empty().then_some(())).await;
}

#[tokio::test]
async fn ephemeral_notes_of_sessions_are_bounded_and_end_after_a_day() {
    let limits = Limits { sessions_seen_max: 3, ..Limits::default() };
    let local = LocalEphemeral::alone(Bounds::of(&limits));
    let taken: Vec<bool> = (1..=5).map(|number| local.saw(session(number), seen(0, "198.51.100.7"))).collect();
    assert_eq!(taken, [true, true, true, false, false]);
    assert!(local.saw(session(1), seen(60, "198.51.100.7")), "who is known stays known");
    assert_eq!(local.last_seen(&[session(2)], NOW + DAY - 1).await, [Some(seen(0, "198.51.100.7"))]);
    assert_eq!(local.last_seen(&[session(2)], NOW + DAY).await, [None]);
    // A day later there is room: two were not seen since.
    let later = Seen { at: NOW + DAY, ..seen(0, "198.51.100.7") };
    assert!(local.saw(session(4), later) && local.saw(session(5), later) && !local.saw(session(6), later));
    assert_eq!(local.seen_here().len(), 3);
}

#[tokio::test]
async fn ephemeral_without_redis_a_node_knows_what_it_saw_and_tells_when_redis_is_back() {
    let mut redis = Redis::start().await;
    let (one, other) = (redis_counts(&redis).await, redis_counts(&redis).await);
    connected(&one, &other).await;
    redis.kill();
    let began = Instant::now();
    for number in 1..=200 {
        assert!(one.saw(session(number), seen(0, "198.51.100.7")));
        assert_eq!(one.last_seen(&[session(number)], NOW).await, [Some(seen(0, "198.51.100.7"))]);
    }
    assert_eq!(other.last_seen(&[session(1)], NOW).await, [None]);
    assert!(began.elapsed().as_secs_f64() < 2.0, "{:?}", began.elapsed());
    assert_eq!(one.seen_here().len(), 200, "what Redis does not have");
    redis.restart().await;
    known(&other, 200, Some(seen(0, "198.51.100.7"))).await;
    for number in 1..200 {
        known(&other, number, Some(seen(0, "198.51.100.7"))).await;
    }
}
