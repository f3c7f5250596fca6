//! Which days a rule names: period by period (a day, a week, a month, a year), and in each those that all its parts let through.

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::{Day, End, Frequency, Rule};

/// Days that are looked at before a rule is taken to name none any more: a hundred years of them where every day is looked at. A leap day
/// comes again after eight years at most, one that is a Monday after forty. All in all the calendar ends in the year 9999.
const DAYS_SOUGHT: u32 = 40_000;

/// Ascending, from the start on. Those long before `from` may be left out, but where all of them have to be counted.
pub(super) struct Days<'a> {
    rule: &'a Rule,
    start: Date,
    /// The next period, counted from that of the start.
    period: i64,
    /// What the period before it still has, the next one last.
    found: Vec<Date>,
    /// How many days may still be looked at until one is found.
    sought: u32,
    /// How many may still come.
    left: u32,
}

impl<'a> Days<'a> {
    pub(super) fn new(rule: &'a Rule, start: Date, from: Date) -> Self {
        let (left, period) = match rule.end {
            End::Count(count) => (count, 0),
            _ => (u32::MAX, periods_until(rule, start, from)),
        };
        Self { rule, start, period, found: Vec::new(), sought: DAYS_SOUGHT, left }
    }

    /// What the next period has, the first last; `None` when there is no more to look at.
    fn turn(&mut self) -> Option<()> {
        let (first, last) = period(self.rule, self.start, self.period)?;
        self.period += 1;
        let mut day = Some(first);
        while let Some(at) = day.filter(|at| *at <= last) {
            self.sought = self.sought.checked_sub(1)?;
            if names(self.rule, self.start, at) {
                self.found.push(at);
            }
            day = at.tomorrow().ok();
        }
        if !self.rule.positions.is_empty() {
            self.found = chosen(&self.found, &self.rule.positions);
        }
        self.found.retain(|day| *day >= self.start);
        self.found.reverse();
        Some(())
    }
}

impl Iterator for Days<'_> {
    type Item = Date;

    fn next(&mut self) -> Option<Date> {
        self.left = self.left.checked_sub(1)?;
        self.sought = DAYS_SOUGHT;
        while self.found.is_empty() {
            self.turn()?;
        }
        self.found.pop()
    }
}

/// How many periods may be passed over so that nothing from `from` on is missed.
fn periods_until(rule: &Rule, start: Date, from: Date) -> i64 {
    let days = || i64::from(start.until(from).map_or(0, |span| span.get_days()));
    let whole = match rule.frequency {
        Frequency::Daily => days(),
        Frequency::Weekly => days() / 7,
        Frequency::Monthly => months(from) - months(start),
        Frequency::Yearly => i64::from(from.year()) - i64::from(start.year()),
    };
    (whole / i64::from(rule.interval) - 1).max(0)
}

fn months(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}

/// The first and the last day of a period; `None` after the last year of calendars.
fn period(rule: &Rule, start: Date, number: i64) -> Option<(Date, Date)> {
    let steps = number.checked_mul(i64::from(rule.interval))?;
    match rule.frequency {
        Frequency::Daily => {
            let day = later(start, steps)?;
            Some((day, day))
        }
        Frequency::Weekly => {
            let into = start.weekday().since(rule.week_start);
            let first = later(start, steps.checked_mul(7)?.checked_sub(i64::from(into))?)?;
            Some((first, later(first, 6).unwrap_or(Date::MAX)))
        }
        Frequency::Monthly => {
            let month = months(start) + steps;
            let year = i16::try_from(month / 12).ok()?;
            let first = Date::new(year, i8::try_from(month % 12 + 1).ok()?, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        Frequency::Yearly => {
            let year = i16::try_from(i64::from(start.year()) + steps).ok().filter(|year| *year <= 9_999)?;
            Some((date(year, 1, 1), date(year, 12, 31)))
        }
    }
}

fn later(day: Date, days: i64) -> Option<Date> {
    day.checked_add(1.day().checked_mul(days).ok()?).ok()
}

/// Whether all parts of the rule let this day through. What they leave open is as it was at the start.
fn names(rule: &Rule, start: Date, day: Date) -> bool {
    let open = rule.days.is_empty() && rule.month_days.is_empty();
    let in_month = if rule.months.is_empty() {
        rule.frequency != Frequency::Yearly || !open || day.month() == start.month()
    } else {
        rule.months.contains(&day.month())
    };
    let on_month_day = if rule.month_days.is_empty() {
        !open || !matches!(rule.frequency, Frequency::Monthly | Frequency::Yearly) || day.day() == start.day()
    } else {
        let from_end = day.day() - day.days_in_month() - 1;
        rule.month_days.contains(&day.day()) || rule.month_days.contains(&from_end)
    };
    let on_weekday = if rule.days.is_empty() {
        rule.frequency != Frequency::Weekly || day.weekday() == start.weekday()
    } else {
        rule.days.iter().any(|named| is_that(rule, *named, day))
    };
    in_month && on_month_day && on_weekday
}

/// Whether the day is this weekday, or this one of its kind: in the month, where the rule goes by months at all.
fn is_that(rule: &Rule, named: Day, day: Date) -> bool {
    if day.weekday() != named.weekday {
        return false;
    }
    let Some(nth) = named.nth.map(i16::from) else { return true };
    let by_month = rule.frequency == Frequency::Monthly || !rule.months.is_empty();
    let (at, of) = if by_month {
        (i16::from(day.day()), i16::from(day.days_in_month()))
    } else {
        (day.day_of_year(), day.days_in_year())
    };
    let counted = if nth > 0 { (at - 1) / 7 + 1 } else { -((of - at) / 7 + 1) };
    counted == nth
}

/// Those in the places that a rule chooses, each once.
fn chosen(found: &[Date], positions: &[i16]) -> Vec<Date> {
    let place = |position: &i16| {
        let place = usize::from(position.unsigned_abs());
        if *position > 0 { place.checked_sub(1) } else { found.len().checked_sub(place) }
    };
    let mut days: Vec<Date> = positions.iter().filter_map(place).filter_map(|at| found.get(at).copied()).collect();
    days.sort_unstable();
    days.dedup();
    days
}
