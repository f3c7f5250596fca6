//! Who is told besides when a task is overdue for long.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::AccountId;

/// Who is told of a task that is overdue for so long, and is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// After the due date has passed.
    pub after_minutes: u32,
    pub to: EscalateTo,
}

/// Whom a task that is overdue for long is brought before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum EscalateTo {
    /// Whoever owns the board at that time.
    Owners,
    /// Somebody who sees the board.
    Person { account_id: AccountId },
}
