//! What an event changes in an organization.

use lockstep_protocol::{event::OrganizationEvent, values::OrgRole};

use super::{Member, Organization};

pub(super) fn evolve(org: &mut Organization, event: &OrganizationEvent) {
    match event {
        OrganizationEvent::OrganizationCreated(created) => {
            org.name.clone_from(&created.name);
            org.members.insert(created.owner_id, Member { role: OrgRole::Owner, placeholder: false });
        }
        OrganizationEvent::OrganizationUpdated(updated) => {
            if let Some(name) = &updated.name {
                org.name.clone_from(name);
            }
        }
        OrganizationEvent::MemberAdded(added) => {
            org.members.insert(added.account_id, Member { role: added.role, placeholder: added.placeholder });
        }
        OrganizationEvent::MemberRoleChanged(changed) => {
            if let Some(member) = org.members.get_mut(&changed.account_id) {
                member.role = changed.role;
            }
        }
        OrganizationEvent::MemberRemoved(removed) => {
            org.members.remove(&removed.account_id);
        }
        OrganizationEvent::MemberClaimed(claimed) => {
            org.members.remove(&claimed.placeholder_id);
            if org.claims.insert(claimed.placeholder_id, claimed.account_id).is_none() {
                org.claimed.entry(claimed.account_id).or_default().push(claimed.placeholder_id);
            }
        }
    }
}
