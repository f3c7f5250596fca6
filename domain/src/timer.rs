//! The one timer that a person has: what may be asked of it, and what that does. The account's own stream is what counts, so that whatever
//! is asked at once, on whichever devices and nodes, one timer counts at most. The board is told in the same append, and nothing there
//! holds up that a timer is stopped. Must never count a time twice.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        AccountCommand,
        time::LogTime,
        timer::{StartTimer, StopTimer},
    },
    event::{
        AccountEvent, BoardEvent, Happened,
        timer::{UserTimerDiscarded, UserTimerStarted, UserTimerStopped},
    },
    ids::{AccountId, BoardId, TimeEntryId},
    values::Micros,
    view::TimerView,
};

use crate::{
    aggregate::Ctx,
    board::working,
    refuse::{invalid, not_found, wrong_state},
    text,
};

const SECOND: Micros = 1_000_000;

/// Whose it is: nobody, the server neither, starts a timer of somebody else.
fn owner(ctx: &Ctx<'_>) -> Result<AccountId, Failure> {
    ctx.principal.account().filter(|account| account.0 == ctx.id).ok_or_else(not_found)
}

pub(crate) fn decide(
    timer: Option<&TimerView>,
    command: &AccountCommand,
    ctx: &Ctx<'_>,
) -> Result<Vec<AccountEvent>, Failure> {
    owner(ctx)?;
    match command {
        AccountCommand::StartTimer(command) => start(timer, command, ctx),
        AccountCommand::StopTimer(command) => {
            let timer = running(timer, command.entry_id)?;
            let log = noted(timer, command, ctx)?;
            let lost = working::stopped(ctx, &log).1.map(|refused| refused.code);
            let TimerView { entry_id, org_id, board_id, task_id, started_at } = *timer;
            let board_id = command.board_id.unwrap_or(board_id);
            let LogTime { duration_s, .. } = log;
            Ok(vec![UserTimerStopped { entry_id, org_id, board_id, task_id, started_at, duration_s, lost }.into()])
        }
        AccountCommand::DiscardTimer(command) => {
            let entry_id = running(timer, command.entry_id)?.entry_id;
            Ok(vec![UserTimerDiscarded { entry_id }.into()])
        }
        _ => Ok(vec![]),
    }
}

/// What it does on the board besides.
pub(crate) fn beside(
    timer: Option<&TimerView>,
    command: &AccountCommand,
    ctx: &Ctx<'_>,
) -> Result<Vec<BoardEvent>, Failure> {
    match command {
        AccountCommand::StartTimer(command) => working::started(ctx, command),
        AccountCommand::StopTimer(command) => {
            Ok(working::stopped(ctx, &noted(running(timer, command.entry_id)?, command, ctx)?).0)
        }
        AccountCommand::DiscardTimer(command) => {
            Ok(working::no_more(ctx, running(timer, command.entry_id)?.task_id).into_iter().collect())
        }
        _ => Ok(vec![]),
    }
}

fn running(timer: Option<&TimerView>, entry_id: TimeEntryId) -> Result<&TimerView, Failure> {
    let running = timer.filter(|timer| timer.entry_id == entry_id);
    running.ok_or_else(|| wrong_state("This timer does not count.").field("entry_id"))
}

fn start(timer: Option<&TimerView>, command: &StartTimer, ctx: &Ctx<'_>) -> Result<Vec<AccountEvent>, Failure> {
    let StartTimer { entry_id, org_id, board_id, task_id } = *command;
    match timer {
        // Asked again by one who was cut off.
        Some(timer) if timer.entry_id == entry_id && timer.task_id == task_id => return Ok(vec![]),
        Some(_) => return Err(Failure::new(Code::TimerRunning)),
        None => {}
    }
    if entry_id == TimeEntryId::NIL {
        return Err(invalid("entry_id", "The nil id names nothing."));
    }
    working::started(ctx, command)?;
    Ok(vec![UserTimerStarted { entry_id, org_id, board_id, task_id }.into()])
}

/// The time as it is to be noted: a second at least, and no longer than one goes on.
fn noted(timer: &TimerView, command: &StopTimer, ctx: &Ctx<'_>) -> Result<LogTime, Failure> {
    let TimerView { entry_id, task_id, started_at, .. } = *timer;
    if command.ended_at.is_some_and(|ended_at| ended_at <= started_at) {
        return Err(invalid("ended_at", "It had not begun then."));
    }
    let ended_at = command.ended_at.unwrap_or(ctx.now);
    if ended_at > ctx.now {
        return Err(invalid("ended_at", "That is ahead."));
    }
    let longest = Micros::from(ctx.limits.time_entry_s_max);
    let duration_s = ((ended_at - started_at) / SECOND).clamp(1, longest.max(1));
    let duration_s = u32::try_from(duration_s).unwrap_or(1);
    let note = text::time_note(&command.note, "note", ctx.limits)?;
    Ok(LogTime { task_id, entry_id, started_at, duration_s, note, account_id: None })
}

/// The timer after an event.
pub(crate) fn evolve(timer: &mut Option<TimerView>, happened: &Happened<AccountEvent>) {
    match &happened.event {
        AccountEvent::UserTimerStarted(event) => {
            let UserTimerStarted { entry_id, org_id, board_id, task_id } = *event;
            *timer = Some(TimerView { entry_id, org_id, board_id, task_id, started_at: happened.at });
        }
        AccountEvent::UserTimerStopped(_) | AccountEvent::UserTimerDiscarded(_) | AccountEvent::UserDeleted(_) => {
            *timer = None;
        }
        _ => {}
    }
}

/// The board that a command of the timer changes besides, and whether it waits for that board.
pub fn board_of(command: &AccountCommand) -> Option<(BoardId, bool)> {
    match command {
        AccountCommand::StartTimer(command) => Some((command.board_id, true)),
        AccountCommand::StopTimer(command) => command.board_id.map(|board| (board, false)),
        AccountCommand::DiscardTimer(command) => command.board_id.map(|board| (board, false)),
        _ => None,
    }
}
