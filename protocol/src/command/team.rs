//! Commands of a team.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, BoardId, OrgId},
    values::{AssigneeRule, TeamPermission, TeamRole},
};

/// Founds a team on a fresh topic; whoever asks becomes its lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateTeam {
    pub org_id: OrgId,
    pub name: String,
}

/// Changes the team's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateTeam {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// Empty takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
}

/// Changes how the team works. Both are whole: without a default board there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateTeamSettings {
    /// A board of the team: where its page and its new tasks lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub default_board_id: Option<BoardId>,
    pub assignee_rule: AssigneeRule,
}

/// Lets the members of the team do something there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct GrantTeamPermission {
    pub permission: TeamPermission,
}

/// Leaves something to the leads of the team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RevokeTeamPermission {
    pub permission: TeamPermission,
}

/// Deletes the team. Its boards stay with the organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteTeam {}

/// Adds a member of the organization to the team, or changes their role in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddTeamMember {
    pub account_id: AccountId,
    pub role: TeamRole,
}

/// Takes a member out of the team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveTeamMember {
    pub account_id: AccountId,
}
