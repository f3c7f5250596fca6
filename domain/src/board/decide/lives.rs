//! The life of a task: done and not done, in the archive, in the trash, and back.

use lockstep_protocol::{
    codes::Failure,
    command::task::*,
    event::{BoardEvent, task::*},
    ids::{ColumnId, TaskId},
    values::Lifecycle,
    view::TaskFace,
};

use super::{Ask, Decided, moves, repeat, tasks, workflow};
use crate::{
    board::{state::Task, view},
    refuse::{full, missing, wrong_state},
};

pub(super) fn complete(ask: &Ask<'_>, command: &CompleteTask) -> Decided {
    let task_id = command.task_id;
    let task = ask.active_task(task_id)?;
    if task.completed_at.is_some() {
        return Ok(vec![]);
    }
    let mut events = vec![TaskCompleted { task_id }.into()];
    events.extend(repeat::next(ask, task_id, task, false)?);
    Ok(events)
}

pub(super) fn reopen(ask: &Ask<'_>, command: &ReopenTask) -> Decided {
    let task_id = command.task_id;
    let task = ask.active_task(task_id)?;
    if task.completed_at.is_none() {
        return Ok(vec![]);
    }
    let mut events = vec![TaskReopened { task_id }.into()];
    events.extend(repeat::take_back(ask, task_id, task));
    Ok(events)
}

pub(super) fn archive(ask: &Ask<'_>, command: &ArchiveTask) -> Decided {
    let task_id = command.task_id;
    if ask.task(task_id)?.lifecycle == Lifecycle::Archived {
        return Ok(vec![]);
    }
    check_room_away(ask)?;
    Ok(vec![TaskArchived { task_id }.into()])
}

pub(super) fn delete(ask: &Ask<'_>, command: &DeleteTask) -> Decided {
    let task_id = command.task_id;
    if ask.task(task_id)?.lifecycle == Lifecycle::Active {
        check_room_away(ask)?;
    }
    Ok(vec![TaskDeleted { task_id }.into()])
}

/// Room for one more task in archive and trash together.
fn check_room_away(ask: &Ask<'_>) -> Result<(), Failure> {
    let limit = ask.ctx.limits.tasks_inactive_per_board_max;
    if ask.board.inactive_count() >= limit { Err(full("task_id", limit)) } else { Ok(()) }
}

pub(super) fn unarchive(ask: &Ask<'_>, command: &UnarchiveTask) -> Decided {
    let task_id = command.task_id;
    let task = ask.task(task_id)?;
    if task.lifecycle == Lifecycle::Active {
        return Ok(vec![]);
    }
    come_back(ask, task_id, task, |face| TaskUnarchived { task_id, face }.into())
}

/// Out of the trash, and out of the archive where it was in both. A task that is not in the trash stays as it is.
pub(super) fn restore(ask: &Ask<'_>, command: &RestoreTask) -> Decided {
    let task_id = command.task_id;
    let task = ask.board.task(task_id).ok_or_else(|| missing("task_id"))?;
    if task.lifecycle != Lifecycle::Deleted {
        return Ok(vec![]);
    }
    come_back(ask, task_id, task, |face| TaskRestored { task_id, face }.into())
}

/// Back to its column and place; where the column is gone, to the first that is open. A column that is full keeps it away.
fn come_back(ask: &Ask<'_>, task_id: TaskId, task: &Task, event: impl FnOnce(TaskFace) -> BoardEvent) -> Decided {
    tasks::check_room(ask)?;
    let column_id = column_for(ask, task)?;
    workflow::check_wip(ask, column_id, ask.column(column_id)?)?;
    let (mut events, rank) = moves::come_back(ask, column_id, &task.rank)?;
    let face = TaskFace { column_id, rank: rank.into(), ..view::face(task_id, task) };
    events.push(event(face));
    Ok(events)
}

fn column_for(ask: &Ask<'_>, task: &Task) -> Result<ColumnId, Failure> {
    if ask.board.column(task.column_id).is_some() {
        return Ok(task.column_id);
    }
    let columns = ask.board.columns();
    let open = columns.iter().find(|(_, column)| !column.archived).or(columns.first());
    open.map(|(id, _)| *id).ok_or_else(|| wrong_state("The board has no column to put it in."))
}
