//! What a task has of itself: what it is said to be worth, how its time runs out, and how far it is. A higher priority and an earlier due
//! date must never make it less.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use lockstep_protocol::values::{Due, Micros, Priority};

use super::{
    Asker, Reason, Why, Work,
    weights::{self, DAY, MINUTE, WEEK},
};

pub(super) fn reasons(work: &Work<'_>, asker: &Asker<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut has = |why, points| {
        if points != 0 {
            reasons.push(Reason { why, points });
        }
    };
    if work.priority != Priority::None {
        has(Why::Priority(work.priority), weights::priority(work.priority));
    }
    if let Some(due) = work.due {
        let at = due_at(due, asker);
        let time = due_points(at, 0, asker.now);
        has(due_why(due, at, asker), time);
        let minutes = work.minutes_left.unwrap_or(0);
        has(Why::WorkLeft { minutes }, due_points(at, minutes, asker.now) - time);
    }
    if work.active {
        has(Why::Active, weights::ACTIVE);
    }
    if work.started {
        has(Why::Started, weights::STARTED);
    }
    let age = asker.now.saturating_sub(work.created_at);
    let weeks = age / WEEK;
    if weeks >= weights::WAITING_WEEKS_MIN {
        let weeks = weeks.min(weights::WAITING_WEEKS_MAX);
        has(Why::Waiting { days: age / DAY }, weeks * weights::WAITING_PER_WEEK);
    }
    // At least as many are done as are left.
    if let Some(part) = work.part.filter(|part| part.left <= weights::LAST_PARTS_MAX && part.left * 2 <= part.of) {
        let why = Why::LastParts { parent_id: part.parent_id, left: part.left, of: part.of };
        has(why, weights::LAST_PARTS);
    }
    if let Some(start_at) = work.start_at.filter(|start_at| *start_at > asker.now) {
        let days = start_at.saturating_sub(asker.now).saturating_add(DAY - 1) / DAY;
        has(Why::StartsIn { days }, weights::STARTS_LATER);
    }
    reasons
}

/// When its time is over: that moment, or the end of the day where the asker is.
pub(super) fn due_at(due: Due, asker: &Asker<'_>) -> Micros {
    if due.has_time {
        return due.at;
    }
    let over = || {
        let tomorrow = day(due.at, &TimeZone::UTC)?.tomorrow().ok()?;
        Some(tomorrow.to_zoned(asker.zone.clone()).ok()?.timestamp().as_microsecond())
    };
    over().unwrap_or_else(|| due.at.saturating_add(DAY))
}

fn day(at: Micros, zone: &TimeZone) -> Option<Date> {
    Some(Timestamp::from_microsecond(at).ok()?.to_zoned(zone.clone()).date())
}

/// Days of the calendar from today to the day on which it is due; fewer than none where that has passed.
fn days_until(due: Due, asker: &Asker<'_>) -> i64 {
    let on = if due.has_time { day(due.at, &asker.zone) } else { day(due.at, &TimeZone::UTC) };
    let (Some(on), Some(today)) = (on, day(asker.now, &asker.zone)) else { return 0 };
    on.since(today).map_or(0, |span| i64::from(span.get_days()))
}

fn due_why(due: Due, at: Micros, asker: &Asker<'_>) -> Why {
    let days = days_until(due, asker);
    if at <= asker.now {
        Why::Overdue { days: (-days).max(0) }
    } else if days <= 0 {
        Why::DueToday
    } else {
        Why::DueIn { days }
    }
}

/// What a due date is worth: the less time is to spare once the work that is left is done, the more.
fn due_points(at: Micros, minutes_left: u32, now: Micros) -> i64 {
    let late = now.saturating_sub(at);
    if late >= 0 {
        return weights::DUE_NOW + weights::OVERDUE_PER_DAY * (late / DAY).min(weights::OVERDUE_DAYS_MAX);
    }
    let work = i64::from(minutes_left) * weights::CALENDAR_PER_WORK;
    let spare = (at.saturating_sub(now) / MINUTE).saturating_sub(work).max(0);
    weights::DUE_NOW * weights::DUE_HALF_MINUTES / weights::DUE_HALF_MINUTES.saturating_add(spare)
}

/// Whether it is overdue, or will be soon.
pub(super) fn is_pressing(work: &Work<'_>, asker: &Asker<'_>) -> bool {
    let soon = asker.now.saturating_add(weights::PRESSING_DAYS * DAY);
    work.due.is_some_and(|due| due_at(due, asker) <= soon)
}
