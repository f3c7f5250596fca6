//! Judges what a run left behind: every promise that a history can break, each with its name. Offline, in O(n log n); it must never ask
//! a server, and never excuse an anomaly by the fault that was on at the time (only bounds of time depend on faults).

mod access;
mod commands;
mod crossings;
mod figures;
mod hooking;
mod index;
mod journal;
mod observers;
mod order;
pub mod selftest;
mod states;
mod telling;
mod verdict;

use std::path::PathBuf;

pub use access::membership;
use clap::Args;
pub use figures::Figures;
pub use verdict::{Anomaly, Findings, Kind, Verdict};

use crate::{check::index::Index, history::History};

/// What to judge.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The folder that a run wrote.
    #[arg(required_unless_present = "self_test")]
    pub folder: Option<PathBuf>,
    /// Damage a good history in every way known, and see that each is found.
    #[arg(long, conflicts_with = "folder")]
    pub self_test: bool,
    #[command(flatten)]
    pub bounds: Bounds,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Bounds of time: those that the guarantees name, unless the machine is slower than they assume.
#[derive(Clone, Copy, Debug, Args)]
pub struct Bounds {
    /// How long after its acknowledgement a change may reach a connected client, whatever Redis does.
    #[arg(long, default_value_t = 1_000)]
    pub lag_bound_ms: u64,
    /// How long after the last fault healed and the last command all may take to hold the same.
    #[arg(long, default_value_t = 5_000)]
    pub convergence_bound_ms: u64,
    /// How long after a revoke was acknowledged something may still reach whom it concerns, over another stream.
    #[arg(long, default_value_t = 2_000)]
    pub leak_bound_ms: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { lag_bound_ms: 1_000, convergence_bound_ms: 5_000, leak_bound_ms: 2_000 }
    }
}

/// Judges a history.
pub fn judge(history: &History, bounds: Bounds) -> Verdict {
    let mut findings = Findings::default();
    let index = Index::new(history);
    journal::check(history, &mut findings);
    crossings::check(history, &mut findings);
    telling::check(history, &mut findings);
    hooking::check(history, &mut findings);
    commands::check(&index, &mut findings);
    order::check(&index, &mut findings);
    let told = observers::check(&index, &mut findings);
    states::check(&index, &told, bounds, &mut findings);
    access::check(&index, bounds, &mut findings);
    let figures = figures::measure(&index, bounds, &mut findings);
    Verdict::new(findings, figures)
}

/// Reads and judges the folder of a run.
pub fn folder(folder: &std::path::Path, bounds: Bounds) -> anyhow::Result<Verdict> {
    Ok(judge(&History::read(folder)?, bounds))
}
