//! Commands of the public links of a board. They never hold what opens a link: that is known to whoever was shown it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::LinkId, values::Micros};

/// Says that there is a link by which anyone may look at the board, until its end or until it is revoked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateLink {
    pub link_id: LinkId,
    /// For those who manage the board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub expires_at: Option<Micros>,
}

/// Ends a link for ever; whoever looks at the board by it is put out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RevokeLink {
    pub link_id: LinkId,
}
