//! What may be asked of an organization. Nobody grants more than they have, or touches one who has as much (owners excepted);
//! there is always an owner who can act.

mod invitations;
mod life;
mod members;
mod roles;

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        OrganizationCommand,
        organization::{CreateOrganization, UpdateOrganization},
    },
    event::{
        OrganizationEvent,
        organization::{OrganizationCreated, OrganizationUpdated},
    },
    ids::AccountId,
    values::OrgRole,
};

use super::{Member, Organization};
use crate::{
    access::{self, Permissions, Role},
    aggregate::{Aggregate, Ctx, Principal},
    refuse::{forbidden, not_found},
    text,
};

type Decided = Result<Vec<OrganizationEvent>, Failure>;

pub(super) fn decide(org: &Organization, command: &OrganizationCommand, ctx: &Ctx<'_>) -> Decided {
    use OrganizationCommand as C;
    let asker = Asker::new(org, command, ctx)?;
    match command {
        C::CreateOrganization(command) => create(org, command, ctx),
        C::UpdateOrganization(command) => update(org, command, ctx),
        C::SetLogo(command) => Ok(life::set_logo(org, command)),
        C::UpdateSettings(command) => life::update_settings(org, command, &asker),
        C::ChangePlan(command) => life::change_plan(org, command, ctx),
        C::OfferOwnership(command) => life::offer(org, command, &asker, ctx),
        C::AcceptOwnership(_) => life::accept(org, &asker, ctx),
        C::DeclineOwnership(_) => life::decline(org, &asker, ctx),
        C::WithdrawOwnership(_) => Ok(life::withdraw(org)),
        C::DeleteOrganization(_) => Ok(life::delete(org)),
        C::RestoreOrganization(_) => life::restore(org, ctx),
        C::DropOrganization(_) => life::drop_for_good(org, ctx),
        C::ReserveBoard(command) => life::reserve(org, command, ctx),
        C::ReleaseBoard(command) => Ok(life::release(org, command)),
        C::ReserveTeam(command) => life::reserve_team(org, command, ctx),
        C::ReleaseTeam(command) => Ok(life::release_team(org, command)),
        C::ReserveChannel(command) => life::reserve_channel(org, command, ctx),
        C::ReleaseChannel(command) => Ok(life::release_channel(org, command)),
        C::AddMember(command) => members::add(org, command, &asker, ctx),
        C::ChangeMemberRole(command) => members::change_role(org, command, &asker),
        C::RemoveMember(command) => members::remove(org, command, &asker),
        C::ClaimMember(command) => members::claim(org, command, &asker),
        C::InviteMember(command) => invitations::invite(org, command, &asker, ctx),
        C::AcceptInvitation(command) => invitations::accept(org, command, &asker, ctx),
        C::RejectInvitation(command) => invitations::reject(org, command, ctx),
        C::RevokeInvitation(command) => invitations::revoke(org, command, &asker),
        C::RenewInvitation(command) => invitations::renew(org, command, &asker, ctx),
        C::UpdateMember(command) => members::update(org, command, &asker),
        C::ChangeMemberStatus(command) => members::change_status(org, command, &asker),
        C::AssignRole(command) => roles::assign(org, command, &asker),
        C::SetMemberPermissions(command) => roles::set_permissions(org, command, &asker),
        C::CreateRole(command) => roles::create(org, command, &asker, ctx),
        C::UpdateRole(command) => roles::update(org, command, &asker, ctx),
        C::DeleteRole(command) => roles::delete(org, command, &asker),
    }
}

/// Who asks, once it is known that they may ask this at all.
struct Asker {
    account: AccountId,
    /// `None` for the server itself, which no role binds.
    standing: Option<Standing>,
}

#[derive(Clone, Copy)]
struct Standing {
    role: OrgRole,
    held: Permissions,
}

impl Asker {
    fn new(org: &Organization, command: &OrganizationCommand, ctx: &Ctx<'_>) -> Result<Self, Failure> {
        let founding = matches!(command, OrganizationCommand::CreateOrganization(_));
        let account = ctx.principal.account().ok_or_else(not_found)?;
        if !founding && !org.exists() {
            return Err(not_found());
        }
        if org.is_dropped() && !founding && !matches!(command, OrganizationCommand::DropOrganization(_)) {
            // Not even for the server: it is as if it had never been.
            return Err(not_found());
        }
        if matches!(ctx.principal, Principal::System(_)) {
            return Ok(Self { account, standing: None });
        }
        if founding {
            access::demand(Role::Anyone, access::organization(command, true))?;
            return Ok(Self { account, standing: None });
        }
        if org.is_deleted() {
            // There for its owners alone, and only to be restored.
            let restores = matches!(command, OrganizationCommand::RestoreOrganization(_));
            let standing = Some(Standing { role: OrgRole::Owner, held: Permissions::ALL });
            return if restores && org.may_restore(account) {
                Ok(Self { account, standing })
            } else {
                Err(not_found())
            };
        }
        let role = org.role(account).ok_or_else(not_found)?;
        let held = org.permissions(account);
        access::demand(Role::Org(role, held), access::organization(command, removes(command) == Some(account)))?;
        Ok(Self { account, standing: Some(Standing { role, held }) })
    }

    /// A member who may do this, whoever brings their wish.
    fn with(org: &Organization, account: AccountId, capability: access::Capability) -> Result<Self, Failure> {
        let role = org.role(account).ok_or_else(not_found)?;
        let held = org.permissions(account);
        access::demand(Role::Org(role, held), capability)?;
        Ok(Self { account, standing: Some(Standing { role, held }) })
    }

    /// Owners and the server: bound by the state alone.
    fn unbound(&self) -> bool {
        self.standing.is_none_or(|own| own.role == OrgRole::Owner)
    }

    /// Whether this asker may hand this out.
    fn may_give(&self, role: OrgRole, permissions: Permissions) -> Result<(), Failure> {
        let within = |own: Standing| role <= own.role && permissions.within(own.held);
        if self.unbound() || self.standing.is_some_and(within) { Ok(()) } else { Err(forbidden()) }
    }

    /// Whether this asker may change that member: one of at most their role who may do less. Everybody may step down themselves.
    fn may_touch(&self, org: &Organization, account: AccountId, member: &Member) -> Result<(), Failure> {
        let less = |own: Standing| member.role <= own.role && org.rights(member).less_than(own.held);
        let allowed = self.unbound() || account == self.account || self.standing.is_some_and(less);
        if allowed { Ok(()) } else { Err(forbidden()) }
    }
}

impl Organization {
    /// Whether `asker` may change what is kept of this member outside events (a job title); as if they asked to change the rest.
    pub fn may_edit(&self, asker: AccountId, account: AccountId) -> Result<(), Failure> {
        let asker = Asker::with(self, asker, access::Capability::EditMembers)?;
        asker.may_touch(self, account, self.member(account).ok_or_else(not_found)?)
    }

    /// Whether `asker` may speak for this service account: make its tokens, end them, and take it away. Whoever has a token of it has
    /// its rights: only who could give them may.
    pub fn may_speak_for(&self, asker: AccountId, service: AccountId) -> Result<(), Failure> {
        let asker = Asker::with(self, asker, access::Capability::AddMembers)?;
        let member = self.member(service).filter(|member| member.service).ok_or_else(not_found)?;
        asker.may_give(member.role, self.rights(member))
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
