//! docs/ASVS.md: every requirement of levels 1 and 2 of OWASP ASVS 5.0.0 is there once, in its order, and what a row names in
//! backticks exists: a test, or a file or folder. It cannot tell whether a test shows what it is named for.

use std::collections::BTreeSet;

use super::{
    findings::{Finding, settle},
    rules::test_names,
    tree,
};

const PAGE: &str = "docs/ASVS.md";
/// Requirements of level 1 and 2 in each chapter, V1 to V17, counted in the standard: 70 of level 1, 183 of level 2.
const CHAPTERS: [usize; 17] = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];
const FIRST_LEVEL: usize = 70;
struct Row<'a> {
    id: Vec<usize>,
    level: &'a str,
    holds: &'a str,
}

/// Lines that begin with `| 1.2.3 |`.
fn rows(text: &str) -> Vec<Row<'_>> {
    let lines =
        text.lines().filter(|line| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit()));
    let read = lines.map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, level, _, holds] = cells[..] else { panic!("{PAGE}: four cells in {line}") };
        let id = id.split('.').map(|part| part.parse().unwrap_or_else(|_| panic!("{PAGE}: the id {id}"))).collect();
        Row { id, level, holds }
    });
    read.collect()
}

/// What is in backticks.
fn named(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Paths have a `/` or an ending; names of tests have neither.
fn is_path(name: &str) -> bool {
    !name.contains(' ') && (name.contains('/') || name.contains('.'))
}

#[test]
fn every_requirement_is_answered_once_in_its_order() {
    let text = tree::read(PAGE);
    let rows = rows(&text);
    for (chapter, count) in (1..).zip(CHAPTERS) {
        let found = rows.iter().filter(|row| row.id[0] == chapter).count();
        assert_eq!(found, count, "{PAGE}: rows of chapter V{chapter}");
    }
    assert_eq!(rows.iter().filter(|row| row.level == "1").count(), FIRST_LEVEL, "{PAGE}: rows of level 1");
    assert!(rows.iter().all(|row| matches!(row.level, "1" | "2")), "{PAGE}: levels 1 and 2 only");
    let in_order = rows.windows(2).find(|pair| pair[0].id >= pair[1].id);
    assert!(in_order.is_none(), "{PAGE}: {:?} is out of its place", in_order.map(|pair| &pair[1].id));
}

#[test]
fn every_test_that_a_requirement_names_exists() {
    let known: BTreeSet<String> = test_names().map(|(_, name)| name).collect();
    let text = tree::read(PAGE);
    let mut findings = Vec::new();
    for row in rows(&text) {
        let id = row.id.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        for name in named(row.holds) {
            let exists = if is_path(name) { tree::root().join(name).exists() } else { known.contains(name) };
            if !exists {
                findings.push(Finding::new(PAGE, id.clone(), format!("there is no test and no file {name}")));
            }
        }
        if row.holds.is_empty() || row.holds.ends_with(':') {
            findings.push(Finding::new(PAGE, id, "says nothing"));
        }
    }
    settle("asvs", &findings);
}

#[test]
fn rows_and_names_are_read() {
    let text = "| id | L |\n|---|---|\n| 1.2.10 | 2 | what | n/a: none |\n| 2.1.1 | 1 | what | `a_test`, `src/a.rs`, `it says` |";
    let rows = rows(text);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].id, [1, 2, 10]);
    assert_eq!((rows[0].level, rows[0].holds), ("2", "n/a: none"));
    let names: Vec<_> = named(rows[1].holds).collect();
    assert_eq!(names, ["a_test", "src/a.rs", "it says"]);
    assert_eq!(names.iter().map(|name| is_path(name)).collect::<Vec<_>>(), [false, true, false]);
}
