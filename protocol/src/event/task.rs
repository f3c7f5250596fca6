//! Events of the tasks on a board.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, ColumnId, LabelId, TaskId},
    values::{DependencyKind, Due, Micros, Original, Priority},
    view::TaskFace,
};

/// A task was added. `number` counts the board's tasks from 1: with the board's key it makes `OPS-42`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskCreated {
    pub task_id: TaskId,
    pub number: u32,
    pub column_id: ColumnId,
    pub rank: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<LabelId>>")]
    pub labels: Vec<LabelId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub assignees: Vec<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub priority: Option<Priority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub start_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub due: Option<Due>,
    /// The task that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub parent_id: Option<TaskId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub original: Option<Original>,
}

/// Title or description changed; what is absent did not. An empty description means there is none any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskUpdated {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    /// Who is mentioned in the description as it is now, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
}

/// A task moved. `from_column_id` is where it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskMoved {
    pub task_id: TaskId,
    pub from_column_id: ColumnId,
    pub column_id: ColumnId,
    pub rank: String,
}

/// Ranks in one neighbourhood were spread anew because they had grown too long; the order did not change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TasksReranked {
    pub column_id: ColumnId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<(TaskId, String)>>")]
    pub ranks: Vec<(TaskId, String)>,
}

/// A person was given the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskAssigned {
    pub task_id: TaskId,
    pub account_id: AccountId,
}

/// The task was taken from a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskUnassigned {
    pub task_id: TaskId,
    pub account_id: AccountId,
}

/// A task went from one person to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskReassigned {
    pub task_id: TaskId,
    pub from_id: AccountId,
    pub to_id: AccountId,
}

/// A label was put on the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskLabelled {
    pub task_id: TaskId,
    pub label_id: LabelId,
}

/// A label was taken off the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskUnlabelled {
    pub task_id: TaskId,
    pub label_id: LabelId,
}

/// The priority changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskPriorityChanged {
    pub task_id: TaskId,
    pub priority: Priority,
}

/// Start and due date are now these; absent means none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskScheduled {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub start_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub due: Option<Due>,
}

/// The task is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskCompleted {
    pub task_id: TaskId,
}

/// How much work the task is, both as they are now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskEstimated {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub points: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub minutes: Option<u32>,
}

/// The task is a part of another one now, or of none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskParentChanged {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub parent_id: Option<TaskId>,
}

/// The task has to do with another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskDependencyAdded {
    pub task_id: TaskId,
    pub kind: DependencyKind,
    pub other_id: TaskId,
}

/// It has not, after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskDependencyRemoved {
    pub task_id: TaskId,
    pub kind: DependencyKind,
    pub other_id: TaskId,
}

/// Somebody follows what happens to the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskWatched {
    pub task_id: TaskId,
    pub account_id: AccountId,
}

/// They do no longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskUnwatched {
    pub task_id: TaskId,
    pub account_id: AccountId,
}

/// The task is not done after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskReopened {
    pub task_id: TaskId,
}

/// The task was put away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskArchived {
    pub task_id: TaskId,
}

/// The task came out of the archive, as it is now: clients did not hold it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskUnarchived {
    pub task_id: TaskId,
    pub face: TaskFace,
}

/// The task went to the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskDeleted {
    pub task_id: TaskId,
}

/// The task came out of the trash, as it is now: clients did not hold it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskRestored {
    pub task_id: TaskId,
    pub face: TaskFace,
}
