//! Pages that are made from the code: `UPDATE_GENERATED=1 cargo nextest run --test main tidy::generated` writes them anew;
//! without it a page that is out of date fails.

use std::{fmt::Write, fs};

use lockstep_protocol::{
    codes::{CloseCode, Code},
    event::{AccountEvent, BoardEvent, ChannelEvent, InboxEvent, OrganizationEvent, TeamEvent, level_of},
    language::Described,
    limits::Limits,
};

use super::tree;

#[test]
fn the_page_of_limits_is_up_to_date() {
    let mut page = String::from(
        "# Limits\n\nEverything that has a size, a count or a time has a limit, and this is all of them, with their defaults. \
         Generated from\n`protocol/src/limits.rs`. A refusal names the limit that was passed.\n\n\
         | limit | default | what it bounds |\n|---|---:|---|\n",
    );
    for row in Limits::default().rows() {
        let _ = writeln!(page, "| `{}` | {} {} | {} |", row.name, grouped(row.value), row.unit, sentence(row.doc));
    }
    check("docs/LIMITS.md", &page);
}

#[test]
fn the_page_of_codes_is_up_to_date() {
    let mut page = String::from(
        "# Codes\n\nA client acts on the range of a code's number, never on text. Generated from `protocol/src/codes.rs`.\n\n\
         ## Errors\n\nIn replies on the socket, and as problem details (RFC 9457) over HTTP with the status beside.\n\n\
         | range | what to do |\n|---|---|\n| 1xx | mend the request |\n| 2xx | authenticate |\n| 3xx | ask for access |\n\
         | 4xx | try again later, unchanged: it is temporary |\n| 5xx | the server's fault |\n\n\
         | code | number | HTTP | meaning |\n|---|---:|---:|---|\n",
    );
    for code in Code::ALL {
        let (word, number, status) = (code.word(), code.number(), code.http_status());
        let _ = writeln!(page, "| `{word}` | {number} | {status} | {} |", sentence(code.meaning()));
    }
    page.push_str(
        "\n## Closing\n\nReconnect with exponential back-off and jitter, resuming from the bookmarks held.\n\n\
         | code | meaning | reconnect by oneself |\n|---:|---|---|\n",
    );
    for code in CloseCode::ALL {
        let reconnect = if code.reconnect() { "yes" } else { "no" };
        let _ = writeln!(page, "| {} | {} | {reconnect} |", code.number(), sentence(code.meaning()));
    }
    check("docs/CODES.md", &page);
}

#[test]
fn the_page_of_events_is_up_to_date() {
    let mut page = String::from(
        "# Events\n\nEverything that can happen, by what it happens to. Generated from `protocol/src/event/`. On the wire and in the \
         journal an event is\nits fields and `type`, the word in the first column; who did it, when, and its place in the stream stand \
         beside it.\nThe level is that of the first server that understands it: it is written once every node that runs does.\n",
    );
    let kinds = [
        ("Of an organization", OrganizationEvent::described()),
        ("Of a team", TeamEvent::described()),
        ("Of a board", BoardEvent::described()),
        ("Of an account", AccountEvent::described()),
        ("Of a channel", ChannelEvent::described()),
        ("Of an inbox", InboxEvent::described()),
    ];
    for (kind, events) in kinds {
        let _ = write!(page, "\n## {kind}\n\n| event | level | what happened | fields |\n|---|---:|---|---|\n");
        for Described { tag, says, fields } in events {
            let (level, fields) = (level_of(tag), fields_of(&fields));
            let _ = writeln!(page, "| `{tag}` | {level} | {} | {fields} |", uncommented(&says));
        }
    }
    check("docs/EVENTS.md", &page);
}

/// A comment of TypeScript as one line.
fn uncommented(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.trim().trim_start_matches("/**").trim_end_matches("*/"));
    sentence(&lines.map(|line| line.trim().trim_start_matches('*')).collect::<Vec<_>>().join(" "))
}

/// The fields of an object of TypeScript, without their comments.
fn fields_of(object: &str) -> String {
    let mut rest = object;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once("/**") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    // An object without any.
    if plain.starts_with("Record<") {
        return String::new();
    }
    let inner = plain.trim().trim_start_matches('{').trim_end_matches('}');
    let fields = inner.split(',').map(sentence).filter(|field| !field.is_empty());
    fields.map(|field| format!("`{}`", field.replace('|', "or"))).collect::<Vec<_>>().join(", ")
}

#[test]
fn no_two_codes_share_a_number_or_a_word() {
    for (index, code) in Code::ALL.iter().enumerate() {
        for other in &Code::ALL[index + 1..] {
            assert!(
                code.number() != other.number() && code.word() != other.word(),
                "{} and {}",
                code.word(),
                other.word()
            );
        }
    }
}

fn check(path: &str, expected: &str) {
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(tree::root().join(path), expected).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    let found = fs::read_to_string(tree::root().join(path)).unwrap_or_default();
    assert!(found == expected, "{path} is out of date: run this test with UPDATE_GENERATED=1");
}

/// A doc comment as one line.
fn sentence(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// 1048576 as 1,048,576.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[test]
fn numbers_are_grouped_by_thousands() {
    assert_eq!([grouped(7), grouped(512), grouped(1_024), grouped(86_400_000)], ["7", "512", "1,024", "86,400,000"]);
}
