//! What an event changes on the time that was spent on a task.

use compact_str::CompactString;
use lockstep_protocol::event::BoardEvent;

use crate::board::state::{Task, TimeEntry};

pub(super) fn evolve(task: &mut Task, event: &BoardEvent) {
    match event {
        BoardEvent::TimeLogged(event) => task.with_time(|time| {
            let entry = TimeEntry {
                account_id: event.account_id,
                started_at: event.started_at,
                duration_s: event.duration_s,
                note: CompactString::new(&event.note),
            };
            time.entries.insert(event.entry_id, entry);
        }),
        BoardEvent::TimeUpdated(event) => task.with_time(|time| {
            let Some(entry) = time.entries.get_mut(&event.entry_id) else { return };
            entry.started_at = event.started_at.unwrap_or(entry.started_at);
            entry.duration_s = event.duration_s.unwrap_or(entry.duration_s);
            if let Some(note) = &event.note {
                entry.note = CompactString::new(note);
            }
        }),
        BoardEvent::TimeRemoved(event) => task.with_time(|time| {
            time.entries.remove(&event.entry_id);
        }),
        BoardEvent::TimeStarted(event) => task.with_time(|time| {
            time.working.insert(event.account_id);
        }),
        BoardEvent::TimeStopped(event) => task.with_time(|time| {
            time.working.remove(&event.account_id);
        }),
        _ => {}
    }
}
