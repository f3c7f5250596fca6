//! Messages that say what is to be read again, and nothing of what changed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::AccountId, position::Position, topic::Topic};

/// What this account finds in the lists of an organization (its boards, above all) may have changed: read them again. A hint, which
/// may be lost; it says nothing of what changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ListsChanged {
    /// The organization.
    pub topic: Topic,
    /// Give it to the read as `min_position`. Absent when the server does not know: hints were lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub position: Option<Position>,
}

/// People who may have another name, picture or job title by now: read again what is shown of them. Only of those whom the receiver may
/// see, and it says nothing of what changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ProfilesChanged {
    pub topic: Topic,
    /// Absent when there are too many to name: anybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<ChangedProfile>>")]
    pub profiles: Vec<ChangedProfile>,
    /// Read at a moment of one's own within this time, so that not all who follow the topic read at once.
    pub within_ms: u32,
}

/// Whose profile changed, and the number of the change: the same one may be told on several topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct ChangedProfile {
    pub account_id: AccountId,
    #[ts(type = "number")]
    pub version: u64,
}
