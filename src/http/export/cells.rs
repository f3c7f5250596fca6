//! What may stand in a cell of a table that people open in a spreadsheet. Must never let through what such a program would calculate:
//! a text that begins like a formula is given an apostrophe in front (OWASP, CSV injection), by which it is a text.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula, in both widths.
const BEGINS_FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
/// Where a program that parts cells by something else than commas would begin a new one, whatever stands in quotes.
const PARTS_ELSEWHERE: &[char] = &[';', '\t', '\r', '\n', '|'];
/// What may stand between the beginning of a cell and what it begins with.
const SKIPPED: &[char] = &[' ', '"', '\'', '\u{a0}', '\u{feff}'];

/// A text as people typed it.
pub fn text(text: &str) -> Cow<'_, str> {
    if !text.contains(BEGINS_FORMULA) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 1);
    let mut rest = text;
    loop {
        if begins_formula(rest) {
            safe.push('\'');
        }
        match rest.char_indices().find(|(_, c)| PARTS_ELSEWHERE.contains(c)) {
            None => {
                safe.push_str(rest);
                return Cow::Owned(safe);
            }
            Some((at, c)) => {
                let (before, after) = rest.split_at(at + c.len_utf8());
                safe.push_str(before);
                rest = after;
            }
        }
    }
}

fn begins_formula(text: &str) -> bool {
    text.trim_start_matches(|c| SKIPPED.contains(&c)).starts_with(BEGINS_FORMULA)
}

/// A number as the domain keeps it: digits are no formula, whatever their sign.
pub fn number(text: &str) -> Cow<'_, str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { Cow::Borrowed(text) } else { self::text(text) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_a_text() {
        let changed = [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            (" =1", "' =1"),
            ("\"=1", "'\"=1"),
            ("a;=1", "a;'=1"),
            ("a;\"=1\"", "a;'\"=1\""),
            ("a\t=1", "a\t'=1"),
            ("\t=1", "'\t'=1"),
            ("=1;-2", "'=1;'-2"),
        ];
        for (typed, cell) in changed {
            assert_eq!(text(typed), cell, "{typed}");
        }
        for same in ["", "Fine", "a=b", "1-2", "a, =b", "x; y", "é"] {
            assert_eq!(text(same), same);
        }
        for (typed, cell) in [("-12.5", "-12.5"), ("3", "3"), ("-", "'-"), ("-1+1", "'-1+1"), ("=1", "'=1")] {
            assert_eq!(number(typed), cell);
        }
    }

    /// A table with these cells in one row.
    fn table(cells: &[String]) -> Vec<u8> {
        let mut rows = super::super::rows::Rows::new();
        rows.write(&cells.iter().map(|cell| text(cell)).collect::<Vec<_>>());
        rows.into_bytes()
    }

    fn read(table: &[u8], parted_by: u8) -> Vec<String> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(parted_by).from_reader(table);
        reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// What is read back is what was written, an apostrophe aside; and no program, whatever parts its cells, is given a formula.
        #[test]
        fn what_is_exported_is_read_back_and_is_no_formula(
            cells in prop::collection::vec("[=+@a1 ;,\"'|\\t\\r\\n＝－é-]{0,12}|\\PC{0,12}", 1..6),
        ) {
            let table = table(&cells);
            let found = read(&table, b',');
            prop_assert_eq!(found.len(), cells.len());
            for (found, typed) in found.iter().zip(&cells) {
                prop_assert_eq!(found.replace('\'', ""), typed.replace('\'', ""));
                if !typed.contains(BEGINS_FORMULA) {
                    prop_assert_eq!(found, typed);
                }
            }
            // Whoever parts cells elsewhere may find the end of the row itself within one.
            for parted_by in [b',', b';', b'\t', b'|'] {
                for cell in read(&table, parted_by) {
                    prop_assert!(!cell.trim_start_matches([' ', '"', '\r', '\n']).starts_with(BEGINS_FORMULA), "{:?} by {:?}", cell, parted_by as char);
                }
            }
        }
    }
}
