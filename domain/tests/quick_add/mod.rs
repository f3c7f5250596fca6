//! Quick add: what lines mean, by hand-written example, by property, and the answers that the web app's twin is held to.

#![allow(clippy::disallowed_methods, reason = "a generated file is written when an environment variable asks")]

mod generate;
mod properties;

use std::{fs, path::Path};

use jiff::civil::{Date, DateTime, Time, Weekday};
use lockstep_domain::quick_add::{Context, Language, QuickAdd, Span, Value, Verdict, parse_with};
use serde::{Deserialize, Serialize};

/// Where nothing else is said: a Tuesday.
const NOW: &str = "2026-12-01T10:00";
const GENERATED: usize = 2_000;

/// A line and what it is taken for. In hand-written ones `⟦` and `⟧` stand around what was understood; in generated ones `is` begins
/// with the span.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vector {
    #[serde(rename = "in")]
    language: String,
    line: String,
    is: Vec<String>,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    week_start: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    month_first: bool,
    /// Names that nobody knows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<String>,
    /// Kinds whose words stay in the title.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keep: Vec<String>,
}

impl Vector {
    fn context(&self) -> Context {
        let language = match self.language.as_str() {
            "en" => Language::English,
            "de" => Language::German,
            other => panic!("{other} is no language"),
        };
        let week_start = match self.week_start.as_deref() {
            None => Weekday::Monday,
            Some("sunday") => Weekday::Sunday,
            Some("saturday") => Weekday::Saturday,
            Some(other) => panic!("{other} begins no week"),
        };
        let now: DateTime = format!("{}:00", self.now.as_deref().unwrap_or(NOW)).parse().unwrap();
        Context { language, now, week_start, month_first: self.month_first }
    }

    fn parsed(&self, line: &str) -> QuickAdd {
        parse_with(line, &self.context(), |value, _| match value {
            Value::Label(name) | Value::Person(name) | Value::Place(name) if self.unknown.contains(name) => {
                Verdict::Text
            }
            value if self.keep.iter().any(|kind| said(value).starts_with(kind.as_str())) => Verdict::Kept,
            _ => Verdict::Taken,
        })
    }
}

/// A value in a few words.
pub fn said(value: &Value) -> String {
    match value {
        Value::Due(date, time) => format!("due {}", moment(*date, *time)),
        Value::Time(time) => format!("time {}", clock(*time)),
        Value::Repeat(rule) => format!("repeat {rule}"),
        Value::Start(date) => format!("start {date}"),
        Value::Priority(priority) => format!("priority {}", priority.word()),
        Value::Estimate(minutes) => format!("estimate {minutes}"),
        Value::Label(name) => format!("label {name}"),
        Value::Person(name) => format!("person {name}"),
        Value::Place(name) => format!("place {name}"),
    }
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

fn moment(date: Date, time: Option<Time>) -> String {
    time.map_or_else(|| date.to_string(), |time| format!("{date}T{}", clock(time)))
}

/// The line without its marks, and where they stood.
fn unmarked(marked: &str) -> (String, Vec<Span>) {
    let (mut line, mut spans, mut start) = (String::new(), Vec::new(), 0);
    for c in marked.chars() {
        let here = line.encode_utf16().count();
        match c {
            '⟦' => start = here,
            '⟧' => spans.push(Span { start, end: here }),
            c => line.push(c),
        }
    }
    (line, spans)
}

#[test]
fn lines_mean_what_is_written_down() {
    let text = include_str!("../vectors/quick_add.jsonl");
    let mut wrong = Vec::new();
    for vector in text.lines() {
        let vector: Vector = serde_json::from_str(vector).unwrap();
        let (line, spans) = unmarked(&vector.line);
        let found = vector.parsed(&line);
        let is: Vec<String> =
            found.tokens.iter().map(|token| said(&token.value) + if token.kept { " kept" } else { "" }).collect();
        let places: Vec<Span> = found.tokens.iter().map(|token| token.span).collect();
        let due = found.due.map(|(date, time)| moment(date, time));
        let start = found.start.map(|date| date.to_string());
        let same = (&is, &places, &found.title, &due, &start)
            == (&vector.is, &spans, &vector.title, &vector.due, &vector.start);
        if !same {
            wrong.push(format!("{}: {is:?} {places:?} {:?} {due:?} {start:?}", vector.line, found.title));
        }
    }
    assert!(text.lines().count() >= 400);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn generated_lines_mean_what_both_implementations_said() {
    let mut chance = generate::Chance::new(20_261_122);
    let made: String = (0..GENERATED)
        .map(|_| {
            let mut vector = generate::vector(&mut chance);
            let found = vector.parsed(&vector.line);
            let token = |span: Span, value: &Value, kept| {
                format!("{}-{} {}{}", span.start, span.end, said(value), if kept { " kept" } else { "" })
            };
            vector.is = found.tokens.iter().map(|each| token(each.span, &each.value, each.kept)).collect();
            vector.due = found.due.map(|(date, time)| moment(date, time));
            vector.start = found.start.map(|date| date.to_string());
            vector.title = found.title;
            serde_json::to_string(&vector).unwrap() + "\n"
        })
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/quick_add_many.jsonl");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{} is out of date: run with UPDATE_GENERATED=1", path.display());
}
