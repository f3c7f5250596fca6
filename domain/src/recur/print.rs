//! A rule as text: what [`super::Rule::parse`] reads, always in the same order, without what goes without saying.

use std::fmt::{self, Display};

use jiff::{civil::Weekday, tz::TimeZone};

use super::{Day, End, Frequency, Rule};

/// From Monday on.
pub(super) const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn word(weekday: Weekday) -> &'static str {
    WEEKDAYS[usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0)]
}

impl Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(nth) = self.nth {
            write!(f, "{nth}")?;
        }
        f.write_str(word(self.weekday))
    }
}

impl Display for Rule {
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
        match self.end {
            End::Never => {}
            End::Count(count) => write!(f, ";COUNT={count}")?,
            End::Day(day) => write!(f, ";UNTIL={}", day.strftime("%Y%m%d"))?,
            End::Clock(at) => write!(f, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%S"))?,
            End::Instant(at) => {
                write!(f, ";UNTIL={}", at.to_zoned(TimeZone::UTC).datetime().strftime("%Y%m%dT%H%M%SZ"))?;
            }
        }
        list(f, "BYMONTH", &self.months)?;
        list(f, "BYMONTHDAY", &self.month_days)?;
        list(f, "BYDAY", &self.days)?;
        list(f, "BYSETPOS", &self.positions)?;
        // Monday is what it is taken to be; and it tells only where weeks are passed over, or chosen from.
        let tells = (self.interval > 1 && !self.days.is_empty()) || !self.positions.is_empty();
        if self.frequency == Frequency::Weekly && tells && self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", word(self.week_start))?;
        }
        Ok(())
    }
}

fn list<T: Display>(f: &mut fmt::Formatter<'_>, name: &str, members: &[T]) -> fmt::Result {
    for (at, member) in members.iter().enumerate() {
        if at == 0 {
            write!(f, ";{name}=")?;
        } else {
            f.write_str(",")?;
        }
        write!(f, "{member}")?;
    }
    Ok(())
}
