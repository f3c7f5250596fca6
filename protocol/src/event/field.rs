//! Events of the custom fields of a board, and of what its tasks have in them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{FieldId, TaskId},
    values::{FieldKind, FieldOption, FieldValue},
};

/// A custom field was added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldCreated {
    pub field_id: FieldId,
    pub name: String,
    pub kind: FieldKind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<FieldOption>>")]
    pub options: Vec<FieldOption>,
    pub rank: String,
}

/// A custom field changed; what is absent did not. Tasks lose the options that are gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldUpdated {
    pub field_id: FieldId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub options: Option<Vec<FieldOption>>,
}

/// A custom field stands elsewhere in the order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldMoved {
    pub field_id: FieldId,
    pub rank: String,
}

/// A custom field is gone, with every task's value in it; no column asks for it any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldDeleted {
    pub field_id: FieldId,
}

/// A task got another value in a custom field; absent: none. The public is told of none that name people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskFieldChanged {
    pub task_id: TaskId,
    pub field_id: FieldId,
    /// Of the field, also where the value is none.
    pub kind: FieldKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub value: Option<FieldValue>,
}
