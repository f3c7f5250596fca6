//! Who has a role on the board, and who has which task.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        board::{RemoveBoardMember, SetBoardMember},
        task::{AssignTask, ReassignTasks, UnassignTask, UnwatchTask, WatchTask},
    },
    event::{
        board::{BoardMemberAdded, BoardMemberRemoved, BoardMemberRoleChanged},
        task::{TaskAssigned, TaskReassigned, TaskUnassigned, TaskUnwatched, TaskWatched},
    },
    ids::{AccountId, TaskId},
    values::{AssigneeRule, BoardRole, Lifecycle, TeamRole},
};

use super::{Ask, Decided};
use crate::{
    access,
    refuse::{full, invalid, missing},
};

pub(super) fn set_member(ask: &Ask<'_>, command: &SetBoardMember) -> Decided {
    let SetBoardMember { account_id, role } = *command;
    if ask.org.role(account_id).is_none() {
        return Err(missing("account_id"));
    }
    match ask.board.member(account_id) {
        Some(before) if before == role => Ok(vec![]),
        Some(_) => {
            keep_an_owner(ask, account_id)?;
            Ok(vec![BoardMemberRoleChanged { account_id, role }.into()])
        }
        None if ask.board.members.len() >= ask.ctx.limits.members_per_board_max => {
            Err(full("account_id", ask.ctx.limits.members_per_board_max))
        }
        None => Ok(vec![BoardMemberAdded { account_id, role }.into()]),
    }
}

pub(super) fn remove_member(ask: &Ask<'_>, command: &RemoveBoardMember) -> Decided {
    let account_id = command.account_id;
    if ask.board.member(account_id).is_none() {
        return Err(missing("account_id"));
    }
    keep_an_owner(ask, account_id)?;
    Ok(vec![BoardMemberRemoved { account_id }.into()])
}

/// Refuses to take the ownership of the board's only owner of its own.
fn keep_an_owner(ask: &Ask<'_>, account: AccountId) -> Result<(), Failure> {
    let another = ask.board.members().any(|(id, role)| role == BoardRole::Owner && id != account);
    if another || ask.board.member(account) != Some(BoardRole::Owner) {
        Ok(())
    } else {
        Err(Failure::new(Code::LastOwner))
    }
}

/// Who gets a new task that is given to nobody, as the board's team says.
pub(super) fn by_rule(ask: &Ask<'_>) -> Option<AccountId> {
    let team = ask.ctx.team.filter(|team| ask.head.team_id.is_some() && !team.is_deleted())?;
    let may_have = |account: &AccountId| check_assignee(ask, *account, "assignees").is_ok();
    match team.assignee_rule() {
        AssigneeRule::Nobody => None,
        AssigneeRule::Creator => Some(ask.account).filter(may_have),
        AssigneeRule::Lead => {
            let mut leads = team.members().filter(|(_, role)| *role == TeamRole::Lead).map(|(account, _)| account);
            leads.find(may_have)
        }
    }
}

/// Whether the account may be given tasks here.
pub(super) fn check_assignee(ask: &Ask<'_>, account: AccountId, field: &str) -> Result<(), Failure> {
    if access::may_see_board(ask.board, account, ask.org, ask.ctx.team) { Ok(()) } else { Err(missing(field)) }
}

pub(super) fn assign(ask: &Ask<'_>, command: &AssignTask) -> Decided {
    let AssignTask { task_id, account_id } = *command;
    let task = ask.active_task(task_id)?;
    check_assignee(ask, account_id, "account_id")?;
    // Somebody who claimed a placeholder has what the placeholder was given.
    if task.assignees.iter().any(|assignee| ask.org.resolve(*assignee) == account_id) {
        return Ok(vec![]);
    }
    if task.assignees.len() >= ask.ctx.limits.assignees_per_task_max {
        return Err(full("account_id", ask.ctx.limits.assignees_per_task_max));
    }
    Ok(vec![TaskAssigned { task_id, account_id }.into()])
}

pub(super) fn unassign(ask: &Ask<'_>, command: &UnassignTask) -> Decided {
    let UnassignTask { task_id, account_id } = *command;
    let task = ask.active_task(task_id)?;
    let person = ask.org.resolve(account_id);
    let taken = task.assignees.iter().filter(|assignee| ask.org.resolve(**assignee) == person);
    Ok(taken.map(|assignee| taken_from(task_id, *assignee).into()).collect())
}

/// A part of the open tasks of one who may be gone: each to the other, unless the other has it already.
pub(super) fn reassign(ask: &Ask<'_>, command: &ReassignTasks) -> Decided {
    let ReassignTasks { from_id, to_id } = *command;
    let person = ask.org.resolve(from_id);
    if let Some(to_id) = to_id {
        check_assignee(ask, to_id, "to_id")?;
        if ask.org.resolve(to_id) == person {
            return Err(invalid("to_id", "They have these tasks already."));
        }
    }
    let has = |assignee: &AccountId, person: AccountId| ask.org.resolve(*assignee) == person;
    let open = ask.board.tasks().filter(|(_, task)| task.lifecycle == Lifecycle::Active && task.completed_at.is_none());
    let theirs = open.filter(|(_, task)| task.assignees.iter().any(|assignee| has(assignee, person)));
    let mut events = Vec::new();
    for (task_id, task) in theirs.take(ask.ctx.limits.reassigned_tasks_max) {
        let mut to_id = to_id.filter(|to| !task.assignees.iter().any(|assignee| has(assignee, ask.org.resolve(*to))));
        for from_id in task.assignees.iter().copied().filter(|assignee| has(assignee, person)) {
            events.push(match to_id.take() {
                Some(to_id) => TaskReassigned { task_id, from_id, to_id }.into(),
                None => taken_from(task_id, from_id).into(),
            });
        }
    }
    Ok(events)
}

const fn taken_from(task_id: TaskId, account_id: AccountId) -> TaskUnassigned {
    TaskUnassigned { task_id, account_id }
}

/// Following changes nothing of the work: archived tasks can be followed too.
pub(super) fn watch(ask: &Ask<'_>, command: &WatchTask) -> Decided {
    let WatchTask { task_id, account_id } = *command;
    let task = ask.task(task_id)?;
    check_assignee(ask, account_id, "account_id")?;
    if task.watchers.iter().any(|watcher| ask.org.resolve(*watcher) == account_id) {
        return Ok(vec![]);
    }
    if task.watchers.len() >= ask.ctx.limits.watchers_per_task_max {
        return Err(full("account_id", ask.ctx.limits.watchers_per_task_max));
    }
    Ok(vec![TaskWatched { task_id, account_id }.into()])
}

pub(super) fn unwatch(ask: &Ask<'_>, command: &UnwatchTask) -> Decided {
    let UnwatchTask { task_id, account_id } = *command;
    let task = ask.task(task_id)?;
    let person = ask.org.resolve(account_id);
    let taken = task.watchers.iter().filter(|watcher| ask.org.resolve(**watcher) == person);
    Ok(taken.map(|watcher| TaskUnwatched { task_id, account_id: *watcher }.into()).collect())
}
