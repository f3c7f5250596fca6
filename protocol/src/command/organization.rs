//! Commands of an organization.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, BoardId, ChannelId, InvitationId, PictureId, RoleId, TeamId},
    values::{MemberStatus, Micros, OrgRole, Permission, Plan, Reassign},
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

/// Says which picture is the logo now; absent: none. The server asks this, once it keeps the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetLogo {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub logo_id: Option<PictureId>,
}

/// Adds somebody who was asked elsewhere, a placeholder, or a program. Only the server asks this: people are invited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    pub account_id: AccountId,
    pub role: OrgRole,
    /// A stand-in that can be claimed later. Only the server adds these, for an import.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub placeholder: bool,
    /// A program of the organization. Only the server adds these, for somebody who may give the role.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub service: bool,
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

/// Changes what the organization keeps of a member beside roles. What is absent is taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateMember {
    pub account_id: AccountId,
    /// A member whom this one reports to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub manager_id: Option<AccountId>,
}

/// Lets a member act, or no longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangeMemberStatus {
    pub account_id: AccountId,
    pub status: MemberStatus,
}

/// Gives a member a custom role, in place of the one they have; absent takes it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AssignRole {
    pub account_id: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub role_id: Option<RoleId>,
}

/// Says what a member has beside their roles and what they have not in spite of them. Both lists are whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetMemberPermissions {
    pub account_id: AccountId,
    pub granted: Vec<Permission>,
    pub revoked: Vec<Permission>,
}

/// Makes a custom role: what it allows comes on top of what a member's role does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateRole {
    pub role_id: RoleId,
    pub name: String,
    pub permissions: Vec<Permission>,
}

/// Changes a custom role, and with it what those who have it may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateRole {
    pub role_id: RoleId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// The whole list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub permissions: Option<Vec<Permission>>,
}

/// Deletes a custom role. Those who have it keep their role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteRole {
    pub role_id: RoleId,
}

/// Changes what the organization decides for itself. What is absent stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateSettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub password_chars_min: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub boards_by: Option<OrgRole>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub invitations_by: Option<OrgRole>,
}

/// Says what the organization may take up. Only the server asks this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChangePlan {
    pub plan: Plan,
}

/// Offers to hand the organization over. Nothing changes before the other accepts, for which they have some days; a new offer takes
/// the place of the old one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OfferOwnership {
    pub account_id: AccountId,
}

/// Takes the ownership that was offered to whoever asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AcceptOwnership {}

/// Takes it not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeclineOwnership {}

/// Takes an offer back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WithdrawOwnership {}

/// Deletes the organization with all its teams and boards. Its owners can restore it for 30 days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteOrganization {}

/// Takes a deletion back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RestoreOrganization {}

/// Ends a deleted organization for good, once it cannot be restored any more. Only the server asks this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DropOrganization {}

/// Takes a place for a board before it is founded. Only the server asks this, for one who may found it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReserveBoard {
    pub board_id: BoardId,
}

/// Gives the place of a board back. Only the server asks this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBoard {
    pub board_id: BoardId,
}

/// Takes a place for a team before it is founded. Only the server asks this, for one who may found it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReserveTeam {
    pub team_id: TeamId,
}

/// Gives the place of a team back. Only the server asks this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReleaseTeam {
    pub team_id: TeamId,
}

/// Takes a place for a channel before it is founded; direct ones need none. Only the server asks this, for one who may found it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReserveChannel {
    pub channel_id: ChannelId,
}

/// Gives the place of a channel back. Only the server asks this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReleaseChannel {
    pub channel_id: ChannelId,
}

/// Invites somebody by mail, or whoever has a link. Where it goes is kept beside the journal: over the socket nobody learns of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct InviteMember {
    pub invitation_id: InvitationId,
    pub role: OrgRole,
    /// A custom role as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub role_id: Option<RoleId>,
    /// For whoever has the link, rather than for one address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub link: bool,
    /// How many may accept; one, where it goes to an address.
    pub uses_max: u32,
    #[ts(type = "number")]
    pub expires_at: Micros,
}

/// Becomes a member by an invitation. Only the server asks this, for one who showed its code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    pub invitation_id: InvitationId,
}

/// Ends an invitation that went to an address. Only the server asks this, for one who showed its code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RejectInvitation {
    pub invitation_id: InvitationId,
}

/// Takes an invitation back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RevokeInvitation {
    pub invitation_id: InvitationId,
}

/// Lets an invitation hold longer: it is sent again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RenewInvitation {
    pub invitation_id: InvitationId,
    #[ts(type = "number")]
    pub expires_at: Micros,
}
