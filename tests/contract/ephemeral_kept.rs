//! What is kept for minutes and taken once: one suite in memory and over Redis, and what becomes of it without Redis.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use fred::prelude::{Builder, Client, ClientLike, Config, HashesInterface, KeysInterface};
use futures_util::future::join_all;
use lockstep::bus::ephemeral::{Bounds, Ephemeral, Seen, Slot, local::LocalEphemeral};
use lockstep_protocol::{ids::SessionId, limits::Limits, values::Micros};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use uuid::Uuid;

use super::ephemeral::{BRAKE, NOW, Shared, connected, redis_counts};
use crate::support::redis::Redis;

const MINUTE: Micros = 60_000_000;
const UNTIL: Micros = NOW + 5 * MINUTE;

const fn slot(id: u8) -> Slot {
    Slot { purpose: "second step", id: [id; 32] }
}

pub async fn client(redis: &Redis) -> Client {
    let client = Builder::from_config(Config::from_url(&redis.url()).expect("a url")).build().expect("a client");
    client.init().await.expect("connects");
    client
}

pub async fn names(client: &Client, pattern: &str) -> Vec<String> {
    let (_, names): (String, Vec<String>) = client.scan_page("0", pattern, Some(1_000), None).await.expect("an answer");
    names
}

/// Kept by one, asked for by the other as well.
async fn the_contract(one: Shared, other: Shared) {
    assert!(one.keep(slot(1), b"value", UNTIL, NOW).await);
    assert!(!one.keep(slot(1), b"another", UNTIL, NOW).await, "what is kept is not written over");
    for _ in 0..2 {
        assert_eq!(other.look(slot(1), NOW).await.as_deref(), Some(&b"value"[..]), "a look takes nothing");
    }
    let of_either = |number: usize| if number.is_multiple_of(2) { &one } else { &other };
    let tries = join_all((0..50).map(|number| of_either(number).attempt(slot(1), 5, NOW))).await;
    assert_eq!(tries.iter().filter(|counted| **counted).count(), 5);
    let takers = join_all((0..50).map(|number| of_either(number).take(slot(1), NOW))).await;
    assert_eq!(takers.into_iter().flatten().collect::<Vec<_>>(), [b"value".to_vec()], "of fifty one is given it");
    assert_eq!((other.look(slot(1), NOW).await, other.take(slot(1), NOW).await), (None, None));
    assert!(!other.attempt(slot(1), 5, NOW).await);

    // Its time is over in the moment that was said.
    assert!(one.keep(slot(2), b"value", UNTIL, NOW).await);
    assert!(other.look(slot(2), UNTIL - 1).await.is_some() && other.attempt(slot(2), 5, UNTIL - 1).await);
    assert_eq!(other.look(slot(2), UNTIL).await, None);
    assert!(!other.attempt(slot(2), 5, UNTIL).await);
    assert_eq!(other.take(slot(2), UNTIL).await, None);
    assert!(!one.keep(slot(3), b"value", NOW, NOW).await, "over before it began");

    // Too large is not kept, as large as may be is.
    let most = Limits::default().kept_value_bytes_max;
    assert!(!one.keep(slot(4), &vec![7; most + 1], UNTIL, NOW).await);
    assert_eq!(other.look(slot(4), NOW).await, None);
    assert!(one.keep(slot(4), &vec![7; most], UNTIL, NOW).await);
    assert_eq!(other.take(slot(4), NOW).await, Some(vec![7; most]));
    assert!(one.keep(slot(5), b"", UNTIL, NOW).await);
    assert_eq!(other.take(slot(5), NOW).await, Some(Vec::new()));
}

/// The same bytes as every kind of key.
async fn kinds_do_not_meet(one: Shared, other: Shared) {
    let bytes = [b'a'; 32];
    let (text, session) = (std::str::from_utf8(&bytes).expect("text"), SessionId(Uuid::from_bytes([b'a'; 16])));
    let (login, reset) = (Slot { purpose: "login", id: bytes }, Slot { purpose: "reset", id: bytes });
    let address = std::net::Ipv4Addr::LOCALHOST.into();
    assert!(one.keep(login, b"of a log-in", UNTIL, NOW).await && one.keep(reset, b"of a reset", UNTIL, NOW).await);
    one.saw(session, Seen { at: NOW, address });
    for _ in 0..20 {
        one.count(text, BRAKE, NOW).await;
    }
    assert_eq!(other.look(login, NOW).await.as_deref(), Some(&b"of a log-in"[..]));
    assert_eq!(other.take(reset, NOW).await.as_deref(), Some(&b"of a reset"[..]));
    one.ended(&[session]).await;
    one.forget("nobody").await;
    assert!(other.wait_ms(text, NOW).await > 0);
    other.forget(text).await;
    assert_eq!(one.take(login, NOW).await.as_deref(), Some(&b"of a log-in"[..]));
}

#[tokio::test]
async fn ephemeral_keeps_for_minutes_and_gives_once_in_memory() {
    let local: Shared = Arc::new(LocalEphemeral::default());
    the_contract(local.clone(), local.clone()).await;
    kinds_do_not_meet(local.clone(), local).await;
}

#[tokio::test]
async fn ephemeral_keeps_for_minutes_and_gives_once_in_redis() {
    let redis = Redis::start().await;
    let (one, other) = (redis_counts(&redis).await, redis_counts(&redis).await);
    connected(&one, &other).await;
    connected(&other, &one).await;
    the_contract(one.clone(), other.clone()).await;
    kinds_do_not_meet(one, other).await;
}

#[tokio::test]
async fn ephemeral_memory_that_is_full_keeps_no_more_until_something_ends() {
    let limits = Limits { kept_bytes_max: 10_000, ..Limits::default() };
    let local = LocalEphemeral::alone(Bounds::of(&limits));
    let mut kept = Vec::new();
    for id in 0..100 {
        if local.keep(slot(id), &[7; 872], UNTIL + Micros::from(id), NOW).await {
            kept.push(id);
        }
    }
    assert_eq!(kept, (0..10).collect::<Vec<u8>>(), "what came first is not pushed out");
    assert!(local.take(slot(3), NOW).await.is_some() && local.keep(slot(20), &[7; 872], UNTIL, NOW).await);
    assert!(!local.keep(slot(21), &[7; 872], UNTIL, NOW).await);
    // Two have ended by then: the first one and the one that came for the fourth.
    assert!(local.keep(slot(22), &[7; 872], 2 * UNTIL, UNTIL).await);
    assert!(local.keep(slot(23), &[7; 872], 2 * UNTIL, UNTIL).await);
    assert!(!local.keep(slot(24), &[7; 872], 2 * UNTIL, UNTIL).await);
    assert!(local.look(slot(9), UNTIL).await.is_some(), "the others are there");

    let one_of_several = LocalEphemeral::among_others(Bounds::default());
    assert!(!one_of_several.keep(slot(1), b"value", UNTIL, NOW).await, "other nodes would not find it");
}

#[tokio::test]
async fn ephemeral_what_is_kept_in_redis_ends_by_itself_and_says_nothing_to_who_reads_it() {
    let redis = Redis::start().await;
    let (one, other) = (redis_counts(&redis).await, redis_counts(&redis).await);
    connected(&one, &other).await;
    let id = *b"a sum by which somebody may come";
    let slot = Slot { purpose: "second step", id };
    let value = b"the account of ana@example.org";
    assert!(one.keep(slot, value, UNTIL, NOW).await);
    let client = client(&redis).await;
    let names = names(&client, "lockstep:kept:*").await;
    assert_eq!(names.len(), 1, "{names:?}");
    let left_ms: i64 = client.pttl(&names[0]).await.expect("an answer");
    assert!((1..=5 * MINUTE / 1_000).contains(&left_ms), "{left_ms}");
    let fields: Vec<Bytes> = client.hvals(&names[0]).await.expect("an answer");
    for secret in [&id[..], &value[..], b"ana@", b"second step", data_encoding::HEXLOWER.encode(&id).as_bytes()] {
        let found = |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret);
        assert!(!found(names[0].as_bytes()) && !fields.iter().any(|field| found(field)), "{secret:?}");
    }

    // Somebody who writes to Redis can end it and count its tries anew, and nothing else.
    let theirs = Slot { purpose: "second step", id: [9; 32] };
    assert!(one.keep(theirs, b"another's", UNTIL, NOW).await);
    let moved: Bytes = client.hget(&names[0], "value").await.expect("an answer");
    let target = self::names(&client, "lockstep:kept:*").await.into_iter().find(|name| *name != names[0]);
    let target = target.expect("two are kept");
    let _: i64 = client.hset(&target, ("value", moved.clone())).await.expect("written");
    assert_eq!(other.look(theirs, NOW).await, None, "what was moved opens for nobody");
    let _: i64 = client.hset(&names[0], ("until", "9000000000000000")).await.expect("written");
    assert_eq!(other.look(slot, NOW).await.as_deref(), Some(&value[..]));
    assert_eq!(other.look(slot, UNTIL).await, None, "when it ends is sealed as well");
    assert_eq!(other.take(slot, UNTIL).await, None);
}

#[tokio::test]
async fn ephemeral_keeps_nothing_without_redis_and_holds_nobody_up() {
    let mut redis = Redis::start().await;
    let (one, other) = (redis_counts(&redis).await, redis_counts(&redis).await);
    connected(&one, &other).await;
    assert!(one.keep(slot(1), b"value", UNTIL, NOW).await);
    let nothing = async || {
        let began = Instant::now();
        for id in 10..40 {
            assert!(!one.keep(slot(id), b"value", UNTIL, NOW).await);
            assert_eq!((one.look(slot(1), NOW).await, one.take(slot(1), NOW).await), (None, None));
            assert!(!one.attempt(slot(1), 5, NOW).await);
        }
        assert!(began.elapsed().as_secs_f64() < 2.0, "{:?}", began.elapsed());
    };
    // It hangs.
    let mut stream = TcpStream::connect(("127.0.0.1", redis.port)).await.expect("connects");
    stream.write_all(b"CLIENT PAUSE 60000 ALL\r\n").await.expect("written");
    tokio::io::AsyncReadExt::read_u8(&mut stream).await.expect("it pauses");
    nothing().await;
    // It is gone.
    redis.kill();
    nothing().await;
    redis.restart().await;
    connected(&one, &other).await;
    assert_eq!(one.look(slot(1), NOW).await, None, "and what it had with it");
    assert!(one.keep(slot(2), b"value", UNTIL, NOW).await);
}
