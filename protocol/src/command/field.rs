//! Commands of the custom fields of a board, and of what its tasks have in them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{FieldId, TaskId},
    values::{FieldKind, FieldOption, FieldValue, Place},
};

/// Adds a custom field to a board. What it holds is said once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateField {
    pub field_id: FieldId,
    pub name: String,
    pub kind: FieldKind,
    /// What may be chosen, in its order: of a field of kind `select` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<FieldOption>>")]
    pub options: Vec<FieldOption>,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<FieldId>>")]
    pub place: Place<FieldId>,
}

/// Changes a custom field's name, or what may be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateField {
    pub field_id: FieldId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// All of them, in their order. An option that is not among them any more leaves the tasks that had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub options: Option<Vec<FieldOption>>,
}

/// Puts a custom field somewhere else in the order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MoveField {
    pub field_id: FieldId,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<FieldId>>")]
    pub place: Place<FieldId>,
}

/// Deletes a custom field and what tasks have in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteField {
    pub field_id: FieldId,
}

/// Gives a task a value in a custom field; absent takes it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetTaskField {
    pub task_id: TaskId,
    pub field_id: FieldId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub value: Option<FieldValue>,
}
