//! Commands of the tasks on a board.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, CategoryId, ColumnId, LabelId, TaskId},
    values::{Colour, DependencyKind, Due, Micros, Original, Place, Priority, RepeatRule, TaskField},
};

/// Adds a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateTask {
    pub task_id: TaskId,
    pub column_id: ColumnId,
    pub title: String,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<TaskId>>")]
    pub place: Place<TaskId>,
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
    /// How difficult it is, in whatever points the team counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub points: Option<u32>,
    /// How long it will take, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub minutes: Option<u32>,
    /// It repeats from its due date on; without one, from the first day of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub repeat: Option<Box<RepeatRule>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub category_id: Option<CategoryId>,
    /// The colour of its card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cover: Option<Colour>,
    /// What it has in custom fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<TaskField>>")]
    pub fields: Vec<TaskField>,
    /// Only for those who may import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub original: Option<Original>,
}

impl CreateTask {
    /// With nothing but a title.
    pub const fn of(task_id: TaskId, column_id: ColumnId, title: String) -> Self {
        Self {
            task_id,
            column_id,
            title,
            description: None,
            place: Place::END,
            labels: Vec::new(),
            assignees: Vec::new(),
            priority: None,
            start_at: None,
            due: None,
            parent_id: None,
            points: None,
            minutes: None,
            repeat: None,
            category_id: None,
            cover: None,
            fields: Vec::new(),
            original: None,
        }
    }
}

/// Changes title or description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateTask {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub title: Option<String>,
    /// Markdown; empty takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    /// Who is mentioned in the description, each as `@[account_id]`; they see the board, and follow the task from then on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
}

/// Moves a task: to another column, within its column, or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MoveTask {
    pub task_id: TaskId,
    pub column_id: ColumnId,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<TaskId>>")]
    pub place: Place<TaskId>,
}

/// Gives a task to a member of the organization who may see the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AssignTask {
    pub task_id: TaskId,
    pub account_id: AccountId,
}

/// Takes a task from a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnassignTask {
    pub task_id: TaskId,
    pub account_id: AccountId,
}

/// Gives the open tasks of one person on this board to another, or to nobody. Some at a time: asked again until nothing changes, it is
/// all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReassignTasks {
    /// Whoever has them now, member or not.
    pub from_id: AccountId,
    /// Whoever is to have them; absent: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub to_id: Option<AccountId>,
}

/// Puts a label on a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LabelTask {
    pub task_id: TaskId,
    pub label_id: LabelId,
}

/// Takes a label off a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnlabelTask {
    pub task_id: TaskId,
    pub label_id: LabelId,
}

/// Sets the priority.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PrioritizeTask {
    pub task_id: TaskId,
    pub priority: Priority,
}

/// Sets start and due date, both as given; absent takes it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScheduleTask {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub start_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub due: Option<Due>,
}

/// Says how much work a task is, both as given; absent takes it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EstimateTask {
    pub task_id: TaskId,
    /// How difficult it is, in whatever points the team counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub points: Option<u32>,
    /// How long it will take, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub minutes: Option<u32>,
}

/// Makes a task a part of another one of the board; absent: of none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetTaskParent {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub parent_id: Option<TaskId>,
}

/// Says that a task has to do with another one of the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddDependency {
    pub task_id: TaskId,
    pub kind: DependencyKind,
    pub other_id: TaskId,
}

/// Takes that back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveDependency {
    pub task_id: TaskId,
    pub kind: DependencyKind,
    pub other_id: TaskId,
}

/// Lets somebody follow what happens to a task. Whoever sees the board may follow; those who work on it may have others follow too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WatchTask {
    pub task_id: TaskId,
    pub account_id: AccountId,
}

/// Takes somebody off those who follow a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnwatchTask {
    pub task_id: TaskId,
    pub account_id: AccountId,
}

/// Marks a task done, wherever it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CompleteTask {
    pub task_id: TaskId,
}

/// Marks a task not done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReopenTask {
    pub task_id: TaskId,
}

/// Puts a task away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ArchiveTask {
    pub task_id: TaskId,
}

/// Takes a task out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnarchiveTask {
    pub task_id: TaskId,
}

/// Moves a task to the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteTask {
    pub task_id: TaskId,
}

/// Takes a task out of the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RestoreTask {
    pub task_id: TaskId,
}
