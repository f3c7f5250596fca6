//! What may be asked of an organization. Nobody grants more than they have, or touches one who has as much (owners excepted);
//! there is always an owner who can act.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        OrganizationCommand,
        organization::{
            AddMember, ChangeMemberRole, ClaimMember, CreateOrganization, RemoveMember, UpdateOrganization,
        },
    },
    event::{
        OrganizationEvent,
        organization::{
            MemberAdded, MemberClaimed, MemberRemoved, MemberRoleChanged, OrganizationCreated, OrganizationUpdated,
        },
    },
    ids::AccountId,
    values::{OrgRole, Reassign},
};

use super::Organization;
use crate::{
    access::{self, Role},
    aggregate::{Aggregate, Ctx, Principal},
    refuse::{exists, forbidden, full, invalid, missing, not_found, wrong_state},
    text,
};

type Decided = Result<Vec<OrganizationEvent>, Failure>;

pub(super) fn decide(org: &Organization, command: &OrganizationCommand, ctx: &Ctx<'_>) -> Decided {
    let asker = Asker::new(org, command, ctx)?;
    match command {
        OrganizationCommand::CreateOrganization(command) => create(org, command, ctx),
        OrganizationCommand::UpdateOrganization(command) => update(org, command, ctx),
        OrganizationCommand::AddMember(command) => add(org, command, &asker, ctx),
        OrganizationCommand::ChangeMemberRole(command) => change_role(org, command, &asker),
        OrganizationCommand::RemoveMember(command) => remove(org, command, &asker),
        OrganizationCommand::ClaimMember(command) => claim(org, command, &asker),
    }
}

/// Who asks, once it is known that they may ask this at all.
struct Asker {
    account: AccountId,
    /// `None` for the server itself, which no role binds.
    role: Option<OrgRole>,
}

impl Asker {
    fn new(org: &Organization, command: &OrganizationCommand, ctx: &Ctx<'_>) -> Result<Self, Failure> {
        let founding = matches!(command, OrganizationCommand::CreateOrganization(_));
        let account = ctx.principal.account().ok_or_else(not_found)?;
        if !founding && !org.exists() {
            return Err(not_found());
        }
        if matches!(ctx.principal, Principal::System(_)) {
            return Ok(Self { account, role: None });
        }
        if founding {
            access::demand(Role::Anyone, access::organization(command, true))?;
            return Ok(Self { account, role: None });
        }
        let role = org.role(account).ok_or_else(not_found)?;
        access::demand(Role::Org(role), access::organization(command, removes(command) == Some(account)))?;
        Ok(Self { account, role: Some(role) })
    }

    fn may_grant(&self, role: OrgRole) -> Result<(), Failure> {
        if self.role.is_none_or(|own| role <= own) { Ok(()) } else { Err(forbidden()) }
    }

    /// Whether somebody who has `role` may be changed by this asker. Everybody may step down themselves.
    fn may_touch(&self, account: AccountId, role: OrgRole) -> Result<(), Failure> {
        let allowed = account == self.account || self.role.is_none_or(|own| own == OrgRole::Owner || role < own);
        if allowed { Ok(()) } else { Err(forbidden()) }
    }
}

/// The member that a command takes out.
const fn removes(command: &OrganizationCommand) -> Option<AccountId> {
    match command {
        OrganizationCommand::RemoveMember(command) => Some(command.account_id),
        _ => None,
    }
}

fn create(org: &Organization, command: &CreateOrganization, ctx: &Ctx<'_>) -> Decided {
    if org.exists() {
        return Err(Failure::new(Code::AlreadyExists));
    }
    let owner_id = ctx.principal.account().ok_or_else(not_found)?;
    Ok(vec![OrganizationCreated { name: text::name(&command.name, "name", ctx.limits)?, owner_id }.into()])
}

fn update(org: &Organization, command: &UpdateOrganization, ctx: &Ctx<'_>) -> Decided {
    let name = command.name.as_deref().map(|name| text::name(name, "name", ctx.limits)).transpose()?;
    match name.filter(|name| *name != org.name) {
        Some(name) => Ok(vec![OrganizationUpdated { name: Some(name) }.into()]),
        None => Ok(vec![]),
    }
}

fn add(org: &Organization, command: &AddMember, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    let account_id = command.account_id;
    if account_id == AccountId::NIL {
        return Err(invalid("account_id", "There is no such account."));
    }
    if command.placeholder {
        // Only the server knows which accounts are stand-ins.
        if asker.role.is_some() {
            return Err(forbidden());
        }
        if command.role == OrgRole::Owner {
            return Err(invalid("role", "A placeholder cannot be an owner."));
        }
    }
    asker.may_grant(command.role)?;
    if let Some(member) = org.members.get(&account_id) {
        let same = member.role == command.role && member.placeholder == command.placeholder;
        return if same { Ok(vec![]) } else { Err(exists("account_id")) };
    }
    if org.claims.contains_key(&account_id) {
        return Err(wrong_state("This placeholder was claimed."));
    }
    if org.members.len() >= ctx.limits.members_per_org_max {
        return Err(full("account_id", ctx.limits.members_per_org_max));
    }
    Ok(vec![MemberAdded { account_id, role: command.role, placeholder: command.placeholder }.into()])
}

fn change_role(org: &Organization, command: &ChangeMemberRole, asker: &Asker) -> Decided {
    let account_id = command.account_id;
    let role = org.role(account_id).ok_or_else(|| missing("account_id"))?;
    asker.may_touch(account_id, role)?;
    asker.may_grant(command.role)?;
    if role == command.role {
        return Ok(vec![]);
    }
    if org.is_last_owner(account_id) {
        return Err(Failure::new(Code::LastOwner));
    }
    if command.role == OrgRole::Owner && org.is_placeholder(account_id) {
        return Err(invalid("role", "A placeholder cannot be an owner."));
    }
    Ok(vec![MemberRoleChanged { account_id, role: command.role }.into()])
}

fn remove(org: &Organization, command: &RemoveMember, asker: &Asker) -> Decided {
    let account_id = command.account_id;
    let role = org.role(account_id).ok_or_else(|| missing("account_id"))?;
    asker.may_touch(account_id, role)?;
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
fn claim(org: &Organization, command: &ClaimMember, asker: &Asker) -> Decided {
    let ClaimMember { placeholder_id, account_id } = *command;
    if org.claims.get(&placeholder_id) == Some(&account_id) {
        return Ok(vec![]);
    }
    let role = org.role(placeholder_id).ok_or_else(|| missing("placeholder_id"))?;
    if !org.is_placeholder(placeholder_id) {
        return Err(wrong_state("This member is not a placeholder."));
    }
    asker.may_touch(placeholder_id, role)?;
    if org.role(account_id).is_none() {
        return Err(missing("account_id"));
    }
    if org.is_placeholder(account_id) {
        return Err(invalid("account_id", "A placeholder cannot claim another."));
    }
    Ok(vec![MemberClaimed { placeholder_id, account_id }.into()])
}
