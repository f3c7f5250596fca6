//! Commands of what a task is announced for: reminders, and the server's own word that something has come due.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::TaskId, values::Reminder};

/// Has those who work on a task and those who follow it reminded of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetReminder {
    pub task_id: TaskId,
    pub reminder: Reminder,
}

/// Takes a reminder away.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveReminder {
    pub task_id: TaskId,
    pub reminder: Reminder,
}

/// Says what of a task has come due by now and was not said before: that it is due soon, that it is overdue, a reminder, and where it
/// repeats on schedule the next one. The server alone asks for it; asked again, nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AnnounceTask {
    pub task_id: TaskId,
}
