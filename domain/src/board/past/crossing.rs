//! A task that went to another board, or came from one, and goes back: on both boards in one append, as it went. What was changed of it
//! since stays changed; what it could not take along there, it has again here.

use lockstep_protocol::{
    codes::Failure,
    command::{BoardCommand, category::CategorizeTask, field::SetTaskField, task::*, transfer::TransferTask},
    event::{BoardEvent, Happened},
    ids::{BoardId, ColumnId, TaskId},
    values::{Field, Lifecycle, Place},
};
use uuid::Uuid;

use super::{
    Past,
    back::{of_task, place},
    steps::{Step, TaskValue},
};
use crate::{
    access,
    aggregate::{Beside, Ctx},
    board::{
        state::{Board, Task},
        transfer,
    },
    refuse::wrong_state,
};

/// Where a task went, or came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    pub task_id: TaskId,
    /// The other board.
    pub board_id: BoardId,
    /// It went there; otherwise it came from there.
    pub went: bool,
}

impl Crossing {
    /// The first of these that goes with its parts: the others are its parts.
    pub(super) fn of(events: &[Happened<BoardEvent>]) -> Option<Self> {
        events.iter().find_map(|happened| match &happened.event {
            BoardEvent::TaskTransferred(event) => {
                Some(Self { task_id: event.task_id, board_id: event.to_board_id?, went: true })
            }
            BoardEvent::TaskReceived(event) => {
                Some(Self { task_id: event.face.task_id, board_id: event.from_board_id?, went: false })
            }
            _ => None,
        })
    }
}

/// What has to be asked for here, besides that it comes or goes.
pub(super) fn steps(crossing: Crossing, before: &Board, after: &Board) -> Vec<Step> {
    if !crossing.went {
        return vec![Step::SendBack(crossing.task_id)];
    }
    let gone = before.tasks().filter(|(id, _)| after.task(*id).is_none());
    gone.map(|(id, _)| Step::Refit(id)).collect()
}

/// Where it is not what it was: somebody has put it elsewhere since.
pub(super) fn in_the_way(step: &Step, past: &Past, now: &Board) -> Option<(Uuid, Field)> {
    let crossing = past.crossing()?;
    let (id, so) = match step {
        Step::SendBack(id) => (*id, now.task(*id).is_some_and(|task| task.lifecycle != Lifecycle::Deleted)),
        Step::Refit(id) => {
            let away = now.went_to(*id).is_some_and(|away| away.board_id == crossing.board_id);
            (*id, away && now.task(*id).is_none())
        }
        _ => return None,
    };
    (!so).then_some((id.0, Field::Lifecycle))
}

/// What the board it is on is asked for.
fn asked(crossing: Crossing, past: &Past, now: &Board, ctx: &Ctx<'_>) -> Result<TransferTask, Failure> {
    let other = ctx.beside.ok_or_else(|| wrong_state("The other board is not there.").field("seq"))?;
    let task_id = crossing.task_id;
    let (to_board_id, column_id, place) = if crossing.went {
        let was = past.before.task(task_id);
        let column = column(now, was.map(|was| was.column_id), None);
        let stood = was.filter(|was| Some(was.column_id) == column);
        (BoardId(ctx.id), column, stood.map_or(Place::END, |was| place(task_id, was, &past.before, now)))
    } else {
        let name = now.task(task_id).and_then(|task| now.column(task.column_id)).map(|column| column.name.as_str());
        let stood = other.board.went_to(task_id).and_then(|away| away.column_id);
        (crossing.board_id, column(other.board, stood, name), Place::END)
    };
    let column_id = column_id.ok_or_else(|| wrong_state("The board has no open column.").field("seq"))?;
    Ok(TransferTask { task_id, to_board_id, column_id, place })
}

/// An open column: this one, else the one of this name, else the first.
fn column(board: &Board, stood: Option<ColumnId>, name: Option<&str>) -> Option<ColumnId> {
    let columns = board.columns();
    let open = || columns.iter().filter(|(_, column)| !column.archived);
    let found = open().find(|(id, _)| Some(*id) == stood);
    let found = found.or_else(|| open().find(|(_, column)| Some(column.name.as_str()) == name));
    found.or_else(|| open().next()).map(|(id, _)| *id)
}

/// What happens here by its coming back; where it goes, it is asked for by a step.
pub(super) fn here(past: &Past, now: &Board, ctx: &Ctx<'_>) -> Result<Vec<BoardEvent>, Failure> {
    match past.crossing().filter(|crossing| crossing.went) {
        Some(crossing) => transfer::fetch(now, &asked(crossing, past, now, ctx)?, ctx).map_err(of_seq),
        None => Ok(Vec::new()),
    }
}

/// What happens on the other board.
pub(in crate::board) fn there(now: &Board, ctx: &Ctx<'_>) -> Result<Vec<BoardEvent>, Failure> {
    let Some((past, crossing)) = ctx.past.and_then(|past| Some((past, past.crossing()?))) else {
        return Ok(Vec::new());
    };
    let command = asked(crossing, past, now, ctx)?;
    let events =
        if crossing.went { transfer::give_back(now, &command, ctx) } else { transfer::arrive(now, &command, ctx) };
    events.map_err(of_seq)
}

/// Whoever asks has said no more than the seq.
fn of_seq(failure: Failure) -> Failure {
    failure.field("seq")
}

pub(super) fn send_back(past: &Past, now: &Board, ctx: &Ctx<'_>) -> Result<Vec<BoardCommand>, Failure> {
    match past.crossing() {
        Some(crossing) => Ok(vec![asked(crossing, past, now, ctx)?.into()]),
        None => Ok(vec![]),
    }
}

/// What a task that is back here had, and could not have there.
pub(super) fn refit(task_id: TaskId, past: &Past, now: &Board, ctx: &Ctx<'_>) -> Result<Vec<BoardCommand>, Failure> {
    let (Some(was), Some(is), Some(other)) = (past.before.task(task_id), now.task(task_id), ctx.beside) else {
        return Ok(vec![]);
    };
    let mut commands = marks(task_id, (was, is), now, other.board);
    commands.extend(people(task_id, (was, is), now, &other, ctx));
    let around = |id: TaskId| now.task(id).is_some_and(|task| task.lifecycle != Lifecycle::Deleted);
    if let Some(parent_id) = was.parent_id.filter(|parent| is.parent_id.is_none() && around(*parent)) {
        commands.push(SetTaskParent { task_id, parent_id: Some(parent_id) }.into());
    }
    let stayed = was.dependencies.iter().filter(|said| other.board.task(said.other_id).is_none());
    let lost = stayed.filter(|said| !is.dependencies.contains(said) && around(said.other_id));
    commands.extend(lost.map(|said| AddDependency { task_id, kind: said.kind, other_id: said.other_id }.into()));
    if was.lifecycle == Lifecycle::Active && is.lifecycle == Lifecycle::Active {
        let open = now.column(was.column_id).is_some_and(|column| !column.archived);
        if open {
            commands.extend(of_task(task_id, TaskValue::Place, (past, was), (now, is), ctx)?);
        }
        // The column it comes into has no say in what it was here and is there.
        let there = other.board.task(task_id).and_then(|task| task.completed_at);
        let by_itself = there.is_some_and(|at| past.change.as_ref().is_none_or(|change| change.at != at));
        match (was.completed_at.is_some(), by_itself, is.completed_at.is_some()) {
            (true, true, false) if is.repeat.is_none() => commands.push(CompleteTask { task_id }.into()),
            (false, false, true) => commands.push(ReopenTask { task_id }.into()),
            _ => {}
        }
    }
    Ok(commands)
}

/// Its label, category and values that the other board has no such of.
fn marks(task_id: TaskId, (was, is): (&Task, &Task), now: &Board, other: &Board) -> Vec<BoardCommand> {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    let mut commands: Vec<BoardCommand> = Vec::new();
    for label_id in was.labels.iter().copied().filter(|id| !is.labels.contains(id)) {
        let Some(label) = now.label(label_id) else { continue };
        if !other.labels().any(|(_, there)| same(&there.name, &label.name)) {
            commands.push(LabelTask { task_id, label_id }.into());
        }
    }
    if let (Some(category_id), None) = (was.category_id, is.category_id)
        && let Some(category) = now.category(category_id)
        && !other.categories().any(|(_, there)| same(&there.name, &category.name))
    {
        commands.push(CategorizeTask { task_id, category_id: Some(category_id) }.into());
    }
    for held in was.fields.iter().filter(|held| is.value(held.field_id).is_none()) {
        let Some(field) = now.field(held.field_id) else { continue };
        let known = other.fields().iter().any(|(_, there)| there.kind == field.kind && same(&there.name, &field.name));
        if !known {
            let value = Some(held.value.clone());
            commands.push(SetTaskField { task_id, field_id: held.field_id, value }.into());
        }
    }
    commands
}

/// Those who do not see the other board.
fn people(
    task_id: TaskId,
    (was, is): (&Task, &Task),
    now: &Board,
    other: &Beside<'_>,
    ctx: &Ctx<'_>,
) -> Vec<BoardCommand> {
    let sees = |board: &Board, account, org: Option<&_>, team| {
        org.is_some_and(|org| access::may_see_board(board, account, org, team))
    };
    let lost = |account: &lockstep_protocol::ids::AccountId| {
        sees(now, *account, ctx.org, ctx.team) && !sees(other.board, *account, other.org, other.team)
    };
    let assigned = was.assignees.iter().copied().filter(|id| !is.assignees.contains(id) && lost(id));
    let assigned = assigned.map(|account_id| AssignTask { task_id, account_id }.into());
    let watched = was.watchers.iter().copied().filter(|id| !is.watchers.contains(id) && lost(id));
    assigned.chain(watched.map(|account_id| WatchTask { task_id, account_id }.into())).collect()
}
