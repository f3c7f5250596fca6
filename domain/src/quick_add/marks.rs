//! What signs say: priority (`p1`, `!high`), label (`#home`), person (`@ana`), place (`+Finance`), estimate (`~2h`).

use lockstep_protocol::values::Priority;

use super::{
    Value,
    matcher::{At, Matcher},
    vocabulary::digits,
};

/// An estimate is at most so long.
const HOURS_DIGITS: usize = 3;

impl Matcher<'_> {
    pub fn mark(&self, first: usize) -> Option<(Value, At)> {
        let at = self.plain(first);
        if let Some(quoted) = &self.words[first].quoted {
            let name = &self.line[quoted.inner.0..quoted.inner.1];
            return Some((named(quoted.sigil?, name)?, at));
        }
        if let Some(priority) = priority(self.text(first)) {
            return Some((Value::Priority(priority), at));
        }
        let raw = self.raw(first);
        let sigil = raw.chars().next().filter(|c| matches!(c, '#' | '@' | '+'))?;
        let name = &raw[1..];
        let plain = !name.contains(['#', '@', '"', '„', '“', '”', '\\']);
        Some((named(sigil, name).filter(|_| plain)?, at))
    }

    pub fn estimate(&self, first: usize) -> Option<(Value, At)> {
        let text = self.text(first);
        let minutes = minutes(text.strip_prefix('~').unwrap_or(text))?;
        (minutes > 0).then(|| (Value::Estimate(minutes), self.plain(first)))
    }
}

/// A name behind its sign. Digits alone are the number of something (`#42`, `+1`), no name.
fn named(sigil: char, name: &str) -> Option<Value> {
    let name = name.trim_matches(super::lex::is_space);
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let name = name.to_owned();
    Some(match sigil {
        '#' => Value::Label(name),
        '@' => Value::Person(name),
        _ => Value::Place(name),
    })
}

fn priority(word: &str) -> Option<Priority> {
    Some(match word {
        "p1" | "!1" | "!urgent" | "!dringend" => Priority::Urgent,
        "p2" | "!2" | "!high" | "!hoch" => Priority::High,
        "p3" | "!3" | "!medium" | "!mittel" => Priority::Medium,
        "p4" | "!4" | "!low" | "!niedrig" => Priority::Low,
        _ => return None,
    })
}

/// `2h`, `1.5h`, `30m`, `1h30`, `1h30m`.
fn minutes(text: &str) -> Option<u32> {
    let number_ends = text.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
    let number = u32::from(digits(&text[..number_ends], HOURS_DIGITS)?);
    let rest = &text[number_ends..];
    if matches!(rest, "m" | "min" | "mins") {
        return Some(number);
    }
    if let Some(tenths) = rest.strip_prefix(['.', ',']) {
        let tenth = u32::from(digits(tenths.get(..1)?, 1)?);
        return is_hours(&tenths[1..]).then_some(number * 60 + tenth * 6);
    }
    if is_hours(rest) {
        return Some(number * 60);
    }
    let after = rest.strip_prefix('h')?;
    let after = after.strip_suffix("min").or_else(|| after.strip_suffix('m')).unwrap_or(after);
    let more = u32::from(digits(after, 2)?);
    (more < 60).then_some(number * 60 + more)
}

fn is_hours(unit: &str) -> bool {
    matches!(unit, "h" | "hr" | "hrs" | "std")
}
