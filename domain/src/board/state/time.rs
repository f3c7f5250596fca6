//! What a board remembers of the time that was spent on a task.

use compact_str::CompactString;
use imbl::{OrdMap, OrdSet};
use lockstep_protocol::{
    ids::{AccountId, TimeEntryId},
    values::Micros,
};
use serde::{Deserialize, Serialize};

use super::Task;

/// All time of one task. Few tasks have any.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tracked {
    pub entries: OrdMap<TimeEntryId, TimeEntry>,
    /// Whose timer counts on it.
    pub working: OrdSet<AccountId>,
}

/// Time that somebody spent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeEntry {
    pub account_id: AccountId,
    pub started_at: Micros,
    pub duration_s: u32,
    pub note: CompactString,
}

impl Tracked {
    pub(super) fn weight(&self) -> usize {
        64 + 32 * self.working.len() + self.entries.values().map(|entry| 128 + entry.note.len()).sum::<usize>()
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.working.is_empty()
    }
}

impl Task {
    pub fn time_entry(&self, id: TimeEntryId) -> Option<&TimeEntry> {
        self.time.as_ref()?.entries.get(&id)
    }

    /// Time that was spent on it, in the order of the ids.
    pub fn time_entries(&self) -> impl Iterator<Item = (TimeEntryId, &TimeEntry)> + '_ {
        self.time.iter().flat_map(|time| time.entries.iter().map(|(id, entry)| (*id, entry)))
    }

    /// Whose timer counts on it, in the order of the ids.
    pub fn working(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.time.iter().flat_map(|time| time.working.iter().copied())
    }

    /// How much it is, in seconds; `None` where nothing is noted.
    pub fn tracked_s(&self) -> Option<u64> {
        let noted = self.time.as_ref().is_some_and(|time| !time.entries.is_empty());
        noted.then(|| self.time_entries().map(|(_, entry)| u64::from(entry.duration_s)).sum())
    }

    /// Changes it; a task without any is like one that never had any.
    pub(in crate::board) fn with_time(&mut self, change: impl FnOnce(&mut Tracked)) {
        let mut time = self.time.take().unwrap_or_default();
        change(std::sync::Arc::make_mut(&mut time));
        self.time = (!time.is_empty()).then_some(time);
    }
}
