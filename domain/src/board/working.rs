//! Who is working on what: what the timer of a person does on the board that it counts on. Nothing here holds up that a timer is stopped.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, time::LogTime, timer::StartTimer},
    event::{
        BoardEvent,
        time::{TimeStarted, TimeStopped},
    },
    ids::TaskId,
};

use super::decide::Ask;
use crate::{
    aggregate::{Aggregate, Beside, Ctx},
    refuse::{full, missing, not_found},
};

/// The board, and who asks there.
fn there<'a>(ctx: &Ctx<'a>) -> Option<(Beside<'a>, Ctx<'a>)> {
    let other = ctx.beside?;
    Some((other, Ctx { id: other.id.0, org: other.org, team: other.team, past: None, beside: None, ..*ctx }))
}

/// Whoever may note time on a task may let it count there.
pub(crate) fn started(ctx: &Ctx<'_>, command: &StartTimer) -> Result<Vec<BoardEvent>, Failure> {
    let StartTimer { entry_id, org_id, board_id, task_id } = *command;
    let (other, there) = there(ctx).ok_or_else(|| missing("board_id"))?;
    if other.id != board_id || other.board.org_id(board_id.0) != org_id {
        return Err(missing("board_id"));
    }
    let (started_at, duration_s) = (there.now, 1);
    let log = LogTime { task_id, entry_id, started_at, duration_s, note: String::new(), account_id: None }.into();
    let ask = Ask::new(other.board, &log, &there).map_err(|failure| match (failure.code, &failure.field) {
        (Code::NotFound, None) => failure.field("board_id"),
        _ => failure,
    })?;
    let task = ask.active_task(task_id)?;
    let limit = there.limits.time_entries_per_task_max;
    if task.time_entries().count() >= limit {
        return Err(full("task_id", limit));
    }
    let account_id = ask.account();
    // One that ended while the board could not be told.
    let left = other.board.tasks().filter(|(id, task)| *id != task_id && task.working().any(|one| one == account_id));
    let mut events: Vec<BoardEvent> = left.map(|(task_id, _)| TimeStopped { task_id, account_id }.into()).collect();
    if !task.working().any(|account| account == account_id) {
        events.push(TimeStarted { task_id, account_id }.into());
    }
    Ok(events)
}

/// Whoever asks is not working on the task any more, whatever they may see of it.
pub(crate) fn no_more(ctx: &Ctx<'_>, task_id: TaskId) -> Option<BoardEvent> {
    let (other, there) = there(ctx)?;
    let account_id = there.principal.account()?;
    let working = other.board.task(task_id)?.working().any(|account| account == account_id);
    working.then(|| TimeStopped { task_id, account_id }.into())
}

/// What happens on the board when a timer is stopped, and why the time is not noted there, if it is not.
pub(crate) fn stopped(ctx: &Ctx<'_>, log: &LogTime) -> (Vec<BoardEvent>, Option<Failure>) {
    let Some((other, there)) = there(ctx) else { return (vec![], Some(not_found())) };
    let mut events: Vec<BoardEvent> = no_more(ctx, log.task_id).into_iter().collect();
    match other.board.decide(&BoardCommand::LogTime(log.clone()), &there) {
        Ok(noted) => {
            events.extend(noted);
            (events, None)
        }
        Err(refused) => (events, Some(refused)),
    }
}
