//! What holds for any line.

use lockstep_domain::quick_add::{QuickAdd, parse};
use proptest::prelude::*;

use super::{Vector, generate};
use crate::support::fixed;

/// Any text, and lines in which the grammar finds much.
fn lines() -> impl Strategy<Value = Vector> {
    let text = (".{0,80}", any::<bool>()).prop_map(|(line, german)| Vector {
        language: if german { "de" } else { "en" }.to_owned(),
        line,
        ..Vector::default()
    });
    let ours = any::<u64>().prop_map(|seed| generate::vector(&mut generate::Chance::new(seed)));
    prop_oneof![1 => text, 3 => ours]
}

fn units(line: &str) -> Vec<u16> {
    line.encode_utf16().collect()
}

fn slice(line: &[u16], start: usize, end: usize) -> String {
    String::from_utf16(&line[start..end]).expect("a span ends between characters")
}

/// What a title must have of a text: all but spaces, backslashes that escape, and commas that part nothing.
fn kept(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\\' | ',' | ';')).collect()
}

fn check(line: &str, found: &QuickAdd) {
    let units = units(line);
    let (mut from, mut rest) = (0, String::new());
    for token in &found.tokens {
        let (start, end) = (token.span.start, token.span.end);
        assert!(from <= start && start < end && end <= units.len(), "{line:?}: {token:?}");
        if !token.kept {
            rest.push_str(&slice(&units, from, start));
            from = end;
        }
        let words = slice(&units, start, end);
        assert_eq!(words.trim_matches([' ', '\t', '\u{a0}']), words, "{line:?}: no space at the ends");
    }
    rest.push_str(&slice(&units, from, units.len()));
    assert_eq!(kept(&found.title), kept(&rest), "{line:?}: nothing is lost, nothing is added");
}

proptest! {
    #![proptest_config(fixed(4_000))]

    #[test]
    fn title_and_tokens_are_the_line(vector in lines()) {
        let found = vector.parsed(&vector.line);
        check(&vector.line, &found);
        prop_assert_eq!(&found, &vector.parsed(&vector.line), "the same each time");
    }

    #[test]
    fn a_backslash_makes_text_of_what_it_stands_before(vector in lines()) {
        let line = units(&vector.line);
        for token in parse(&vector.line, &vector.context()).tokens {
            let words = slice(&line, token.span.start, token.span.end);
            let escaped = slice(&line, 0, token.span.start) + "\\" + &slice(&line, token.span.start, line.len());
            let found = parse(&escaped, &vector.context());
            prop_assert!(found.title.contains(&words), "{:?}: {:?}", escaped, found);
            let there = found.tokens.iter().any(|each| (token.span.start..token.span.end).contains(&each.span.start));
            prop_assert!(!there, "{:?}: {:?}", escaped, found);
        }
    }
}

/// Were any of these gone through more than a fixed number of times, this would not end.
#[test]
fn long_lines_take_no_longer_than_they_are() {
    for word in [
        "every mon and ",
        "#\"",
        "\"„“ ",
        "in ",
        "\\",
        "on by due ",
        "1.1.",
        ",",
        "montags und ",
        "@a ",
        "^^",
        "24 dec ",
    ] {
        let line = word.repeat(100_000 / word.len());
        for language in ["en", "de"] {
            let vector = Vector { language: language.to_owned(), ..Vector::default() };
            check(&line, &vector.parsed(&line));
        }
    }
}
