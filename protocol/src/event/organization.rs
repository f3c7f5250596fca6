//! Events of an organization.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::AccountId,
    values::{OrgRole, Reassign},
};

/// An organization was founded, with its first owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationCreated {
    pub name: String,
    pub owner_id: AccountId,
}

/// The organization's own fields changed; what is absent did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationUpdated {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
}

/// A person became a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberAdded {
    pub account_id: AccountId,
    pub role: OrgRole,
    /// It stands in for a person who may claim it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub placeholder: bool,
}

/// A member's role changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberRoleChanged {
    pub account_id: AccountId,
    pub role: OrgRole,
}

/// A person is no longer a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberRemoved {
    pub account_id: AccountId,
    /// To whom their open tasks go.
    #[serde(default, skip_serializing_if = "Reassign::is_nobody")]
    #[ts(optional, as = "Option<Reassign>")]
    pub reassign: Reassign,
}

/// A placeholder turned out to be this member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberClaimed {
    pub placeholder_id: AccountId,
    pub account_id: AccountId,
}
