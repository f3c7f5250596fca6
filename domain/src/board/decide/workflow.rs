//! The rules of columns: how many tasks, from where, with what, by whom.
//!
//! - A task that comes into a column from another, or is made in it, is judged by all of them; so is an undo, which is a move.
//! - One that comes back out of the archive or the trash is judged by the limit alone: it was in the column before, and nobody can
//!   work on it while it is away. Where its column is gone it goes to the first that is open, and is judged by that one's limit.
//! - The next one of a task that repeats is judged by the limit alone, too: where its column is full it goes to the first open one that
//!   has room, and where none has, the task cannot be done. That holds for the server as well when it makes the next one of a schedule:
//!   where no column has room it is made later, when one has.
//! - What is within a column is not judged: tasks are put in order, changed, finished and opened again as before, also where there
//!   are more than the limit says, because it was lowered or the server put them there.
//! - The server itself is bound by nothing, and neither is a task that is said to come from elsewhere, which only owners may say.
//! - Who may bring tasks in is for the owners to say: whoever is kept out cannot let themselves in.
//! - A column that is deleted leaves the lists of the others. A list that is empty then still allows nothing.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{task::CreateTask, workflow::SetColumnWorkflow},
    event::workflow::ColumnWorkflowChanged,
    ids::{AccountId, ColumnId, FieldId},
    values::{BoardRole, Entry, Priority, Requirement, Wip, WipMode, Workflow},
};

use super::{Ask, Decided, people};
use crate::{
    access::Capability,
    board::state::{Column, Task},
    refuse::{forbidden, full, invalid, missing},
};

pub(super) fn set(ask: &Ask<'_>, command: &SetColumnWorkflow) -> Decided {
    let column_id = command.column_id;
    let column = ask.column(column_id)?;
    let workflow = tidied(ask, column_id, column, &command.workflow)?;
    if workflow.enter != column.workflow.enter {
        ask.demand(Capability::ManageBoard).map_err(|refused| refused.field("workflow.enter"))?;
    }
    let same = workflow == column.workflow;
    Ok(if same { vec![] } else { vec![ColumnWorkflowChanged { column_id, workflow }.into()] })
}

/// The rules as they are kept: each thing once and in its order, and nothing that is not there.
fn tidied(ask: &Ask<'_>, column_id: ColumnId, column: &Column, asked: &Workflow) -> Result<Workflow, Failure> {
    let limits = ask.ctx.limits;
    if let Some(Wip { limit, .. }) = asked.wip
        && !(1..=limits.wip_limit_max).contains(&limit)
    {
        let why = format!("From 1 to {}.", limits.wip_limit_max);
        return Err(invalid("workflow.wip.limit", &why).limit(limits.wip_limit_max.into()));
    }
    let next = asked.next.as_ref().map(|next| self::next(ask, column_id, next)).transpose()?;
    let required = Requirement::ALL.iter().copied().filter(|one| asked.required.contains(one)).collect();
    let required_fields = self::required_fields(ask, &asked.required_fields)?;
    let enter = match &asked.enter {
        Entry::People { people } => Entry::People { people: self::people(ask, column, people)? },
        entry => entry.clone(),
    };
    Ok(Workflow { wip: asked.wip, next, required, required_fields, enter })
}

fn next(ask: &Ask<'_>, column_id: ColumnId, asked: &[ColumnId]) -> Result<Vec<ColumnId>, Failure> {
    let mut next = Vec::new();
    for id in asked {
        ask.board.column(*id).ok_or_else(|| missing("workflow.next"))?;
        // Where a task is it may always be.
        if *id != column_id && !next.contains(id) {
            next.push(*id);
        }
    }
    next.sort_unstable();
    Ok(next)
}

fn required_fields(ask: &Ask<'_>, asked: &[FieldId]) -> Result<Vec<FieldId>, Failure> {
    let mut fields = Vec::new();
    for id in asked {
        ask.board.field(*id).ok_or_else(|| missing("workflow.required_fields"))?;
        if !fields.contains(id) {
            fields.push(*id);
        }
    }
    fields.sort_unstable();
    Ok(fields)
}

/// Who is named already stays named, also where they are no longer here: only who is new is looked at.
fn people(ask: &Ask<'_>, column: &Column, asked: &[AccountId]) -> Result<Vec<AccountId>, Failure> {
    let known: &[AccountId] = match &column.workflow.enter {
        Entry::People { people } => people,
        Entry::Editors | Entry::Owners => &[],
    };
    let (most, field) = (ask.ctx.limits.column_people_max, "workflow.enter.people");
    let mut people = Vec::new();
    for account in asked {
        if !known.contains(account) {
            people::check_assignee(ask, *account, field)?;
        }
        if !people.contains(account) {
            people.push(*account);
        }
        if people.len() > most {
            return Err(full(field, most));
        }
    }
    if people.is_empty() {
        return Err(Failure::because(Code::FieldRequired, "Name somebody, or say that it is for owners.").field(field));
    }
    people.sort_unstable();
    Ok(people)
}

/// Whether a task may come from its column into this other one.
pub(super) fn check_move(ask: &Ask<'_>, task: &Task, column_id: ColumnId, column: &Column) -> Result<(), Failure> {
    if ask.role.is_none() {
        return Ok(());
    }
    let from = ask.board.column(task.column_id).and_then(|from| from.workflow.next.as_ref());
    if from.is_some_and(|next| !next.contains(&column_id)) {
        return Err(Failure::new(Code::TransitionRefused).field("column_id"));
    }
    check_arrival(ask, task, column_id, column)
}

/// Whether a task may come into the column, from wherever.
pub(in crate::board) fn check_arrival(
    ask: &Ask<'_>,
    task: &Task,
    column_id: ColumnId,
    column: &Column,
) -> Result<(), Failure> {
    if ask.role.is_none() {
        return Ok(());
    }
    check_who(ask, column)?;
    check_fields(column, |requirement| match requirement {
        Requirement::Assignee => !task.assignees.is_empty(),
        Requirement::Due => task.due.is_some(),
        Requirement::Description => task.description_seq.is_some(),
        Requirement::Estimate => task.points.is_some() || task.minutes.is_some(),
        Requirement::Label => !task.labels.is_empty(),
        Requirement::Priority => task.priority != Priority::None,
        Requirement::Checklists => {
            let (done, all) = task.checklist_counts();
            done == all
        }
    })?;
    check_values(column, |field| task.value(field).is_some())?;
    check_wip(ask, column_id, column)
}

/// Whether a task may be made in the column. `assigned`: to whoever the command or the team gives it.
pub(super) fn check_new(ask: &Ask<'_>, column: &Column, command: &CreateTask, assigned: bool) -> Result<(), Failure> {
    if ask.role.is_none() || command.original.is_some() {
        return Ok(());
    }
    check_who(ask, column)?;
    check_fields(column, |requirement| match requirement {
        Requirement::Assignee => assigned,
        // One that repeats is due.
        Requirement::Due => command.due.is_some() || command.repeat.is_some(),
        Requirement::Description => command.description.as_ref().is_some_and(|text| !text.trim().is_empty()),
        Requirement::Estimate => command.points.is_some() || command.minutes.is_some(),
        Requirement::Label => !command.labels.is_empty(),
        Requirement::Priority => command.priority.is_some_and(|priority| priority != Priority::None),
        Requirement::Checklists => true,
    })?;
    // It is made first and filled in, and then brought here.
    check_values(column, |_| false)?;
    check_wip(ask, command.column_id, column)
}

/// Refuses one more task in the column, where it has a limit that refuses.
pub(in crate::board) fn check_wip(ask: &Ask<'_>, column_id: ColumnId, column: &Column) -> Result<(), Failure> {
    if ask.role.is_none() { Ok(()) } else { check_space(ask, column_id, column) }
}

/// The same where it binds the server as well.
pub(super) fn check_space(ask: &Ask<'_>, column_id: ColumnId, column: &Column) -> Result<(), Failure> {
    match column.workflow.wip {
        Some(Wip { limit, .. }) if !has_space(ask, column_id, column, 0) => {
            Err(Failure::new(Code::WipLimit).field("column_id").limit(limit.into()))
        }
        _ => Ok(()),
    }
}

/// Whether one more task may stand in the column when so many leave it in the same moment.
pub(super) fn has_room(ask: &Ask<'_>, column_id: ColumnId, column: &Column, leaving: usize) -> bool {
    ask.role.is_none() || has_space(ask, column_id, column, leaving)
}

/// The same where it binds the server as well.
pub(in crate::board) fn has_space(ask: &Ask<'_>, column_id: ColumnId, column: &Column, leaving: usize) -> bool {
    let Some(Wip { limit, mode: WipMode::Refuse }) = column.workflow.wip else { return true };
    let count = ask.board.orders.get(&column_id).map_or(0, |order| order.len());
    count < limit as usize + leaving
}

fn check_who(ask: &Ask<'_>, column: &Column) -> Result<(), Failure> {
    let named = match &column.workflow.enter {
        Entry::Editors => return Ok(()),
        Entry::Owners => false,
        // Somebody who claimed a placeholder may do what the placeholder might.
        Entry::People { people } => people.iter().any(|account| ask.org.resolve(*account) == ask.account),
    };
    if named || ask.role == Some(BoardRole::Owner) { Ok(()) } else { Err(forbidden().field("column_id")) }
}

/// Custom fields that the column asks for.
fn check_values(column: &Column, has: impl Fn(FieldId) -> bool) -> Result<(), Failure> {
    match column.workflow.required_fields.iter().find(|field| !has(**field)) {
        Some(lacking) => Err(Failure::new(Code::FieldRequired).field(format!("fields.{lacking}"))),
        None => Ok(()),
    }
}

fn check_fields(column: &Column, has: impl Fn(Requirement) -> bool) -> Result<(), Failure> {
    match column.workflow.required.iter().find(|requirement| !has(**requirement)) {
        Some(lacking) => Err(Failure::new(Code::FieldRequired).field(lacking.word())),
        None => Ok(()),
    }
}
