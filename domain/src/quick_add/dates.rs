//! Dates: "tomorrow", "next friday", "in 3 days", "24 dec", "24.12.", "2026-12-24", and the start date that "from" begins.

use jiff::{
    Span, ToSpan,
    civil::{Date, Time},
};

use super::{
    Language, Value,
    matcher::{At, Matcher},
    vocabulary::{self, Unit},
};

/// Between a 29th of February and the next there may be so many years.
const LEAP_YEARS: i16 = 8;

/// A date and where its phrase ends.
type Day = Option<(Date, At)>;

impl Matcher<'_> {
    /// A due date, with or without a word before it that says so.
    pub fn due(&self, first: usize) -> Option<(Value, At)> {
        let leads: &[&str] = match self.language() {
            Language::English => &["by", "due", "on", "^"],
            Language::German => &["bis", "am", "zum", "fällig", "^"],
        };
        let mut at = first;
        while at < first + 2 && leads.contains(&self.text(at)) {
            at = self.next(self.plain(at))?;
        }
        if let Some((date, time, end)) = self.within_time(at) {
            return Some((Value::Due(date, time), end));
        }
        let (date, end) = self.date(at, at > first)?;
        Some((Value::Due(date, None), end))
    }

    /// "from monday", "ab dem 24.12."
    pub fn start(&self, first: usize) -> Option<(Value, At)> {
        let (leads, more): (&[&str], &[&str]) = match self.language() {
            Language::English => (&["from", "starting"], &["on"]),
            Language::German => (&["ab"], &["dem", "am"]),
        };
        let at = leads.contains(&self.text(first)).then(|| self.next(self.plain(first)))??;
        let at = if more.contains(&self.text(at)) { self.next(self.plain(at))? } else { at };
        let (date, end) = self.date(at, true)?;
        Some((Value::Start(date), end))
    }

    /// "in 3 days", "in einer Stunde".
    fn within_time(&self, first: usize) -> Option<(Date, Option<Time>, At)> {
        if self.text(first) != "in" {
            return None;
        }
        let number = self.next(self.plain(first))?;
        let count = i64::from(vocabulary::count(self.language(), self.text(number))?);
        let unit = self.next(self.plain(number))?;
        let now = self.context.now;
        let end = self.plain(unit);
        let span: Span = match vocabulary::unit(self.language(), self.text(unit))? {
            Unit::Day => count.days(),
            Unit::Week => count.weeks(),
            Unit::Month => count.months(),
            Unit::Quarter => (count * 3).months(),
            Unit::Year => count.years(),
            moment => {
                let span = if moment == Unit::Hour { count.hours() } else { count.minutes() };
                let then = now.checked_add(span).ok()?;
                let time = Time::new(then.hour(), then.minute(), 0, 0).ok()?;
                return Some((then.date(), Some(time), end));
            }
        };
        Some((now.date().checked_add(span).ok()?, None, end))
    }

    /// Any date; `said` when a word before it says that one follows.
    fn date(&self, first: usize, said: bool) -> Day {
        if self.language() == Language::English && self.text(first) == "the" {
            let at = self.next(self.plain(first))?;
            return self
                .after_tomorrow(at)
                .or_else(|| vocabulary::english_day(self.text(at)).and_then(|_| self.explicit(at, said)))
                .or_else(|| self.month_end(at));
        }
        self.near(first)
            .or_else(|| self.coming(first, said))
            .or_else(|| self.weekday(first, said))
            .or_else(|| self.explicit(first, said))
            .or_else(|| self.month_end(first))
    }

    fn today(&self) -> Date {
        self.context.now.date()
    }

    fn days_on(&self, days: i64) -> Option<Date> {
        self.today().checked_add(days.days()).ok()
    }

    fn near(&self, first: usize) -> Day {
        let days = match (self.language(), self.text(first)) {
            (Language::English, "today" | "tod") | (Language::German, "heute") => 0,
            (Language::English, "tomorrow" | "tmrw" | "tmr") => 1,
            (Language::German, "übermorgen" | "uebermorgen") => 2,
            // "Guten Morgen", "am Morgen", "jeden Morgen" are of the morning.
            (Language::German, "morgen") => {
                if first > 0 && matches!(self.text(first - 1), "guten" | "am" | "jeden") {
                    return None;
                }
                1
            }
            _ => return self.after_tomorrow(first),
        };
        Some((self.days_on(days)?, self.plain(first)))
    }

    fn after_tomorrow(&self, first: usize) -> Day {
        if self.language() != Language::English || self.text(first) != "day" {
            return None;
        }
        let after = self.next_is(self.plain(first), &["after"])?;
        let last = self.next_is(self.plain(after), &["tomorrow"])?;
        Some((self.days_on(2)?, self.plain(last)))
    }

    /// "next week", "this friday", "kommenden Montag", "am Wochenende".
    fn coming(&self, first: usize, said: bool) -> Day {
        let weekend = match self.language() {
            Language::English => "weekend",
            Language::German => "wochenende",
        };
        if said && self.text(first) == weekend {
            return Some((self.on_or_after_today(5)?, self.plain(first)));
        }
        let which = Which::of(self.language(), self.text(first))?;
        let at = self.next(self.plain(first))?;
        if let Some(named) = vocabulary::weekday(self.language(), self.text(at)) {
            let end = if named.short { self.dotted(at) } else { self.plain(at) };
            let date = match which {
                Which::Next => self.in_next_week(named.day),
                Which::This => self.on_or_after_today(named.day),
                Which::Coming => self.after_today(named.day),
            };
            return Some((date?, end));
        }
        if self.text(at) == weekend {
            let date = if which == Which::Next { self.in_next_week(5) } else { self.on_or_after_today(5) };
            return Some((date?, self.plain(at)));
        }
        if which == Which::This {
            return None;
        }
        let today = self.today();
        let date = match vocabulary::unit(self.language(), self.text(at))? {
            Unit::Week => self.days_on(7 - self.days_into_week()),
            Unit::Month => today.first_of_month().checked_add(1.month()).ok(),
            Unit::Year => today.first_of_year().checked_add(1.year()).ok(),
            _ => None,
        };
        Some((date?, self.plain(at)))
    }

    fn days_into_week(&self) -> i64 {
        let start = self.context.week_start.to_monday_zero_offset();
        i64::from((self.today().weekday().to_monday_zero_offset() - start).rem_euclid(7))
    }

    fn in_next_week(&self, weekday: u8) -> Option<Date> {
        let start = i64::from(self.context.week_start.to_monday_zero_offset());
        self.days_on(7 - self.days_into_week() + (i64::from(weekday) - start).rem_euclid(7))
    }

    fn on_or_after_today(&self, weekday: u8) -> Option<Date> {
        let today = i64::from(self.today().weekday().to_monday_zero_offset());
        self.days_on((i64::from(weekday) - today).rem_euclid(7))
    }

    fn after_today(&self, weekday: u8) -> Option<Date> {
        let today = i64::from(self.today().weekday().to_monday_zero_offset());
        self.days_on((i64::from(weekday) - today - 1).rem_euclid(7) + 1)
    }

    /// A weekday: the next after today. A date that follows it ("Friday, 24 Dec") says which one.
    fn weekday(&self, first: usize, said: bool) -> Day {
        let named = vocabulary::weekday(self.language(), self.text(first))?;
        let end = if named.short { self.dotted(first) } else { self.plain(first) };
        let mut next = self.next_in_list(end).map(|(next, _)| next);
        if self.language() == Language::German {
            let article = next.filter(|next| matches!(self.text(*next), "den" | "dem"));
            next = article.map_or(next, |article| self.next(self.plain(article)));
        }
        if let Some(exact) = next.and_then(|next| self.explicit(next, false)) {
            return Some(exact);
        }
        if named.unsure && !said {
            return None;
        }
        Some((self.after_today(named.day)?, end))
    }

    /// "end of the month", "Monatsende".
    fn month_end(&self, first: usize) -> Day {
        let last = match (self.language(), self.text(first)) {
            (Language::English, "eom") | (Language::German, "monatsende") => first,
            (Language::English, "end") => {
                let of = self.next_is(self.plain(first), &["of"])?;
                let the = self.next_is(self.plain(of), &["the"]).unwrap_or(of);
                self.next_is(self.plain(the), &["month"])?
            }
            (Language::German, "ende") => {
                let of = self.next_is(self.plain(first), &["des"])?;
                self.next_is(self.plain(of), &["monats"])?
            }
            _ => return None,
        };
        Some((self.today().last_of_month(), self.plain(last)))
    }

    /// A date that names its day.
    fn explicit(&self, first: usize, said: bool) -> Day {
        self.iso(first)
            .or_else(|| self.slashed(first))
            .or_else(|| self.pointed(first, said))
            .or_else(|| self.spelt(first))
            .or_else(|| self.month_day(first, said))
    }

    fn iso(&self, first: usize) -> Day {
        let mut parts = self.text(first).split('-');
        let [year, month, day] = [parts.next()?, parts.next()?, parts.next()?];
        let shaped = parts.next().is_none() && [year.len(), month.len(), day.len()] == [4, 2, 2];
        Some((date(shaped.then_some(year)?, month, day)?, self.plain(first)))
    }

    /// "12/24": in the order of where the person is; with a year in the other one too, where only that can be.
    fn slashed(&self, first: usize) -> Day {
        let mut parts = self.text(first).split('/');
        let (one, two, year) = (parts.next()?, parts.next()?, parts.next());
        if parts.next().is_some() || (one, two) == ("24", "7") {
            return None;
        }
        let (month, day) = if self.context.month_first { (one, two) } else { (two, one) };
        let found = match year {
            Some(year) => date(year, month, day).or_else(|| date(year, day, month)),
            None => self.of_this_year(number(month)?, number(day)?),
        };
        Some((found?, self.plain(first)))
    }

    /// "24.12.", "24.12.2026". Without a year only German has it, and only where it is not the number of something.
    fn pointed(&self, first: usize, said: bool) -> Day {
        let german = self.language() == Language::German;
        let mut parts = self.text(first).split('.');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next());
        if parts.next().is_some() {
            return None;
        }
        if let Some(year) = year {
            let whole = german || year.len() == 4;
            return Some((date(whole.then_some(year)?, month, day)?, self.plain(first)));
        }
        let end = self.dotted(first);
        let time = self.next_is(end, &["uhr"]).is_some();
        if !german || time || !(end.dot || said) {
            return None;
        }
        if let Some((year, last)) = self.next(end).and_then(|next| self.year(next)) {
            return Some((Date::new(year, narrow(number(month)?)?, narrow(number(day)?)?).ok()?, last));
        }
        Some((self.of_this_year(number(month)?, number(day)?)?, end))
    }

    /// "24 dec", "24th of December 2026", "dec 24, 2026", "24. Dezember".
    fn spelt(&self, first: usize) -> Day {
        let (month, day, end) = self.day_and_month(first).or_else(|| self.month_and_day(first))?;
        let next = match self.language() {
            Language::English => self.next_in_list(end).map(|(next, _)| next),
            Language::German => self.next(end),
        };
        if let Some((year, last)) = next.and_then(|next| self.year(next)) {
            return Some((Date::new(year, narrow(u16::from(month))?, narrow(u16::from(day))?).ok()?, last));
        }
        Some((self.of_this_year(u16::from(month), u16::from(day))?, end))
    }

    pub fn day_and_month(&self, first: usize) -> Option<(u8, u8, At)> {
        let word = self.text(first);
        let (day, end) = match self.language() {
            Language::English => (vocabulary::day(word).or_else(|| vocabulary::english_day(word))?, self.plain(first)),
            Language::German => (vocabulary::day(word)?, self.dotted(first)),
        };
        let mut next = self.next(end)?;
        if self.language() == Language::English && self.text(next) == "of" {
            next = self.next(self.plain(next))?;
        }
        let (month, short) = vocabulary::month(self.language(), self.text(next))?;
        Some((month, day, if short { self.dotted(next) } else { self.plain(next) }))
    }

    pub fn month_and_day(&self, first: usize) -> Option<(u8, u8, At)> {
        if self.language() != Language::English {
            return None;
        }
        let (month, short) = vocabulary::month(self.language(), self.text(first))?;
        let next = self.next(if short { self.dotted(first) } else { self.plain(first) })?;
        let word = self.text(next);
        let day = vocabulary::day(word).or_else(|| vocabulary::english_day(word))?;
        Some((month, day, self.plain(next)))
    }

    fn year(&self, at: usize) -> Option<(i16, At)> {
        Some((year(Some(self.text(at)).filter(|text| text.len() == 4)?)?, self.plain(at)))
    }

    /// "on the 24th", "am 24.": in this month, or the next that has it.
    fn month_day(&self, first: usize, said: bool) -> Day {
        let word = self.text(first);
        let (day, end) = match self.language() {
            Language::English => (vocabulary::english_day(word)?, self.plain(first)),
            Language::German => (vocabulary::day(word)?, self.dotted(first)),
        };
        // "Seite 1 bis 5." names no day.
        let range = first > 0 && self.text(first - 1) == "bis";
        if !said || range || (self.language() == Language::German && !end.dot) {
            return None;
        }
        let mut date = self.today();
        while date.day() != i8::try_from(day).ok()? {
            date = date.tomorrow().ok()?;
        }
        Some((date, end))
    }

    /// A day without a year: the next one, today included.
    fn of_this_year(&self, month: u16, day: u16) -> Option<Date> {
        let today = self.today();
        let (month, day) = (narrow(month)?, narrow(day)?);
        (0..=LEAP_YEARS).find_map(|years| {
            let date = Date::new(today.year().checked_add(years)?, month, day).ok()?;
            (date >= today).then_some(date)
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Next,
    This,
    Coming,
}

impl Which {
    fn of(language: Language, word: &str) -> Option<Self> {
        Some(match language {
            Language::English => match word {
                "next" => Self::Next,
                "this" => Self::This,
                "coming" => Self::Coming,
                _ => return None,
            },
            Language::German => match word.strip_suffix(['n', 's', 'r', 'm']).unwrap_or(word) {
                "nächste" | "naechste" => Self::Next,
                "diese" => Self::This,
                "kommende" => Self::Coming,
                _ => return None,
            },
        })
    }
}

/// A date with its year, as digits.
fn date(year_digits: &str, month: &str, day: &str) -> Option<Date> {
    Date::new(year(year_digits)?, narrow(number(month)?)?, narrow(number(day)?)?).ok()
}

/// Four digits from 1900, or two of this century.
fn year(text: &str) -> Option<i16> {
    let number = vocabulary::digits(text, 4)?;
    let year = match text.len() {
        2 => number + 2000,
        4 => number,
        _ => return None,
    };
    i16::try_from(year).ok().filter(|year| (1900..3000).contains(year))
}

fn number(text: &str) -> Option<u16> {
    vocabulary::digits(text, 2)
}

fn narrow(number: u16) -> Option<i8> {
    i8::try_from(number).ok()
}
