//! Counts that nodes share and may lose: one suite in memory and over Redis, and what becomes of them without it.

use std::{sync::Arc, time::Instant};

use fred::prelude::{Builder, ClientLike, Config, KeysInterface};
use lockstep::bus::{
    ephemeral::{Bounds, Brake, DELAY_MAX, Ephemeral, WINDOW, local::LocalEphemeral, redis::RedisEphemeral},
    wire::ClusterKey,
};
use lockstep_protocol::values::Micros;
use tokio_util::sync::CancellationToken;

use crate::support::{redis::Redis, until};

pub type Shared = Arc<dyn Ephemeral>;

pub const BRAKE: Brake = Brake { free: 10, made_up: true };
/// As large as real ones are: Lua must not round it.
pub const NOW: Micros = 1_795_000_000_123_457;

pub async fn redis_counts(redis: &Redis) -> Shared {
    let counts =
        RedisEphemeral::connect(&redis.url(), ClusterKey([7; 32]), Bounds::default(), CancellationToken::new()).await;
    Arc::new(counts.expect("a client"))
}

/// Until Redis is really asked: `one` is seen by `other`.
pub async fn connected(one: &Shared, other: &Shared) {
    until("counts are shared", async || {
        one.count("connected", Brake { free: 1, made_up: false }, NOW).await;
        (other.wait_ms("connected", NOW).await > 0).then_some(())
    })
    .await;
}

async fn the_delay_grows_and_is_never_a_lock(counts: Shared, seen_by: Shared) {
    let mut now = NOW;
    let mut waits = Vec::new();
    for _ in 0..14 {
        assert_eq!(seen_by.wait_ms("ana", now).await, 0);
        counts.count("ana", BRAKE, now).await;
        let wait_ms = seen_by.wait_ms("ana", now).await;
        waits.push(wait_ms);
        now += Micros::from(wait_ms) * 1_000;
    }
    let wanted = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16].map(|s| if s == 0 { 0 } else { s * 1_000 + 1 });
    assert_eq!(waits, wanted);
    assert_eq!(seen_by.wait_ms("ben", now).await, 0, "of nobody else");
    for _ in 0..40 {
        counts.count("ana", BRAKE, now).await;
    }
    assert_eq!(seen_by.wait_ms("ana", now).await / 60_000, 15);
    assert_eq!(seen_by.wait_ms("ana", now + DELAY_MAX).await, 0, "never a lock");
    let later = now + DELAY_MAX + WINDOW;
    counts.count("ana", BRAKE, later).await;
    assert_eq!(seen_by.wait_ms("ana", later).await, 0, "what is long ago is forgotten");
    for _ in 0..12 {
        counts.count("ana", BRAKE, later).await;
    }
    assert!(seen_by.wait_ms("ana", later).await > 0);
    counts.forget("ana").await;
    assert_eq!(counts.wait_ms("ana", later).await, 0, "forgiven");
}

#[tokio::test]
async fn ephemeral_in_memory_keeps_the_contract() {
    let counts: Shared = Arc::new(LocalEphemeral::default());
    the_delay_grows_and_is_never_a_lock(counts.clone(), counts).await;
}

#[tokio::test]
async fn ephemeral_in_redis_keeps_the_contract() {
    let redis = Redis::start().await;
    let (one, other) = (redis_counts(&redis).await, redis_counts(&redis).await);
    connected(&one, &other).await;
    // Counted by one node, seen by another.
    the_delay_grows_and_is_never_a_lock(one, other).await;
}

#[tokio::test]
async fn ephemeral_tries_on_two_nodes_are_one_count() {
    let redis = Redis::start().await;
    let nodes = [redis_counts(&redis).await, redis_counts(&redis).await];
    connected(&nodes[0], &nodes[1]).await;
    for number in 0..10 {
        assert_eq!(nodes[number % 2].wait_ms("ana", NOW).await, 0, "try {number}");
        nodes[number % 2].count("ana", BRAKE, NOW).await;
    }
    for node in &nodes {
        assert!(node.wait_ms("ana", NOW).await > 0, "neither node alone saw ten");
    }
}

#[tokio::test]
async fn ephemeral_in_redis_ends_by_itself_and_names_nobody() {
    let redis = Redis::start().await;
    let (one, other) = (redis_counts(&redis).await, redis_counts(&redis).await);
    connected(&one, &other).await;
    for _ in 0..60 {
        one.count("login 198.51.100.0 ana@example.org", BRAKE, NOW).await;
    }
    let client = Builder::from_config(Config::from_url(&redis.url()).expect("a url")).build().expect("a client");
    client.init().await.expect("connects");
    let (_, keys): (String, Vec<String>) = client.scan_page("0", "*", Some(1_000), None).await.expect("an answer");
    assert_eq!(keys.len(), 2, "{keys:?}");
    for key in keys {
        assert!(key.starts_with("lockstep:try:") && !key.contains("ana") && !key.contains("198"), "{key}");
        let left_ms: i64 = client.pttl(&key).await.expect("an answer");
        assert!((1..=(WINDOW + DELAY_MAX) / 1_000).contains(&left_ms), "{left_ms}");
    }
}

#[tokio::test]
async fn ephemeral_without_redis_counts_alone_and_keeps_nobody_waiting() {
    let mut redis = Redis::start().await;
    let (one, other) = (redis_counts(&redis).await, redis_counts(&redis).await);
    connected(&one, &other).await;
    redis.kill();
    let began = Instant::now();
    for _ in 0..10 {
        one.count("ana", BRAKE, NOW).await;
    }
    assert!(one.wait_ms("ana", NOW).await > 0, "this node has seen them");
    assert_eq!(other.wait_ms("ana", NOW).await, 0, "and that one has not");
    assert!(began.elapsed().as_secs_f64() < 2.0, "{:?}", began.elapsed());
    redis.restart().await;
    connected(&one, &other).await;
    connected(&other, &one).await;
}

#[tokio::test]
async fn ephemeral_made_up_keys_do_not_fill_the_memory() {
    let counts = LocalEphemeral::default();
    for number in 0..lockstep::bus::ephemeral::local::KEYS_MAX + 10 {
        counts.count(&number.to_string(), BRAKE, 1).await;
    }
    assert_eq!(counts.keys(), lockstep::bus::ephemeral::local::KEYS_MAX);
    counts.count("a network", Brake { made_up: false, ..BRAKE }, 1).await;
    assert_eq!(counts.keys(), lockstep::bus::ephemeral::local::KEYS_MAX + 1);
    // With time all of them go.
    counts.count("later", Brake { made_up: false, ..BRAKE }, WINDOW + 2).await;
    assert_eq!(counts.keys(), 1);
}
