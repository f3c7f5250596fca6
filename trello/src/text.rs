//! Texts that fit: an export's names and bodies within Lockstep's limits. What had to be cut is said, never silently lost.

/// A name or title on one line: control characters and runs of white space become one space.
pub fn line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Markdown: line ends as `\n`, no control characters but line ends and tabs.
pub fn body(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect::<String>().trim().to_owned()
}

/// At most so many characters and bytes, with an ellipsis where something was cut; and whether it was.
pub fn fit(text: &str, chars_max: usize, bytes_max: usize) -> (String, bool) {
    if text.chars().count() <= chars_max && text.len() <= bytes_max {
        return (text.to_owned(), false);
    }
    const ELLIPSIS: char = '…';
    let mut cut = String::new();
    for (count, c) in text.chars().enumerate() {
        if count + 1 >= chars_max || cut.len() + c.len_utf8() + ELLIPSIS.len_utf8() > bytes_max {
            break;
        }
        cut.push(c);
    }
    cut.truncate(cut.trim_end().len());
    cut.push(ELLIPSIS);
    (cut, true)
}

/// The text in parts of at most so many bytes, none of them empty.
pub fn parts(text: &str, bytes_max: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > bytes_max {
        let mut end = bytes_max;
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        // Rather between lines than within one.
        let end = rest[..end].rfind('\n').filter(|at| *at > end / 2).unwrap_or(end);
        parts.push(rest[..end].trim().to_owned());
        rest = &rest[end..];
    }
    parts.push(rest.trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}
