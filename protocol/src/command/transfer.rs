//! Tasks that go to another board.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{BoardId, ColumnId, TaskId},
    values::Place,
};

/// Moves a task, with its parts, to another board of the same organization: it leaves the one and comes to the other, or neither. What is
/// not there (labels that may not be made, fields, people who do not see that board, dependencies on what stays) is left behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TransferTask {
    pub task_id: TaskId,
    pub to_board_id: BoardId,
    /// Of that board.
    pub column_id: ColumnId,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<TaskId>>")]
    pub place: Place<TaskId>,
}
