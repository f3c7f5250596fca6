//! What is left of a task that went to another board.

use lockstep_protocol::ids::{BoardId, ColumnId};
use serde::{Deserialize, Serialize};

/// Where a task went that was here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// The one that it had here.
    pub number: u32,
    pub board_id: BoardId,
    /// The one that it has there.
    pub there: u32,
    /// Where it stood here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column_id: Option<ColumnId>,
}
