//! What an organization shows, and to whom. Guests see its name and logo, not its people.

use lockstep_protocol::{
    event::{Event, OrganizationEvent, organization::OrganizationCreated},
    ids::{AccountId, OrgId, PictureId},
    values::Audience,
    view::{ClaimView, OrgMemberView, OrganizationView, RoleView},
};

use super::{Member, Organization};

impl Organization {
    /// Its picture, which is kept beside the journal.
    pub const fn logo(&self) -> Option<PictureId> {
        self.logo
    }
}

pub(super) fn project(event: &OrganizationEvent, audience: Audience) -> Option<Event> {
    match (audience, event) {
        (Audience::Public, _) => None,
        // Which boards and teams there are is for those who see them.
        (
            _,
            OrganizationEvent::BoardReserved(_)
            | OrganizationEvent::BoardReleased(_)
            | OrganizationEvent::TeamReserved(_)
            | OrganizationEvent::TeamReleased(_)
            | OrganizationEvent::ChannelReserved(_)
            | OrganizationEvent::ChannelReleased(_),
        ) => None,
        // There is nobody left who sees it.
        (_, OrganizationEvent::OrganizationDropped(_)) => None,
        (Audience::Member, event) => Some(event.clone().into()),
        (Audience::Guest, OrganizationEvent::OrganizationCreated(created)) => {
            Some(OrganizationCreated { name: created.name.clone(), owner_id: AccountId::NIL }.into())
        }
        (Audience::Guest, OrganizationEvent::OrganizationUpdated(updated)) => Some(updated.clone().into()),
        (Audience::Guest, OrganizationEvent::OrganizationLogoChanged(changed)) => Some(changed.clone().into()),
        (
            Audience::Guest,
            OrganizationEvent::OrganizationSettingsUpdated(_)
            | OrganizationEvent::OrganizationPlanChanged(_)
            | OrganizationEvent::OwnershipOffered(_)
            | OrganizationEvent::OwnershipWithdrawn(_)
            | OrganizationEvent::OwnershipDeclined(_)
            | OrganizationEvent::OrganizationOwnerChanged(_)
            | OrganizationEvent::OrganizationDeleted(_)
            | OrganizationEvent::OrganizationRestored(_)
            | OrganizationEvent::MemberAdded(_)
            | OrganizationEvent::MemberRoleChanged(_)
            | OrganizationEvent::MemberRemoved(_)
            | OrganizationEvent::MemberClaimed(_)
            | OrganizationEvent::MemberInvited(_)
            | OrganizationEvent::InvitationAccepted(_)
            | OrganizationEvent::InvitationRejected(_)
            | OrganizationEvent::InvitationRevoked(_)
            | OrganizationEvent::InvitationRenewed(_)
            | OrganizationEvent::MemberUpdated(_)
            | OrganizationEvent::MemberStatusChanged(_)
            | OrganizationEvent::MemberRoleAssigned(_)
            | OrganizationEvent::MemberPermissionsChanged(_)
            | OrganizationEvent::RoleCreated(_)
            | OrganizationEvent::RoleUpdated(_)
            | OrganizationEvent::RoleDeleted(_),
        ) => None,
    }
}

pub(super) fn view(org: &Organization, org_id: OrgId, audience: Audience) -> OrganizationView {
    let mut view = OrganizationView {
        org_id,
        name: org.name.clone(),
        members: Vec::new(),
        claims: Vec::new(),
        roles: Vec::new(),
        settings: None,
        logo_id: org.logo,
        ownership_offer: None,
        deleted_at: org.deleted_at,
    };
    if audience != Audience::Member {
        return view;
    }
    view.members = org.everyone().map(|(account_id, member)| member_view(account_id, member)).collect();
    let claims = org.claims.iter();
    view.claims = claims
        .map(|(placeholder_id, account_id)| ClaimView { placeholder_id: *placeholder_id, account_id: *account_id })
        .collect();
    let roles = org.roles.iter();
    view.roles = roles
        .map(|(role_id, role)| RoleView {
            role_id: *role_id,
            name: role.name.clone(),
            permissions: role.permissions.list(),
        })
        .collect();
    view.settings = Some(org.settings);
    view.ownership_offer = org.offer;
    view
}

fn member_view(account_id: AccountId, member: &Member) -> OrgMemberView {
    OrgMemberView {
        account_id,
        role: member.role,
        placeholder: member.placeholder,
        service: member.service,
        inactive: !member.active,
        role_id: member.custom_role,
        manager_id: member.manager,
        granted: member.granted.list(),
        revoked: member.revoked.list(),
    }
}
