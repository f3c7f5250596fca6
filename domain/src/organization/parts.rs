//! What an organization is made of: members, invitations, custom roles. Plain data.

use lockstep_protocol::{
    ids::{AccountId, RoleId},
    values::{Micros, OrgRole},
};
use serde::{Deserialize, Serialize};

use crate::access::Permissions;

/// What the organization keeps of a member.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    pub role: OrgRole,
    /// Stands in for somebody.
    pub placeholder: bool,
    /// A program, which belongs to this organization.
    pub service: bool,
    /// One who is not has no access at all.
    pub active: bool,
    pub manager: Option<AccountId>,
    pub custom_role: Option<RoleId>,
    /// What they have beside their roles.
    pub granted: Permissions,
    /// What they have not in spite of their roles.
    pub revoked: Permissions,
}

impl Member {
    pub(super) const fn new(role: OrgRole) -> Self {
        Self {
            role,
            placeholder: false,
            service: false,
            active: true,
            manager: None,
            custom_role: None,
            granted: Permissions::NONE,
            revoked: Permissions::NONE,
        }
    }
}

/// An invitation, without whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    pub role: OrgRole,
    pub custom_role: Option<RoleId>,
    /// For whoever has the link.
    pub link: bool,
    pub uses_left: u32,
    pub uses_max: u32,
    pub expires_at: Micros,
    pub by: AccountId,
}

/// A role that the organization made itself: what it allows comes on top of a member's role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomRole {
    pub name: String,
    pub permissions: Permissions,
}
