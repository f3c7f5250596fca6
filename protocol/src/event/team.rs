//! Events of a team.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, BoardId, OrgId},
    values::{AssigneeRule, TeamPermission, TeamRole},
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
}

/// How the team works changed; both are whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamSettingsUpdated {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub default_board_id: Option<BoardId>,
    pub assignee_rule: AssigneeRule,
}

/// Members of the team may do this from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamPermissionGranted {
    pub permission: TeamPermission,
}

/// Only leads of the team may do this from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamPermissionRevoked {
    pub permission: TeamPermission,
}

/// A member began or ceased to lead the team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamLeadChanged {
    pub account_id: AccountId,
    pub role: TeamRole,
}

/// The team is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamDeleted {}

/// A person joined the team. In older histories also: their role in it changed.
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
