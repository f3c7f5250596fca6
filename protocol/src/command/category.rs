//! Commands of the categories of a board and the cover of a task: what kind of work a task is, and what it looks like.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{CategoryId, TaskId},
    values::Colour,
};

/// Adds a category. A task has one or none, where it may wear many labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateCategory {
    pub category_id: CategoryId,
    pub name: String,
    pub colour: Colour,
}

/// Changes a category's name or colour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateCategory {
    pub category_id: CategoryId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub colour: Option<Colour>,
}

/// Deletes a category; its tasks have none then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteCategory {
    pub category_id: CategoryId,
}

/// Says of which category a task is; absent: of none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CategorizeTask {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub category_id: Option<CategoryId>,
}

/// Gives a task's card a colour; absent takes it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetTaskCover {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub colour: Option<Colour>,
}
