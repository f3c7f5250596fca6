//! Orphan files: a Rust file that no `mod` reaches is neither compiled nor tested, however good it looks.

use std::collections::BTreeSet;

use super::{
    findings::{Finding, settle},
    lexer, tree,
};

#[test]
fn every_rust_file_is_reached_by_a_mod() {
    let files = tree::rust_files();
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let crates = tree::crates();
    let mut open: Vec<String> =
        paths.iter().filter(|path| is_root(path, &crates)).map(|path| (*path).to_owned()).collect();
    while let Some(path) = open.pop() {
        let Some(file) = files.iter().find(|file| file.path == path) else { continue };
        if reached.insert(path.clone()) {
            for name in declared_modules(&file.code()) {
                open.extend(
                    candidates(&path, &name).into_iter().filter(|candidate| paths.contains(candidate.as_str())),
                );
            }
        }
    }
    let findings: Vec<_> = paths
        .iter()
        .filter(|path| !reached.contains(**path))
        .map(|path| Finding::new(path, "file", "no mod reaches it: declare it or delete it"))
        .collect();
    settle("orphan", &findings);
}

/// Files that cargo itself starts from, in any crate of the workspace.
fn is_root(path: &str, crates: &[String]) -> bool {
    if path.starts_with("fuzz/fuzz_targets/") {
        return true;
    }
    crates.iter().filter_map(|folder| path.strip_prefix(folder.as_str())).any(|rest| {
        let (folder, file) = rest.rsplit_once('/').unwrap_or(("", rest));
        match folder {
            "" => file == "build.rs",
            "src" => matches!(file, "lib.rs" | "main.rs"),
            "src/bin" | "examples" | "benches" => true,
            // The server has one test binary; the other crates' test files are binaries each.
            "tests" => file == "main.rs" || rest != path,
            _ => false,
        }
    })
}

fn declared_modules(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut words = lexer::identifiers(code).peekable();
    while let Some((_, word)) = words.next() {
        if let ("mod", Some((offset, name))) = (word, words.peek())
            && code[offset + name.len()..].starts_with(';')
        {
            names.push((*name).to_owned());
        }
    }
    names
}

fn candidates(path: &str, name: &str) -> [String; 2] {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => format!("{folder}/{}", file.trim_end_matches(".rs")),
    };
    [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")]
}

#[test]
fn modules_are_found_where_rust_looks_for_them() {
    assert_eq!(declared_modules("pub mod a; mod b { mod c; } pub(crate) mod d;"), ["a", "c", "d"]);
    assert_eq!(candidates("src/ws/mod.rs", "socket"), ["src/ws/socket.rs", "src/ws/socket/mod.rs"]);
    assert_eq!(candidates("src/app.rs", "start"), ["src/app/start.rs", "src/app/start/mod.rs"]);
    let crates = ["".to_owned(), "protocol/".to_owned()];
    let root = |path| is_root(path, &crates);
    assert!(root("protocol/src/lib.rs") && root("protocol/tests/replay.rs") && root("tests/main.rs"));
    assert!(!root("tests/tidy.rs") && !root("src/ws/mod.rs") && !root("protocol/src/ids.rs"));
}
