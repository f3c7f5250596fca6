//! Events of an organization.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, BoardId, ChannelId, InvitationId, PictureId, RoleId, TeamId},
    values::{MemberStatus, Micros, OrgRole, OrgSettings, Permission, Plan, Reassign},
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

/// Another picture is the logo, or none where it is absent. The picture itself is kept beside the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationLogoChanged {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub logo_id: Option<PictureId>,
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
    /// It is a program of the organization.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub service: bool,
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

/// What the organization keeps of a member beside roles is this now; what is absent is no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberUpdated {
    pub account_id: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub manager_id: Option<AccountId>,
}

/// A member may act, or no longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberStatusChanged {
    pub account_id: AccountId,
    pub status: MemberStatus,
}

/// A member has this custom role now, or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberRoleAssigned {
    pub account_id: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub role_id: Option<RoleId>,
}

/// What a member has beside their roles, and what they have not in spite of them, is this now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberPermissionsChanged {
    pub account_id: AccountId,
    pub granted: Vec<Permission>,
    pub revoked: Vec<Permission>,
}

/// A custom role was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RoleCreated {
    pub role_id: RoleId,
    pub name: String,
    pub permissions: Vec<Permission>,
}

/// A custom role changed; what is absent did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RoleUpdated {
    pub role_id: RoleId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub permissions: Option<Vec<Permission>>,
}

/// A custom role is gone, also from those who had it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RoleDeleted {
    pub role_id: RoleId,
}

/// What the organization decides for itself is this now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationSettingsUpdated {
    pub settings: OrgSettings,
}

/// What the organization may take up is this now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationPlanChanged {
    pub plan: Plan,
}

/// An owner offered to hand the organization over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OwnershipOffered {
    pub from_id: AccountId,
    pub to_id: AccountId,
    /// When the offer ends. Those without, of before offers had an end, have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub expires_at: Option<Micros>,
}

/// The offer was taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OwnershipWithdrawn {}

/// The offer was not taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OwnershipDeclined {}

/// The offer was taken: who had the organization is an admin of it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationOwnerChanged {
    pub from_id: AccountId,
    pub to_id: AccountId,
}

/// The organization is gone, with its teams and boards, until it is restored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationDeleted {}

/// The deletion was taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationRestored {}

/// The organization can never be restored: everything of it is erased. Nobody is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OrganizationDropped {}

/// A board has a place in the organization. Nobody is told: which boards there are is for those who see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardReserved {
    pub board_id: BoardId,
}

/// The place of a board is free again. Nobody is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardReleased {
    pub board_id: BoardId,
}

/// A team has a place in the organization. Nobody is told: the team itself is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamReserved {
    pub team_id: TeamId,
}

/// The place of a team is free again: it was refused, or deleted. Nobody is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TeamReleased {
    pub team_id: TeamId,
}

/// A channel has a place in the organization. Nobody is told: the channel itself is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelReserved {
    pub channel_id: ChannelId,
}

/// The place of a channel is free again: it was refused, or deleted. Nobody is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelReleased {
    pub channel_id: ChannelId,
}

/// Somebody was invited. Whom, is kept beside the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberInvited {
    pub invitation_id: InvitationId,
    pub role: OrgRole,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub role_id: Option<RoleId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub link: bool,
    pub uses_max: u32,
    #[ts(type = "number")]
    pub expires_at: Micros,
}

/// An invitation was accepted; that they are a member now is said by what follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InvitationAccepted {
    pub invitation_id: InvitationId,
    pub account_id: AccountId,
}

/// Whoever was invited did not want it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InvitationRejected {
    pub invitation_id: InvitationId,
}

/// An invitation was taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InvitationRevoked {
    pub invitation_id: InvitationId,
}

/// An invitation was sent again and holds until then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InvitationRenewed {
    pub invitation_id: InvitationId,
    #[ts(type = "number")]
    pub expires_at: Micros,
}
