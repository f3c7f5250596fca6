//! The words of both languages, as numbers. What is spelt in two ways is here twice; nothing else in the grammar knows a word.

use super::{Language, Language::English};

/// Of what a phrase counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A weekday, 0 is Monday.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    pub day: u8,
    /// So short, or so much like another word, that it needs a word before it that says a date follows.
    pub unsure: bool,
    pub short: bool,
}

pub fn weekday(language: Language, word: &str) -> Option<Named> {
    let (day, short, unsure) = match language {
        English => match word {
            "monday" => (0, false, false),
            "tuesday" => (1, false, false),
            "wednesday" => (2, false, false),
            "thursday" => (3, false, false),
            "friday" => (4, false, false),
            "saturday" => (5, false, false),
            "sunday" => (6, false, false),
            "mon" => (0, true, false),
            "tue" | "tues" => (1, true, false),
            "wed" => (2, true, true),
            "thu" | "thur" | "thurs" => (3, true, false),
            "fri" => (4, true, false),
            "sat" => (5, true, true),
            "sun" => (6, true, true),
            _ => return None,
        },
        Language::German => match word {
            "montag" => (0, false, false),
            "dienstag" => (1, false, false),
            "mittwoch" => (2, false, false),
            "donnerstag" => (3, false, false),
            "freitag" => (4, false, false),
            "samstag" | "sonnabend" => (5, false, false),
            "sonntag" => (6, false, false),
            "mo" => (0, true, true),
            "di" => (1, true, true),
            "mi" => (2, true, true),
            "do" => (3, true, true),
            "fr" => (4, true, true),
            "sa" => (5, true, true),
            "so" => (6, true, true),
            _ => return None,
        },
    };
    Some(Named { day, unsure, short })
}

/// "mondays", "montags": each of them.
pub fn weekdays(language: Language, word: &str) -> Option<u8> {
    let named = weekday(language, word.strip_suffix('s')?)?;
    (!named.short).then_some(named.day)
}

/// A month by name, from 1, and whether it is shortened.
pub fn month(language: Language, word: &str) -> Option<(u8, bool)> {
    Some(match language {
        English => match word {
            "january" => (1, false),
            "february" => (2, false),
            "march" => (3, false),
            "april" => (4, false),
            "may" => (5, false),
            "june" => (6, false),
            "july" => (7, false),
            "august" => (8, false),
            "september" => (9, false),
            "october" => (10, false),
            "november" => (11, false),
            "december" => (12, false),
            "jan" => (1, true),
            "feb" => (2, true),
            "mar" => (3, true),
            "apr" => (4, true),
            "jun" => (6, true),
            "jul" => (7, true),
            "aug" => (8, true),
            "sep" | "sept" => (9, true),
            "oct" => (10, true),
            "nov" => (11, true),
            "dec" => (12, true),
            _ => return None,
        },
        Language::German => match word {
            "januar" | "jänner" => (1, false),
            "februar" | "feber" => (2, false),
            "märz" | "maerz" => (3, false),
            "april" => (4, false),
            "mai" => (5, false),
            "juni" => (6, false),
            "juli" => (7, false),
            "august" => (8, false),
            "september" => (9, false),
            "oktober" => (10, false),
            "november" => (11, false),
            "dezember" => (12, false),
            "jan" | "jän" => (1, true),
            "feb" => (2, true),
            "mär" | "mrz" => (3, true),
            "apr" => (4, true),
            "jun" => (6, true),
            "jul" => (7, true),
            "aug" => (8, true),
            "sep" | "sept" => (9, true),
            "okt" => (10, true),
            "nov" => (11, true),
            "dez" => (12, true),
            _ => return None,
        },
    })
}

pub fn unit(language: Language, word: &str) -> Option<Unit> {
    Some(match language {
        English => match word {
            "minute" | "minutes" | "min" | "mins" => Unit::Minute,
            "hour" | "hours" | "hr" | "hrs" => Unit::Hour,
            "day" | "days" => Unit::Day,
            "week" | "weeks" => Unit::Week,
            "month" | "months" => Unit::Month,
            "quarter" | "quarters" => Unit::Quarter,
            "year" | "years" => Unit::Year,
            _ => return None,
        },
        Language::German => match word {
            "minute" | "minuten" | "min" => Unit::Minute,
            "stunde" | "stunden" | "std" => Unit::Hour,
            "tag" | "tage" | "tagen" => Unit::Day,
            "woche" | "wochen" => Unit::Week,
            "monat" | "monate" | "monaten" => Unit::Month,
            "quartal" | "quartale" | "quartalen" => Unit::Quarter,
            "jahr" | "jahre" | "jahren" => Unit::Year,
            _ => return None,
        },
    })
}

/// A counting number: up to three digits, or a word up to twelve.
pub fn count(language: Language, word: &str) -> Option<u16> {
    if let Some(number) = digits(word, 3) {
        return (number > 0).then_some(number);
    }
    Some(match language {
        English => match word {
            "a" | "an" | "one" => 1,
            "two" => 2,
            "three" => 3,
            "four" => 4,
            "five" => 5,
            "six" => 6,
            "seven" => 7,
            "eight" => 8,
            "nine" => 9,
            "ten" => 10,
            "eleven" => 11,
            "twelve" => 12,
            _ => return None,
        },
        Language::German => match word {
            "ein" | "eine" | "einem" | "einer" | "einen" => 1,
            "zwei" => 2,
            "drei" => 3,
            "vier" => 4,
            "fünf" | "fuenf" => 5,
            "sechs" => 6,
            "sieben" => 7,
            "acht" => 8,
            "neun" => 9,
            "zehn" => 10,
            "elf" => 11,
            "zwölf" | "zwoelf" => 12,
            _ => return None,
        },
    })
}

/// "first", "zweiten"; -1 is the last.
pub fn ordinal(language: Language, word: &str) -> Option<i8> {
    Some(match language {
        English => match word {
            "first" => 1,
            "second" => 2,
            "third" => 3,
            "fourth" => 4,
            "last" => -1,
            _ => return None,
        },
        Language::German => match word.strip_suffix(['n', 's', 'r']).unwrap_or(word) {
            "erste" => 1,
            "zweite" => 2,
            "dritte" => 3,
            "vierte" => 4,
            "letzte" => -1,
            _ => return None,
        },
    })
}

/// "1st", "22nd", "24th": a day of a month with its ending.
pub fn english_day(word: &str) -> Option<u8> {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending))?;
    day(number)
}

/// One or two digits, 1 to 31.
pub fn day(word: &str) -> Option<u8> {
    let number = digits(word, 2)?;
    u8::try_from(number).ok().filter(|day| (1..=31).contains(day))
}

/// All of it digits, at most so many.
pub fn digits(word: &str, most: usize) -> Option<u16> {
    let fits = !word.is_empty() && word.len() <= most && word.bytes().all(|byte| byte.is_ascii_digit());
    if fits { word.parse().ok() } else { None }
}
