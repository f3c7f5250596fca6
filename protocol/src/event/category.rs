//! Events of the categories of a board and the covers of its tasks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{CategoryId, TaskId},
    values::Colour,
};

/// A category was added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CategoryCreated {
    pub category_id: CategoryId,
    pub name: String,
    pub colour: Colour,
}

/// A category changed; what is absent did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CategoryUpdated {
    pub category_id: CategoryId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub colour: Option<Colour>,
}

/// A category is gone, from every task too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CategoryDeleted {
    pub category_id: CategoryId,
}

/// A task got another category; absent: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskCategorized {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub category_id: Option<CategoryId>,
}

/// A task's card got another colour; absent: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskCoverChanged {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub colour: Option<Colour>,
}
