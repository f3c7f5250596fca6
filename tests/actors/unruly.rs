//! A bus at its worst: it loses, doubles, reorders and repeats what it was told long ago, and tells what nobody said. Replicas take
//! from it only what continues the chain they hold, and are right all the same.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use lockstep::{
    actors::CommandKey,
    bus::{
        Bus, Heard, Notice, Whisper,
        local::{Hub, HubBus},
    },
};
use lockstep_domain::Aggregate;
use lockstep_protocol::{ids::*, limits::Limits};
use tokio::sync::mpsc;

use crate::support::{
    node::{Node, counts, id, new_task},
    postgres, until,
};

struct Unruly {
    inner: HubBus,
    dice: AtomicU64,
    /// What was said before, to be said again or late.
    said: Mutex<Vec<Arc<Notice>>>,
    forged: AtomicU64,
}

impl Unruly {
    fn new(inner: HubBus, seed: u64) -> Arc<Self> {
        let (dice, said) = (AtomicU64::new(seed), Mutex::default());
        Arc::new(Self { inner, dice, said, forged: AtomicU64::new(0) })
    }

    /// Below `sides`, the same for the same seed and order.
    fn roll(&self, sides: u64) -> u64 {
        let next = |dice: u64| dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let dice = self.dice.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |dice| Some(next(dice)));
        (dice.expect("always some") >> 33) % sides
    }

    /// What nobody said, about a stream that is there: other bytes, another organization, another epoch, a seq far ahead.
    fn forge(&self, notice: &Notice) {
        let mut forged = notice.clone();
        match self.roll(5) {
            0 => forged.org = OrgId(id()),
            1 => forged.epoch += 1,
            2 => (forged.first, forged.last) = (forged.first + 1_000, forged.last + 1_000),
            3 => forged.events = Some(Bytes::from_static(b"\xc1nonsense")),
            _ => {
                forged.events = forged.events.map(|events| {
                    let mut bent = events.to_vec();
                    let at = usize::try_from(self.roll(bent.len() as u64)).expect("small");
                    bent[at] ^= 0x41;
                    bent.into()
                });
            }
        }
        self.forged.fetch_add(1, Ordering::Relaxed);
        self.inner.publish(Arc::new(forged));
    }
}

impl Bus for Unruly {
    fn alone(&self) -> bool {
        false
    }

    fn publish(&self, notice: Arc<Notice>) {
        if self.roll(3) == 0 {
            self.forge(&notice);
        }
        let again = {
            let mut said = self.said.lock().expect("not poisoned");
            said.push(notice.clone());
            said[usize::try_from(self.roll(said.len() as u64)).expect("small")].clone()
        };
        match self.roll(10) {
            // Lost, or late: it is among what may be said again.
            0..3 => {}
            3 => {
                self.inner.publish(notice.clone());
                self.inner.publish(notice);
            }
            4 => {
                self.inner.publish(notice);
                self.inner.publish(again);
            }
            5 => {
                self.inner.publish(again);
                self.inner.publish(notice);
            }
            _ => self.inner.publish(notice),
        }
    }

    fn whisper(&self, whisper: Arc<Whisper>) {
        self.inner.whisper(whisper);
    }

    fn beat(&self) {
        self.inner.beat();
    }

    fn subscribe(&self, org: OrgId) {
        self.inner.subscribe(org);
    }

    fn unsubscribe(&self, org: OrgId) {
        self.inner.unsubscribe(org);
    }

    fn hear(&self) -> Option<mpsc::Receiver<Heard>> {
        self.inner.hear()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_bus_does_every_replica_shows_everything_once_in_order() {
    let url = postgres::database().await;
    let hub = Hub::default();
    let buses: Vec<Arc<Unruly>> = (0..3).map(|seed| Unruly::new(hub.connect(), seed + 7)).collect();
    let mut nodes = Vec::new();
    for bus in &buses {
        nodes.push(Node::postgres(&url, bus.clone(), Limits::default()).await);
    }
    let ana = nodes[0].account().await;
    let org = nodes[0].organization(ana).await;
    let (board, column) = nodes[0].board(ana, org).await;
    let mut listeners = Vec::new();
    for node in &nodes {
        listeners.push(node.join(ana, board, None).await.expect("joins"));
    }
    let mut last = 0;
    for round in 0..40u64 {
        let writes = nodes.iter().map(|node| {
            let key = Some(CommandKey { client_id: ClientId(id()), client_seq: 1 });
            let task = new_task(column, &format!("Task {round}"));
            async move {
                loop {
                    match node.ask_keyed(ana, board, task.clone(), key).await {
                        Err(failure) if failure.temporary => tokio::task::yield_now().await,
                        other => return other.expect("adds").seq,
                    }
                }
            }
        });
        last = futures_util::future::join_all(writes).await.into_iter().max().unwrap_or(last);
    }
    assert_eq!(last, 122, "a hundred and twenty, after founding and one column");
    let mut digests = Vec::new();
    for (node, listener) in nodes.iter().zip(&listeners) {
        // The listener itself fails on a gap.
        until("it hears everything", async || (listener.seq() == last).then_some(())).await;
        let events = listener.events();
        assert_eq!(events.len(), 120);
        assert!(events.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1));
        digests.push(node.directory.board(board).await.expect("is live").state.digest());
    }
    assert_eq!(counts(digests).len(), 1, "all replicas are equal");
    assert!(buses.iter().all(|bus| bus.forged.load(Ordering::Relaxed) > 0), "there was something to refuse");
    for node in nodes {
        node.stop().await;
    }
}
