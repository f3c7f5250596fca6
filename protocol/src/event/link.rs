//! Events of the public links of a board. Nobody is sent them: whoever manages the board asks for the list.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::LinkId, values::Micros};

/// There is a link by which anyone who has it may look at the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardLinkCreated {
    pub link_id: LinkId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub expires_at: Option<Micros>,
}

/// A link opens nothing any more, and never will.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardLinkRevoked {
    pub link_id: LinkId,
}
