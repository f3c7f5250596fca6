//! A line as words. A word ends at a space, or at a comma that does not stand between two digits; what stands in quotes is one word.
//! It must never depend on tables of Unicode: the web app's twin (`web/src/sdk/quick-add/lex.ts`) has to cut the same.

/// Closes a sentence or a clause: no part of the word before it.
const TRAILING: &[char] = &[',', ';', ':', '!', '?', '.', ')', ']'];

/// One word of the line; all places are in bytes.
#[derive(Debug)]
pub struct Word {
    /// With the backslash, where there is one.
    pub start: usize,
    /// Where it ends without what closes a sentence.
    pub core_end: usize,
    /// With it.
    pub end: usize,
    /// The core in small letters; empty for a quoted one.
    pub folded: String,
    /// A backslash stands before it.
    pub escaped: bool,
    pub quoted: Option<Quoted>,
}

/// What stands in quotes.
#[derive(Debug)]
pub struct Quoted {
    /// `#`, `@` or `+`, directly before the quotes.
    pub sigil: Option<char>,
    pub inner: (usize, usize),
}

impl Word {
    /// Where the core begins.
    pub const fn body(&self) -> usize {
        self.start + self.escaped as usize
    }

    /// An ordinary word, which may stand within a phrase.
    pub const fn is_plain(&self) -> bool {
        !self.escaped && self.quoted.is_none()
    }
}

pub const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}')
}

pub fn is_trailing(c: char) -> bool {
    TRAILING.contains(&c)
}

/// Small letters of what the words of both languages are written with.
pub fn folded(text: &str) -> String {
    let small = |c: char| match c {
        'Ä' => 'ä',
        'Ö' => 'ö',
        'Ü' => 'ü',
        _ => c.to_ascii_lowercase(),
    };
    text.chars().map(small).collect()
}

pub fn words(line: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut unclosed = Vec::new();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        if is_space(c) {
            at += c.len_utf8();
            continue;
        }
        let word = word(line, at, &mut unclosed);
        at = word.end;
        found.push(word);
    }
    found
}

fn word(line: &str, start: usize, unclosed: &mut Vec<char>) -> Word {
    let escaped = line[start..].starts_with('\\');
    let body = start + usize::from(escaped);
    // A caret marks a date and is a word of its own.
    if line[body..].starts_with('^') && line[body + 1..].chars().next().is_some_and(|c| !is_space(c)) {
        let end = body + 1;
        return Word { start, core_end: end, end, folded: "^".to_owned(), escaped, quoted: None };
    }
    if let Some((quoted, closed)) = quoted(line, body, unclosed) {
        let end = boundary(line, closed);
        let alone = line[closed..end].chars().all(is_trailing);
        // With letters right behind the quotes it is no name, only text.
        let sigil = if alone { quoted.sigil } else { None };
        let quoted = Some(Quoted { sigil, inner: quoted.inner });
        return Word { start, core_end: closed, end, folded: String::new(), escaped, quoted };
    }
    let end = boundary(line, body);
    let core_end = body + line[body..end].trim_end_matches(TRAILING).len();
    Word { start, core_end, end, folded: folded(&line[body..core_end]), escaped, quoted: None }
}

/// Where a word that has come as far as `from` ends.
fn boundary(line: &str, from: usize) -> usize {
    let mut before: Option<char> = None;
    let mut chars = line[from..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        if is_space(c) {
            return from + offset;
        }
        if c == ',' {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            if !(digit(before) && digit(chars.peek().map(|(_, next)| *next))) {
                return from + offset + 1;
            }
        }
        before = Some(c);
    }
    line.len()
}

/// The quotes that begin here, and where they end. A kind of quote that was once sought in vain is not sought again, so that a line
/// is gone through a fixed number of times.
fn quoted(line: &str, body: usize, unclosed: &mut Vec<char>) -> Option<(Quoted, usize)> {
    let sigil = line[body..].chars().next().filter(|c| matches!(c, '#' | '@' | '+'));
    let open = body + usize::from(sigil.is_some());
    let mark = line[open..].chars().next()?;
    let closes: &[char] = match mark {
        '"' => &['"'],
        '„' => &['“', '”'],
        '“' => &['”'],
        _ => return None,
    };
    if unclosed.contains(&mark) {
        return None;
    }
    let from = open + mark.len_utf8();
    let Some(length) = line[from..].find(closes) else {
        unclosed.push(mark);
        return None;
    };
    let inner = (from, from + length);
    let close = line[inner.1..].chars().next().map_or(0, char::len_utf8);
    Some((Quoted { sigil, inner }, inner.1 + close))
}
