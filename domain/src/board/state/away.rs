//! What is left of a task that went to another board.

use lockstep_protocol::ids::BoardId;
use serde::{Deserialize, Serialize};

/// Where a task went that was here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// The one that it had here.
    pub number: u32,
    pub board_id: BoardId,
    /// The one that it has there.
    pub there: u32,
}
