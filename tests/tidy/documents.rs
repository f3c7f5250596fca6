//! Documents: every relative link leads somewhere, and no page leans on something outside the repository.

use super::{
    findings::{Finding, settle},
    tree,
};

#[test]
fn links_lead_somewhere() {
    let mut findings = Vec::new();
    for file in tree::files().iter().filter(|file| file.ending() == "md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in links(&file.text) {
            let path = target.split('#').next().unwrap_or_default();
            let outside = target.contains("://") || target.starts_with("mailto:") || path.is_empty();
            if !outside && !tree::root().join(folder).join(path).exists() {
                findings.push(Finding::new(&file.path, target, "the link leads nowhere"));
            }
        }
    }
    settle("document-link", &findings);
}

#[test]
fn nothing_leans_on_what_is_not_in_the_repository() {
    const OUTSIDE: [&str; 3] = ["../shared", "/work/", "/tmp/"];
    let mut findings = Vec::new();
    for file in tree::files().iter().filter(|file| !file.path.starts_with("tests/tidy/")) {
        for word in OUTSIDE.iter().filter(|word| file.text.contains(**word)) {
            findings.push(Finding::new(&file.path, *word, format!("{word} is a place on somebody's machine")));
        }
    }
    settle("document-word", &findings);
}

/// Targets of `[text](target)` and `![text](target)`, outside code.
fn links(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        for part in line.split("](").skip(1) {
            found.extend(part.split_once(')').map(|(target, _)| target));
        }
    }
    found
}

#[test]
fn links_in_code_are_not_followed() {
    assert_eq!(links("see [a](b.md#c) and ![d](e.png)\n```\n[x](y)\n```\n[z](w)"), ["b.md#c", "e.png", "w"]);
}
