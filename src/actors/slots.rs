//! Which aggregates are live on this node: one slot per topic, loaded by one and awaited by all, and closed before it is
//! loaded anew. A typed map, not a process-wide registry.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use lockstep_protocol::{ids::OrgId, topic::Topic};
use ractor::ActorId;
use tokio::sync::{Notify, OnceCell};

use super::{handle::AnyHandle, missed::Missed};

/// A place for one aggregate.
#[derive(Default)]
pub struct Slot {
    /// Filled by whoever loads first; the others wait for it.
    pub cell: OnceCell<AnyHandle>,
    /// What happened to the stream while it was loaded.
    missed: Missed,
    closing: AtomicBool,
    closed: Notify,
}

impl Slot {
    /// Tells the aggregate, or leaves it for the one that is being loaded.
    pub fn tell(&self, leave: impl FnOnce(&Missed), tell: impl FnOnce(&AnyHandle)) {
        if let Some(handle) = self.cell.get() {
            return tell(handle);
        }
        leave(&self.missed);
        if let Some(handle) = self.cell.get() {
            self.hand_on(handle);
        }
    }

    /// Tells an aggregate what happened while it was being loaded.
    pub fn hand_on(&self, handle: &AnyHandle) {
        let (behind, new_history) = self.missed.take();
        if let Some(version) = behind {
            handle.behind(version);
        }
        if new_history {
            handle.new_history();
        }
    }

    /// Waits while the aggregate is being asked to go; true if it had to.
    pub async fn wait_if_closing(&self) -> bool {
        let closed = self.closed.notified();
        tokio::pin!(closed);
        closed.as_mut().enable();
        if !self.closing.load(Ordering::Acquire) {
            return false;
        }
        closed.await;
        true
    }

    /// Takes the slot out of use; false if somebody has already.
    pub fn begin_closing(&self) -> bool {
        !self.closing.swap(true, Ordering::AcqRel)
    }

    /// Lets the waiting go on: to this slot again if it was kept, or to a new one.
    pub fn end_closing(&self) {
        self.closing.store(false, Ordering::Release);
        self.closed.notify_waiters();
    }
}

/// What an actor that runs is for.
struct Lived {
    topic: Topic,
    org: OrgId,
    slot: Arc<Slot>,
}

/// All slots of the node. Shared by every request; locked only to look a slot up.
#[derive(Default)]
pub struct Slots {
    by_topic: RwLock<HashMap<Topic, Arc<Slot>>>,
    by_actor: Mutex<HashMap<ActorId, Lived>>,
}

impl Slots {
    fn read(&self) -> RwLockReadGuard<'_, HashMap<Topic, Arc<Slot>>> {
        self.by_topic.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get(&self, topic: Topic) -> Option<Arc<Slot>> {
        self.read().get(&topic).cloned()
    }

    pub fn get_or_insert(&self, topic: Topic) -> Arc<Slot> {
        if let Some(slot) = self.get(topic) {
            return slot;
        }
        self.by_topic.write().unwrap_or_else(PoisonError::into_inner).entry(topic).or_default().clone()
    }

    /// Removes this very slot, not one that came after it.
    pub fn remove(&self, topic: Topic, slot: &Arc<Slot>) {
        let mut slots = self.by_topic.write().unwrap_or_else(PoisonError::into_inner);
        if slots.get(&topic).is_some_and(|kept| Arc::ptr_eq(kept, slot)) {
            slots.remove(&topic);
        }
    }

    /// Removes a slot whose load failed, unless somebody else is about to try.
    pub fn remove_unfilled(&self, topic: Topic, slot: &Arc<Slot>) {
        let mut slots = self.by_topic.write().unwrap_or_else(PoisonError::into_inner);
        let kept = slots.get(&topic).is_some_and(|kept| Arc::ptr_eq(kept, slot));
        // The map's and the caller's: nobody can gain another while the map is locked.
        if kept && Arc::strong_count(slot) == 2 && slot.cell.get().is_none() {
            slots.remove(&topic);
        }
    }

    /// Remembers whose slot an actor fills.
    pub fn started(&self, actor: ActorId, topic: Topic, org: OrgId, slot: &Arc<Slot>) {
        let lived = Lived { topic, org, slot: slot.clone() };
        self.by_actor.lock().unwrap_or_else(PoisonError::into_inner).insert(actor, lived);
    }

    /// Frees the slot of an actor that ended, and says whose it was.
    pub fn ended(&self, actor: ActorId) -> Option<(Topic, OrgId)> {
        let lived = self.by_actor.lock().unwrap_or_else(PoisonError::into_inner).remove(&actor)?;
        self.remove(lived.topic, &lived.slot);
        lived.slot.end_closing();
        Some((lived.topic, lived.org))
    }

    /// Every slot, also of what is being loaded.
    pub fn all(&self) -> Vec<Arc<Slot>> {
        self.read().values().cloned().collect()
    }

    /// Every live aggregate.
    pub fn live(&self) -> Vec<(Arc<Slot>, AnyHandle)> {
        self.read().values().filter_map(|slot| Some((slot.clone(), slot.cell.get()?.clone()))).collect()
    }
}
