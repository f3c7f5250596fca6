//! What is left of a line: the pieces between what was taken. It must never lose a letter; only commas and semicolons that now part
//! nothing are left out.

use super::lex::{is_space, is_trailing};

/// The line without these parts and these backslashes, both in order.
pub fn without(line: &str, cuts: &[(usize, usize)], backslashes: &[usize]) -> String {
    let mut title = String::with_capacity(line.len());
    let mut backslashes = backslashes.iter().copied().peekable();
    let mut from = 0;
    for (start, end) in cuts.iter().copied().chain([(line.len(), line.len())]) {
        let mut piece = String::new();
        while let Some(at) = backslashes.next_if(|at| *at < start) {
            piece.push_str(&line[from..at]);
            from = at + 1;
        }
        piece.push_str(&line[from..start]);
        let piece = piece.trim_matches(is_space);
        let parts_nothing = !cuts.is_empty() && piece.chars().all(|c| matches!(c, ',' | ';'));
        if !parts_nothing {
            if !title.is_empty() && !piece.starts_with(is_trailing) {
                title.push(' ');
            }
            title.push_str(piece);
        }
        from = end;
    }
    title
}
