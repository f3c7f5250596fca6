//! A task that goes to another board, with its parts: what happens on the board that it leaves ([`leave`]) and on the one that it comes to
//! ([`arrive`]). Both are decided on the two boards as they are, and appended as one.
//!
//! - What goes: the task and its parts, theirs included; those in the trash stay, and are parts of nothing then.
//! - It keeps its id. It gets a number there, or the one it had there when it was there before.
//! - Labels and categories are those of the same name there; where there is none it is made, if the mover may. Custom fields are those of
//!   the same name and kind, their options those of the same name. People are left out who do not see the board. Dependencies hold among
//!   what goes together.
//! - The column that it comes into judges it as it would a task of its own board. Its parts go to the columns that they stood in
//!   there before, or to those of the same name, where there are such with room, else along with it; there the limit alone judges them.

mod arrive;
mod leave;

use std::collections::BTreeSet;

pub(super) use arrive::arrive;
pub(super) use leave::leave;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{task::ReopenTask, transfer::TransferTask},
    event::{BoardEvent, Happened},
    ids::{AccountId, BoardId, TaskId},
    limits::Limits,
    values::Lifecycle,
};

use super::{
    decide::{Ask, Decided},
    state::Board,
};
use crate::{
    aggregate::{Aggregate, Beside, Ctx},
    refuse::full,
};

/// The task and its parts, each after what it is a part of.
fn going(board: &Board, task_id: TaskId, most: usize) -> Result<Vec<TaskId>, Failure> {
    let there = |id: &TaskId| board.task(*id).is_some_and(|task| task.lifecycle != Lifecycle::Deleted);
    let mut going = vec![task_id];
    let mut seen = BTreeSet::from([task_id]);
    let mut next = 0;
    while let Some(id) = going.get(next).copied() {
        going.extend(board.parts(id).filter(there).filter(|part| seen.insert(*part)));
        if going.len() > most {
            return Err(full("task_id", most));
        }
        next += 1;
    }
    Ok(going)
}

/// The numbers that these get on the other board.
fn numbers(other: &Board, going: &[TaskId]) -> Result<Vec<u32>, Failure> {
    let mut last = other.last_number;
    let number = |id: &TaskId| match other.away.get(id) {
        Some(away) => Ok(away.number),
        None => {
            last = last.checked_add(1).ok_or_else(|| Failure::new(Code::BoardFull))?;
            Ok(last)
        }
    };
    going.iter().map(number).collect()
}

/// What happens here when a task comes back that went to the other board: as if it were sent from there.
pub(super) fn fetch(here: &Board, command: &TransferTask, ctx: &Ctx<'_>) -> Decided {
    let there = turned(here, ctx)?;
    let (board, _) = reopened(command.task_id, &there, ctx)?;
    arrive(&board, command, &there)
}

/// What happens there then.
pub(super) fn give_back(here: &Board, command: &TransferTask, ctx: &Ctx<'_>) -> Decided {
    let there = turned(here, ctx)?;
    let (board, mut events) = reopened(command.task_id, &there, ctx)?;
    events.extend(leave(&Ask::new(&board, &command.clone().into(), &there)?, command)?);
    Ok(events)
}

/// The other board. What a task that repeats made there by becoming done when it came goes again, and it repeats itself; unless somebody
/// has to do with that by now.
fn reopened(task_id: TaskId, there: &Ctx<'_>, ctx: &Ctx<'_>) -> Result<(Board, Vec<BoardEvent>), Failure> {
    let mut board = other(ctx)?.board.clone();
    let came_done = ctx.past.zip(board.task(task_id)).is_some_and(|(past, task)| past.made_done(task_id, task));
    if !came_done {
        return Ok((board, vec![]));
    }
    let events = board.decide(&ReopenTask { task_id }.into(), there)?;
    let repeats =
        |event: &BoardEvent| matches!(event, BoardEvent::TaskRepeatChanged(event) if event.task_id == task_id);
    if !events.iter().any(repeats) {
        return Ok((board, vec![]));
    }
    let (by, after) = (ctx.principal.account().unwrap_or(AccountId::NIL), other(ctx)?.seq);
    for (seq, event) in (after + 1..).zip(&events) {
        let event = event.clone();
        board.evolve(&Happened { seq, at: ctx.now, by, client_id: None, client_seq: None, event });
    }
    Ok((board, events))
}

/// As the other board sees it.
fn turned<'a>(here: &'a Board, ctx: &Ctx<'a>) -> Result<Ctx<'a>, Failure> {
    let other = other(ctx)?;
    let facing = Beside { id: BoardId(ctx.id), board: here, seq: 0, org: ctx.org, team: ctx.team, texts: other.texts };
    Ok(Ctx { id: other.id.0, org: other.org, team: other.team, past: None, beside: Some(facing), ..*ctx })
}

fn other<'a>(ctx: &Ctx<'a>) -> Result<Beside<'a>, Failure> {
    // The shells look it up; without it nothing can be said.
    ctx.beside.ok_or_else(|| Failure::new(Code::Unavailable).retry_after_ms(1_000))
}

impl Board {
    /// The seqs of the events that hold the texts which go along with this task, ascending; none where it cannot go.
    pub fn texts_of_transfer(&self, task_id: TaskId, limits: &Limits) -> Vec<u64> {
        let Ok(going) = going(self, task_id, limits.transfer_tasks_max) else { return Vec::new() };
        let tasks = going.iter().filter_map(|id| self.task(*id));
        let seqs = tasks.flat_map(|task| task.comments.values().map(|said| said.text_seq).chain(task.description_seq));
        seqs.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Where a task went that was here, and the number it has there.
    pub fn went_to(&self, task_id: TaskId) -> Option<super::state::Away> {
        self.away.get(&task_id).copied()
    }

    /// The task that had this number here and went away.
    pub fn went(&self, number: u32) -> Option<TaskId> {
        self.away.iter().find(|(_, away)| away.number == number).map(|(id, _)| *id)
    }
}
