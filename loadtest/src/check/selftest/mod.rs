//! Shows that the checker has teeth: a good history, made without any server, is damaged in every way known, and each damage must be
//! found under its name. It must never count a damage that could not be done as found.

mod crossings;
mod generate;
mod hooking;
mod mutations;
mod rights;
mod tampering;
mod telling;

use std::fmt;

use anyhow::Context;
use serde::Serialize;

use super::{Bounds, Kind, judge};
use crate::history::History;

/// One way to damage a history.
pub struct Mutation {
    pub name: &'static str,
    /// What the checker must call it.
    pub found_as: Kind,
    /// `None` where the history has no place for it, which is a fault of the self-test.
    pub damage: fn(&mut History) -> Option<()>,
}

#[derive(Debug, Serialize)]
pub struct Outcome {
    pub seed: u64,
    pub events: usize,
    pub clean: bool,
    pub results: Vec<Found>,
}

#[derive(Debug, Serialize)]
pub struct Found {
    pub mutation: &'static str,
    pub expected: &'static str,
    pub found: bool,
}

/// Every damage there is.
fn all() -> impl Iterator<Item = &'static Mutation> {
    mutations::ALL
        .iter()
        .chain(tampering::ALL)
        .chain(rights::ALL)
        .chain(crossings::ALL)
        .chain(telling::ALL)
        .chain(hooking::ALL)
}

/// A history that keeps every promise.
pub fn good(seed: u64) -> History {
    generate::history(seed)
}

/// Judges a good history of this seed, then each damaged copy.
pub fn run(seed: u64) -> anyhow::Result<Outcome> {
    let good = good(seed);
    let verdict = judge(&good, Bounds::default());
    let clean = verdict.is_clean();
    let mut results = Vec::new();
    if !clean {
        eprint!("{verdict}");
    }
    for mutation in all() {
        let mut damaged = good.clone();
        (mutation.damage)(&mut damaged)
            .with_context(|| format!("the good history has no place for {}", mutation.name))?;
        let found = judge(&damaged, Bounds::default()).found(mutation.found_as) > 0;
        results.push(Found { mutation: mutation.name, expected: mutation.found_as.word(), found });
    }
    Ok(Outcome { seed, events: good.journal.streams.values().map(Vec::len).sum(), clean, results })
}

impl Outcome {
    /// Nothing found in the good one, each damage found.
    pub fn has_teeth(&self) -> bool {
        self.clean && self.results.iter().all(|result| result.found)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clean = if self.clean { "nothing found in it" } else { "FOUND SOMETHING IN IT" };
        writeln!(f, "a good history of {} events, seed {}: {clean}", self.events, self.seed)?;
        for Found { mutation, expected, found } in &self.results {
            writeln!(f, "{} {expected:<24} {mutation}", if *found { "found " } else { "MISSED" })?;
        }
        let found = self.results.iter().filter(|result| result.found).count();
        writeln!(f, "{found} of {} damages found", self.results.len())
    }
}

#[cfg(test)]
mod tests;
