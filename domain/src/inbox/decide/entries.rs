//! What is done with entries: by their numbers. Those that are not held any more, and those that are so already, are passed over. Must never
//! answer otherwise for a number that never was.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::inbox::{FailEntries, ReadAllEntries, SeeSubject, SnoozeEntries},
    event::{InboxEvent, inbox::*},
    values::Micros,
};

use super::Decided;
use crate::{
    aggregate::Ctx,
    inbox::state::{Entry, Inbox},
    refuse::{full, invalid},
};

/// Those that are named and held and of which this is so, ascending, each once.
fn which(inbox: &Inbox, numbers: &[u64], ctx: &Ctx<'_>, is_so: impl Fn(&Entry) -> bool) -> Result<Vec<u64>, Failure> {
    let limit = ctx.limits.inbox_numbers_max;
    if numbers.is_empty() {
        return Err(Failure::new(Code::FieldRequired).field("numbers"));
    }
    if numbers.len() > limit {
        return Err(full("numbers", limit));
    }
    let mut numbers: Vec<u64> =
        numbers.iter().copied().filter(|number| inbox.entry(*number).is_some_and(&is_so)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// One event about them, if there are any.
fn about<E: Into<InboxEvent>>(numbers: Vec<u64>, event: impl FnOnce(Vec<u64>) -> E) -> Vec<InboxEvent> {
    if numbers.is_empty() { vec![] } else { vec![event(numbers).into()] }
}

pub(super) fn read(inbox: &Inbox, numbers: &[u64], ctx: &Ctx<'_>) -> Decided {
    let numbers = which(inbox, numbers, ctx, |entry| !entry.read)?;
    Ok(about(numbers, |numbers| NotificationRead { numbers }))
}

/// What was put away is read.
pub(super) fn unread(inbox: &Inbox, numbers: &[u64], ctx: &Ctx<'_>) -> Decided {
    let numbers = which(inbox, numbers, ctx, |entry| entry.read && !entry.archived)?;
    Ok(about(numbers, |numbers| NotificationUnread { numbers }))
}

pub(super) fn read_all(inbox: &Inbox, command: &ReadAllEntries) -> Vec<InboxEvent> {
    let through = command.through.min(inbox.last_number());
    let any = inbox.entries().any(|(number, entry)| number <= through && entry.is_unread());
    if any { vec![NotificationAllRead { through }.into()] } else { vec![] }
}

pub(super) fn archive(inbox: &Inbox, numbers: &[u64], ctx: &Ctx<'_>) -> Decided {
    let numbers = which(inbox, numbers, ctx, |entry| !entry.archived)?;
    Ok(about(numbers, |numbers| NotificationArchived { numbers }))
}

pub(super) fn unarchive(inbox: &Inbox, numbers: &[u64], ctx: &Ctx<'_>) -> Decided {
    let numbers = which(inbox, numbers, ctx, |entry| entry.archived)?;
    Ok(about(numbers, |numbers| NotificationUnarchived { numbers }))
}

pub(super) fn delete(inbox: &Inbox, numbers: &[u64], ctx: &Ctx<'_>) -> Decided {
    let numbers = which(inbox, numbers, ctx, |_| true)?;
    Ok(about(numbers, |numbers| NotificationDeleted { numbers }))
}

pub(super) fn snooze(inbox: &Inbox, command: &SnoozeEntries, ctx: &Ctx<'_>) -> Decided {
    let until = command.until;
    let longest = Micros::try_from(ctx.limits.inbox_snooze_ms_max).unwrap_or(Micros::MAX).saturating_mul(1_000);
    if until <= ctx.now || until > ctx.now.saturating_add(longest) {
        return Err(invalid("until", "Put it off to a time to come, within a year."));
    }
    let numbers = which(inbox, &command.numbers, ctx, |entry| entry.snoozed_until != Some(until))?;
    Ok(about(numbers, |numbers| NotificationSnoozed { numbers, until }))
}

pub(super) fn wake(inbox: &Inbox, numbers: &[u64], ctx: &Ctx<'_>) -> Decided {
    let numbers = which(inbox, numbers, ctx, |entry| entry.snoozed_until.is_some_and(|until| until <= ctx.now))?;
    Ok(about(numbers, |numbers| NotificationWoken { numbers }))
}

pub(super) fn fail(inbox: &Inbox, command: &FailEntries, ctx: &Ctx<'_>) -> Decided {
    let outlet = command.outlet;
    let numbers = which(inbox, &command.numbers, ctx, |entry| !entry.failed.contains(&outlet))?;
    Ok(about(numbers, |numbers| NotificationFailed { numbers, outlet }))
}

pub(super) fn see(inbox: &Inbox, command: &SeeSubject) -> Vec<InboxEvent> {
    let (what, through) = (command.what, command.through.min(inbox.last_number()));
    let any = inbox.entries().any(|(number, entry)| number <= through && entry.is_unread() && entry.is_about(&what));
    if any { vec![NotificationSeen { what, through }.into()] } else { vec![] }
}
