//! What an event changes in an organization.

use lockstep_protocol::{
    event::{
        OrganizationEvent,
        organization::{MemberClaimed, RoleUpdated},
    },
    ids::AccountId,
    values::{MemberStatus, OrgRole},
};

use super::{CustomRole, Member, Organization};
use crate::access::Permissions;

pub(super) fn evolve(org: &mut Organization, event: &OrganizationEvent) {
    use OrganizationEvent as E;
    match event {
        E::OrganizationCreated(created) => {
            org.name.clone_from(&created.name);
            org.members.insert(created.owner_id, Member::new(OrgRole::Owner));
        }
        E::OrganizationUpdated(updated) => {
            if let Some(name) = &updated.name {
                org.name.clone_from(name);
            }
        }
        E::MemberAdded(added) => {
            let member = Member { placeholder: added.placeholder, ..Member::new(added.role) };
            org.members.insert(added.account_id, member);
        }
        E::MemberRoleChanged(changed) => change(org, changed.account_id, |member| member.role = changed.role),
        E::MemberRemoved(removed) => {
            org.members.remove(&removed.account_id);
            each_where(org, |member| member.manager == Some(removed.account_id), |member| member.manager = None);
        }
        E::MemberClaimed(claimed) => claim(org, claimed),
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
        E::RoleCreated(created) => {
            let (name, permissions) = (created.name.clone(), Permissions::of(&created.permissions));
            org.roles.insert(created.role_id, CustomRole { name, permissions });
        }
        E::RoleUpdated(updated) => update_role(org, updated),
        E::RoleDeleted(deleted) => {
            org.roles.remove(&deleted.role_id);
            each_where(org, |member| member.custom_role == Some(deleted.role_id), |member| member.custom_role = None);
        }
    }
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

fn claim(org: &mut Organization, claimed: &MemberClaimed) {
    let MemberClaimed { placeholder_id, account_id } = *claimed;
    org.members.remove(&placeholder_id);
    each_where(org, |member| member.manager == Some(placeholder_id), |member| member.manager = None);
    if org.claims.insert(placeholder_id, account_id).is_none() {
        org.claimed.entry(account_id).or_default().push(placeholder_id);
    }
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
