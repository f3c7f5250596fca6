//! Sizes and headers: files of at most 400 lines, functions of at most 70, a `//!` header on each Rust file.

use super::{
    findings::{Finding, settle},
    lexer, tree,
};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

#[test]
fn files_stay_small() {
    let findings: Vec<_> = tree::files()
        .iter()
        .filter(|file| (file.is_rust() || file.is_web()) && !file.is_generated() && !file.is_sibling_test())
        .filter_map(|file| {
            let lines = file.text.lines().count();
            let what = format!("{lines} lines; split it: at most {FILE_LINES_MAX}");
            (lines > FILE_LINES_MAX).then(|| Finding { size: Some(lines), ..Finding::new(&file.path, "file", what) })
        })
        .collect();
    settle("file-size", &findings);
}

#[test]
fn functions_stay_small() {
    let mut findings = Vec::new();
    for file in tree::rust_files().iter().filter(|file| !file.is_sibling_test()) {
        for (name, lines) in functions(&file.code()) {
            if lines > FUNCTION_LINES_MAX {
                let what = format!("{lines} lines; split it: at most {FUNCTION_LINES_MAX}");
                findings.push(Finding { size: Some(lines), ..Finding::new(&file.path, name, what) });
            }
        }
    }
    settle("function-size", &findings);
}

#[test]
fn every_file_says_what_it_is() {
    let findings: Vec<_> = tree::rust_files()
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| Finding::new(&file.path, "file", "starts without a //! header (what it is, what it must never do)"))
        .collect();
    settle("header", &findings);
}

/// Functions that have a body, with the lines they take from `fn` to the closing brace.
fn functions(code: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (offset, word) in lexer::identifiers(code) {
        if word != "fn" || !code[offset + 2..].starts_with(' ') {
            continue;
        }
        let Some((_, name)) = lexer::identifiers(&code[offset + 2..]).next() else { continue };
        if let Some(end) = body_end(code.as_bytes(), offset) {
            found.push((name.to_owned(), lexer::line_of(code, end) - lexer::line_of(code, offset) + 1));
        }
    }
    found
}

/// Where the body of the function at `from` ends; `None` for a signature without one.
fn body_end(code: &[u8], from: usize) -> Option<usize> {
    let (mut brackets, mut braces) = (0_usize, 0_usize);
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets = brackets.saturating_sub(1),
            b';' if brackets == 0 && braces == 0 => return None,
            b'{' => braces += 1,
            b'}' if braces == 1 => return Some(at),
            b'}' => braces = braces.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[test]
fn a_function_is_measured_from_its_name_to_its_brace() {
    let code = "trait T { fn none(&self) -> [u8; 2]; }\nfn one() -> [u8; 2] {\n  if a {\n  }\n}\nfn two() {}\n";
    assert_eq!(functions(code), [("one".to_owned(), 4), ("two".to_owned(), 1)]);
}
