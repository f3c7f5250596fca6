//! Repetitions: "every day", "every 2 weeks", "every mon and thu", "every last friday", "jeden 1. und 15.", "werktags".

use jiff::civil::Weekday;

use super::{
    Language, Value,
    matcher::{At, Matcher},
    vocabulary::{self, Unit},
};
use crate::recur::{Day, Frequency, Rule};

const WORKDAYS: u8 = 0b001_1111;
const WEEKEND: u8 = 0b110_0000;
/// Members of one list.
const LIST_MAX: usize = 7;
const DAYS_OF_MONTHS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A rule and where its phrase ends.
type Again = Option<(Rule, At)>;

impl Matcher<'_> {
    pub fn repeat(&self, first: usize) -> Option<(Value, At)> {
        let word = self.text(first);
        let found = match self.language() {
            Language::English if matches!(word, "every" | "each") => self.english(self.next(self.plain(first))?),
            Language::English => self.english_adverb(first),
            Language::German if matches!(word, "jeden" | "jede" | "jedes" | "jeder") => {
                self.german(self.next(self.plain(first))?)
            }
            Language::German if word == "alle" => self.counted(self.next(self.plain(first))?),
            Language::German => self.german_adverb(first),
        };
        let (rule, at) = found?;
        Some((Value::Repeat(rule), at))
    }

    fn weekly(&self, weekdays: u8, interval: u16) -> Rule {
        Rule::weekly(weekdays, interval, self.context.week_start)
    }

    /// As the first word they are a name more often than a wish: "Daily standup".
    fn english_adverb(&self, first: usize) -> Again {
        let word = self.text(first);
        let here = self.plain(first);
        if word == "on" {
            let next = self.next(here)?;
            if self.text(next) == "weekdays" {
                return Some((self.weekly(WORKDAYS, 1), self.plain(next)));
            }
            let (days, at) = self.plural_days(next)?;
            return Some((self.weekly(days, 1), at));
        }
        if first == 0 {
            return None;
        }
        let rule = match word {
            "daily" => Rule::new(Frequency::Daily, 1),
            "weekly" => Rule::new(Frequency::Weekly, 1),
            "monthly" => Rule::new(Frequency::Monthly, 1),
            "quarterly" => Rule::new(Frequency::Monthly, 3),
            "yearly" | "annually" => Rule::new(Frequency::Yearly, 1),
            "weekdays" => self.weekly(WORKDAYS, 1),
            _ => {
                let (days, at) = self.plural_days(first)?;
                return Some((self.weekly(days, 1), at));
            }
        };
        Some((rule, here))
    }

    fn german_adverb(&self, first: usize) -> Again {
        let rule = match self.text(first) {
            "täglich" | "taeglich" => Rule::new(Frequency::Daily, 1),
            "wöchentlich" | "woechentlich" => Rule::new(Frequency::Weekly, 1),
            "monatlich" => Rule::new(Frequency::Monthly, 1),
            "vierteljährlich" | "vierteljaehrlich" => Rule::new(Frequency::Monthly, 3),
            "jährlich" | "jaehrlich" => Rule::new(Frequency::Yearly, 1),
            "werktags" => self.weekly(WORKDAYS, 1),
            _ => {
                let (days, at) = self.plural_days(first)?;
                return Some((self.weekly(days, 1), at));
            }
        };
        Some((rule, self.plain(first)))
    }

    /// Behind "every".
    fn english(&self, first: usize) -> Again {
        let here = self.plain(first);
        match self.text(first) {
            "other" => {
                let next = self.next(here)?;
                return self.of_unit(next, 2).or_else(|| self.of_weekdays(next, 2));
            }
            "weekday" | "workday" => return Some((self.weekly(WORKDAYS, 1), here)),
            "weekend" => return Some((self.weekly(WEEKEND, 1), here)),
            _ => {}
        }
        self.of_unit(first, 1)
            .or_else(|| self.counted(first))
            .or_else(|| self.of_weekdays(first, 1))
            .or_else(|| self.of_date(first))
            .or_else(|| self.english_ordinal(first))
    }

    /// Behind "jeden".
    fn german(&self, first: usize) -> Again {
        match self.text(first) {
            "werktag" | "arbeitstag" => return Some((self.weekly(WORKDAYS, 1), self.plain(first))),
            "wochenende" => return Some((self.weekly(WEEKEND, 1), self.plain(first))),
            _ => {}
        }
        self.of_unit(first, 1)
            .or_else(|| self.of_weekdays(first, 1))
            .or_else(|| self.of_date(first))
            .or_else(|| self.german_ordinal(first))
    }

    /// "2 weeks", "zwei Wochen".
    fn counted(&self, first: usize) -> Again {
        let count = vocabulary::count(self.language(), self.text(first))?;
        self.of_unit(self.next(self.plain(first))?, count)
    }

    /// "week on mon and thu", "month on the 1st": a unit, and which days of it.
    fn of_unit(&self, first: usize, count: u16) -> Again {
        let here = self.plain(first);
        let on = self.next_is(here, &[if self.language() == Language::English { "on" } else { "am" }]);
        let on = on.and_then(|on| self.next(self.plain(on)));
        let rule = match vocabulary::unit(self.language(), self.text(first))? {
            Unit::Minute | Unit::Hour => return None,
            Unit::Day => Rule::new(Frequency::Daily, count),
            Unit::Week => {
                let days = on.and_then(|on| self.of_weekdays(on, count));
                return days.or_else(|| Some((Rule::new(Frequency::Weekly, count), here)));
            }
            Unit::Month => {
                let the = on.filter(|on| self.text(*on) == "the").and_then(|the| self.next(self.plain(the)));
                let days = the.or(on).and_then(|at| self.month_days(at));
                let rule = Rule::new(Frequency::Monthly, count);
                return Some(match days {
                    Some((month_days, at)) => (Rule { month_days, ..rule }, at),
                    None => (rule, here),
                });
            }
            Unit::Quarter => Rule::new(Frequency::Monthly, count.checked_mul(3)?),
            Unit::Year => Rule::new(Frequency::Yearly, count),
        };
        Some((rule, here))
    }

    fn of_weekdays(&self, first: usize, interval: u16) -> Again {
        let days = self.list(first, |at| {
            let named = vocabulary::weekday(self.language(), self.text(at))?;
            Some((named.day, if named.short { self.dotted(at) } else { self.plain(at) }))
        });
        let (days, at) = days?;
        Some((self.weekly(days.iter().fold(0, |set, day| set | 1 << day), interval), at))
    }

    /// "mondays and thursdays", "montags".
    fn plural_days(&self, first: usize) -> Option<(u8, At)> {
        let days = self.list(first, |at| Some((vocabulary::weekdays(self.language(), self.text(at))?, self.plain(at))));
        days.map(|(days, at)| (days.iter().fold(0, |set, day| set | 1 << day), at))
    }

    /// "1st and 15th", "1. und 15."
    fn month_days(&self, first: usize) -> Option<(Vec<i8>, At)> {
        let days = self.list(first, |at| {
            let word = self.text(at);
            let (day, end) = match self.language() {
                Language::English => (vocabulary::english_day(word)?, self.plain(at)),
                Language::German => (vocabulary::day(word)?, self.dotted(at)),
            };
            let ordinal = self.language() == Language::English || end.dot;
            Some((i8::try_from(day).ok().filter(|_| ordinal)?, end))
        });
        let (mut days, at) = days?;
        days.sort_unstable();
        days.dedup();
        Some((days, at))
    }

    /// Members parted by commas or "and".
    fn list<T>(&self, first: usize, member: impl Fn(usize) -> Option<(T, At)>) -> Option<(Vec<T>, At)> {
        let (found, mut end) = member(first)?;
        let mut members = vec![found];
        while members.len() < LIST_MAX {
            let Some((next, comma)) = self.next_in_list(end) else { break };
            let and = matches!(self.text(next), "and" | "und" | "&" | "+");
            let next = if and { self.next(self.plain(next)) } else { Some(next).filter(|_| comma) };
            let Some((found, at)) = next.and_then(&member) else { break };
            members.push(found);
            end = at;
        }
        Some((members, end))
    }

    /// "24 dec", "1. Mai": once a year.
    fn of_date(&self, first: usize) -> Again {
        let (month, day, at) = self.day_and_month(first).or_else(|| self.month_and_day(first))?;
        let exists = DAYS_OF_MONTHS.get(usize::from(month) - 1).is_some_and(|days| day <= *days);
        let month_days = vec![i8::try_from(day).ok().filter(|_| exists)?];
        let months = vec![i8::try_from(month).ok()?];
        Some((Rule { month_days, months, ..Rule::new(Frequency::Yearly, 1) }, at))
    }

    /// "1st and 15th", "last friday", "3rd day".
    fn english_ordinal(&self, first: usize) -> Again {
        let word = self.text(first);
        let digits = vocabulary::english_day(word).and_then(|day| i8::try_from(day).ok());
        let nth = digits.or_else(|| vocabulary::ordinal(self.language(), word))?;
        if let Some(next) = self.next(self.plain(first)) {
            if let Some(named) = vocabulary::weekday(self.language(), self.text(next)) {
                let end = if named.short { self.dotted(next) } else { self.plain(next) };
                return self.nth_weekday(nth, named.day, self.of_month(end).unwrap_or(end));
            }
            if let Some(found) = self.nth_unit(nth, next) {
                return Some(found);
            }
        }
        digits?;
        let (month_days, end) = self.month_days(first)?;
        let rule = Rule { month_days, ..Rule::new(Frequency::Monthly, 1) };
        Some((rule, self.of_month(end).unwrap_or(end)))
    }

    /// "ersten", "2. Montag", "letzten Tag", "1. und 15."
    fn german_ordinal(&self, first: usize) -> Again {
        let word = self.text(first);
        let digits = vocabulary::day(word).filter(|_| self.dotted(first).dot).and_then(|day| i8::try_from(day).ok());
        let nth = digits.or_else(|| vocabulary::ordinal(self.language(), word))?;
        let here = if digits.is_some() { self.dotted(first) } else { self.plain(first) };
        if let Some(next) = self.next(here) {
            if let Some(named) = vocabulary::weekday(self.language(), self.text(next)) {
                let end = if named.short { self.dotted(next) } else { self.plain(next) };
                return match self.of_month(end) {
                    Some(end) => self.nth_weekday(nth, named.day, end),
                    // "Jeden zweiten Montag" is every other one.
                    None if nth == 2 => Some((self.weekly(1 << named.day, 2), end)),
                    None => self.nth_weekday(nth, named.day, end),
                };
            }
            if let Some(found) = self.nth_unit(nth, next) {
                return Some(found);
            }
        }
        let (month_days, end) = match digits {
            Some(_) => self.month_days(first)?,
            None => (vec![Some(nth).filter(|nth| *nth > 0)?], here),
        };
        let rule = Rule { month_days, ..Rule::new(Frequency::Monthly, 1) };
        Some((rule, self.of_month(end).unwrap_or(end)))
    }

    fn nth_weekday(&self, nth: i8, day: u8, at: At) -> Again {
        let weekday = Weekday::from_monday_zero_offset(i8::try_from(day).ok()?).ok()?;
        let days = vec![Day { nth: Some(nth).filter(|nth| *nth <= 5)?.into(), weekday }];
        Some((Rule { days, ..Rule::new(Frequency::Monthly, 1) }, at))
    }

    /// "2nd week" is every second one; "last day" and "1st day of the month" are of the month.
    fn nth_unit(&self, nth: i8, unit: usize) -> Again {
        let here = self.plain(unit);
        if vocabulary::unit(self.language(), self.text(unit))? == Unit::Day {
            let of_month = self.of_month(here);
            if nth < 0 || of_month.is_some() {
                let rule = Rule { month_days: vec![nth], ..Rule::new(Frequency::Monthly, 1) };
                return Some((rule, of_month.unwrap_or(here)));
            }
        }
        self.of_unit(unit, u16::try_from(nth).ok()?)
    }

    /// "of the month", "im Monat".
    fn of_month(&self, at: At) -> Option<At> {
        let (of, articles, month): (&[&str], &[&str], &[&str]) = match self.language() {
            Language::English => (&["of"], &["the", "each", "every"], &["month"]),
            Language::German => (&["im", "des", "jedes"], &[], &["monat", "monats"]),
        };
        let of = self.next_is(at, of)?;
        let article = self.next_is(self.plain(of), articles).unwrap_or(of);
        Some(self.plain(self.next_is(self.plain(article), month)?))
    }
}
