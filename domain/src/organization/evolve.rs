//! What an event changes in an organization.

use lockstep_protocol::{
    event::{
        Happened, OrganizationEvent,
        organization::{
            InvitationRejected, InvitationRevoked, MemberAdded, MemberClaimed, MemberInvited, OwnershipOffered,
            RoleCreated, RoleUpdated,
        },
    },
    ids::{AccountId, InvitationId},
    values::{MemberStatus, Micros, OrgRole},
    view::OwnershipOffer,
};

use super::{CustomRole, Invitation, Member, Organization, day_of};
use crate::access::Permissions;

pub(super) fn evolve(org: &mut Organization, happened: &Happened<OrganizationEvent>) {
    use OrganizationEvent as E;
    match &happened.event {
        E::OrganizationCreated(created) => {
            org.name.clone_from(&created.name);
            org.members.insert(created.owner_id, Member::new(OrgRole::Owner));
        }
        E::OrganizationUpdated(updated) => {
            org.name = updated.name.clone().unwrap_or_else(|| std::mem::take(&mut org.name))
        }
        E::OrganizationLogoChanged(changed) => org.logo = changed.logo_id,
        E::OrganizationSettingsUpdated(updated) => org.settings = updated.settings,
        E::OrganizationPlanChanged(changed) => org.plan = changed.plan.clone(),
        E::OwnershipOffered(offered) => org.offer = Some(offer(offered)),
        E::OwnershipWithdrawn(_) | E::OwnershipDeclined(_) => org.offer = None,
        E::OrganizationOwnerChanged(changed) => {
            change(org, changed.from_id, |member| member.role = OrgRole::Admin);
            change(org, changed.to_id, |member| member.role = OrgRole::Owner);
        }
        E::OrganizationDeleted(_) => org.deleted_at = Some(happened.at),
        E::OrganizationRestored(_) => org.deleted_at = None,
        E::OrganizationDropped(_) => org.dropped = true,
        E::BoardReserved(reserved) => drop(org.boards.insert(reserved.board_id)),
        E::BoardReleased(released) => drop(org.boards.remove(&released.board_id)),
        E::TeamReserved(reserved) => drop(org.teams.insert(reserved.team_id)),
        E::TeamReleased(released) => drop(org.teams.remove(&released.team_id)),
        E::ChannelReserved(reserved) => drop(org.channels.insert(reserved.channel_id)),
        E::ChannelReleased(released) => drop(org.channels.remove(&released.channel_id)),
        E::MemberAdded(added) => {
            let MemberAdded { account_id, role, placeholder, service } = *added;
            org.members.insert(account_id, Member { placeholder, service, ..Member::new(role) });
        }
        E::MemberRoleChanged(changed) => change(org, changed.account_id, |member| member.role = changed.role),
        E::MemberRemoved(removed) => {
            org.members.remove(&removed.account_id);
            each_where(org, |member| member.manager == Some(removed.account_id), |member| member.manager = None);
        }
        E::MemberClaimed(claimed) => claim(org, claimed),
        E::MemberInvited(invited) => invite(org, invited, happened),
        E::InvitationAccepted(accepted) => use_up(org, accepted.invitation_id),
        E::InvitationRejected(InvitationRejected { invitation_id })
        | E::InvitationRevoked(InvitationRevoked { invitation_id }) => drop(org.invitations.remove(invitation_id)),
        E::InvitationRenewed(renewed) => {
            count_sent(org, happened.at);
            if let Some(invitation) = org.invitations.get_mut(&renewed.invitation_id) {
                invitation.expires_at = renewed.expires_at;
            }
        }
        E::MemberUpdated(updated) => change(org, updated.account_id, |member| member.manager = updated.manager_id),
        E::MemberStatusChanged(changed) => {
            change(org, changed.account_id, |member| member.active = changed.status == MemberStatus::Active);
        }
        E::MemberRoleAssigned(assigned) => {
            change(org, assigned.account_id, |member| member.custom_role = assigned.role_id);
        }
        E::MemberPermissionsChanged(changed) => change(org, changed.account_id, |member| {
            member.granted = Permissions::of(&changed.granted);
            member.revoked = Permissions::of(&changed.revoked);
        }),
        E::RoleCreated(created) => create_role(org, created),
        E::RoleUpdated(updated) => update_role(org, updated),
        E::RoleDeleted(deleted) => {
            org.roles.remove(&deleted.role_id);
            each_where(org, |member| member.custom_role == Some(deleted.role_id), |member| member.custom_role = None);
        }
    }
    // An offer holds as long as both are what they were when it was made.
    org.offer = org.offer.filter(|offer| stands(org, offer));
}

fn offer(offered: &OwnershipOffered) -> OwnershipOffer {
    let OwnershipOffered { from_id, to_id, expires_at } = *offered;
    OwnershipOffer { from_id, to_id, expires_at: expires_at.unwrap_or_default() }
}

/// Whether the offer is one of an owner to somebody who can take it.
fn stands(org: &Organization, offer: &OwnershipOffer) -> bool {
    let member = |account| org.members.get(&account).filter(|member| member.active);
    member(offer.from_id).is_some_and(|member| member.role == OrgRole::Owner)
        && member(offer.to_id).is_some_and(|member| !matches!(member.role, OrgRole::Owner | OrgRole::Guest))
}

fn change(org: &mut Organization, account: AccountId, change: impl FnOnce(&mut Member)) {
    if let Some(member) = org.members.get_mut(&account) {
        change(member);
    }
}

/// Changes those that it concerns and no others: what is not touched stays shared with the state before.
fn each_where(org: &mut Organization, concerns: impl Fn(&Member) -> bool, change: impl Fn(&mut Member)) {
    let concerned: Vec<AccountId> =
        org.members.iter().filter(|(_, member)| concerns(member)).map(|(account, _)| *account).collect();
    for account in concerned {
        if let Some(member) = org.members.get_mut(&account) {
            change(member);
        }
    }
}

/// What expired before is forgotten: it can only be made anew.
fn invite(org: &mut Organization, invited: &MemberInvited, happened: &Happened<OrganizationEvent>) {
    count_sent(org, happened.at);
    let expired = org.invitations.iter().filter(|(_, one)| one.expires_at <= happened.at);
    for id in expired.map(|(id, _)| *id).collect::<Vec<_>>() {
        org.invitations.remove(&id);
    }
    let invitation = Invitation {
        role: invited.role,
        custom_role: invited.role_id,
        link: invited.link,
        uses_left: invited.uses_max,
        uses_max: invited.uses_max,
        expires_at: invited.expires_at,
        by: happened.by,
    };
    org.invitations.insert(invited.invitation_id, invitation);
}

fn count_sent(org: &mut Organization, at: Micros) {
    let (day, sent) = org.invited;
    let today = day_of(at);
    org.invited = (today, if day == today { sent.saturating_add(1) } else { 1 });
}

fn use_up(org: &mut Organization, id: InvitationId) {
    let Some(invitation) = org.invitations.get_mut(&id) else { return };
    invitation.uses_left = invitation.uses_left.saturating_sub(1);
    if invitation.uses_left == 0 {
        org.invitations.remove(&id);
    }
}

fn claim(org: &mut Organization, claimed: &MemberClaimed) {
    let MemberClaimed { placeholder_id, account_id } = *claimed;
    org.members.remove(&placeholder_id);
    each_where(org, |member| member.manager == Some(placeholder_id), |member| member.manager = None);
    if org.claims.insert(placeholder_id, account_id).is_none() {
        org.claimed.entry(account_id).or_default().push(placeholder_id);
    }
}

fn create_role(org: &mut Organization, created: &RoleCreated) {
    let (name, permissions) = (created.name.clone(), Permissions::of(&created.permissions));
    org.roles.insert(created.role_id, CustomRole { name, permissions });
}

fn update_role(org: &mut Organization, updated: &RoleUpdated) {
    let Some(role) = org.roles.get_mut(&updated.role_id) else { return };
    if let Some(name) = &updated.name {
        role.name.clone_from(name);
    }
    if let Some(permissions) = &updated.permissions {
        role.permissions = Permissions::of(permissions);
    }
}
