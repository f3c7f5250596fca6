//! Recurrence: the rules of RFC 5545 (RRULE), as far as tasks repeat by them, and when one comes next. `docs/RECURRENCE.md` says in words
//! what may stand in a rule. Days are worked out without any zone; only where a time of day becomes an instant does a zone come in.
//!
//! It must never read a clock, and never work without end: a rule that matches no more days gives up after a fixed number of them.

mod days;
mod local;
mod parse;
mod print;

use days::Days;
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};
pub use local::Local;
use lockstep_protocol::limits::Limits;
pub use parse::Refused;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// When a rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Never,
    /// After so many, from its start on.
    Count(u32),
    /// This day is the last that it may fall on.
    Day(Date),
    /// It falls no later than this, on the clocks of its zone.
    Clock(DateTime),
    /// It falls no later than this.
    Instant(Timestamp),
}

/// A weekday, or the nth of its kind in its month or year; -1 is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub nth: Option<i8>,
    pub weekday: Weekday,
}

/// How often something happens again. Lists are ascending and hold each of their members once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub frequency: Frequency,
    /// Every so many days, weeks, months or years; at least 1.
    pub interval: u16,
    pub end: End,
    /// 1 to 12.
    pub months: Vec<i8>,
    /// 1 to 31; -1 is the last of its month.
    pub month_days: Vec<i8>,
    pub days: Vec<Day>,
    /// Which of those that one period has; -1 is the last.
    pub positions: Vec<i16>,
    /// What weeks are counted by.
    pub week_start: Weekday,
}

impl Rule {
    pub fn new(frequency: Frequency, interval: u16) -> Self {
        let (months, month_days, days, positions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (end, week_start) = (End::Never, Weekday::Monday);
        Self { frequency, interval, end, months, month_days, days, positions, week_start }
    }

    /// On each of these weekdays; bit 0 is Monday.
    pub fn weekly(weekdays: u8, interval: u16, week_start: Weekday) -> Self {
        let on = (0..7_i8).filter(|day| weekdays & (1 << day) != 0);
        let days = on.filter_map(|day| Weekday::from_monday_zero_offset(day).ok());
        let days = days.map(|weekday| Day { nth: None, weekday }).collect();
        Self { days, week_start, ..Self::new(Frequency::Weekly, interval) }
    }

    /// Reads a rule. What stands in it and is not understood is refused, never passed over.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, Refused> {
        parse::parse(text, limits)
    }

    /// Reads one that was written here, whatever may be written now.
    pub fn stored(text: &str) -> Option<Self> {
        let any = Limits {
            repeat_rule_chars_max: usize::MAX,
            repeat_interval_max: u16::MAX,
            repeat_count_max: u32::MAX,
            ..Limits::default()
        };
        parse::parse(text, &any).ok()
    }

    /// When it first happens, on this day or after it. The interval counts from there, so it does not matter yet.
    pub fn first(&self, from: Date) -> Option<Date> {
        let every = Self { interval: 1, end: End::Never, ..self.clone() };
        Days::new(&every, from, from).next()
    }
}

/// A rule, from a start on, somewhere. The start says what the rule leaves open: the time of day, the weekday of a weekly rule, the day of
/// a monthly one. It is one of the series only where the rule names it.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    pub rule: &'a Rule,
    pub starts: Local,
    pub zone: &'a TimeZone,
}

impl Series<'_> {
    /// The first that is not before its start.
    pub fn first(&self) -> Option<Local> {
        self.seek(self.starts.date, |_| true)
    }

    /// The next of a series of days: the first after this day.
    pub fn after_day(&self, day: Date) -> Option<Local> {
        self.seek(day, |at| at.date > day)
    }

    /// The next of a series of instants: the first after this one.
    pub fn after(&self, instant: Timestamp) -> Option<Local> {
        let here = instant.to_zoned(self.zone.clone()).date();
        // A clock that was put forward over midnight may show a time of the day before only now.
        self.seek(here.yesterday().unwrap_or(here), |at| at.instant(self.zone).is_some_and(|at| at > instant))
    }

    fn seek(&self, from: Date, wanted: impl Fn(Local) -> bool) -> Option<Local> {
        let days = Days::new(self.rule, self.starts.date, from);
        let mut all = days.map(|date| Local { date, time: self.starts.time });
        all.find(|at| wanted(*at)).filter(|at| self.is_within(*at))
    }

    /// Whether the rule has not ended by then.
    fn is_within(&self, at: Local) -> bool {
        match self.rule.end {
            End::Never | End::Count(_) => true,
            End::Day(last) => at.date <= last,
            End::Clock(last) if at.time.is_none() => at.date <= last.date(),
            End::Clock(last) => at.datetime() <= last,
            End::Instant(last) if at.time.is_none() => at.date <= last.to_zoned(self.zone.clone()).date(),
            End::Instant(last) => at.instant(self.zone).is_some_and(|at| at <= last),
        }
    }
}
