//! A board at two moments, and what a person can take back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::TaskFace;
use crate::{
    ids::TaskId,
    values::{Aspect, Micros},
};

/// A task that is not as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskDifference {
    pub task_id: TaskId,
    /// As it was; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub before: Option<TaskFace>,
    /// As it is then; absent where there is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub after: Option<TaskFace>,
    /// In what they differ, where both are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Aspect>>")]
    pub aspects: Vec<Aspect>,
}

/// A change of one's own that can be taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OwnChange {
    /// Of its first event.
    #[ts(type = "number")]
    pub seq: u64,
    #[ts(type = "number")]
    pub at: Micros,
    /// The kinds of its events, each once.
    pub events: Vec<String>,
    /// The task it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub task_id: Option<TaskId>,
}

/// What would be taken back next, and what done again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct OwnChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub undo: Option<OwnChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub redo: Option<OwnChange>,
}
