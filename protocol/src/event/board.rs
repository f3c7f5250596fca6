//! Events of a board: the board itself, its members, columns and labels.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, ColumnId, LabelId, OrgId, TeamId},
    values::{BoardRole, Colour, ColumnKind, Escalation, Visibility},
};

/// A board was founded, with its first owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardCreated {
    pub org_id: OrgId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub team_id: Option<TeamId>,
    pub name: String,
    pub key: String,
    pub visibility: Visibility,
    pub owner_id: AccountId,
}

/// The board's own fields changed; what is absent did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardUpdated {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub visibility: Option<Visibility>,
}

/// The board became a template, or is one no longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardTemplateChanged {
    pub template: bool,
}

/// Who is told of tasks that are overdue for long changed, to this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardEscalationsChanged {
    pub escalations: Vec<Escalation>,
}

/// The board was put away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardArchived {}

/// The board came out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardUnarchived {}

/// The board went to the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardDeleted {}

/// The board came out of the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardRestored {}

/// A person got a role on the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardMemberAdded {
    pub account_id: AccountId,
    pub role: BoardRole,
}

/// A person's role on the board changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardMemberRoleChanged {
    pub account_id: AccountId,
    pub role: BoardRole,
}

/// A person lost their own role on the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardMemberRemoved {
    pub account_id: AccountId,
}

/// A column was added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnCreated {
    pub column_id: ColumnId,
    pub name: String,
    pub kind: ColumnKind,
    pub rank: String,
}

/// A column's own fields changed; what is absent did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnUpdated {
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

/// A column moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnMoved {
    pub column_id: ColumnId,
    pub rank: String,
}

/// A column was put away, with its tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnArchived {
    pub column_id: ColumnId,
}

/// A column came out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnUnarchived {
    pub column_id: ColumnId,
}

/// A column is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnDeleted {
    pub column_id: ColumnId,
}

/// A label was added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LabelCreated {
    pub label_id: LabelId,
    pub name: String,
    pub colour: Colour,
}

/// A label changed; what is absent did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LabelUpdated {
    pub label_id: LabelId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub colour: Option<Colour>,
}

/// A label is gone, from every task too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LabelDeleted {
    pub label_id: LabelId,
}
