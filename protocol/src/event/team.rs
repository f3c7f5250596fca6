//! Events of a team.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, OrgId},
    values::TeamRole,
};

/// A team was founded, with its first lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamCreated {
    pub org_id: OrgId,
    pub name: String,
    pub lead_id: AccountId,
}

/// The team's own fields changed; what is absent did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamUpdated {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
}

/// The team is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamDeleted {}

/// A person joined the team, or their role in it changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamMemberAdded {
    pub account_id: AccountId,
    pub role: TeamRole,
}

/// A person left the team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamMemberRemoved {
    pub account_id: AccountId,
}
