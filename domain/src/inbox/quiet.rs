//! When what somebody is told may leave: after their quiet hours, or with their next digest, on the clocks of their zone. Must never read a
//! clock: the moment is given.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use lockstep_protocol::values::{Digest, EmailWhen, Micros, NotifyReason, Outlet, QuietHours, Route, Weekday};

use super::preferences::Preferences;
use crate::recur::Local;

/// Quiet hours that follow one another, where the clocks are put forward: more than these are not waited for.
const IN_A_ROW: usize = 8;

/// On which ways it goes besides the inbox, and when.
pub(super) fn routes(preferences: &Preferences, reason: NotifyReason, now: Micros, zone: &str) -> Vec<Route> {
    // A name that is not known any more must not keep anybody from being told.
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let urgent = matches!(reason, NotifyReason::Mentioned | NotifyReason::Direct);
    let quiet = preferences.quiet().filter(|quiet| !(urgent && quiet.let_through_mentions));
    let not_before = quiet.and_then(|quiet| quiet_until(quiet, now, &zone));
    let wanted = preferences.delivery(reason);
    let mut routes = Vec::new();
    match wanted.email {
        EmailWhen::Off => {}
        EmailWhen::Now => routes.push(Route { outlet: Outlet::Email, not_before, digest: false }),
        EmailWhen::Digest => {
            let goes = next_digest(preferences.digest(), now, &zone);
            routes.push(Route { outlet: Outlet::Email, not_before: goes, digest: true });
        }
    }
    for (wanted, outlet) in [(wanted.push, Outlet::Push), (wanted.sms, Outlet::Sms)] {
        if wanted {
            routes.push(Route { outlet, not_before, digest: false });
        }
    }
    routes
}

/// When the quiet hours are over in which this moment is; `None`: it is in none.
pub(super) fn quiet_until(quiet: &QuietHours, now: Micros, zone: &TimeZone) -> Option<Micros> {
    let mut over = None;
    for _ in 0..IN_A_ROW {
        match window(quiet, over.unwrap_or(now), zone) {
            Some(end) => over = Some(end),
            None => break,
        }
    }
    over
}

/// The end of the quiet hours that this moment is in: those that began today or yesterday.
fn window(quiet: &QuietHours, at: Micros, zone: &TimeZone) -> Option<Micros> {
    let today = day(at, zone)?;
    [today.yesterday().ok(), Some(today)].into_iter().flatten().find_map(|begins| {
        if !quiet.weekdays.contains(&weekday(begins)) {
            return None;
        }
        let ends = if quiet.from_minute < quiet.to_minute { begins } else { begins.tomorrow().ok()? };
        let from = instant(begins, quiet.from_minute, zone)?;
        let to = instant(ends, quiet.to_minute, zone)?;
        (from <= at && at < to).then_some(to)
    })
}

/// When the next digest goes after this moment.
pub(super) fn next_digest(digest: Digest, now: Micros, zone: &TimeZone) -> Option<Micros> {
    let mut date = day(now, zone)?;
    // Today's may be over.
    for _ in 0..=7 {
        let (on, minute) = match digest {
            Digest::Day { minute } => (true, minute),
            Digest::Weekday { minute } => (!matches!(weekday(date), Weekday::Saturday | Weekday::Sunday), minute),
            Digest::Week { day, minute } => (weekday(date) == day, minute),
        };
        if let Some(at) = instant(date, minute, zone).filter(|at| on && *at > now) {
            return Some(at);
        }
        date = date.tomorrow().ok()?;
    }
    None
}

fn day(at: Micros, zone: &TimeZone) -> Option<Date> {
    Timestamp::from_microsecond(at).ok().map(|at| at.to_zoned(zone.clone()).date())
}

fn weekday(date: Date) -> Weekday {
    Weekday::ALL[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())]
}

fn instant(date: Date, minute: u16, zone: &TimeZone) -> Option<Micros> {
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    let time = Time::new(hour, minute, 0, 0).ok()?;
    Local { date, time: Some(time) }.instant(zone).map(Timestamp::as_microsecond)
}
