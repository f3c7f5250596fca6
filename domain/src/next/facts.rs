//! What of a board decides what comes next. Must never take in what is done, archived or in the trash.

use std::collections::BTreeMap;

use lockstep_protocol::{
    ids::TaskId,
    values::{ColumnKind, DependencyKind, Due, Lifecycle, Micros, Priority},
};

use super::Asker;
use crate::{
    board::{Board, Task},
    rank::Rank,
};

/// An open task.
#[derive(Clone, Debug)]
pub struct Work<'a> {
    pub id: TaskId,
    /// The asker works on it, and it stands where they see it.
    pub mine: bool,
    pub rank: &'a Rank,
    pub priority: Priority,
    pub due: Option<Due>,
    /// What its estimate says, without what was spent on it.
    pub minutes_left: Option<u32>,
    pub active: bool,
    pub started: bool,
    pub start_at: Option<Micros>,
    pub created_at: Micros,
    pub part: Option<Part>,
    /// What waits for it, open or not.
    pub blocks: Vec<TaskId>,
}

/// What a task is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub parent_id: TaskId,
    /// Parts that are open, this one among them.
    pub left: usize,
    /// All that are open or done.
    pub of: usize,
}

pub(super) fn of_board<'a>(board: &'a Board, asker: &Asker<'_>) -> Vec<Work<'a>> {
    if board.lifecycle() != Some(Lifecycle::Active) {
        return Vec::new();
    }
    let mut parents = BTreeMap::new();
    let open = board.tasks().filter(|(_, task)| is_open(task));
    open.map(|(id, task)| {
        let column = board.column(task.column_id).filter(|column| !column.archived);
        let has = task.assignees.iter().any(|assignee| (asker.resolve)(*assignee) == asker.me);
        let mine = has && column.is_some();
        let part = task.parent_id.filter(|_| mine).and_then(|parent_id| {
            let (left, of) = (*parents.entry(parent_id).or_insert_with(|| parts(board, parent_id)))?;
            Some(Part { parent_id, left, of })
        });
        let blocks = task.dependencies.iter().filter(|link| link.kind == DependencyKind::Blocks);
        Work {
            id,
            mine,
            rank: &task.rank,
            priority: task.priority,
            due: task.due,
            minutes_left: task.minutes.map(|minutes| left(minutes, task)),
            active: column.is_some_and(|column| column.kind == ColumnKind::Active),
            started: task.tracked_s().is_some() || task.working().next().is_some(),
            start_at: task.start_at,
            created_at: task.created_at,
            part,
            blocks: blocks.map(|link| link.other_id).collect(),
        }
    })
    .collect()
}

fn is_open(task: &Task) -> bool {
    task.lifecycle == Lifecycle::Active && task.completed_at.is_none()
}

fn left(minutes: u32, task: &Task) -> u32 {
    let spent = task.tracked_s().unwrap_or(0) / 60;
    minutes.saturating_sub(u32::try_from(spent).unwrap_or(u32::MAX))
}

/// How many parts of an open task are left, of how many; what was put away undone is none of them.
fn parts(board: &Board, parent: TaskId) -> Option<(usize, usize)> {
    board.task(parent).filter(|task| is_open(task))?;
    let parts = board.parts(parent).filter_map(|id| board.task(id));
    let parts = parts.filter(|part| match part.lifecycle {
        Lifecycle::Active => true,
        Lifecycle::Archived => part.completed_at.is_some(),
        Lifecycle::Deleted => false,
    });
    Some(parts.fold((0, 0), |(left, of), part| (left + usize::from(part.completed_at.is_none()), of + 1)))
}
