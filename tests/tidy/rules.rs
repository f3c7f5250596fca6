//! Rules and guarantees have tests. A rule of docs/SYNC-SPEC.md is tested by tests whose names begin with its id (`r12_…`
//! in Rust, `"R12 …"` in TypeScript); a guarantee of docs/GUARANTEES.md names its tests or says "not yet".

use std::collections::BTreeSet;

use super::{
    findings::{Finding, settle},
    lexer,
    tree::{self, File},
};

const SPEC: &str = "docs/SYNC-SPEC.md";
const GUARANTEES: &str = "docs/GUARANTEES.md";

#[test]
fn every_rule_has_a_test_and_every_test_a_rule() {
    let rules = rules(&tree::read(SPEC));
    assert!(rules.len() >= 20, "{SPEC}: only {} rules were read", rules.len());
    let unique: BTreeSet<_> = rules.iter().copied().collect();
    assert_eq!(unique.len(), rules.len(), "{SPEC}: a rule's id is used twice");

    let mut tested = BTreeSet::new();
    let mut findings = Vec::new();
    for (file, name) in test_names() {
        for rule in rules_of_test(&name) {
            tested.insert(rule);
            if !unique.contains(&rule) {
                findings.push(Finding::new(&file, name.clone(), format!("{SPEC} has no rule R{rule}")));
            }
        }
    }
    for rule in unique.difference(&tested) {
        findings.push(Finding::new(SPEC, format!("R{rule}"), "no test's name begins with this rule's id"));
    }
    settle("rule", &findings);
}

#[test]
fn every_test_that_a_guarantee_names_exists() {
    let known: BTreeSet<String> = test_names().map(|(_, name)| name).collect();
    let text = tree::read(GUARANTEES);
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| G")).collect();
    assert_eq!(rows.len(), 17, "{GUARANTEES} has one row for each of G1 to G17");
    let mut findings = Vec::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, tests] = cells[..] else { panic!("{GUARANTEES}: three cells in {row}") };
        let named: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        if named.is_empty() && !tests.contains("not yet") {
            findings.push(Finding::new(GUARANTEES, id, "names no test and does not say \"not yet\""));
        }
        for name in named.into_iter().filter(|name| !known.contains(*name)) {
            findings.push(Finding::new(GUARANTEES, id, format!("there is no test {name}")));
        }
    }
    settle("guarantee", &findings);
}

/// The numbers of the rules: lines that begin with `**R12**`.
fn rules(spec: &str) -> Vec<u32> {
    spec.lines().filter_map(|line| line.strip_prefix("**R")?.split_once("**")?.0.parse().ok()).collect()
}

/// File and name of every test in both languages.
pub fn test_names() -> impl Iterator<Item = (String, String)> {
    tree::files().into_iter().flat_map(|file| {
        let names = match &file {
            file if file.is_rust() => rust_tests(&file.text),
            file if file.is_web() && is_script_test(file) => script_tests(&file.code()),
            _ => Vec::new(),
        };
        names.into_iter().map(move |name| (file.path.clone(), name))
    })
}

fn is_script_test(file: &File) -> bool {
    file.path.contains(".test.") || file.path.starts_with("web/e2e/")
}

/// Functions below an attribute that makes them a test, such as `#[test]` and `#[tokio::test]`, inside `proptest!` too.
fn rust_tests(text: &str) -> Vec<String> {
    let code = lexer::blank_rust(text);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("test") {
        let attribute = code[..at].rfind("#[").filter(|start| !code[*start..at].contains(']'));
        if attribute.is_none() || !code[at + 4..].starts_with([']', '(']) {
            continue;
        }
        let mut words = lexer::identifiers(&code[at..]).skip_while(|(_, word)| *word != "fn");
        found.extend(words.nth(1).map(|(_, name)| name.to_owned()));
    }
    // The contract suites: the names in `on_both!(…)` become a test for each database.
    for (at, _) in code.match_indices("on_both!") {
        let list = code[at + "on_both!".len()..].split([')', '}']).next().unwrap_or_default();
        found.extend(lexer::identifiers(list).map(|(_, name)| name.to_owned()));
    }
    found
}

/// Titles given to `test(…)` and `it(…)`.
fn script_tests(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (offset, word) in lexer::identifiers(code) {
        let rest = &code[offset + word.len()..];
        if !matches!(word, "test" | "it") || !rest.starts_with('(') {
            continue;
        }
        let title = rest[1..].trim_start();
        if let Some(quote) = title.chars().next().filter(|first| matches!(first, '"' | '\'' | '`')) {
            found.extend(title[1..].split(quote).next().map(str::to_owned));
        }
    }
    found
}

/// The rules a test's name begins with: `r12_r13_resumes` and `R12 R13 resumes` give 12 and 13.
fn rules_of_test(name: &str) -> Vec<u32> {
    name.split(['_', ' ', ':', ',']).map_while(|part| part.strip_prefix(['r', 'R'])?.parse().ok()).collect()
}

#[test]
fn names_of_tests_are_read_in_both_languages() {
    let rust = "#[test]\nfn r1_a() {}\n#[tokio::test(start_paused = true)]\nasync fn b() {}\n#[cfg(test)]\nmod tests;\nfn helper() {}";
    assert_eq!(rust_tests(rust)[..2], ["r1_a", "b"]);
    assert!(!rust_tests(rust).contains(&"tests".to_owned()));
    assert_eq!(rust_tests("on_both!(r3_c, d,);\nfn e() {}"), ["r3_c", "d"]);
    assert_eq!(script_tests("test(\"R2 joins\", f); it('x', g); latest(\"no\")"), ["R2 joins", "x"]);
    assert_eq!(rules_of_test("r12_r13_resumes_r9"), [12, 13]);
    assert_eq!(rules_of_test("R4 says so"), [4]);
    assert!(rules_of_test("ranks_never_tie").is_empty());
    assert_eq!(rules("**R7** It says.\ntext **R8** no\n**R9** yes"), [7, 9]);
}
