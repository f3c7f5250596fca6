//! The page tells what was judged, and nothing of the machine's folders.

use super::{Judged, grouped, page, told};
use crate::check::{Bounds, judge, selftest};

#[test]
fn numbers_are_grouped_and_paths_are_left_out() {
    assert_eq!(
        ["7", "1,234", "200,000", "1,234,567"],
        [7, 1_234, 200_000, 1_234_567].map(grouped).each_ref().map(String::as_str)
    );
    assert_eq!(
        told("chaos --seed 7 --out target/x --replay tests/data/board.json --for 9s"),
        "chaos --seed 7 --replay board.json --for 9s"
    );
}

#[test]
fn the_page_counts_what_was_checked_and_names_what_was_found() {
    let history = selftest::good(1);
    let verdict = judge(&history, Bounds::default());
    let clean = page(&[Judged { run: history.run.clone(), verdict }]).unwrap();
    assert!(clean.contains(", 0 anomalies**") && clean.contains("| G1 | `lost-acked-write`"), "{clean}");
    let mut damaged = history;
    damaged.journal.heads.values_mut().for_each(|head| head.0 += 1);
    let verdict = judge(&damaged, Bounds::default());
    let found = page(&[Judged { run: damaged.run, verdict }]).unwrap();
    assert!(!found.contains(", 0 anomalies**") && found.contains("- seed 1, `journal-gap`: "), "{found}");
}
