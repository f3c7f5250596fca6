//! A repetition, as far as a line can say it, and its text as RFC 5545 writes it. It must stay small: what a rule means in full, with
//! zones and exceptions, is not decided here.

use std::fmt;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// Days looked through for the first time; eight years lie between two leap days at the turn of some centuries.
const DAYS_SOUGHT: usize = 3_000;
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// How often something happens again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub frequency: Frequency,
    pub interval: u16,
    /// Bit 0 is Monday; of weekly rules.
    pub weekdays: u8,
    /// The nth of this weekday (0 is Monday) in its month; -1 is the last.
    pub nth: Option<(i8, u8)>,
    /// Of the month, ascending; -1 is the last and stands first.
    pub month_days: Vec<i8>,
    /// Of yearly rules.
    pub month: Option<u8>,
    /// What every other week is counted by.
    pub week_start: Weekday,
}

impl Rule {
    pub fn new(frequency: Frequency, interval: u16) -> Self {
        let (weekdays, nth, month_days, month) = (0, None, Vec::new(), None);
        Self { frequency, interval, weekdays, nth, month_days, month, week_start: Weekday::Monday }
    }

    pub fn weekly(weekdays: u8, interval: u16, week_start: Weekday) -> Self {
        Self { weekdays, week_start, ..Self::new(Frequency::Weekly, interval) }
    }

    /// When it first happens, on this day or after it.
    pub fn first(&self, from: Date) -> Option<Date> {
        let mut day = from;
        for _ in 0..DAYS_SOUGHT {
            if self.names(day) {
                return Some(day);
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }

    /// Whether it may fall on this day; the interval aside, which counts from the first.
    fn names(&self, day: Date) -> bool {
        let weekday = day.weekday().to_monday_zero_offset();
        let on_weekday = self.weekdays == 0 || self.weekdays & (1 << weekday) != 0;
        let on_nth = self.nth.is_none_or(|(nth, wanted)| {
            let last = day.day() + 7 > day.days_in_month();
            let here = if nth < 0 { last } else { (day.day() - 1) / 7 + 1 == nth };
            here && weekday == i8::try_from(wanted).unwrap_or(-1)
        });
        let last_day = day.day() == day.days_in_month();
        let on_day = self.month_days.is_empty()
            || self.month_days.contains(&day.day())
            || (last_day && self.month_days.contains(&-1));
        on_weekday && on_nth && on_day && self.month.is_none_or(|month| i8::try_from(month) == Ok(day.month()))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.frequency {
            Frequency::Daily => "FREQ=DAILY",
            Frequency::Weekly => "FREQ=WEEKLY",
            Frequency::Monthly => "FREQ=MONTHLY",
            Frequency::Yearly => "FREQ=YEARLY",
        })?;
        if self.interval > 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        if let Some(month) = self.month {
            write!(f, ";BYMONTH={month}")?;
        }
        if !self.month_days.is_empty() {
            let days: Vec<String> = self.month_days.iter().map(ToString::to_string).collect();
            write!(f, ";BYMONTHDAY={}", days.join(","))?;
        }
        if let Some((nth, day)) = self.nth {
            write!(f, ";BYDAY={nth}{}", DAYS[usize::from(day)])?;
        }
        if self.weekdays != 0 {
            let days = DAYS.iter().enumerate().filter(|(day, _)| self.weekdays & (1 << day) != 0);
            let days: Vec<&str> = days.map(|(_, name)| *name).collect();
            write!(f, ";BYDAY={}", days.join(","))?;
        }
        // Monday is what RFC 5545 takes it to be; otherwise only every other week can tell.
        if self.weekdays != 0 && self.interval > 1 && self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", DAYS[usize::try_from(self.week_start.to_monday_zero_offset()).unwrap_or(0)])?;
        }
        Ok(())
    }
}
