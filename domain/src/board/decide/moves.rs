//! Tasks in their columns: entering one, moving within one, moving between two. Logarithmic in the size of the board, apart from the
//! rare spreading of a neighbourhood.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::task::MoveTask,
    event::{BoardEvent, task::*},
    ids::{ColumnId, TaskId},
    values::{ColumnKind, Lifecycle, Place},
};

use super::{Ask, Decided, repeat, workflow};
use crate::{
    board::place::{Fit, Gap, Order, Others},
    rank::Rank,
};

/// Most ranks in one event.
const RERANKED_MAX: usize = 64;

/// The entry of a task that stands in the column.
fn entry(ask: &Ask<'_>, column: ColumnId, id: TaskId) -> Option<(Rank, TaskId)> {
    let task = ask.board.task(id).filter(|task| task.lifecycle == Lifecycle::Active && task.column_id == column);
    task.map(|task| (task.rank.clone(), id))
}

fn fit(
    ask: &Ask<'_>,
    column_id: ColumnId,
    others: &Others<'_, TaskId>,
    gap: &Gap<TaskId>,
) -> Result<(Vec<BoardEvent>, Rank), Failure> {
    let fit = others.fit(gap, ask.ctx.limits.rank_bytes_max);
    let Fit { rank, reranked } = fit.ok_or_else(|| Failure::because(Code::Internal, "No rank fits here."))?;
    let chunks = reranked.chunks(RERANKED_MAX).map(|chunk| {
        let ranks = chunk.iter().map(|(id, rank)| (*id, rank.into())).collect();
        TasksReranked { column_id, ranks }.into()
    });
    Ok((chunks.collect(), rank))
}

/// A rank for a task that is new to the column, and what has to happen before.
pub(in crate::board) fn enter(
    ask: &Ask<'_>,
    column_id: ColumnId,
    place: &Place<TaskId>,
) -> Result<(Vec<BoardEvent>, Rank), Failure> {
    let empty = Order::default();
    let others = Others::new(ask.board.orders.get(&column_id).unwrap_or(&empty), None);
    let gap = others.gap(place, |id| entry(ask, column_id, id));
    fit(ask, column_id, &others, &gap)
}

/// The same for a task that comes back with the rank it had: as near to that as can be.
pub(super) fn come_back(ask: &Ask<'_>, column_id: ColumnId, rank: &Rank) -> Result<(Vec<BoardEvent>, Rank), Failure> {
    let empty = Order::default();
    let others = Others::new(ask.board.orders.get(&column_id).unwrap_or(&empty), None);
    // The nil id is less than all: of those with the same rank this is before.
    let gap = others.gap_at(&(rank.clone(), TaskId::NIL));
    if gap.next.as_ref().is_none_or(|(taken, _)| taken != rank) && crate::rank::is_rank(rank.as_str()) {
        return Ok((Vec::new(), rank.clone()));
    }
    fit(ask, column_id, &others, &gap)
}

pub(super) fn task(ask: &Ask<'_>, command: &MoveTask) -> Decided {
    let MoveTask { task_id, column_id, ref place } = *command;
    let task = ask.active_task(task_id)?;
    let stays = task.column_id == column_id;
    // Within an archived column tasks may still be put in order.
    let column = if stays { ask.column(column_id)? } else { ask.open_column(column_id)? };
    let empty = Order::default();
    let order = ask.board.orders.get(&column_id).unwrap_or(&empty);
    let others = Others::new(order, entry(ask, column_id, task_id));
    let gap = others.gap(place, |id| entry(ask, column_id, id));
    if others.is_there(&gap) {
        return Ok(vec![]);
    }
    if !stays {
        workflow::check_move(ask, task, column_id, column)?;
    }
    let (mut events, rank) = fit(ask, column_id, &others, &gap)?;
    events.push(TaskMoved { task_id, from_column_id: task.column_id, column_id, rank: rank.into() }.into());
    if stays {
        return Ok(events);
    }
    let was_done = ask.board.column(task.column_id).is_some_and(|column| column.kind == ColumnKind::Done);
    match (was_done, column.kind == ColumnKind::Done) {
        (_, true) if task.completed_at.is_none() => {
            events.push(TaskCompleted { task_id }.into());
            events.extend(repeat::next(ask, task_id, task, true)?);
        }
        (true, false) if task.completed_at.is_some() => {
            events.push(TaskReopened { task_id }.into());
            events.extend(repeat::take_back(ask, task_id, task));
        }
        _ => {}
    }
    Ok(events)
}
