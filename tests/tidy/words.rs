//! Words that must not be in the tree: unfinished code, tests that are switched off, waiting instead of knowing.

use super::{
    findings::{Finding, settle},
    lexer,
    tree::{self, File},
};

const RUST: [(&str, &str); 6] = [
    ("todo!", "finish it"),
    ("unimplemented!", "finish it"),
    ("dbg!", "remove it"),
    ("#[ignore", "a test that does not run is none: make it pass or delete it"),
    ("unbounded_channel", "every queue has a bound"),
    ("thread::sleep", "await an event"),
];

const SCRIPT: [(&str, &str); 9] = [
    ("test.skip(", "a test that does not run is none"),
    ("it.skip(", "a test that does not run is none"),
    ("describe.skip(", "a test that does not run is none"),
    ("test.only(", "all tests run"),
    ("it.only(", "all tests run"),
    ("describe.only(", "all tests run"),
    ("test.todo(", "finish it"),
    ("@ts-ignore", "say what is wrong with @ts-expect-error"),
    ("debugger;", "remove it"),
];

#[test]
fn nothing_is_left_unfinished_or_switched_off() {
    let mut findings = Vec::new();
    for file in tree::files().iter().filter(|file| !file.path.starts_with("tests/tidy/")) {
        if file.is_rust() {
            look(file, &file.code(), &RUST, &mut findings);
        } else if file.is_web() && !file.is_generated() {
            look(file, &file.text, &SCRIPT, &mut findings);
        }
    }
    settle("word", &findings);
}

#[test]
fn tests_await_conditions_and_never_sleep() {
    let mut findings = Vec::new();
    for file in tree::rust_files() {
        let tests = file.is_sibling_test() || file.top() == "tests";
        // The one place that polls: every wait of a test is a condition with a deadline in there.
        let poller = file.path.starts_with("tests/support/") || file.path.starts_with("tests/tidy/");
        if tests && !poller {
            look(
                &file,
                &file.code(),
                &[("sleep(", "await a condition with a deadline (tests/support)")],
                &mut findings,
            );
        }
    }
    settle("sleep", &findings);
}

fn look(file: &File, code: &str, words: &[(&str, &str)], findings: &mut Vec<Finding>) {
    for (word, advice) in words {
        if let Some(offset) = code.find(word) {
            let line = lexer::line_of(code, offset);
            findings.push(Finding::new(&file.path, *word, format!("line {line}: {word} {advice}")));
        }
    }
}
