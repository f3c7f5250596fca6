//! Invitations. What one gives is within what whoever made it may give, when it is made and when it is accepted. Whom it is for, and
//! whether a code was right, others know.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::organization::{AcceptInvitation, InviteMember, RejectInvitation, RenewInvitation, RevokeInvitation},
    event::{
        OrganizationEvent,
        organization::{
            InvitationAccepted, InvitationRejected, InvitationRenewed, InvitationRevoked, MemberAdded, MemberInvited,
            MemberRoleAssigned,
        },
    },
    ids::{AccountId, InvitationId, RoleId},
    values::{Micros, OrgRole, Permission},
};

use super::{Asker, Decided, Standing};
use crate::{
    access::Permissions,
    aggregate::Ctx,
    organization::{Invitation, Member, Organization, day_of},
    refuse::{exists, full, invalid, missing, wrong_state},
};

pub(super) fn invite(org: &Organization, command: &InviteMember, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    let InviteMember { invitation_id, role, role_id, link, uses_max, expires_at } = *command;
    if invitation_id == InvitationId::NIL {
        return Err(invalid("invitation_id", "There is no such invitation."));
    }
    if role == OrgRole::Owner {
        return Err(invalid("role", "An organization is handed over to a member, not by an invitation."));
    }
    check_custom_role(org, role, role_id)?;
    asker.may_give(role, given(org, role, role_id))?;
    let most = if link { ctx.limits.invitation_uses_max } else { 1 };
    if uses_max == 0 || uses_max > most {
        return Err(invalid("uses_max", "A mail can be accepted once, a link as often as allowed.").limit(most.into()));
    }
    check_life(expires_at, ctx)?;
    if let Some(known) = org.invitations.get(&invitation_id) {
        let same = known.role == role && known.custom_role == role_id && known.link == link;
        return if same && known.uses_max == uses_max { Ok(vec![]) } else { Err(exists("invitation_id")) };
    }
    if org.invitations(ctx.now).count() >= ctx.limits.invitations_pending_max {
        return Err(full("invitation_id", ctx.limits.invitations_pending_max));
    }
    check_day(org, ctx)?;
    Ok(vec![MemberInvited { invitation_id, role, role_id, link, uses_max, expires_at }.into()])
}

fn check_custom_role(org: &Organization, role: OrgRole, role_id: Option<RoleId>) -> Result<(), Failure> {
    match role_id {
        Some(role_id) if !org.roles.contains_key(&role_id) => Err(missing("role_id")),
        Some(_) if role == OrgRole::Guest => Err(invalid("role_id", "Guests have no permissions.")),
        _ => Ok(()),
    }
}

/// What somebody has who comes by this.
fn given(org: &Organization, role: OrgRole, custom_role: Option<RoleId>) -> Permissions {
    org.rights(&Member { custom_role, ..Member::new(role) })
}

fn check_life(expires_at: Micros, ctx: &Ctx<'_>) -> Result<(), Failure> {
    let most = ctx.limits.invitation_ms_max;
    let latest = i64::try_from(most.saturating_mul(1_000)).map_or(i64::MAX, |most| ctx.now.saturating_add(most));
    if expires_at > ctx.now && expires_at <= latest {
        Ok(())
    } else {
        Err(invalid("expires_at", "From now on, and not for longer than allowed.").limit(most))
    }
}

/// Mails cost whoever gets them; a stolen account should not send many.
fn check_day(org: &Organization, ctx: &Ctx<'_>) -> Result<(), Failure> {
    let (day, sent) = org.invited;
    if day == day_of(ctx.now) && sent >= ctx.limits.invitations_per_day_max {
        return Err(Failure::new(Code::RateLimited).limit(ctx.limits.invitations_per_day_max.into()));
    }
    Ok(())
}

fn known<'a>(org: &'a Organization, id: InvitationId, ctx: &Ctx<'_>) -> Result<&'a Invitation, Failure> {
    org.invitation(id, ctx.now).ok_or_else(|| missing("invitation_id"))
}

/// For the account that asks, which has shown the code.
pub(super) fn accept(org: &Organization, command: &AcceptInvitation, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    let (invitation_id, account_id) = (command.invitation_id, asker.account);
    if let Some(member) = org.members.get(&account_id) {
        // Answered again, or invited although they are here. One who may not act is let in by nobody's link.
        return if member.active { Ok(vec![]) } else { Err(missing("invitation_id")) };
    }
    let invitation = known(org, invitation_id, ctx)?;
    let Invitation { role, custom_role, by, .. } = *invitation;
    let custom_role = custom_role.filter(|role| org.roles.contains_key(role));
    if !still_given(org, by, role, given(org, role, custom_role)) {
        return Err(missing("invitation_id"));
    }
    if org.claims.contains_key(&account_id) {
        return Err(wrong_state("This placeholder was claimed."));
    }
    let most = org.members_max(ctx.limits);
    if org.members.len() >= most {
        return Err(full("account_id", most));
    }
    let mut events: Vec<OrganizationEvent> = vec![
        InvitationAccepted { invitation_id, account_id }.into(),
        MemberAdded { account_id, role, placeholder: false, service: false }.into(),
    ];
    if let Some(role_id) = custom_role {
        events.push(MemberRoleAssigned { account_id, role_id: Some(role_id) }.into());
    }
    Ok(events)
}

/// Whether whoever made the invitation may still let somebody in as this.
fn still_given(org: &Organization, by: AccountId, role: OrgRole, gives: Permissions) -> bool {
    let Some(own) = org.role(by) else { return false };
    let inviter = Asker { account: by, standing: Some(Standing { role: own, held: org.permissions(by) }) };
    org.may(by, Permission::InviteMembers) && inviter.may_give(role, gives).is_ok()
}

/// A link is for others as well: for whoever does not want it, nothing happens.
pub(super) fn reject(org: &Organization, command: &RejectInvitation, ctx: &Ctx<'_>) -> Decided {
    let invitation = known(org, command.invitation_id, ctx)?;
    if invitation.link {
        return Ok(vec![]);
    }
    Ok(vec![InvitationRejected { invitation_id: command.invitation_id }.into()])
}

/// An invitation that the asker could have made.
fn reached<'a>(org: &'a Organization, id: InvitationId, asker: &Asker) -> Result<&'a Invitation, Failure> {
    let invitation = org.invitations.get(&id).ok_or_else(|| missing("invitation_id"))?;
    asker.may_give(invitation.role, given(org, invitation.role, invitation.custom_role))?;
    Ok(invitation)
}

pub(super) fn revoke(org: &Organization, command: &RevokeInvitation, asker: &Asker) -> Decided {
    reached(org, command.invitation_id, asker)?;
    Ok(vec![InvitationRevoked { invitation_id: command.invitation_id }.into()])
}

pub(super) fn renew(org: &Organization, command: &RenewInvitation, asker: &Asker, ctx: &Ctx<'_>) -> Decided {
    let RenewInvitation { invitation_id, expires_at } = *command;
    let invitation = reached(org, invitation_id, asker)?;
    check_life(expires_at, ctx)?;
    if invitation.expires_at == expires_at {
        return Ok(vec![]);
    }
    check_day(org, ctx)?;
    Ok(vec![InvitationRenewed { invitation_id, expires_at }.into()])
}
