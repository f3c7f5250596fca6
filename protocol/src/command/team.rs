//! Commands of a team.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, OrgId},
    values::TeamRole,
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
