//! The board itself: founded, changed, put away.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::board::{CreateBoard, SetBoardTemplate, SetEscalations, UpdateBoard},
    event::{BoardEvent, board::*},
    values::{EscalateTo, Escalation, Lifecycle, Visibility},
};

use super::{Ask, Decided, people};
use crate::{
    access,
    aggregate::{Aggregate, Ctx, Principal},
    board::Board,
    refuse::{full, invalid, missing, not_found},
    text,
};

pub(super) fn create(board: &Board, create: &CreateBoard, ctx: &Ctx<'_>) -> Decided {
    let owner_id = ctx.principal.account().ok_or_else(not_found)?;
    let org = ctx.org.filter(|org| org.exists()).ok_or_else(|| missing("org_id"))?;
    // Whoever is not of the organization is not told whether the team is.
    if matches!(ctx.principal, Principal::Account(_)) && org.role(owner_id).is_none() {
        return Err(missing("org_id"));
    }
    let team = match create.team_id {
        None => None,
        Some(_) => {
            let of_org =
                |team: &&crate::Team| team.exists() && !team.is_deleted() && team.org_id(ctx.id) == create.org_id;
            Some(ctx.team.filter(of_org).ok_or_else(|| missing("team_id"))?)
        }
    };
    if matches!(ctx.principal, Principal::Account(_)) {
        access::demand_founding(team, owner_id, org).ok_or_else(|| missing("team_id"))??;
    }
    if board.exists() {
        return Err(Failure::new(Code::AlreadyExists));
    }
    check_visibility(create.visibility, create.team_id.is_some())?;
    Ok(vec![
        BoardCreated {
            org_id: create.org_id,
            team_id: create.team_id,
            name: text::name(&create.name, "name", ctx.limits)?,
            key: text::board_key(&create.key, "key", ctx.limits)?,
            visibility: create.visibility,
            owner_id,
        }
        .into(),
    ])
}

fn check_visibility(visibility: Visibility, has_team: bool) -> Result<(), Failure> {
    if visibility == Visibility::Team && !has_team {
        return Err(invalid("visibility", "This board belongs to no team."));
    }
    Ok(())
}

pub(super) fn update(ask: &Ask<'_>, command: &UpdateBoard) -> Decided {
    let name = command.name.as_deref().map(|name| text::name(name, "name", ask.ctx.limits)).transpose()?;
    let name = name.filter(|name| *name != ask.head.name);
    let visibility = command.visibility.filter(|visibility| *visibility != ask.head.visibility);
    if let Some(visibility) = visibility {
        check_visibility(visibility, ask.head.team_id.is_some())?;
    }
    if name.is_none() && visibility.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![BoardUpdated { name, visibility }.into()])
}

pub(super) fn set_template(ask: &Ask<'_>, command: &SetBoardTemplate) -> Vec<BoardEvent> {
    unless(ask.head.template == command.template, BoardTemplateChanged { template: command.template })
}

/// Each once, and in their order.
pub(super) fn set_escalations(ask: &Ask<'_>, command: &SetEscalations) -> Decided {
    let limits = ask.ctx.limits;
    let mut escalations = command.escalations.clone();
    escalations.sort_unstable();
    escalations.dedup();
    if escalations.len() > limits.escalations_per_board_max {
        return Err(full("escalations", limits.escalations_per_board_max));
    }
    let known: Vec<Escalation> = ask.board.escalation_rules().iter().map(|rule| rule.escalation).collect();
    for escalation in escalations.iter().filter(|escalation| !known.contains(escalation)) {
        if !(1..=limits.escalation_minutes_max).contains(&escalation.after_minutes) {
            let why = format!("From 1 to {}.", limits.escalation_minutes_max);
            let most = limits.escalation_minutes_max.into();
            return Err(invalid("escalations.after_minutes", &why).limit(most));
        }
        if let EscalateTo::Person { account_id } = escalation.to {
            people::check_assignee(ask, account_id, "escalations.to.account_id")?;
        }
    }
    Ok(unless(escalations == known, BoardEscalationsChanged { escalations }))
}

fn unless(already: bool, event: impl Into<BoardEvent>) -> Vec<BoardEvent> {
    if already { vec![] } else { vec![event.into()] }
}

pub(super) fn archive(ask: &Ask<'_>) -> Vec<BoardEvent> {
    unless(ask.head.lifecycle == Lifecycle::Archived, BoardArchived {})
}

pub(super) fn unarchive(ask: &Ask<'_>) -> Vec<BoardEvent> {
    unless(ask.head.lifecycle == Lifecycle::Active, BoardUnarchived {})
}

pub(super) fn delete() -> Vec<BoardEvent> {
    vec![BoardDeleted {}.into()]
}

/// Out of the trash; a board that is not in it stays as it is.
pub(super) fn restore(ask: &Ask<'_>) -> Vec<BoardEvent> {
    unless(ask.head.lifecycle != Lifecycle::Deleted, BoardRestored {})
}
