//! What was taken back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The change that began with this seq was taken back. What that came to are the events that follow in the same commit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChangeUndone {
    /// Of the first event of the change.
    #[ts(type = "number")]
    pub seq: u64,
    /// That change was itself a taking back: of the change that began with this seq, which so is done again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub redone: Option<u64>,
}
