//! What a replay showed, for people and as one JSON object.

use std::{collections::BTreeMap, fmt};

use lockstep_trello::replay::Replay;
use serde::Serialize;

use crate::figures::Latency;

#[derive(Debug, Serialize)]
pub struct Outcome {
    pub file: String,
    /// Actions in the export, and how many of them became commands.
    pub actions: usize,
    pub mapped: usize,
    pub unmapped: Vec<Unmapped>,
    pub authors: usize,
    /// Commands that built the earliest state, and those that were played.
    pub founding_commands: usize,
    pub commands: usize,
    pub refused: BTreeMap<String, usize>,
    /// In the board's history, all told.
    pub events: usize,
    pub watchers: usize,
    /// How many do not hold what the journal folds to.
    pub watchers_unequal: usize,
    /// Whether the snapshot that a fresh join gets equals the fold too.
    pub snapshot_equal: bool,
    pub differences: Vec<String>,
    pub digest: String,
    pub tasks: usize,
    /// From sending a command to its reply.
    pub ack: Latency,
    /// From sending a command to its event at each watcher.
    pub delivery: Latency,
    pub seconds: f64,
}

#[derive(Debug, Serialize)]
pub struct Unmapped {
    pub kind: String,
    pub why: &'static str,
    pub count: usize,
}

pub fn unmapped(replay: &Replay) -> Vec<Unmapped> {
    let mut all: Vec<_> = replay
        .unmapped
        .iter()
        .map(|((kind, why), lost)| Unmapped { kind: kind.clone(), why, count: lost.count })
        .collect();
    all.sort_by_key(|unmapped| std::cmp::Reverse(unmapped.count));
    all
}

impl Outcome {
    /// Whether everyone holds the same.
    pub fn is_equal(&self) -> bool {
        self.watchers_unequal == 0 && self.snapshot_equal
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {} of {} actions mapped", self.file, self.mapped, self.actions)?;
        for Unmapped { kind, why, count } in &self.unmapped {
            writeln!(f, "  {count:>5} not mapped: {kind}: {why}")?;
        }
        writeln!(
            f,
            "{} commands built the earliest state; {} commands by {} authors played in {:.1} s, {} events",
            self.founding_commands, self.commands, self.authors, self.seconds, self.events
        )?;
        for (what, count) in &self.refused {
            writeln!(f, "  {count:>5} refused: {what}")?;
        }
        writeln!(f, "acknowledged: {}", self.ack)?;
        writeln!(f, "delivered to {} watchers: {}", self.watchers, self.delivery)?;
        let equal = self.watchers - self.watchers_unequal;
        writeln!(
            f,
            "{equal} of {} watchers hold the journal's fold ({} tasks, digest {})",
            self.watchers, self.tasks, self.digest
        )?;
        writeln!(f, "a fresh snapshot {} it", if self.snapshot_equal { "equals" } else { "DIFFERS FROM" })?;
        for difference in &self.differences {
            writeln!(f, "  {difference}")?;
        }
        Ok(())
    }
}
