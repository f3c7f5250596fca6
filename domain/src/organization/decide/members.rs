//! Who belongs to the organization: added, changed, made inactive, removed, claimed.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::organization::{AddMember, ChangeMemberRole, ChangeMemberStatus, ClaimMember, RemoveMember, UpdateMember},
    event::organization::{
        MemberAdded, MemberClaimed, MemberRemoved, MemberRoleChanged, MemberStatusChanged, MemberUpdated,
    },
    ids::AccountId,
    limits::Limits,
    values::{MemberStatus, OrgRole, Reassign},
};

use super::{Asker, Decided};
use crate::{
    access::Capability,
    aggregate::Ctx,
    organization::{Member, Organization},
    refuse::{exists, forbidden, full, invalid, missing, wrong_state},
};

pub(super) fn add(org: &Organization, command: &AddMember, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    let account_id = command.account_id;
    if account_id == AccountId::NIL {
        return Err(invalid("account_id", "There is no such account."));
    }
    if command.placeholder && command.role == OrgRole::Owner {
        return Err(invalid("role", "A placeholder cannot be an owner."));
    }
    if command.service {
        if command.placeholder {
            return Err(forbidden());
        }
        if !org.members.contains_key(&account_id) {
            org.may_add_service(asker.account, command.role, ctx.limits)?;
        }
    }
    let new = Member { placeholder: command.placeholder, service: command.service, ..Member::new(command.role) };
    if let Some(member) = org.members.get(&account_id) {
        let same = member.role == new.role && member.placeholder == new.placeholder && member.service == new.service;
        return if same { Ok(vec![]) } else { Err(exists("account_id")) };
    }
    if org.claims.contains_key(&account_id) {
        return Err(wrong_state("This placeholder was claimed."));
    }
    let most = org.members_max(ctx.limits);
    if org.members.len() >= most {
        return Err(full("account_id", most));
    }
    let AddMember { role, placeholder, service, .. } = *command;
    Ok(vec![MemberAdded { account_id, role, placeholder, service }.into()])
}

impl Organization {
    /// Whether the server may add a program with this role for `asker`: one who may give it.
    pub fn may_add_service(&self, asker: AccountId, role: OrgRole, limits: &Limits) -> Result<(), Failure> {
        if role == OrgRole::Owner {
            return Err(invalid("role", "An owner is a person."));
        }
        Asker::with(self, asker, Capability::AddMembers)?.may_give(role, self.rights(&Member::new(role)))?;
        let most = limits.service_accounts_per_org_max;
        let programs = self.everyone().filter(|(_, member)| member.service).count();
        if programs >= most { Err(full("account_id", most)) } else { Ok(()) }
    }
}

/// The member that a command is about, whom this asker may change.
pub(super) fn touched<'a>(org: &'a Organization, account: AccountId, asker: &Asker) -> Result<&'a Member, Failure> {
    let member = org.members.get(&account).ok_or_else(|| missing("account_id"))?;
    asker.may_touch(org, account, member)?;
    Ok(member)
}

pub(super) fn change_role(org: &Organization, command: &ChangeMemberRole, asker: &Asker) -> Decided {
    let account_id = command.account_id;
    let member = touched(org, account_id, asker)?;
    let after = Member { role: command.role, ..*member };
    // With what was granted to them besides: a guest has none of it, and gets it back by being raised.
    asker.may_give(after.role, org.rights(&after))?;
    if member.role == command.role {
        return Ok(vec![]);
    }
    if org.is_last_owner(account_id) {
        return Err(Failure::new(Code::LastOwner));
    }
    if command.role == OrgRole::Owner && (member.placeholder || member.service || !member.active) {
        return Err(invalid("role", "An owner is a person who can act."));
    }
    Ok(vec![MemberRoleChanged { account_id, role: command.role }.into()])
}

pub(super) fn remove(org: &Organization, command: &RemoveMember, asker: &Asker) -> Decided {
    let account_id = command.account_id;
    touched(org, account_id, asker)?;
    if org.is_last_owner(account_id) {
        return Err(Failure::new(Code::LastOwner));
    }
    if let Reassign::Member { account_id: to } = command.reassign
        && (to == account_id || org.role(to).is_none())
    {
        return Err(missing("reassign"));
    }
    Ok(vec![MemberRemoved { account_id, reassign: command.reassign }.into()])
}

/// The claiming account keeps its own role in the organization; what the placeholder had on boards and in teams counts for it.
pub(super) fn claim(org: &Organization, command: &ClaimMember, asker: &Asker) -> Decided {
    let ClaimMember { placeholder_id, account_id } = *command;
    if org.claims.get(&placeholder_id) == Some(&account_id) {
        return Ok(vec![]);
    }
    let stand_in = org.members.get(&placeholder_id).ok_or_else(|| missing("placeholder_id"))?;
    if !stand_in.placeholder {
        return Err(wrong_state("This member is not a placeholder."));
    }
    asker.may_touch(org, placeholder_id, stand_in)?;
    if org.role(account_id).is_none() {
        return Err(missing("account_id"));
    }
    if !org.is_person(account_id) {
        return Err(invalid("account_id", "Only a person can claim a placeholder."));
    }
    Ok(vec![MemberClaimed { placeholder_id, account_id }.into()])
}

pub(super) fn update(org: &Organization, command: &UpdateMember, asker: &Asker) -> Decided {
    let UpdateMember { account_id, manager_id } = *command;
    let member = touched(org, account_id, asker)?;
    if member.manager == manager_id {
        return Ok(vec![]);
    }
    if let Some(manager) = manager_id {
        let known = org.members.get(&manager).ok_or_else(|| missing("manager_id"))?;
        if known.role == OrgRole::Guest {
            return Err(invalid("manager_id", "A guest cannot be a manager."));
        }
        if reports_to(org, manager, account_id) {
            return Err(invalid("manager_id", "They would report to themselves."));
        }
    }
    Ok(vec![MemberUpdated { account_id, manager_id }.into()])
}

/// Whether the first is the other, or reports to them over however many others.
fn reports_to(org: &Organization, account: AccountId, other: AccountId) -> bool {
    let mut at = Some(account);
    // There are no circles; should there be one all the same, it has an end.
    for _ in 0..=org.members.len() {
        match at {
            Some(account) if account == other => return true,
            Some(account) => at = org.members.get(&account).and_then(|member| member.manager),
            None => return false,
        }
    }
    true
}

pub(super) fn change_status(org: &Organization, command: &ChangeMemberStatus, asker: &Asker) -> Decided {
    let ChangeMemberStatus { account_id, status } = *command;
    let member = touched(org, account_id, asker)?;
    let active = status == MemberStatus::Active;
    if member.active == active {
        return Ok(vec![]);
    }
    if !active && org.is_last_owner(account_id) {
        return Err(Failure::new(Code::LastOwner));
    }
    Ok(vec![MemberStatusChanged { account_id, status }.into()])
}
