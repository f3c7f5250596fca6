//! Quick add: one line of text into a title and what else it says of a task ("Pay rent every 1st at 9am p1 #home @ana").
//! `docs/QUICK-ADD.md` is the grammar in words; `tests/vectors/quick_add.jsonl` shows it by example.
//!
//! Names are yielded as text and looked up elsewhere: [`parse_with`] asks about each thing that it found whether it counts.
//! What is not understood stays in the title. It must never fail, read a clock, or take more than linear time; the web app's twin
//! (`web/src/sdk/quick-add`) gives the same answers, which `tests/vectors/quick_add_many.jsonl` holds both to.

mod dates;
mod lex;
mod marks;
mod matcher;
mod repeats;
mod times;
mod title;
mod vocabulary;

use jiff::civil::{Date, DateTime, Time, Weekday};
use lockstep_protocol::values::Priority;

use matcher::Matcher;

use crate::recur::Rule;

/// Whose words are read. Marks (`#`, `@`, `+`, `!`, `~`, `p1`) and ISO dates are the same in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

/// All that a line means depends on.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    pub language: Language,
    /// Where the person is.
    pub now: DateTime,
    /// Says which day "next week" begins with.
    pub week_start: Weekday,
    /// Whether 12/24 is a day in December.
    pub month_first: bool,
}

/// A part of the line, in UTF-16 code units: what a browser counts text in. `end` is behind the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// One thing that a line may say of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Due on a date; with a time where one phrase says both ("in 2 hours").
    Due(Date, Option<Time>),
    /// Due at a time of day.
    Time(Time),
    Repeat(Rule),
    Start(Date),
    Priority(Priority),
    /// In minutes.
    Estimate(u32),
    Label(String),
    Person(String),
    /// A column, a board, or both parted by a slash.
    Place(String),
}

/// Something understood and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub value: Value,
    pub span: Span,
    /// Its words are in the title too.
    pub kept: bool,
}

/// What becomes of something that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts, and its words leave the title.
    Taken,
    /// It counts, and its words stay in the title: nothing else would remember them.
    Kept,
    /// It is text. A later one of its kind may count.
    Text,
}

/// A line, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuickAdd {
    /// All that was not taken, in its order.
    pub title: String,
    /// In the order of the line; they do not overlap. Of labels and people there may be many, of each other kind the first counts.
    pub tokens: Vec<Token>,
    /// From date, time and repetition together.
    pub due: Option<(Date, Option<Time>)>,
    pub start: Option<Date>,
}

/// Everything that is found counts.
pub fn parse(line: &str, context: &Context) -> QuickAdd {
    parse_with(line, context, |_, _| Verdict::Taken)
}

/// Asks, from left to right and once each, about everything that would count: what it is, and its words. A line of which no title
/// would be left is a title as it stands.
pub fn parse_with(line: &str, context: &Context, mut judge: impl FnMut(&Value, &str) -> Verdict) -> QuickAdd {
    let words = lex::words(line);
    let matcher = Matcher { line, words: &words, context };
    let mut scan = Scan::default();
    let mut at = 0;
    while at < words.len() {
        let Some(found) = matcher.at(at) else {
            at += 1;
            continue;
        };
        let (start, end) = (words[at].start, matcher.end(found.at));
        if words[at].escaped {
            scan.backslashes.push(start);
            at = found.at.last + 1;
        } else if scan.is_free(&found.value) {
            match judge(&found.value, &line[start..end]) {
                Verdict::Text => at += 1,
                verdict => {
                    scan.take(found.value, (start, end), verdict == Verdict::Kept);
                    at = found.at.last + 1;
                }
            }
        } else {
            at += 1;
        }
    }
    scan.finish(line, context)
}

/// What has been found so far; places in bytes.
#[derive(Default)]
struct Scan {
    tokens: Vec<(Value, (usize, usize), bool)>,
    backslashes: Vec<usize>,
    /// A bit for each kind that counts once and is there.
    once: u16,
}

impl Scan {
    /// Whether nothing of this kind counts yet.
    const fn is_free(&self, value: &Value) -> bool {
        self.once & kinds(value) == 0
    }

    fn take(&mut self, value: Value, place: (usize, usize), kept: bool) {
        self.once |= kinds(&value);
        self.tokens.push((value, place, kept));
    }

    fn finish(self, line: &str, context: &Context) -> QuickAdd {
        let cuts: Vec<(usize, usize)> =
            self.tokens.iter().filter(|(_, _, kept)| !kept).map(|(_, place, _)| *place).collect();
        let title = title::without(line, &cuts, &self.backslashes);
        if title.is_empty() {
            let title = line.trim_matches(lex::is_space).to_owned();
            return QuickAdd { title, tokens: Vec::new(), due: None, start: None };
        }
        let mut units = Units { line, byte: 0, units: 0 };
        let tokens = self.tokens.into_iter().map(|(value, (start, end), kept)| {
            let span = Span { start: units.at(start), end: units.at(end) };
            Token { value, span, kept }
        });
        let tokens: Vec<Token> = tokens.collect();
        let start = tokens.iter().find_map(|token| match token.value {
            Value::Start(date) => Some(date),
            _ => None,
        });
        QuickAdd { title, due: due(&tokens, start, context), tokens, start }
    }
}

/// What a value says, as bits; none for those of which there may be many.
const fn kinds(value: &Value) -> u16 {
    match value {
        Value::Due(_, None) => 1,
        Value::Time(_) => 2,
        Value::Due(_, Some(_)) => 1 | 2,
        Value::Repeat(_) => 4,
        Value::Start(_) => 8,
        Value::Priority(_) => 16,
        Value::Estimate(_) => 32,
        Value::Place(_) => 64,
        Value::Label(_) | Value::Person(_) => 0,
    }
}

/// A date stands as it is said. A repetition is first due when it first happens, not before its start. A time alone is today's, or
/// tomorrow's when it has passed.
fn due(tokens: &[Token], start: Option<Date>, context: &Context) -> Option<(Date, Option<Time>)> {
    let (mut day, mut time, mut rule) = (None, None, None);
    for token in tokens {
        match &token.value {
            Value::Due(date, own) => {
                day = Some(*date);
                time = time.or(*own);
            }
            Value::Time(at) => time = Some(*at),
            Value::Repeat(found) => rule = Some(found),
            _ => {}
        }
    }
    if let Some(day) = day {
        return Some((day, time));
    }
    let today = context.now.date();
    let passed = time.is_some_and(|time| time <= context.now.time());
    let from = if passed { today.tomorrow().ok()? } else { today };
    match (rule, time) {
        (Some(rule), _) => Some((rule.first(start.map_or(from, |start| start.max(from)))?, time)),
        (None, Some(_)) => Some((from, time)),
        (None, None) => None,
    }
}

/// Counts code units while it goes along the line.
struct Units<'a> {
    line: &'a str,
    byte: usize,
    units: usize,
}

impl Units<'_> {
    /// Of a place that is not before the last one.
    fn at(&mut self, byte: usize) -> usize {
        self.units += self.line[self.byte..byte].encode_utf16().count();
        self.byte = byte;
        self.units
    }
}
