//! Events of the rules of columns.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::ColumnId, values::Workflow};

/// A column got other rules: these, and no others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnWorkflowChanged {
    pub column_id: ColumnId,
    #[serde(default, skip_serializing_if = "Workflow::is_free")]
    #[ts(optional, as = "Option<Workflow>")]
    pub workflow: Workflow,
}
