//! What tasks have to do with one another: parts of a whole, and dependencies. Neither ever goes in a circle. One board decides one
//! command at a time, so two commands that would close a circle together cannot both happen.
//!
//! A task in the trash keeps what was said of it: it comes back with it.

use std::collections::BTreeSet;

use lockstep_protocol::{
    codes::{Code, Failure},
    command::task::{AddDependency, RemoveDependency, SetTaskParent},
    event::task::{TaskDependencyAdded, TaskDependencyRemoved, TaskParentChanged},
    ids::TaskId,
    values::{Dependency, DependencyKind},
};

use super::{Ask, Decided};
use crate::{
    board::state::Board,
    refuse::{full, invalid, missing},
};

pub(super) fn set_parent(ask: &Ask<'_>, command: &SetTaskParent) -> Decided {
    let SetTaskParent { task_id, parent_id } = *command;
    let task = ask.active_task(task_id)?;
    if task.parent_id == parent_id {
        return Ok(vec![]);
    }
    if let Some(parent_id) = parent_id {
        check_parent(ask, task_id, parent_id)?;
    }
    Ok(vec![TaskParentChanged { task_id, parent_id }.into()])
}

/// Whether the task, with all its parts, may become a part of that one.
pub(super) fn check_parent(ask: &Ask<'_>, task_id: TaskId, parent_id: TaskId) -> Result<(), Failure> {
    let limits = ask.ctx.limits;
    ask.task(parent_id).map_err(|_| missing("parent_id"))?;
    // No chain is longer than the limit, so this looks at few.
    let mut above = 0;
    let mut next = Some(parent_id);
    while let Some(id) = next {
        if id == task_id {
            return Err(Failure::new(Code::Cycle).field("parent_id"));
        }
        above += 1;
        if above > limits.task_depth_max {
            break;
        }
        next = ask.board.task(id).and_then(|task| task.parent_id);
    }
    if above + height(ask.board, task_id, limits.task_depth_max) > limits.task_depth_max {
        return Err(full("parent_id", limits.task_depth_max));
    }
    if ask.board.parts(parent_id).count() >= limits.subtasks_per_task_max {
        return Err(full("parent_id", limits.subtasks_per_task_max));
    }
    Ok(())
}

/// How many tasks stand below one another from here down, this one included; no further than `most`.
fn height(board: &Board, task_id: TaskId, most: usize) -> usize {
    let mut level = vec![task_id];
    let mut levels = 0;
    while !level.is_empty() && levels <= most {
        levels += 1;
        level = level.iter().flat_map(|id| board.parts(*id)).collect();
    }
    levels
}

pub(super) fn add(ask: &Ask<'_>, command: &AddDependency) -> Decided {
    let AddDependency { task_id, kind, other_id } = *command;
    let task = ask.active_task(task_id)?;
    if other_id == task_id {
        return Err(invalid("other_id", "That is the task itself."));
    }
    let other = ask.task(other_id).map_err(|_| missing("other_id"))?;
    let mutual = kind == DependencyKind::Relates;
    let said = task.dependencies.contains(&Dependency { kind, other_id });
    if said || (mutual && other.dependencies.contains(&Dependency { kind, other_id: task_id })) {
        return Ok(vec![]);
    }
    if task.dependencies.len() >= ask.ctx.limits.dependencies_per_task_max {
        return Err(full("other_id", ask.ctx.limits.dependencies_per_task_max));
    }
    if !mutual && leads_to(ask.board, kind, other_id, task_id) {
        return Err(Failure::new(Code::Cycle).field("other_id"));
    }
    Ok(vec![TaskDependencyAdded { task_id, kind, other_id }.into()])
}

/// Whether one comes from `from` to `to` by dependencies of this kind. Looks at each task once.
fn leads_to(board: &Board, kind: DependencyKind, from: TaskId, to: TaskId) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut next = vec![from];
    while let Some(id) = next.pop() {
        if id == to {
            return true;
        }
        let others = board.task(id).into_iter().flat_map(|task| &task.dependencies).filter(|said| said.kind == kind);
        next.extend(others.map(|said| said.other_id).filter(|id| seen.insert(*id)));
    }
    false
}

/// What holds for both is taken back from either side.
pub(super) fn remove(ask: &Ask<'_>, command: &RemoveDependency) -> Decided {
    let RemoveDependency { task_id, kind, other_id } = *command;
    let task = ask.active_task(task_id)?;
    if task.dependencies.contains(&Dependency { kind, other_id }) {
        return Ok(vec![TaskDependencyRemoved { task_id, kind, other_id }.into()]);
    }
    let mirrored = Dependency { kind, other_id: task_id };
    let other = ask.board.task(other_id).filter(|_| kind == DependencyKind::Relates);
    if other.is_some_and(|other| other.dependencies.contains(&mirrored)) {
        return Ok(vec![TaskDependencyRemoved { task_id: other_id, kind, other_id: task_id }.into()]);
    }
    Ok(vec![])
}
