//! The self-test as a test: good histories are clean, and every damage of each of them is found.

use std::collections::BTreeSet;

use super::{all, generate, run};
use crate::check::{Bounds, Kind, judge};

#[test]
fn good_histories_are_clean() {
    for seed in 1..=8 {
        let verdict = judge(&generate::history(seed), Bounds::default());
        assert!(verdict.is_clean(), "seed {seed}: {verdict}");
        for line in &verdict.lines {
            assert!(line.checked > 0, "seed {seed}: {} was not looked at", line.name);
        }
    }
}

#[test]
fn every_damage_is_found() {
    let outcome = run(1).unwrap();
    assert!(outcome.has_teeth(), "{outcome}");
}

#[test]
fn each_kind_of_anomaly_has_a_damage_that_shows_it() {
    let damages: Vec<_> = all().collect();
    let shown: BTreeSet<_> = damages.iter().map(|mutation| mutation.found_as).collect();
    let missing: Vec<_> = Kind::ALL.iter().filter(|kind| !shown.contains(kind)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(damages.len() >= 20, "{}", damages.len());
}
