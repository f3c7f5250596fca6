//! What may be asked of a team. A deleted team answers nothing.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        TeamCommand,
        team::{AddTeamMember, CreateTeam, RemoveTeamMember, UpdateTeam},
    },
    event::{
        TeamEvent,
        team::{TeamCreated, TeamDeleted, TeamMemberAdded, TeamMemberRemoved, TeamUpdated},
    },
    ids::AccountId,
    values::OrgRole,
};

use super::Team;
use crate::{
    access,
    aggregate::{Aggregate, Ctx, Principal},
    organization::Organization,
    refuse::{full, invalid, missing, not_found},
    text,
};

type Decided = Result<Vec<TeamEvent>, Failure>;

pub(super) fn decide(team: &Team, command: &TeamCommand, ctx: &Ctx<'_>) -> Decided {
    let founding = matches!(command, TeamCommand::CreateTeam(_));
    // Whoever founds one named the organization; whether it is there is for its members to know.
    let hidden = || if founding { missing("org_id") } else { not_found() };
    let org = ctx.org.filter(|org| org.exists()).ok_or_else(hidden)?;
    let asker = ctx.principal.account().ok_or_else(not_found)?;
    if !founding && !team.exists() {
        return Err(not_found());
    }
    if matches!(ctx.principal, Principal::Account(_)) {
        let role = if founding { access::org_role(org, asker) } else { access::team_role(team, asker, org) };
        let own = removes(command).is_some_and(|account| org.resolve(account) == asker);
        access::demand(role.ok_or_else(hidden)?, access::team(command, own))?;
    }
    if team.deleted {
        return Err(not_found());
    }
    match command {
        TeamCommand::CreateTeam(command) => create(team, command, asker, ctx),
        TeamCommand::UpdateTeam(command) => update(team, command, ctx),
        TeamCommand::DeleteTeam(_) => Ok(vec![TeamDeleted {}.into()]),
        TeamCommand::AddTeamMember(command) => add(team, command, org, ctx),
        TeamCommand::RemoveTeamMember(command) => remove(team, command),
    }
}

const fn removes(command: &TeamCommand) -> Option<AccountId> {
    match command {
        TeamCommand::RemoveTeamMember(command) => Some(command.account_id),
        _ => None,
    }
}

fn create(team: &Team, command: &CreateTeam, lead_id: AccountId, ctx: &Ctx<'_>) -> Decided {
    if team.exists() {
        return Err(Failure::new(Code::AlreadyExists));
    }
    let name = text::name(&command.name, "name", ctx.limits)?;
    Ok(vec![TeamCreated { org_id: command.org_id, name, lead_id }.into()])
}

fn update(team: &Team, command: &UpdateTeam, ctx: &Ctx<'_>) -> Decided {
    let name = command.name.as_deref().map(|name| text::name(name, "name", ctx.limits)).transpose()?;
    match name.filter(|name| *name != team.name) {
        Some(name) => Ok(vec![TeamUpdated { name: Some(name) }.into()]),
        None => Ok(vec![]),
    }
}

fn add(team: &Team, command: &AddTeamMember, org: &Organization, ctx: &Ctx<'_>) -> Decided {
    let AddTeamMember { account_id, role } = *command;
    match org.role(account_id) {
        None => return Err(missing("account_id")),
        Some(OrgRole::Guest) => return Err(invalid("account_id", "Guests cannot join a team.")),
        Some(OrgRole::Member | OrgRole::Admin | OrgRole::Owner) => {}
    }
    match team.member(account_id) {
        Some(before) if before == role => return Ok(vec![]),
        Some(_) => {}
        None if team.members.len() >= ctx.limits.members_per_team_max => {
            return Err(full("account_id", ctx.limits.members_per_team_max));
        }
        None => {}
    }
    Ok(vec![TeamMemberAdded { account_id, role }.into()])
}

fn remove(team: &Team, command: &RemoveTeamMember) -> Decided {
    let account_id = command.account_id;
    if team.member(account_id).is_none() {
        return Err(missing("account_id"));
    }
    Ok(vec![TeamMemberRemoved { account_id }.into()])
}
