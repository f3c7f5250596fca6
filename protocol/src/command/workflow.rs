//! Commands about the rules of columns.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::ColumnId, values::Workflow};

/// Gives a column its rules, all of them: what is absent is no rule any more. Tasks that are in it stay, whatever the rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetColumnWorkflow {
    pub column_id: ColumnId,
    #[serde(default, skip_serializing_if = "Workflow::is_free")]
    #[ts(optional, as = "Option<Workflow>")]
    pub workflow: Workflow,
}
