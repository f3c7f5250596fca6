//! Custom roles, and what single members have beside their roles or have not in spite of them. Whoever changes a custom role changes
//! those who have it, so both rules count: nobody gives what they do not have, nobody touches one who has as much.

use lockstep_protocol::{
    codes::Failure,
    command::organization::{AssignRole, CreateRole, DeleteRole, SetMemberPermissions, UpdateRole},
    event::organization::{MemberPermissionsChanged, MemberRoleAssigned, RoleCreated, RoleDeleted, RoleUpdated},
    ids::RoleId,
    values::OrgRole,
};

use super::{Asker, Decided, members::touched};
use crate::{
    access::Permissions,
    aggregate::Ctx,
    organization::{CustomRole, Member, Organization},
    refuse::{exists, full, invalid, missing},
    text,
};

pub(super) fn create(org: &Organization, command: &CreateRole, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    let role_id = command.role_id;
    if role_id == RoleId::NIL {
        return Err(invalid("role_id", "There is no such role."));
    }
    let name = name_of(org, role_id, &command.name, ctx)?;
    let permissions = Permissions::of(&command.permissions);
    asker.may_give(OrgRole::Guest, permissions)?;
    if let Some(role) = org.roles.get(&role_id) {
        let same = role.name == name && role.permissions == permissions;
        return if same { Ok(vec![]) } else { Err(exists("role_id")) };
    }
    if org.roles.len() >= ctx.limits.roles_per_org_max {
        return Err(full("role_id", ctx.limits.roles_per_org_max));
    }
    Ok(vec![RoleCreated { role_id, name, permissions: permissions.list() }.into()])
}

/// A name that no other custom role has.
fn name_of(org: &Organization, role_id: RoleId, name: &str, ctx: &Ctx<'_>) -> Result<String, Failure> {
    let name = text::name(name, "name", ctx.limits)?;
    let taken = org.roles.iter().any(|(id, role)| *id != role_id && role.name == name);
    if taken { Err(exists("name")) } else { Ok(name) }
}

/// The role, if what it allows and all who have it are within the asker's reach.
fn reached<'a>(org: &'a Organization, role_id: RoleId, asker: &Asker) -> Result<&'a CustomRole, Failure> {
    let role = org.roles.get(&role_id).ok_or_else(|| missing("role_id"))?;
    asker.may_give(OrgRole::Guest, role.permissions)?;
    if !asker.unbound() {
        for (account, member) in org.members.iter().filter(|(_, member)| member.custom_role == Some(role_id)) {
            asker.may_touch(org, *account, member)?;
        }
    }
    Ok(role)
}

pub(super) fn update(org: &Organization, command: &UpdateRole, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    let role_id = command.role_id;
    let role = reached(org, role_id, asker)?;
    let name = command.name.as_deref().map(|name| name_of(org, role_id, name, ctx)).transpose()?;
    let name = name.filter(|name| *name != role.name);
    let permissions = command.permissions.as_deref().map(Permissions::of);
    asker.may_give(OrgRole::Guest, permissions.unwrap_or_default())?;
    let permissions = permissions.filter(|permissions| *permissions != role.permissions);
    if name.is_none() && permissions.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![RoleUpdated { role_id, name, permissions: permissions.map(Permissions::list) }.into()])
}

pub(super) fn delete(org: &Organization, command: &DeleteRole, asker: &Asker) -> Decided {
    reached(org, command.role_id, asker)?;
    Ok(vec![RoleDeleted { role_id: command.role_id }.into()])
}

pub(super) fn assign(org: &Organization, command: &AssignRole, asker: &Asker) -> Decided {
    let AssignRole { account_id, role_id } = *command;
    let member = touched(org, account_id, asker)?;
    if member.custom_role == role_id {
        return Ok(vec![]);
    }
    if role_id.is_some_and(|role_id| !org.roles.contains_key(&role_id)) {
        return Err(missing("role_id"));
    }
    if role_id.is_some() && member.role == OrgRole::Guest {
        return Err(invalid("account_id", "Guests have no permissions."));
    }
    let after = Member { custom_role: role_id, ..*member };
    asker.may_give(after.role, org.rights(&after))?;
    Ok(vec![MemberRoleAssigned { account_id, role_id }.into()])
}

pub(super) fn set_permissions(org: &Organization, command: &SetMemberPermissions, asker: &Asker) -> Decided {
    let account_id = command.account_id;
    let member = touched(org, account_id, asker)?;
    let (granted, revoked) = (Permissions::of(&command.granted), Permissions::of(&command.revoked));
    if granted.without(revoked) != granted {
        return Err(invalid("revoked", "What is granted cannot be revoked as well."));
    }
    if member.granted == granted && member.revoked == revoked {
        return Ok(vec![]);
    }
    if member.role == OrgRole::Guest && !granted.union(revoked).is_empty() {
        return Err(invalid("account_id", "Guests have no permissions."));
    }
    let after = Member { granted, revoked, ..*member };
    asker.may_give(after.role, org.rights(&after))?;
    Ok(vec![MemberPermissionsChanged { account_id, granted: granted.list(), revoked: revoked.list() }.into()])
}
