//! Time that people spend on tasks. It can be noted, changed and taken out on archived tasks too: whoever puts the work away may still be
//! writing down what it took.

use lockstep_protocol::{
    codes::Failure,
    command::{
        BoardCommand,
        time::{LogTime, RemoveTime, UpdateTime},
    },
    event::time::{TimeLogged, TimeRemoved, TimeUpdated},
    ids::{AccountId, TaskId, TimeEntryId},
    values::Micros,
};

use super::{Ask, Decided, people};
use crate::{
    access,
    board::state::TimeEntry,
    refuse::{exists, full, invalid, missing},
    text,
};

pub(super) fn decide(ask: &Ask<'_>, command: &BoardCommand) -> Decided {
    match command {
        BoardCommand::LogTime(log) => self::log(ask, log),
        BoardCommand::UpdateTime(update) => self::update(ask, command, update),
        BoardCommand::RemoveTime(remove) => self::remove(ask, command, *remove),
        _ => Ok(vec![]),
    }
}

fn log(ask: &Ask<'_>, command: &LogTime) -> Decided {
    let LogTime { task_id, entry_id, started_at, duration_s, .. } = *command;
    let task = ask.task(task_id)?;
    let account_id = command.account_id.map_or(ask.account, |account| ask.org.resolve(account));
    // Whoever asks for themselves sees the board, or would not be answered; the server asks for anybody.
    if account_id != ask.account || ask.role.is_none() {
        people::check_assignee(ask, account_id, "account_id")?;
    }
    if entry_id == TimeEntryId::NIL {
        return Err(invalid("entry_id", "The nil id names nothing."));
    }
    if task.time_entry(entry_id).is_some() {
        return Err(exists("entry_id"));
    }
    let limit = ask.ctx.limits.time_entries_per_task_max;
    if task.time_entries().count() >= limit {
        return Err(full("entry_id", limit));
    }
    check_span(ask, started_at, duration_s)?;
    let note = text::time_note(&command.note, "note", ask.ctx.limits)?;
    let tracked_s = task.tracked_s().unwrap_or(0) + u64::from(duration_s);
    Ok(vec![TimeLogged { task_id, entry_id, account_id, started_at, duration_s, note, tracked_s }.into()])
}

/// A time that can have been spent: not nothing, not longer than one goes on, and over by now.
fn check_span(ask: &Ask<'_>, started_at: Micros, duration_s: u32) -> Result<(), Failure> {
    /// The year 2000: nobody has kept time here before.
    const FIRST: Micros = 946_684_800_000_000;
    let longest = ask.ctx.limits.time_entry_s_max;
    if duration_s == 0 {
        return Err(invalid("duration_s", "It took no time."));
    }
    if duration_s > longest {
        return Err(invalid("duration_s", &format!("At most {longest}.")).limit(longest.into()));
    }
    if started_at < FIRST {
        return Err(invalid("started_at", "That is too long ago."));
    }
    let ahead = Micros::try_from(ask.ctx.limits.time_ahead_ms_max).unwrap_or(Micros::MAX).saturating_mul(1_000);
    let ended_at = started_at.saturating_add(Micros::from(duration_s).saturating_mul(1_000_000));
    if ended_at > ask.ctx.now.saturating_add(ahead) {
        return Err(invalid("started_at", "It would not be over yet."));
    }
    Ok(())
}

/// Access was checked as if it were the asker's own time; here it shows whose it is.
fn entry<'a>(
    ask: &Ask<'a>,
    command: &BoardCommand,
    (task_id, entry_id): (TaskId, TimeEntryId),
) -> Result<&'a TimeEntry, Failure> {
    let entry = ask.task(task_id)?.time_entry(entry_id).ok_or_else(|| missing("entry_id"))?;
    let own = is_own(ask, entry.account_id);
    ask.demand(access::board(command, own))?;
    Ok(entry)
}

fn is_own(ask: &Ask<'_>, account: AccountId) -> bool {
    ask.org.resolve(account) == ask.account
}

fn update(ask: &Ask<'_>, command: &BoardCommand, update: &UpdateTime) -> Decided {
    let UpdateTime { task_id, entry_id, .. } = *update;
    let entry = entry(ask, command, (task_id, entry_id))?;
    let started_at = update.started_at.filter(|at| *at != entry.started_at);
    let duration_s = update.duration_s.filter(|duration| *duration != entry.duration_s);
    if started_at.is_some() || duration_s.is_some() {
        check_span(ask, started_at.unwrap_or(entry.started_at), duration_s.unwrap_or(entry.duration_s))?;
    }
    let note = update.note.as_deref().map(|note| text::time_note(note, "note", ask.ctx.limits)).transpose()?;
    let note = note.filter(|note| entry.note != *note);
    if started_at.is_none() && duration_s.is_none() && note.is_none() {
        return Ok(vec![]);
    }
    let tracked_s = without(ask, (task_id, entry_id))? + u64::from(duration_s.unwrap_or(entry.duration_s));
    Ok(vec![TimeUpdated { task_id, entry_id, started_at, duration_s, note, tracked_s }.into()])
}

fn remove(ask: &Ask<'_>, command: &BoardCommand, remove: RemoveTime) -> Decided {
    let RemoveTime { task_id, entry_id } = remove;
    entry(ask, command, (task_id, entry_id))?;
    let tracked_s = without(ask, (task_id, entry_id))?;
    Ok(vec![TimeRemoved { task_id, entry_id, tracked_s }.into()])
}

/// All that is noted on a task beside this.
fn without(ask: &Ask<'_>, (task_id, entry_id): (TaskId, TimeEntryId)) -> Result<u64, Failure> {
    let others = ask.task(task_id)?.time_entries().filter(|(id, _)| *id != entry_id);
    Ok(others.map(|(_, entry)| u64::from(entry.duration_s)).sum())
}
