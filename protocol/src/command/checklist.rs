//! Commands of the checklists of a task.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{ChecklistId, ChecklistItemId, TaskId},
    values::Place,
};

/// Adds a checklist to a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateChecklist {
    pub task_id: TaskId,
    pub checklist_id: ChecklistId,
    pub name: String,
}

/// Renames a checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RenameChecklist {
    pub task_id: TaskId,
    pub checklist_id: ChecklistId,
    pub name: String,
}

/// Deletes a checklist with its items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteChecklist {
    pub task_id: TaskId,
    pub checklist_id: ChecklistId,
}

/// Adds an item to a checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddChecklistItem {
    pub task_id: TaskId,
    pub checklist_id: ChecklistId,
    pub item_id: ChecklistItemId,
    pub text: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub done: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<ChecklistItemId>>")]
    pub place: Place<ChecklistItemId>,
}

/// Changes an item's text, ticks it, or unticks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateChecklistItem {
    pub task_id: TaskId,
    pub item_id: ChecklistItemId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub done: Option<bool>,
}

/// Removes an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveChecklistItem {
    pub task_id: TaskId,
    pub item_id: ChecklistItemId,
}
