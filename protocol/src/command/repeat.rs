//! Commands of tasks that repeat.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::TaskId, values::RepeatRule};

/// Lets a task repeat: when it is done, the next one is made, or when it was due by the rule, done or not. It repeats from its due date on; one without a due date gets the first day
/// of the rule. Absent: it does not repeat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetTaskRepeat {
    pub task_id: TaskId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub repeat: Option<RepeatRule>,
}
