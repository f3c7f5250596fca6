//! The bus between nodes: it loses, doubles, delays and so reorders, spoils, and dies, as the plan says. Never the truth.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use lockstep::bus::{Heard, Notice};
use tokio::sync::mpsc;

use super::executor::{MS, Sim, Time, WORLD, lock};

/// What the bus does to a thousand messages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manners {
    pub lost: u64,
    pub doubled: u64,
    /// Late enough to be overtaken.
    pub late: u64,
    /// A byte of the events is another.
    pub spoiled: u64,
    pub dead: bool,
}

struct State {
    nodes: Vec<Option<mpsc::Sender<Heard>>>,
    manners: Manners,
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    sim: Sim,
    state: Arc<Mutex<State>>,
}

/// Messages that may wait for a node.
const QUEUE: usize = 256;

impl Bus {
    pub fn new(sim: &Sim, nodes: usize) -> Self {
        let state = State { nodes: vec![None; nodes], manners: Manners::default() };
        Self { sim: sim.clone(), state: Arc::new(Mutex::new(state)) }
    }

    pub fn set(&self, manners: Manners) {
        lock(&self.state).manners = manners;
    }

    /// A node listens (again).
    pub fn connect(&self, node: usize) -> mpsc::Receiver<Heard> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        lock(&self.state).nodes[node] = Some(sender);
        receiver
    }

    /// The connection to the broker was lost and is back: something may have been missed.
    pub fn hiccup(&self, node: usize) {
        if let Some(sender) = lock(&self.state).nodes[node].clone() {
            let _ = sender.try_send(Heard::Gap);
        }
    }

    pub fn publish(&self, from: usize, notice: &Notice) {
        let state = lock(&self.state);
        let (manners, nodes) = (state.manners, state.nodes.clone());
        drop(state);
        for sender in nodes.into_iter().enumerate().filter(|(to, _)| *to != from).filter_map(|(_, sender)| sender) {
            if manners.dead || self.sim.chance(manners.lost) {
                continue;
            }
            let copies = 1 + u64::from(self.sim.chance(manners.doubled));
            for _ in 0..copies {
                let most = if self.sim.chance(manners.late) { 300 * MS } else { 2 * MS };
                self.deliver(sender.clone(), self.perhaps_spoiled(notice, manners), self.sim.between(MS / 10, most));
            }
        }
    }

    fn deliver(&self, to: mpsc::Sender<Heard>, notice: Notice, delay: Time) {
        let sim = self.sim.clone();
        self.sim.spawn(WORLD, async move {
            sim.pause_for(delay).await;
            // The node may have ended, or hear too slowly: the backstop is for that.
            let _ = to.try_send(Heard::Notice(Arc::new(notice)));
        });
    }

    fn perhaps_spoiled(&self, notice: &Notice, manners: Manners) -> Notice {
        let mut notice = notice.clone();
        if let Some(events) = notice.events.as_ref().filter(|_| self.sim.chance(manners.spoiled)) {
            let mut bytes = events.to_vec();
            let at = self.sim.below(bytes.len() as u64) as usize;
            bytes[at] ^= 1 << self.sim.below(8);
            notice.events = Some(Bytes::from(bytes));
        }
        notice
    }
}
