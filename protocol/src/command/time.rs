//! Commands of the time that people spend on tasks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, TaskId, TimeEntryId},
    values::Micros,
};

/// Notes time that was spent on a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LogTime {
    pub task_id: TaskId,
    pub entry_id: TimeEntryId,
    #[ts(type = "number")]
    pub started_at: Micros,
    /// How long it took, in seconds.
    pub duration_s: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub note: String,
    /// Whose time it is, where it is not one's own: for those who manage the board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub account_id: Option<AccountId>,
}

/// Changes what is noted: one's own, or anybody's for those who manage the board. What is not said stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateTime {
    pub task_id: TaskId,
    pub entry_id: TimeEntryId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub started_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub duration_s: Option<u32>,
    /// Empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
}

/// Takes out what is noted: one's own, or anybody's for those who manage the board.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveTime {
    pub task_id: TaskId,
    pub entry_id: TimeEntryId,
}
