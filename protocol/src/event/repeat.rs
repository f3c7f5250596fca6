//! Events of tasks that repeat.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::TaskId, values::Repeat};

/// The task repeats by this now; absent: not any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskRepeatChanged {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub repeat: Option<Repeat>,
}

/// A task that was just made is the next one of a task that was just done, or was due by its schedule. That one does not repeat any
/// more: this one does. It has the other's description, the reminders that count from the due date, its checklists with nothing ticked, its estimate, and those who follow it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskRepeated {
    pub task_id: TaskId,
    /// The one before it.
    pub from_id: TaskId,
    pub repeat: Repeat,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub has_description: bool,
    /// Items of all its checklists.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[ts(optional, as = "Option<u32>")]
    pub items: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub points: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub minutes: Option<u32>,
}

const fn is_zero(count: &u32) -> bool {
    *count == 0
}
