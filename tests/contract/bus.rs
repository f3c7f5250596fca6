//! The bus contract, over every implementation: what is said reaches the other nodes that listen, and only them; what is
//! forged reaches nobody; what may have been lost is said to be.

use std::{sync::Arc, time::Duration};

use fred::prelude::{Builder, ClientLike, Config, PubsubInterface};
use lockstep::bus::{
    Heard, Notice, SharedBus, Whisper,
    local::Hub,
    redis::RedisBus,
    wire::{self, ClusterKey, Said},
};
use lockstep_protocol::ids::{BoardId, OrgId};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::{DEADLINE, redis::Redis};

const KEY: ClusterKey = ClusterKey([7; 32]);

fn notice(org: OrgId, last: u64) -> Arc<Notice> {
    let stream = BoardId(Uuid::from_u128(5)).into();
    Arc::new(Notice { org, stream, epoch: 1, first: last, last, events: Some(b"events"[..].into()), lists: None })
}

async fn heard(ears: &mut mpsc::Receiver<Heard>) -> Heard {
    tokio::time::timeout(DEADLINE, ears.recv()).await.expect("in time").expect("the bus is open")
}

/// The next notice, whatever gaps are told before it.
async fn next_notice(ears: &mut mpsc::Receiver<Heard>) -> Arc<Notice> {
    loop {
        if let Heard::Notice(notice) = heard(ears).await {
            return notice;
        }
    }
}

/// The next that is neither a notice nor a gap.
async fn next_word(ears: &mut mpsc::Receiver<Heard>) -> Heard {
    loop {
        match heard(ears).await {
            Heard::Notice(_) | Heard::Gap => {}
            word => return word,
        }
    }
}

/// Says it until it arrives: subscriptions take a moment on a real broker. What was said before may arrive once more meanwhile.
async fn say_until_heard(from: &SharedBus, ears: &mut mpsc::Receiver<Heard>, said: &Arc<Notice>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let wait = async {
        loop {
            tokio::select! {
                _ = ticks.tick() => from.publish(said.clone()),
                heard = next_notice(ears) => if &heard == said { return },
            }
        }
    };
    tokio::time::timeout(DEADLINE, wait).await.expect("it is heard in time");
}

async fn what_is_said_reaches_the_others_who_listen(one: SharedBus, two: SharedBus) {
    // Organizations of different partitions.
    let (org, other) = (OrgId(Uuid::from_u128(1)), OrgId(Uuid::from_u128(2)));
    let (mut one_ears, mut two_ears) = (one.hear().expect("once"), two.hear().expect("once"));
    assert!(two.hear().is_none(), "only once");
    assert!(!one.alone());
    one.subscribe(org);
    two.subscribe(org);
    say_until_heard(&one, &mut two_ears, &notice(org, 1)).await;
    say_until_heard(&two, &mut one_ears, &notice(org, 2)).await;
    // In order, and not of an organization that nobody here asked for, nor one's own.
    two.publish(notice(org, 3));
    one.publish(notice(other, 4));
    one.publish(notice(org, 5));
    one.publish(notice(org, 6));
    let mut order = Vec::new();
    while order.last() != Some(&6) {
        let notice = next_notice(&mut two_ears).await;
        assert_eq!(notice.org, org);
        assert_ne!(notice.last, 3, "its own");
        order.push(notice.last);
    }
    order.retain(|last| *last > 4);
    assert_eq!(order, [5, 6]);
    // What is short-lived goes the same way, and says from whom; that a node lives is told to everyone.
    let whisper = |org, word: &'static [u8]| {
        Arc::new(Whisper { org, stream: BoardId(Uuid::from_u128(5)).into(), word: word.into() })
    };
    one.whisper(whisper(other, b"elsewhere"));
    two.whisper(whisper(org, b"its own"));
    one.whisper(whisper(org, b"here"));
    one.beat();
    let Heard::Whisper(from, word) = next_word(&mut two_ears).await else { panic!("a whisper first") };
    assert_eq!(word, whisper(org, b"here"));
    assert_eq!(next_word(&mut two_ears).await, Heard::Beat(from));
    // Counted: the second subscription holds.
    two.subscribe(org);
    two.unsubscribe(org);
    say_until_heard(&one, &mut two_ears, &notice(org, 7)).await;
}

async fn redis_bus(redis: &Redis, key: ClusterKey) -> SharedBus {
    let bus = RedisBus::connect(&redis.url(), key, Uuid::now_v7(), CancellationToken::new()).await;
    Arc::new(bus.expect("a bus"))
}

#[tokio::test]
async fn local_bus_keeps_the_contract() {
    let hub = Hub::default();
    what_is_said_reaches_the_others_who_listen(Arc::new(hub.connect()), Arc::new(hub.connect())).await;
}

#[tokio::test]
async fn redis_bus_keeps_the_contract() {
    let redis = Redis::start().await;
    what_is_said_reaches_the_others_who_listen(redis_bus(&redis, KEY).await, redis_bus(&redis, KEY).await).await;
}

#[tokio::test]
async fn redis_bus_hears_nothing_that_is_forged() {
    let redis = Redis::start().await;
    let (one, two) = (redis_bus(&redis, KEY).await, redis_bus(&redis, KEY).await);
    let stranger = redis_bus(&redis, ClusterKey([8; 32])).await;
    let org = OrgId(Uuid::from_u128(1));
    let mut ears = two.hear().expect("once");
    two.subscribe(org);
    say_until_heard(&one, &mut ears, &notice(org, 1)).await;
    let client = Builder::from_config(Config::from_url(&redis.url()).expect("a url")).build().expect("a client");
    client.init().await.expect("connects");
    for garbage in [&b""[..], b"\xc1", &[0x91; 500]] {
        let _: i64 = client.publish("lockstep:bus:1", garbage).await.expect("publishes");
    }
    let sealed = wire::seal(&KEY, Uuid::from_u128(9), &Said::Notice(notice(org, 66))).expect("seals");
    let mut bent = sealed.to_vec();
    bent[20] ^= 1;
    let _: i64 = client.publish("lockstep:bus:1", bent.as_slice()).await.expect("publishes");
    stranger.publish(notice(org, 77));
    let _: i64 = client.publish("lockstep:bus:1", sealed.as_ref()).await.expect("publishes");
    let mut got = Vec::new();
    while got.last() != Some(&66) {
        got.push(next_notice(&mut ears).await.last);
    }
    got.retain(|last| *last > 1);
    assert_eq!(got, [66], "only what the key sealed");
}

#[tokio::test]
async fn redis_bus_says_that_it_may_have_missed_something_and_goes_on() {
    let mut redis = Redis::start().await;
    let (one, two) = (redis_bus(&redis, KEY).await, redis_bus(&redis, KEY).await);
    let org = OrgId(Uuid::from_u128(1));
    let mut ears = two.hear().expect("once");
    two.subscribe(org);
    say_until_heard(&one, &mut ears, &notice(org, 1)).await;
    redis.kill();
    one.publish(notice(org, 2));
    redis.restart().await;
    while heard(&mut ears).await != Heard::Gap {}
    say_until_heard(&one, &mut ears, &notice(org, 3)).await;
}

#[tokio::test]
async fn redis_bus_hears_what_it_asked_for_while_the_broker_was_away() {
    let mut redis = Redis::start().await;
    let (one, two) = (redis_bus(&redis, KEY).await, redis_bus(&redis, KEY).await);
    let (org, other) = (OrgId(Uuid::from_u128(1)), OrgId(Uuid::from_u128(2)));
    let mut ears = two.hear().expect("once");
    two.subscribe(org);
    say_until_heard(&one, &mut ears, &notice(org, 1)).await;
    redis.kill();
    two.subscribe(other);
    two.unsubscribe(org);
    two.subscribe(org);
    redis.restart().await;
    say_until_heard(&one, &mut ears, &notice(other, 2)).await;
    say_until_heard(&one, &mut ears, &notice(org, 3)).await;
}

#[tokio::test]
async fn a_hub_that_is_not_listened_to_loses_and_says_so() {
    let hub = Hub::default();
    let (one, two) = (hub.connect(), hub.connect());
    let (one, two): (SharedBus, SharedBus) = (Arc::new(one), Arc::new(two));
    let org = OrgId(Uuid::from_u128(1));
    let mut ears = two.hear().expect("once");
    two.subscribe(org);
    for last in 1..=10_000 {
        one.publish(notice(org, last));
    }
    let mut before_gap = 0;
    loop {
        match heard(&mut ears).await {
            Heard::Notice(_) => before_gap += 1,
            Heard::Gap => break,
            other => panic!("{other:?}"),
        }
        // Room again: the next message says first that some were lost.
        one.publish(notice(org, 10_001));
    }
    assert!((8_000..10_000).contains(&before_gap), "{before_gap}");
}
