//! Commands of an organization.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::AccountId,
    values::{OrgRole, Reassign},
};

/// Founds an organization on a fresh topic; whoever asks becomes its owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateOrganization {
    pub name: String,
}

/// Changes the organization's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateOrganization {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
}

/// Adds a person who has an account, or a placeholder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    pub account_id: AccountId,
    pub role: OrgRole,
    /// A stand-in that can be claimed later. Only the server adds these, for an import.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub placeholder: bool,
}

/// Changes a member's role. Nobody grants more than they have; the last owner stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangeMemberRole {
    pub account_id: AccountId,
    pub role: OrgRole,
}

/// Removes a member. What follows (teams, boards, open tasks, a goodbye) is done afterwards, whatever happens to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveMember {
    pub account_id: AccountId,
    /// To whom their open tasks go.
    #[serde(default, skip_serializing_if = "Reassign::is_nobody")]
    #[ts(optional, as = "Option<Reassign>")]
    pub reassign: Reassign,
}

/// Says that a placeholder (made by an import) is this member. What the placeholder did or was given is theirs from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ClaimMember {
    pub placeholder_id: AccountId,
    pub account_id: AccountId,
}
