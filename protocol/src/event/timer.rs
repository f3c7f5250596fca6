//! Events of the one timer that a person has. They are in the stream of the account; what others are told is on the board.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    codes::Code,
    ids::{BoardId, OrgId, TaskId, TimeEntryId},
    values::Micros,
};

/// Time counts on a task from then on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserTimerStarted {
    pub entry_id: TimeEntryId,
    pub org_id: OrgId,
    pub board_id: BoardId,
    pub task_id: TaskId,
}

/// It was stopped. The time is noted on the board in the same append, or it is here alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserTimerStopped {
    pub entry_id: TimeEntryId,
    pub org_id: OrgId,
    pub board_id: BoardId,
    pub task_id: TaskId,
    #[ts(type = "number")]
    pub started_at: Micros,
    /// In seconds.
    pub duration_s: u32,
    /// Why it is not noted on the board; absent: it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lost: Option<Code>,
}

/// It was stopped, and the time is noted nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UserTimerDiscarded {
    pub entry_id: TimeEntryId,
}
