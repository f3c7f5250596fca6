//! Reads a rule. Small letters, an `RRULE:` before it and spaces around it are let pass; all else that is not understood is refused with
//! its name.

use std::str::FromStr;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};
use lockstep_protocol::limits::Limits;

use super::{Day, End, Frequency, Rule, print::WEEKDAYS};

/// Why a text is no rule, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

fn refuse<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(why.into()))
}

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Rule, Refused> {
    let length = limits.repeat_rule_chars_max;
    if text.chars().count() > length {
        return refuse(format!("A rule has at most {length} characters."));
    }
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_prefix("RRULE:").unwrap_or(&text);
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for part in text.split(';') {
        let Some((name, value)) = part.split_once('=') else { return refuse("A rule is NAME=VALUE;NAME=VALUE.") };
        if parts.iter().any(|(known, _)| *known == name) {
            return refuse(format!("{} stands there twice.", shown(name)));
        }
        parts.push((name, value));
    }
    let frequency = parts.iter().find(|(name, _)| *name == "FREQ").map(|(_, value)| *value);
    let mut rule = Rule::new(frequency_of(frequency)?, 1);
    for (name, value) in parts {
        take(&mut rule, name, value, limits)?;
    }
    agree(&rule)?;
    Ok(rule)
}

/// What came from outside, in a message: letters alone, and not too many.
fn shown(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).take(20).collect()
}

fn frequency_of(word: Option<&str>) -> Result<Frequency, Refused> {
    Ok(match word {
        Some("DAILY") => Frequency::Daily,
        Some("WEEKLY") => Frequency::Weekly,
        Some("MONTHLY") => Frequency::Monthly,
        Some("YEARLY") => Frequency::Yearly,
        Some(_) => return refuse("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY."),
        None => return refuse("FREQ is missing."),
    })
}

fn take(rule: &mut Rule, name: &str, value: &str, limits: &Limits) -> Result<(), Refused> {
    match name {
        "FREQ" => {}
        "INTERVAL" => rule.interval = number(name, value, 1..=limits.repeat_interval_max)?,
        "COUNT" | "UNTIL" if rule.end != End::Never => return refuse("A rule has COUNT or UNTIL, not both."),
        "COUNT" => rule.end = End::Count(number(name, value, 1..=limits.repeat_count_max)?),
        "UNTIL" => rule.end = until(value)?,
        "BYMONTH" => rule.months = list(value, |each| number(name, each, 1..=12))?,
        "BYMONTHDAY" => rule.month_days = list(value, |each| signed(name, each, 31))?,
        "BYSETPOS" => rule.positions = list(value, |each| signed(name, each, 366))?,
        "BYDAY" => {
            let mut days = list(value, |each| day(each).map(|day| (day.nth, day.weekday.to_monday_zero_offset())))?;
            days.dedup();
            let day = |(nth, offset)| Some(Day { nth, weekday: Weekday::from_monday_zero_offset(offset).ok()? });
            rule.days = days.into_iter().filter_map(day).collect();
        }
        "WKST" => rule.week_start = weekday(value)?,
        _ => return refuse(format!("{} is not supported.", shown(name))),
    }
    Ok(())
}

fn number<T: FromStr + PartialOrd + std::fmt::Display>(
    name: &str,
    value: &str,
    range: std::ops::RangeInclusive<T>,
) -> Result<T, Refused> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let found = value.parse().ok().filter(|number| digits && range.contains(number));
    found.ok_or_else(|| Refused(format!("{name} goes from {} to {}.", range.start(), range.end())))
}

/// From 1 to `most`, or from the end.
fn signed<T: TryFrom<i16>>(name: &str, value: &str, most: i16) -> Result<T, Refused> {
    let (negative, digits) = match value.as_bytes() {
        [b'-', ..] => (true, &value[1..]),
        [b'+', ..] => (false, &value[1..]),
        _ => (false, value),
    };
    let number = number(name, digits, 1..=most)?;
    let number = T::try_from(if negative { -number } else { number });
    number.map_err(|_| Refused(format!("{name} goes from 1 to {most}.")))
}

/// Ascending, each once.
fn list<T: Ord>(value: &str, member: impl Fn(&str) -> Result<T, Refused>) -> Result<Vec<T>, Refused> {
    let mut members = value.split(',').map(member).collect::<Result<Vec<T>, Refused>>()?;
    members.sort_unstable();
    members.dedup();
    Ok(members)
}

fn weekday(word: &str) -> Result<Weekday, Refused> {
    let offset = WEEKDAYS.iter().position(|known| *known == word).and_then(|at| i8::try_from(at).ok());
    let weekday = offset.and_then(|offset| Weekday::from_monday_zero_offset(offset).ok());
    weekday.ok_or_else(|| Refused("Weekdays are MO, TU, WE, TH, FR, SA and SU.".into()))
}

fn day(word: &str) -> Result<Day, Refused> {
    let split = word.len().saturating_sub(2);
    let Some((nth, name)) = word.split_at_checked(split) else { return refuse("Weekdays are of ASCII letters.") };
    let nth = if nth.is_empty() { None } else { Some(signed("The number before a weekday", nth, 53)?) };
    Ok(Day { nth, weekday: weekday(name)? })
}

/// `20261231`, `20261231T235959`, `20261231T225959Z`.
fn until(value: &str) -> Result<End, Refused> {
    let why = || Refused("UNTIL is a day (20261231) or a time (20261231T235959, 20261231T225959Z).".into());
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let (day, time) = value.split_once('T').map_or((value, None), |(day, time)| (day, Some(time)));
    let local = time.map(|time| time.strip_suffix('Z').unwrap_or(time));
    if !digits(day, 8) || local.is_some_and(|local| !digits(local, 6)) {
        return Err(why());
    }
    let two = |text: &str, at: usize| text[at..at + 2].parse::<i8>().unwrap_or(i8::MAX);
    let date = Date::new(day[..4].parse().map_err(|_| why())?, two(day, 4), two(day, 6)).map_err(|_| why())?;
    let (Some(time), Some(local)) = (time, local) else { return Ok(End::Day(date)) };
    let clock = jiff::civil::Time::new(two(local, 0), two(local, 2), two(local, 4).min(59), 0).map_err(|_| why())?;
    let at: DateTime = date.to_datetime(clock);
    if !time.ends_with('Z') {
        return Ok(End::Clock(at));
    }
    let instant: Timestamp = at.to_zoned(TimeZone::UTC).map_err(|_| why())?.timestamp();
    Ok(End::Instant(instant))
}

/// What each part may be, the whole may not.
fn agree(rule: &Rule) -> Result<(), Refused> {
    let (numbered, plain): (Vec<&Day>, Vec<&Day>) = rule.days.iter().partition(|day| day.nth.is_some());
    let by_month = rule.frequency == Frequency::Monthly || !rule.months.is_empty();
    if !numbered.is_empty() {
        if !matches!(rule.frequency, Frequency::Monthly | Frequency::Yearly) {
            return refuse("Only a month or a year has an nth weekday.");
        }
        if !plain.is_empty() {
            return refuse("BYDAY has weekdays with a number or without, not both.");
        }
        if by_month && numbered.iter().any(|day| day.nth.is_some_and(|nth| nth.abs() > 5)) {
            return refuse("No month has more than five of a weekday.");
        }
        if !by_month && !rule.month_days.is_empty() {
            return refuse("The nth weekday of a year does not go with BYMONTHDAY.");
        }
    }
    if rule.frequency == Frequency::Weekly && !rule.month_days.is_empty() {
        return refuse("A weekly rule has no BYMONTHDAY.");
    }
    if !rule.positions.is_empty() {
        if rule.frequency == Frequency::Daily {
            return refuse("BYSETPOS has nothing to choose from in a single day.");
        }
        if rule.days.is_empty() && rule.month_days.is_empty() && rule.months.is_empty() {
            return refuse("BYSETPOS chooses among what another part names, and there is none.");
        }
    }
    Ok(())
}
