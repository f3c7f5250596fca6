//! In which order tasks stand where it is not by their rank. It never says what is shown, only what comes first.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::FieldId;

/// By what tasks are put in order. Those that have nothing of the kind come last, whichever way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum SortBy {
    /// From low to urgent.
    Priority {},
    /// By the day; of one day those first that have a time.
    Due {},
    Start {},
    /// In the order in which the board gave them their numbers.
    Created {},
    /// By its letters, capitals aside.
    Title {},
    /// How long they will take.
    Estimate {},
    /// How difficult they are.
    Points {},
    /// When they were done.
    Completed {},
    /// By what they have in a custom field: options in their order, what is not ticked before what is. People have no order.
    Field {
        field_id: FieldId,
    },
}

/// One of the keys that tasks are sorted by: those that are equal by it stand by the next one, and at last by their rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SortKey {
    pub by: SortBy,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub descending: bool,
}
