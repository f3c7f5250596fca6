//! What a check found, and the list of reasoned exceptions that it is settled against.

use std::fmt::Write;

use serde::Deserialize;

use super::tree;

/// One thing that is not as the house wants it.
pub struct Finding {
    pub path: String,
    /// What in that file: a function, a rule, a room, a dependency.
    pub at: String,
    pub what: String,
    /// For findings about sizes: the size. An exception states the most it allows.
    pub size: Option<usize>,
}

impl Finding {
    pub fn new(path: &str, at: impl Into<String>, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), at: at.into(), what: what.into(), size: None }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    exception: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    check: String,
    path: String,
    at: String,
    /// For sizes only: the size that is put up with. It may be lowered, never raised.
    at_most: Option<usize>,
    reason: String,
}

impl Exception {
    fn covers(&self, finding: &Finding) -> bool {
        let room = match (finding.size, self.at_most) {
            (Some(size), Some(most)) => size <= most,
            (None, None) => true,
            _ => false,
        };
        self.path == finding.path && self.at == finding.at && room
    }
}

const LIST: &str = "tests/tidy/exceptions.toml";

/// Names of the checks, for the list's own spelling.
const CHECKS: [&str; 17] = [
    "asvs",
    "deliberate-bug",
    "crate-home",
    "dependency",
    "document-link",
    "document-word",
    "file-size",
    "function-size",
    "guarantee",
    "header",
    "law",
    "licence",
    "orphan",
    "rule",
    "single-door",
    "sleep",
    "word",
];

fn exceptions() -> Vec<Exception> {
    let list: Exceptions = toml::from_str(&tree::read(LIST)).unwrap_or_else(|error| panic!("{LIST}: {error}"));
    list.exception
}

/// Fails with every finding that no exception covers, and every exception that covers no finding.
#[track_caller]
pub fn settle(check: &str, findings: &[Finding]) {
    assert!(CHECKS.contains(&check), "{check} is not in the list of checks");
    let exceptions: Vec<_> = exceptions().into_iter().filter(|exception| exception.check == check).collect();
    let mut report = String::new();
    for finding in findings {
        if !exceptions.iter().any(|exception| exception.covers(finding)) {
            let _ = writeln!(report, "  {} [{}]: {}", finding.path, finding.at, finding.what);
        }
    }
    for exception in &exceptions {
        if !findings.iter().any(|finding| exception.covers(finding)) {
            let _ = writeln!(
                report,
                "  {LIST}: the exception for {} [{}] is no longer needed: remove it",
                exception.path, exception.at
            );
        }
    }
    assert!(report.is_empty(), "{check}:\n{report}");
}

#[test]
fn every_exception_names_a_check_and_has_a_reason() {
    for exception in exceptions() {
        assert!(CHECKS.contains(&exception.check.as_str()), "{LIST}: no check is called {}", exception.check);
        assert!(exception.reason.len() >= 20, "{LIST}: {} [{}] needs a reason", exception.path, exception.at);
    }
}
