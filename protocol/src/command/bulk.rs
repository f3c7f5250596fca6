//! Many commands of a board in one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::BoardCommand;
use crate::values::OnFailure;

/// Several commands at once, decided in their order, each on what those before it left, and committed together: others see all of it in
/// one moment. Not among them: founding a board, and another `board.bulk`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    pub commands: Vec<BoardCommand>,
    /// What is to happen when one of them is refused.
    #[serde(default)]
    #[ts(optional, as = "Option<OnFailure>")]
    pub on_failure: OnFailure,
}
