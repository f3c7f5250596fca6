//! What a column asks of the tasks that come into it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{AccountId, ColumnId, FieldId};

words! {
    /// What becomes of a task that comes into a column with as many as there should be.
    WipMode {
        /// It comes in; the column says that there are too many.
        Warn = "warn",
        /// It stays where it is.
        Refuse = "refuse",
    }
    /// What a task has to have before it comes into a column.
    Requirement {
        /// Somebody who does it.
        Assignee = "assignee",
        Due = "due",
        Description = "description",
        /// Points or minutes.
        Estimate = "estimate",
        Label = "label",
        Priority = "priority",
        /// Every item of its checklists is done; a task without items has nothing left to do.
        Checklists = "checklists",
    }
}

/// How many tasks a column should hold at most. Every task that stands in it counts, finished ones too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Wip {
    pub limit: u32,
    pub mode: WipMode,
}

/// Who may bring tasks into a column, of those who may edit them. Owners of the board always may.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    #[default]
    Editors,
    Owners,
    /// These, and the owners. The public is not told who.
    People {
        people: Vec<AccountId>,
    },
}

impl Entry {
    pub const fn is_editors(&self) -> bool {
        matches!(self, Self::Editors)
    }
}

/// The rules of a column. Without any of them, tasks come and go as those who edit like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wip: Option<Wip>,
    /// The columns that a task may go to from here; absent: any. An empty list: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<Vec<ColumnId>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Requirement>>")]
    pub required: Vec<Requirement>,
    /// Custom fields in which a task has to have something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<FieldId>>")]
    pub required_fields: Vec<FieldId>,
    #[serde(default, skip_serializing_if = "Entry::is_editors")]
    #[ts(optional, as = "Option<Entry>")]
    pub enter: Entry,
}

impl Workflow {
    /// Whether it asks for nothing.
    pub fn is_free(&self) -> bool {
        *self == Self::default()
    }
}
