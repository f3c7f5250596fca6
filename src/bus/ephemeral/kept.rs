//! What one node keeps for minutes, in memory, bounded by its bytes: nothing in it ever pushes out something else.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lockstep_protocol::values::Micros;

use super::{Bounds, Slot};

/// Taken up by an entry beside its value.
const ENTRY_BYTES: usize = 128;

struct Entry {
    value: Vec<u8>,
    until: Micros,
    tries: u32,
}

impl Entry {
    const fn bytes(&self) -> usize {
        self.value.len() + ENTRY_BYTES
    }
}

#[derive(Default)]
struct Entries {
    by_slot: HashMap<Slot, Entry>,
    bytes: usize,
}

impl Entries {
    /// One that has not ended.
    fn open(&mut self, slot: &Slot, now: Micros) -> Option<&mut Entry> {
        self.by_slot.get_mut(slot).filter(|entry| entry.until > now)
    }

    fn forget_ended(&mut self, now: Micros) {
        self.by_slot.retain(|_, entry| entry.until > now);
        self.bytes = self.by_slot.values().map(Entry::bytes).sum();
    }
}

/// See the module.
pub(super) struct Kept {
    bounds: Bounds,
    // Held for a look-up only, never over an await.
    entries: Mutex<Entries>,
}

impl Kept {
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, entries: Mutex::default() }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // A panic while it was held can only have left an entry too many or too few: whoever asks begins again.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// See [`super::Ephemeral::keep`].
    pub fn keep(&self, slot: Slot, value: &[u8], until: Micros, now: Micros) -> bool {
        let mut entries = self.entries();
        let entry = Entry { value: value.to_vec(), until, tries: 0 };
        let fits = |entries: &Entries| entries.bytes + entry.bytes() <= self.bounds.kept_bytes;
        if !fits(&entries) {
            entries.forget_ended(now);
        }
        if until <= now
            || value.len() > self.bounds.value_bytes
            || !fits(&entries)
            || entries.by_slot.contains_key(&slot)
        {
            return false;
        }
        entries.bytes += entry.bytes();
        entries.by_slot.insert(slot, entry);
        true
    }

    pub fn look(&self, slot: &Slot, now: Micros) -> Option<Vec<u8>> {
        self.entries().open(slot, now).map(|entry| entry.value.clone())
    }

    pub fn attempt(&self, slot: &Slot, most: u32, now: Micros) -> bool {
        let mut entries = self.entries();
        let Some(entry) = entries.open(slot, now).filter(|entry| entry.tries < most) else { return false };
        entry.tries += 1;
        true
    }

    pub fn take(&self, slot: &Slot, now: Micros) -> Option<Vec<u8>> {
        let mut entries = self.entries();
        let taken = entries.by_slot.remove(slot)?;
        entries.bytes = entries.bytes.saturating_sub(taken.bytes());
        (taken.until > now).then_some(taken.value)
    }
}
