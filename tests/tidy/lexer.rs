//! Just enough of a lexer to tell code from comments and literals, so that a word in a sentence is no finding.

/// Blanks comments and the contents of strings and characters. Keeps every offset and line break.
pub fn blank_rust(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => nested_comment_end(bytes, at),
            b'"' => string_end(bytes, at, b'"'),
            b'r' if starts_raw_string(bytes, at) => raw_string_end(bytes, at),
            b'\'' => match char_end(bytes, at) {
                Some(end) => end,
                None => {
                    at += 1;
                    continue;
                }
            },
            _ => {
                at += 1;
                continue;
            }
        };
        blank(&mut out, at, end);
        at = end;
    }
    String::from_utf8(out).expect("blanking keeps whole characters: it replaces every byte of what it blanks")
}

/// The same for TypeScript and Svelte, comments only: the names of tests are strings and are wanted.
pub fn blank_script(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                at = string_end(bytes, at, quote).min(if quote == b'`' {
                    bytes.len()
                } else {
                    line_end(bytes, at).max(at + 1)
                })
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') && (at == 0 || bytes[at - 1] != b':') => {
                let end = line_end(bytes, at);
                blank(&mut out, at, end);
                at = end;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = find(bytes, at + 2, b"*/").map_or(bytes.len(), |end| end + 2);
                blank(&mut out, at, end);
                at = end;
            }
            _ => at += 1,
        }
    }
    String::from_utf8(out).expect("blanking keeps whole characters: it replaces every byte of what it blanks")
}

/// Identifiers with their offsets.
pub fn identifiers(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = code.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() && !is_word(bytes[at]) {
            at += 1;
        }
        let start = at;
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        (start < at).then(|| (start, &code[start..at]))
    })
}

pub fn line_of(code: &str, offset: usize) -> usize {
    code.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn blank(out: &mut [u8], start: usize, end: usize) {
    for byte in &mut out[start..end] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| from + length)
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    bytes.get(from..)?.windows(wanted.len()).position(|window| window == wanted).map(|length| from + length)
}

fn nested_comment_end(bytes: &[u8], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

fn string_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn starts_raw_string(bytes: &[u8], at: usize) -> bool {
    let before_is_word = at > 0 && is_word(bytes[at - 1]) && bytes[at - 1] != b'b' && bytes[at - 1] != b'c';
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    !before_is_word && bytes.get(at + 1 + hashes) == Some(&b'"')
}

fn raw_string_end(bytes: &[u8], from: usize) -> usize {
    let hashes = bytes[from + 1..].iter().take_while(|byte| **byte == b'#').count();
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    find(bytes, from + 2 + hashes, &close).map_or(bytes.len(), |end| end + close.len())
}

/// `None` for a lifetime.
fn char_end(bytes: &[u8], from: usize) -> Option<usize> {
    if bytes.get(from + 1) == Some(&b'\\') {
        return Some(string_end(bytes, from, b'\''));
    }
    let rest = std::str::from_utf8(bytes.get(from + 1..)?).ok()?;
    let length = rest.chars().next()?.len_utf8();
    (bytes.get(from + 1 + length) == Some(&b'\'')).then_some(from + length + 2)
}

#[test]
fn comments_and_literals_are_blanked_and_nothing_else() {
    let text = "let a = \"todo!\"; // todo!\nlet b: &'static str = r#\"crate::x \"q\" \"#; /* a /* b */ c */ let c = '\"'; done()";
    let code = blank_rust(text);
    assert_eq!(code.len(), text.len());
    assert!(!code.contains("todo") && !code.contains("crate::x") && !code.contains("b */"));
    assert!(code.contains("let b: &'static str =") && code.contains("let c =") && code.contains("done()"));
    assert_eq!(line_of(&code, code.find("done").expect("code after literals stays")), 2);
}

#[test]
fn the_names_of_script_tests_stay() {
    let code = blank_script("test(\"R12 joins\", () => {}) // test(\"R13\")\n/* R14 */ const url = 'http://x'; last()");
    assert!(code.contains("R12 joins") && code.contains("http://x") && code.contains("last()"));
    assert!(!code.contains("R13") && !code.contains("R14"));
}
