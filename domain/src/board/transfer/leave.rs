//! What happens on the board that a task leaves.

use std::collections::BTreeSet;

use lockstep_protocol::{
    command::transfer::TransferTask,
    event::{
        BoardEvent,
        task::{TaskDependencyRemoved, TaskParentChanged},
        transfer::TaskTransferred,
    },
    ids::TaskId,
};

use super::{going, numbers, other};
use crate::{
    board::decide::{Ask, Decided},
    refuse::invalid,
};

pub(in crate::board) fn leave(ask: &Ask<'_>, command: &TransferTask) -> Decided {
    let TransferTask { task_id, to_board_id, .. } = *command;
    let (board, ctx) = (ask.board(), ask.ctx());
    ask.active_task(task_id)?;
    if to_board_id.0 == ctx.id {
        return Err(invalid("to_board_id", "It is on this board."));
    }
    let other = other(ctx)?;
    let going = going(board, task_id, ctx.limits.transfer_tasks_max)?;
    let numbers = numbers(other.board, &going)?;
    let leaving: BTreeSet<TaskId> = going.iter().copied().collect();
    let mut events: Vec<BoardEvent> = Vec::new();
    for (id, task) in board.tasks().filter(|(id, _)| !leaving.contains(id)) {
        let said = task.dependencies.iter().filter(|said| leaving.contains(&said.other_id));
        events.extend(
            said.map(|said| TaskDependencyRemoved { task_id: id, kind: said.kind, other_id: said.other_id }.into()),
        );
        if task.parent_id.is_some_and(|parent| leaving.contains(&parent)) {
            events.push(TaskParentChanged { task_id: id, parent_id: None }.into());
        }
    }
    let left = going.iter().zip(numbers).map(|(id, number)| {
        TaskTransferred { task_id: *id, to_board_id: Some(to_board_id), to_number: Some(number) }.into()
    });
    events.extend(left);
    Ok(events)
}
