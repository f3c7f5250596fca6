//! Teeth: with each deliberate bug in the server the simulator turns red, and without any it does not. Only in a build that has
//! the bugs (`make teeth`); the table it prints is kept in docs/RELIABILITY.md.

use super::run::run;

/// Each bug, and the anomalies that it is known by.
const BUGS: [(&str, &[&str]); 14] = [
    ("bug_ack_before_commit", &["lost-acked-write", "ack-mismatch"]),
    ("bug_skip_swap", &["wrong-state", "gap", "divergent-event", "effect-twice", "not-converged"]),
    ("bug_no_dedupe", &["effect-twice", "ack-mismatch"]),
    ("bug_access_cached_at_connect", &["leak-after-revoke", "deadlock"]),
    ("bug_no_guards", &["command-after-revoke"]),
    ("bug_publish_before_commit", &["phantom-event"]),
    (
        "bug_gap_ignored",
        &["wrong-state", "gap", "duplicate-or-reorder", "divergent-event", "not-converged", "split-commit"],
    ),
    ("bug_unknown_is_failure", &["rejected-but-applied"]),
    ("bug_resume_off_by_one", &["gap"]),
    ("bug_no_backstop", &["realtime-lag", "deadlock", "not-converged"]),
    ("bug_snapshot_older_than_seen", &["snapshot-went-back"]),
    ("bug_revoked_outbox_kept", &["leak-after-revoke"]),
    ("bug_epoch_ignored", &["gap"]),
    ("bug_evolve_tentative_kept_on_conflict", &["wrong-state", "not-converged", "divergent-event"]),
];

/// Seeds that each bug is given.
const SEEDS_MAX: u64 = 3_000;

#[test]
fn every_bug_turns_the_simulator_red() {
    lockstep::bugs::choose("none of them");
    for seed in 0..100 {
        assert_eq!(run(seed, false).err(), None, "seed {seed}, without any bug");
    }
    println!("| feature | anomaly | first seed | seeds until found |");
    println!("|---|---|---|---|");
    let mut blunt = Vec::new();
    for (name, known_by) in BUGS {
        lockstep::bugs::choose(name);
        match (0..SEEDS_MAX).find_map(|seed| run(seed, false).err().map(|anomaly| (seed, anomaly))) {
            Some((seed, anomaly)) => {
                println!("| `{name}` | {} | {seed} | {} |", anomaly.name, seed + 1);
                if !known_by.contains(&anomaly.name) {
                    blunt.push(format!("{name} is told as {}: {}", anomaly.name, anomaly.what));
                }
            }
            None => blunt.push(format!("{name} was not found in {SEEDS_MAX} seeds")),
        }
    }
    assert!(blunt.is_empty(), "{blunt:#?}");
}
