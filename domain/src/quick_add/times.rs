//! Times of day: "9am", "at 9", "14:00", "um 9 Uhr", "9.30 Uhr", "noon".

use jiff::civil::Time;

use super::{
    Language, Value,
    matcher::{At, Matcher},
    vocabulary::digits,
};

impl Matcher<'_> {
    pub fn time(&self, first: usize) -> Option<(Value, At)> {
        let before: &[&str] = match self.language() {
            Language::English => &["at", "by", "due"],
            Language::German => &["um", "bis", "gegen"],
        };
        let mut at = first;
        let mut said = false;
        if before.contains(&self.text(first)) {
            at = self.next(self.plain(first))?;
            // "at 9" is a time; "by 9" could be anything.
            said = matches!(self.text(first), "at" | "um" | "gegen");
        }
        let (time, end) = match self.language() {
            Language::English => self.english_time(at, said)?,
            Language::German => self.german_time(at, said)?,
        };
        Some((Value::Time(time), end))
    }

    fn english_time(&self, at: usize, said: bool) -> Option<(Time, At)> {
        let word = self.text(at);
        let here = self.plain(at);
        if word == "noon" {
            return Some((clock(12, 0)?, here));
        }
        if let Some((hour, minute)) = half(word).and_then(|(number, late)| halved(number, late)) {
            return Some((clock(hour, minute)?, here));
        }
        let apart = self.next_is(here, &["am", "pm"]);
        if let Some(next) = apart
            && let Some((hour, minute)) = halved(word, self.text(next) == "pm")
        {
            return Some((clock(hour, minute)?, self.plain(next)));
        }
        let (hour, minute) = match parted(word, ':') {
            Some(parts) => parts,
            None if said => (digits(word, 2)?, 0),
            None => return None,
        };
        Some((clock(hour, minute)?, here))
    }

    fn german_time(&self, at: usize, said: bool) -> Option<(Time, At)> {
        let word = self.text(at);
        let here = self.plain(at);
        if word == "mittags" {
            return Some((clock(12, 0)?, here));
        }
        if let Some(next) = self.next_is(here, &["uhr"]) {
            let end = self.plain(next);
            if let Some((hour, minute)) = parted(word, ':').or_else(|| parted(word, '.')) {
                return Some((clock(hour, minute)?, end));
            }
            let hour = digits(word, 2)?;
            // "9 Uhr 30"
            let minutes = self.next(end).and_then(|next| {
                let minute = digits(self.text(next), 2).filter(|_| self.text(next).len() == 2)?;
                Some((clock(hour, minute)?, self.plain(next)))
            });
            return minutes.or_else(|| Some((clock(hour, 0)?, end)));
        }
        let (hour, minute) = match parted(word, ':') {
            Some(parts) => parts,
            None if said => parted(word, '.').or_else(|| Some((digits(word, 2)?, 0)))?,
            None => return None,
        };
        Some((clock(hour, minute)?, here))
    }
}

/// `9am`, `9:30pm`: the number, and whether it is after noon.
fn half(word: &str) -> Option<(&str, bool)> {
    word.strip_suffix("am").map(|number| (number, false)).or_else(|| Some((word.strip_suffix("pm")?, true)))
}

/// An hour of a half day, with minutes or without.
fn halved(number: &str, late: bool) -> Option<(u16, u16)> {
    let (hour, minute) = match parted(number, ':') {
        Some(parts) => parts,
        None => (digits(number, 2)?, 0),
    };
    (1..=12).contains(&hour).then_some((hour % 12 + if late { 12 } else { 0 }, minute))
}

/// `9:30`; the minutes have two digits.
fn parted(word: &str, sign: char) -> Option<(u16, u16)> {
    let (hour, minute) = word.split_once(sign)?;
    let minute = Some(minute).filter(|minute| minute.len() == 2)?;
    Some((digits(hour, 2)?, digits(minute, 2)?))
}

fn clock(hour: u16, minute: u16) -> Option<Time> {
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}
