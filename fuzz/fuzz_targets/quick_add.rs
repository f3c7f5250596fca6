//! Quick add against any line, in both languages: it never fails, its spans are of the line and in order, and a title is left.

#![no_main]

use jiff::civil::{Weekday, date};
use libfuzzer_sys::fuzz_target;
use lockstep_domain::quick_add::{Context, Language, parse};

fuzz_target!(|line: &str| {
    let units = line.encode_utf16().count();
    for (language, month_first) in [(Language::English, true), (Language::English, false), (Language::German, false)] {
        let context =
            Context { language, now: date(2028, 2, 29).at(23, 30, 0, 0), week_start: Weekday::Sunday, month_first };
        let found = parse(line, &context);
        let mut from = 0;
        for token in &found.tokens {
            assert!(from <= token.span.start && token.span.start < token.span.end && token.span.end <= units);
            from = token.span.end;
        }
        assert!(found.tokens.is_empty() || !found.title.is_empty());
        assert!(found.title.len() <= line.len() + found.tokens.len());
        assert_eq!(parse(line, &context), found);
    }
});
