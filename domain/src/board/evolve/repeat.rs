//! What an event changes on tasks that repeat.

use std::sync::Arc;

use lockstep_protocol::{
    event::repeat::{TaskRepeatChanged, TaskRepeated},
    ids::AccountId,
};

use super::with_task;
use crate::board::state::{Board, Checklist};

pub(super) fn changed(board: &mut Board, event: &TaskRepeatChanged) {
    with_task(board, event.task_id, |task| {
        task.repeat = event.repeat.clone().map(Arc::new);
        task.passed_on = None;
    });
}

/// What the face does not show of it is copied here from the one that is done: one board folds all of its events in one order.
pub(super) fn repeated(board: &mut Board, event: &TaskRepeated) {
    let Some(from) = board.tasks.get(&event.from_id).cloned() else { return };
    with_task(board, event.task_id, |task| {
        task.repeat = Some(Arc::new(event.repeat.clone()));
        // What the server makes by itself is of whoever made the one before it.
        if task.created_by == AccountId::NIL {
            task.created_by = from.created_by;
        }
        task.description_seq = from.description_seq;
        task.mentions.clone_from(&from.mentions);
        task.checklists = from.checklists.iter().map(Checklist::unticked).collect();
        task.watchers = from.watchers.clone();
        (task.points, task.minutes) = (event.points, event.minutes);
        task.said = from.said.as_ref().and_then(|said| said.for_next());
    });
    with_task(board, event.from_id, |task| {
        task.passed_on = task.repeat.take().map(|repeat| (event.task_id, repeat));
    });
}
