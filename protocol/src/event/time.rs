//! Events of the time that people spend on tasks. The public is told of none.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, TaskId, TimeEntryId},
    values::Micros,
};

/// Somebody spent time on a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TimeLogged {
    pub task_id: TaskId,
    pub entry_id: TimeEntryId,
    /// Whose time it is.
    pub account_id: AccountId,
    #[ts(type = "number")]
    pub started_at: Micros,
    /// In seconds.
    pub duration_s: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub note: String,
    /// All that is noted on the task from then on, in seconds.
    #[ts(type = "number")]
    pub tracked_s: u64,
}

/// It was otherwise; what is not said stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TimeUpdated {
    pub task_id: TaskId,
    pub entry_id: TimeEntryId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub started_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub duration_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
    /// All that is noted on the task from then on, in seconds.
    #[ts(type = "number")]
    pub tracked_s: u64,
}

/// It does not count any more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TimeRemoved {
    pub task_id: TaskId,
    pub entry_id: TimeEntryId,
    /// All that is noted on the task from then on, in seconds.
    #[ts(type = "number")]
    pub tracked_s: u64,
}

/// Somebody's timer counts on a task: they are working on it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TimeStarted {
    pub task_id: TaskId,
    pub account_id: AccountId,
}

/// It does not any more. What is noted of it is told by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TimeStopped {
    pub task_id: TaskId,
    pub account_id: AccountId,
}
