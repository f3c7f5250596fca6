//! Commands of the views of a board that everybody shares. Those that somebody keeps for themselves are no matter of the board.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::ViewId,
    values::{Look, Place},
};

/// Saves a view for everybody who sees the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateView {
    pub view_id: ViewId,
    pub name: String,
    pub look: Look,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<ViewId>>")]
    pub place: Place<ViewId>,
}

/// Changes a view's name or what it shows, all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateView {
    pub view_id: ViewId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub look: Option<Look>,
}

/// Moves a view within the list of views.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MoveView {
    pub view_id: ViewId,
    #[serde(default)]
    #[ts(optional, as = "Option<Place<ViewId>>")]
    pub place: Place<ViewId>,
}

/// Deletes a view. What it showed stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteView {
    pub view_id: ViewId,
}
