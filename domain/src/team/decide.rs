//! What may be asked of a team. A deleted team answers nothing.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        TeamCommand,
        team::{AddTeamMember, CreateTeam, RemoveTeamMember, UpdateTeam, UpdateTeamSettings},
    },
    event::{TeamEvent, team::*},
    ids::AccountId,
    values::{OrgRole, TeamRole},
};

use super::Team;
use crate::{
    access::{self, Capability},
    aggregate::{Aggregate, Ctx, Principal},
    organization::Organization,
    refuse::{forbidden, full, invalid, missing, not_found},
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
    let mut leads = true;
    if matches!(ctx.principal, Principal::Account(_)) {
        let role = if founding { access::org_role(org, asker) } else { access::team_role(team, asker, org) };
        let own = removes(command).is_some_and(|account| org.resolve(account) == asker);
        let role = role.ok_or_else(hidden)?;
        access::demand(role, access::team(command, own))?;
        leads = own || role.may(Capability::ManageTeam);
    }
    if team.deleted {
        return Err(not_found());
    }
    match command {
        TeamCommand::CreateTeam(command) => create(team, command, asker, ctx),
        TeamCommand::UpdateTeam(command) => update(team, command, ctx),
        TeamCommand::UpdateTeamSettings(command) => Ok(settings(team, command)),
        TeamCommand::GrantTeamPermission(command) => Ok(match team.permissions.contains(command.permission) {
            true => vec![],
            false => vec![TeamPermissionGranted { permission: command.permission }.into()],
        }),
        TeamCommand::RevokeTeamPermission(command) => Ok(match team.permissions.contains(command.permission) {
            true => vec![TeamPermissionRevoked { permission: command.permission }.into()],
            false => vec![],
        }),
        TeamCommand::DeleteTeam(_) => Ok(vec![TeamDeleted {}.into()]),
        TeamCommand::AddTeamMember(command) => add(team, command, org, ctx, leads),
        TeamCommand::RemoveTeamMember(command) => remove(team, command, leads),
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
    let name = name.filter(|name| *name != team.name);
    let description = command.description.as_deref();
    let description = description.map(|text| text::team_description(text, "description", ctx.limits)).transpose()?;
    let description = description.filter(|description| *description != team.description);
    if name.is_none() && description.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![TeamUpdated { name, description }.into()])
}

/// Whether the board is one of the team's is looked at before it is asked here: a team does not know its boards.
fn settings(team: &Team, command: &UpdateTeamSettings) -> Vec<TeamEvent> {
    let UpdateTeamSettings { default_board_id, assignee_rule } = *command;
    if (team.default_board, team.assignee_rule) == (default_board_id, assignee_rule) {
        return vec![];
    }
    vec![TeamSettingsUpdated { default_board_id, assignee_rule }.into()]
}

/// `leads`: whether the asker may make leads.
fn add(team: &Team, command: &AddTeamMember, org: &Organization, ctx: &Ctx<'_>, leads: bool) -> Decided {
    let AddTeamMember { account_id, role } = *command;
    match org.role(account_id) {
        None => return Err(missing("account_id")),
        Some(OrgRole::Guest) => return Err(invalid("account_id", "Guests cannot join a team.")),
        Some(OrgRole::Member | OrgRole::Admin | OrgRole::Owner) => {}
    }
    let before = team.member(account_id);
    if !leads && before.max(Some(role)) == Some(TeamRole::Lead) {
        return Err(forbidden());
    }
    match before {
        Some(before) if before == role => return Ok(vec![]),
        Some(_) => return Ok(vec![TeamLeadChanged { account_id, role }.into()]),
        None if team.members.len() >= ctx.limits.members_per_team_max => {
            return Err(full("account_id", ctx.limits.members_per_team_max));
        }
        None => {}
    }
    Ok(vec![TeamMemberAdded { account_id, role }.into()])
}

fn remove(team: &Team, command: &RemoveTeamMember, leads: bool) -> Decided {
    let account_id = command.account_id;
    let before = team.member(account_id).ok_or_else(|| missing("account_id"))?;
    if !leads && before == TeamRole::Lead {
        return Err(forbidden());
    }
    Ok(vec![TeamMemberRemoved { account_id }.into()])
}
