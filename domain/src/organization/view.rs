//! What an organization shows, and to whom. Guests see its name, not its people.

use lockstep_protocol::{
    event::{Event, OrganizationEvent, organization::OrganizationCreated},
    ids::{AccountId, OrgId},
    values::Audience,
    view::{ClaimView, OrgMemberView, OrganizationView},
};

use super::Organization;

pub(super) fn project(event: &OrganizationEvent, audience: Audience) -> Option<Event> {
    match (audience, event) {
        (Audience::Public, _) => None,
        (Audience::Member, event) => Some(event.clone().into()),
        (Audience::Guest, OrganizationEvent::OrganizationCreated(created)) => {
            Some(OrganizationCreated { name: created.name.clone(), owner_id: AccountId::NIL }.into())
        }
        (Audience::Guest, OrganizationEvent::OrganizationUpdated(updated)) => Some(updated.clone().into()),
        (
            Audience::Guest,
            OrganizationEvent::MemberAdded(_)
            | OrganizationEvent::MemberRoleChanged(_)
            | OrganizationEvent::MemberRemoved(_)
            | OrganizationEvent::MemberClaimed(_),
        ) => None,
    }
}

pub(super) fn view(org: &Organization, org_id: OrgId, audience: Audience) -> OrganizationView {
    if audience != Audience::Member {
        return OrganizationView { org_id, name: org.name.clone(), members: Vec::new(), claims: Vec::new() };
    }
    let members = org.members.iter().map(|(account_id, member)| OrgMemberView {
        account_id: *account_id,
        role: member.role,
        placeholder: member.placeholder,
    });
    let claims = org
        .claims
        .iter()
        .map(|(placeholder_id, account_id)| ClaimView { placeholder_id: *placeholder_id, account_id: *account_id });
    OrganizationView { org_id, name: org.name.clone(), members: members.collect(), claims: claims.collect() }
}
