//! The connections of a node: who they are, their ticks, and that a client has only one of them. It mirrors what `live::registry` does for
//! real ones, with ids from the seed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use lockstep::live::outbox::Outbox;
use lockstep_protocol::{
    codec::Codec,
    ids::{AccountId, ClientId, ConnectionId},
    limits::Limits,
};

use super::executor::{MS, Sim, Time, lock};

/// How often outboxes are ticked.
pub const TICK: Time = 100 * MS;

/// See the module.
pub struct Register {
    sim: Sim,
    limits: Limits,
    places: Mutex<BTreeMap<ConnectionId, Place>>,
}

struct Place {
    outbox: Arc<Outbox>,
    owner: Option<(AccountId, ClientId)>,
}

impl Register {
    pub fn new(sim: &Sim, limits: &Limits) -> Self {
        Self { sim: sim.clone(), limits: limits.clone(), places: Mutex::default() }
    }

    pub fn admit(&self) -> (ConnectionId, Arc<Outbox>) {
        let id = ConnectionId(self.sim.uuid());
        let codec = if self.sim.chance(100) { Codec::Json } else { Codec::MessagePack };
        let outbox = Outbox::new(id, codec, &self.limits, None);
        lock(&self.places).insert(id, Place { outbox: outbox.clone(), owner: None });
        (id, outbox)
    }

    /// It is known whose it is: an earlier connection of the same client is told so, and closed.
    pub fn own(&self, id: ConnectionId, owner: (AccountId, ClientId)) {
        let mut places = lock(&self.places);
        for (_, other) in places.iter().filter(|(other, place)| **other != id && place.owner == Some(owner)) {
            other.outbox.supersede();
        }
        if let Some(place) = places.get_mut(&id) {
            place.owner = Some(owner);
        }
    }

    pub fn leave(&self, id: ConnectionId) {
        lock(&self.places).remove(&id);
    }

    /// Time has passed for every outbox, and none holds more than it may: its own answers come on top, which stop the reading.
    pub fn tick(&self) {
        let now_ms = self.sim.now() / MS;
        for (id, place) in lock(&self.places).iter() {
            place.outbox.tick(now_ms);
            let bytes = place.outbox.bytes();
            if bytes > self.limits.outbox_bytes_max + 96 * 1024 {
                self.sim.anomaly("unbounded-buffer", || format!("the outbox of {id} holds {bytes} bytes"));
            }
        }
    }
}
