//! The bus inside one process: nothing at all for a single node, and a hub for several nodes in one process, which tests use.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use lockstep_protocol::ids::OrgId;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Bus, Heard, Notice, Whisper};

/// How many messages wait for a slow node before they are replaced by one [`Heard::Gap`].
const QUEUE_MAX: usize = 8_192;

/// A bus without other nodes.
#[derive(Debug, Default)]
pub struct Alone;

impl Bus for Alone {
    fn alone(&self) -> bool {
        true
    }

    fn publish(&self, _notice: Arc<Notice>) {}

    fn whisper(&self, _whisper: Arc<Whisper>) {}

    fn beat(&self) {}

    fn subscribe(&self, _org: OrgId) {}

    fn unsubscribe(&self, _org: OrgId) {}

    fn hear(&self) -> Option<mpsc::Receiver<Heard>> {
        None
    }
}

/// Joins several buses in one process.
#[derive(Clone, Default)]
pub struct Hub {
    /// Each node's queue; shared by all its buses.
    nodes: Arc<Mutex<Vec<Node>>>,
}

struct Node {
    sender: mpsc::Sender<Heard>,
    /// How often each organization was subscribed.
    orgs: HashMap<OrgId, usize>,
    lost: bool,
}

impl Hub {
    /// A bus for one more node.
    pub fn connect(&self) -> HubBus {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        let mut nodes = self.lock();
        nodes.push(Node { sender, orgs: HashMap::new(), lost: false });
        let index = nodes.len() - 1;
        let node = Uuid::from_u128(nodes.len() as u128);
        HubBus { hub: self.clone(), index, node, receiver: Mutex::new(Some(receiver)) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Node>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One node's end of a [`Hub`].
pub struct HubBus {
    hub: Hub,
    index: usize,
    node: Uuid,
    receiver: Mutex<Option<mpsc::Receiver<Heard>>>,
}

impl HubBus {
    /// Tells the others that hear of the organization; without one, all.
    fn tell(&self, org: Option<OrgId>, heard: &Heard) {
        for (index, node) in self.hub.lock().iter_mut().enumerate() {
            if index == self.index || org.is_some_and(|org| !node.orgs.contains_key(&org)) {
                continue;
            }
            if node.lost && node.sender.try_send(Heard::Gap).is_ok() {
                node.lost = false;
            }
            node.lost |= node.sender.try_send(heard.clone()).is_err();
        }
    }
}

impl Bus for HubBus {
    fn alone(&self) -> bool {
        false
    }

    fn publish(&self, notice: Arc<Notice>) {
        self.tell(Some(notice.org), &Heard::Notice(notice));
    }

    fn whisper(&self, whisper: Arc<Whisper>) {
        self.tell(Some(whisper.org), &Heard::Whisper(self.node, whisper));
    }

    fn beat(&self) {
        self.tell(None, &Heard::Beat(self.node));
    }

    fn subscribe(&self, org: OrgId) {
        *self.hub.lock()[self.index].orgs.entry(org).or_default() += 1;
    }

    fn unsubscribe(&self, org: OrgId) {
        let mut nodes = self.hub.lock();
        let orgs = &mut nodes[self.index].orgs;
        if let Some(count) = orgs.get_mut(&org) {
            *count -= 1;
            if *count == 0 {
                orgs.remove(&org);
            }
        }
    }

    fn hear(&self) -> Option<mpsc::Receiver<Heard>> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A bus that cannot reach the other nodes there may be: only the journal's scan tells of them.
#[derive(Debug, Default)]
pub struct Silent;

impl Bus for Silent {
    fn alone(&self) -> bool {
        false
    }

    fn publish(&self, _notice: Arc<Notice>) {}

    fn whisper(&self, _whisper: Arc<Whisper>) {}

    fn beat(&self) {}

    fn subscribe(&self, _org: OrgId) {}

    fn unsubscribe(&self, _org: OrgId) {}

    fn hear(&self) -> Option<mpsc::Receiver<Heard>> {
        None
    }
}
