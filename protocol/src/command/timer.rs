//! Commands of the one timer that a person has, over all boards and devices. Each changes a board besides, in the same append; the server
//! sends them, on behalf of whoever asks over REST.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{BoardId, OrgId, TaskId, TimeEntryId},
    values::Micros,
};

/// Begins to count time on a task. Refused while it counts elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StartTimer {
    /// Of the time that will be noted.
    pub entry_id: TimeEntryId,
    pub org_id: OrgId,
    pub board_id: BoardId,
    pub task_id: TaskId,
}

/// Ends it, and notes the time on the task. Nothing of the board holds that up: what cannot be noted is told with the reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StopTimer {
    pub entry_id: TimeEntryId,
    /// Where the task is by now; absent where it is nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub board_id: Option<BoardId>,
    /// When it was really over; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub ended_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub note: String,
}

/// Ends it, and notes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DiscardTimer {
    pub entry_id: TimeEntryId,
    /// Where the task is by now; absent where it is nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub board_id: Option<BoardId>,
}
