//! Events of the views of a board that everybody shares.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::ViewId, values::Look};

/// A view was saved for everybody who sees the board; the public is not told of views.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ViewCreated {
    pub view_id: ViewId,
    pub name: String,
    pub rank: String,
    pub look: Look,
}

/// A view changed; what is absent did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ViewUpdated {
    pub view_id: ViewId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub look: Option<Look>,
}

/// A view stands elsewhere among the views.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ViewMoved {
    pub view_id: ViewId,
    pub rank: String,
}

/// A view is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ViewDeleted {
    pub view_id: ViewId,
}
