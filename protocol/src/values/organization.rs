//! What an organization decides for itself and may take up.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::OrgRole;

/// What an organization decides for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OrgSettings {
    /// The shortest password that a member may choose; what the server asks for counts as well.
    pub password_chars_min: u32,
    /// The weakest role that founds boards: member or admin.
    pub boards_by: OrgRole,
    /// The weakest role that invites: member or admin.
    pub invitations_by: OrgRole,
}

impl Default for OrgSettings {
    fn default() -> Self {
        Self { password_chars_min: 12, boards_by: OrgRole::Member, invitations_by: OrgRole::Admin }
    }
}

/// What an organization may take up. What is absent is bounded by the server's own limits alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub members_max: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub boards_max: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub storage_bytes_max: Option<u64>,
}
