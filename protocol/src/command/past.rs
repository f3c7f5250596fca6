//! What goes back to how it was. The server looks up how that is; clients name only the moment.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::TaskId;

/// Takes back what one command of one's own changed on this board. Refused where somebody has changed the same since. What was taken back
/// is a change like any other: to do it again, take back the taking back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UndoChange {
    /// Of any event that the command made.
    #[ts(type = "number")]
    pub seq: u64,
}

/// Makes a task what it was at a moment: everything that is said of it, but its place on the board and what people said about it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RevertTask {
    pub task_id: TaskId,
    /// The board's seq then.
    #[ts(type = "number")]
    pub seq: u64,
}
