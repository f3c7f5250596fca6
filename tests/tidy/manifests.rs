//! Dependencies: none that nobody uses, none in the pure crates that could do IO, every licence one that deny.toml allows.

use std::process::Command;

use super::{
    findings::{Finding, settle},
    lexer, tree,
};

/// What would give the pure crates IO, tasks, clocks or chance.
const IMPURE: [&str; 11] = [
    "axum",
    "fred",
    "futures-util",
    "getrandom",
    "rand",
    "ractor",
    "reqwest",
    "sqlx",
    "tokio",
    "tokio-util",
    "tracing",
];

#[test]
fn every_dependency_is_used() {
    let files = tree::rust_files();
    let mut findings = Vec::new();
    for folder in tree::crates() {
        let manifest = manifest(&folder);
        for (table, homes) in [
            ("dependencies", &["src/"][..]),
            ("dev-dependencies", &["src/", "tests/"][..]),
            ("build-dependencies", &["build.rs"][..]),
        ] {
            let texts: Vec<_> = files
                .iter()
                .filter(|file| {
                    file.path
                        .strip_prefix(folder.as_str())
                        .is_some_and(|rest| homes.iter().any(|home| rest.starts_with(home)))
                })
                .collect();
            for name in names(&manifest, table) {
                let word = name.replace('-', "_");
                if !texts.iter().any(|file| names_crate(&file.text, &word)) {
                    findings.push(Finding::new(
                        &format!("{folder}Cargo.toml"),
                        name,
                        format!("[{table}] names it, nothing uses it"),
                    ));
                }
            }
        }
    }
    settle("dependency", &findings);
}

#[test]
fn the_pure_crates_cannot_do_io() {
    for folder in ["protocol/", "domain/", "trello/"] {
        for name in names(&manifest(folder), "dependencies") {
            assert!(!IMPURE.contains(&name.as_str()), "{folder}Cargo.toml: {name} has no place in a pure crate");
        }
    }
}

#[test]
fn every_licence_is_one_that_we_allow() {
    let deny: toml::Table = toml::from_str(&tree::read("deny.toml")).expect("deny.toml is TOML");
    let allowed: Vec<_> =
        deny["licenses"]["allow"].as_array().expect("a list").iter().filter_map(|name| name.as_str()).collect();
    // Of this platform: only what was built here is sure to be on this disk.
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline", "--all-features"])
        .args(["--filter-platform", &platform])
        .current_dir(tree::root())
        .output()
        .expect("cargo runs: it started this test");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    assert!(packages.len() > 100, "only {} packages were read", packages.len());
    let mut findings = Vec::new();
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("(none)");
        if !allows(&allowed, licence) {
            let name = package["name"].as_str().unwrap_or_default();
            findings.push(Finding::new("Cargo.lock", name, format!("{licence} is not in deny.toml's list")));
        }
    }
    settle("licence", &findings);
}

#[test]
fn no_deliberate_bug_is_built_in_by_default_and_each_is_tried_and_told_of() {
    let features = manifest("")["features"].as_table().expect("a table").clone();
    let default = features.get("default").map(toml::Value::to_string).unwrap_or_default();
    assert!(!default.contains("bug"), "Cargo.toml: a deliberate bug is on by default: {default}");
    let bugs: Vec<&String> = features.keys().filter(|name| name.starts_with("bug_")).collect();
    assert!(bugs.len() >= 10, "only {} deliberate bugs", bugs.len());
    let sources: String =
        tree::rust_files().into_iter().filter(|file| file.top() == "src").map(|file| file.text).collect();
    let (tried, told) = (tree::read("tests/sim/teeth.rs"), tree::read("docs/RELIABILITY.md"));
    let mut findings = Vec::new();
    for name in bugs {
        assert_eq!(features[name].to_string(), r#"["bugs"]"#, "{name} turns on the switch and nothing else");
        let quoted = format!("\"{name}\"");
        for (place, there) in [
            ("src", sources.contains(&format!("bug!({quoted})"))),
            ("tests/sim/teeth.rs", tried.contains(&quoted)),
            ("docs/RELIABILITY.md", told.contains(&format!("`{name}`"))),
        ] {
            if !there {
                findings.push(Finding::new("Cargo.toml", name.clone(), format!("{place} does not have it")));
            }
        }
    }
    settle("deliberate-bug", &findings);
}

#[test]
fn only_builds_for_debugging_can_be_told_to_die() {
    for (name, profile) in manifest("")["profile"].as_table().expect("a table") {
        assert!(
            profile.get("debug-assertions").is_none(),
            "Cargo.toml: {name} is built like the command says, no other way"
        );
    }
    let text = tree::read("src/steps.rs");
    let (_, guarded) = text.split_once("#[cfg(debug_assertions)]\nmod counted {").expect("it stands behind a switch");
    let (within, without) = guarded.split_once("#[cfg(not(debug_assertions))]").expect("and has another side");
    for word in ["abort", "env::"] {
        assert!(within.contains(word) && !without.contains(word), "{word} is for builds with debug assertions alone");
    }
}

/// `name::…` or, as serde's attributes do, `"name"`: a variable of that name is no use of the crate.
fn names_crate(text: &str, name: &str) -> bool {
    lexer::identifiers(text).any(|(at, word)| {
        let rest = &text[at + word.len()..];
        word == name && (rest.starts_with("::") || (rest.starts_with('"') && text[..at].ends_with('"')))
    })
}

fn manifest(folder: &str) -> toml::Table {
    toml::from_str(&tree::read(&format!("{folder}Cargo.toml")))
        .unwrap_or_else(|error| panic!("{folder}Cargo.toml: {error}"))
}

fn names(manifest: &toml::Table, table: &str) -> Vec<String> {
    manifest.get(table).and_then(toml::Value::as_table).map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

/// Whether an SPDX expression can be met with allowed licences. `AND` binds tighter than `OR`; the old `/` means `OR`.
fn allows(allowed: &[&str], expression: &str) -> bool {
    // "or any later version" includes the version itself.
    let expression = expression.trim().trim_end_matches('+');
    if let Some(parts) = split(expression, " OR ").or_else(|| split(expression, "/")) {
        return parts.into_iter().any(|part| allows(allowed, part));
    }
    if let Some(parts) = split(expression, " AND ") {
        return parts.into_iter().all(|part| allows(allowed, part));
    }
    match expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => allows(allowed, inner),
        None => allowed.contains(&expression),
    }
}

/// Splits outside parentheses; `None` where there is nothing to split.
fn split<'a>(expression: &'a str, by: &str) -> Option<Vec<&'a str>> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut at) = (0_usize, 0, 0);
    while at < expression.len() {
        match expression.as_bytes()[at] {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ if depth == 0 && expression[at..].starts_with(by) => {
                parts.push(&expression[start..at]);
                at += by.len();
                start = at;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&expression[start..]);
    (parts.len() > 1).then_some(parts)
}

#[test]
fn licence_expressions_are_read_as_written() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception", "ISC"];
    assert!(allows(&allowed, "GPL-3.0 OR MIT") && allows(&allowed, "GPL-3.0/MIT"));
    assert!(allows(&allowed, "ISC AND (MIT OR OpenSSL)") && allows(&allowed, "Apache-2.0 WITH LLVM-exception OR X"));
    assert!(!allows(&allowed, "MIT AND OpenSSL") && !allows(&allowed, "(none)") && !allows(&allowed, "GPL-3.0"));
}
