//! The seeded simulator: the server's own rules, shells, sessions and outboxes on several simulated nodes, with clients that fold
//! what they are told, in simulated time on one thread. The seed decides everything: what is asked, what fails, who runs
//! next. docs/RELIABILITY.md says how to run it, replay a seed and read what it finds.
//!
//! It must never read a clock, do IO, or know of a bug: what it finds it finds by watching from outside.

mod actor;
mod bus;
mod chance;
mod check;
mod client;
mod connection;
mod executor;
mod faults;
mod follow;
mod handle;
mod journal;
mod ledger;
mod node;
mod person;
mod pipe;
mod plan;
mod pulse;
mod register;
mod remote;
mod run;
#[cfg(feature = "bugs")]
mod teeth;
mod truth;
mod view;
mod wire;
mod words;
mod workload;
mod world;

use run::run;

/// Seeds of one test function in `make test`; there are as many functions as keep two cores busy.
const SEEDS: u64 = 1_250;

/// Failing seeds after which a part gives up.
const FOUND_MAX: usize = 12;

/// Runs seeds `first, first + 1, …`, `SIM_SEEDS` of them where that is said; one that fails is told with the command that replays it.
fn seeds(part: u64) {
    if let Some(seed) = number("SIM_SEED") {
        if part == 0 {
            traced(seed);
        }
        return;
    }
    let count = number("SIM_SEEDS").map_or(SEEDS, |all| all.div_ceil(4));
    let first = number("SIM_FIRST").unwrap_or(0);
    let mut sums = (0, 0, 0);
    let mut found = Vec::new();
    for seed in (0..count).map(|index| first + index * 4 + part) {
        match run(seed, false) {
            Ok(figures) => {
                sums = (sums.0 + figures.answered, sums.1 + figures.acknowledged, sums.2 + figures.events);
            }
            Err(anomaly) => found.push((seed, anomaly)),
        }
        if found.len() >= FOUND_MAX {
            break;
        }
    }
    println!("{count} seeds: {} answers, {} acknowledgements, {} events", sums.0, sums.1, sums.2);
    for (seed, anomaly) in &found {
        println!("seed {seed}: {}: {}", anomaly.name, anomaly.what);
    }
    if let Some((seed, anomaly)) = found.first() {
        panic!("{}: {}\n{}", anomaly.name, anomaly.what, replay(*seed));
    }
}

/// Runs one seed, saying everything that happens.
fn traced(seed: u64) {
    if let Err(anomaly) = run(seed, true) {
        panic!("{}: {}\n{}", anomaly.name, anomaly.what, replay(seed));
    }
}

fn replay(seed: u64) -> String {
    format!("replay: SIM_SEED={seed} cargo nextest run --workspace --no-capture sim::seeds_a")
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|word| word.parse().unwrap_or_else(|_| panic!("{name}={word} is no number")))
}

#[test]
fn seeds_a() {
    seeds(0);
}

#[test]
fn seeds_b() {
    seeds(1);
}

#[test]
fn seeds_c() {
    seeds(2);
}

#[test]
fn seeds_d() {
    seeds(3);
}
