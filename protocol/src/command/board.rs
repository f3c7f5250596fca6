//! Commands of a board: the board itself, its members, columns and labels.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, ColumnId, LabelId, OrgId, TeamId},
    values::{BoardRole, Colour, ColumnKind, Escalation, Place, Visibility},
};

/// Founds a board on a fresh topic; whoever asks becomes its owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateBoard {
    pub org_id: OrgId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub team_id: Option<TeamId>,
    pub name: String,
    /// Prefix of the tasks' keys: A-Z, then A-Z and 0-9.
    pub key: String,
    pub visibility: Visibility,
}

/// Changes the board's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateBoard {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub visibility: Option<Visibility>,
}

/// Makes the board a template, or a board to work on again. Of a template others are made; it reminds nobody of anything itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetBoardTemplate {
    pub template: bool,
}

/// Says who is told of tasks that are overdue for how long, all of it. It holds for what becomes that late from then on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetEscalations {
    pub escalations: Vec<Escalation>,
}

/// Puts the board away; it is read only until unarchived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ArchiveBoard {}

/// Takes the board out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnarchiveBoard {}

/// Moves the board to the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteBoard {}

/// Takes the board out of the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RestoreBoard {}

/// Gives a member of the organization a role on this board, or changes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetBoardMember {
    pub account_id: AccountId,
    pub role: BoardRole,
}

/// Takes a person's own role on this board away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveBoardMember {
    pub account_id: AccountId,
}

/// Adds a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateColumn {
    pub column_id: ColumnId,
    pub name: String,
    pub kind: ColumnKind,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<ColumnId>>")]
    pub place: Place<ColumnId>,
}

/// Changes a column's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateColumn {
    pub column_id: ColumnId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<ColumnKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub colour: Option<Colour>,
    /// It has no colour any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub clear_colour: bool,
}

/// Moves a column within the order of columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MoveColumn {
    pub column_id: ColumnId,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<ColumnId>>")]
    pub place: Place<ColumnId>,
}

/// Puts a column, with the tasks in it, away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ArchiveColumn {
    pub column_id: ColumnId,
}

/// Takes a column out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnarchiveColumn {
    pub column_id: ColumnId,
}

/// Deletes a column without active tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteColumn {
    pub column_id: ColumnId,
}

/// Adds a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateLabel {
    pub label_id: LabelId,
    /// May be empty: some boards use colours alone.
    pub name: String,
    pub colour: Colour,
}

/// Changes a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateLabel {
    pub label_id: LabelId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub colour: Option<Colour>,
}

/// Deletes a label and takes it off every task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteLabel {
    pub label_id: LabelId,
}
