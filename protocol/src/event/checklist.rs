//! Events of the checklists of a task.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{ChecklistId, ChecklistItemId, TaskId};

/// A checklist was added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChecklistCreated {
    pub task_id: TaskId,
    pub checklist_id: ChecklistId,
    pub name: String,
}

/// A checklist was renamed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChecklistRenamed {
    pub task_id: TaskId,
    pub checklist_id: ChecklistId,
    pub name: String,
}

/// A checklist is gone with its items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChecklistDeleted {
    pub task_id: TaskId,
    pub checklist_id: ChecklistId,
    /// Done items and all items it had: who holds only the face's counts takes these off.
    #[serde(default)]
    pub removed: (u32, u32),
}

/// An item was added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChecklistItemAdded {
    pub task_id: TaskId,
    pub checklist_id: ChecklistId,
    pub item_id: ChecklistItemId,
    pub text: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub done: bool,
    pub rank: String,
}

/// An item changed; what is absent did not, and `done` is present only where it is not what it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChecklistItemUpdated {
    pub task_id: TaskId,
    pub item_id: ChecklistItemId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub done: Option<bool>,
}

/// An item is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChecklistItemRemoved {
    pub task_id: TaskId,
    pub item_id: ChecklistItemId,
    /// Whether it was done: who holds only the face's counts takes it off them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub was_done: bool,
}
