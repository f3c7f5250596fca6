//! `report`: judges the folders of runs anew and writes one page of them. It says what was counted, what was found, what was broken and what
//! was not; it never leaves a run out.

use std::{collections::BTreeMap, fmt::Write, path::PathBuf};

use clap::Args;

use crate::{
    check::{self, Bounds, Figures, Kind, Verdict},
    history::{History, Run},
};

/// What to tell of.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Folders that runs wrote.
    #[arg(required = true)]
    pub folders: Vec<PathBuf>,
    #[command(flatten)]
    pub bounds: Bounds,
    /// The page.
    #[arg(long, default_value = "docs/RELIABILITY-REPORT.md")]
    pub to: PathBuf,
}

struct Judged {
    run: Run,
    verdict: Verdict,
}

/// Writes the page; answers whether everything on it is clean.
pub fn write(options: &Options) -> anyhow::Result<bool> {
    let mut judged = Vec::new();
    for folder in &options.folders {
        eprintln!("judging {}", folder.display());
        let history = History::read(folder)?;
        let verdict = check::judge(&history, options.bounds);
        judged.push(Judged { run: history.run, verdict });
    }
    let text = page(&judged)?;
    std::fs::write(&options.to, text)?;
    Ok(judged.iter().all(|judged| judged.verdict.is_clean()))
}

fn page(judged: &[Judged]) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    let mut all = Figures::default();
    judged.iter().for_each(|judged| all.add(&judged.verdict.figures));
    let violations: u64 = judged.iter().flat_map(|judged| &judged.verdict.lines).map(|line| line.violations).sum();
    let machine = judged.first().map_or("", |judged| judged.run.machine.as_str());
    writeln!(out, "# Reliability, as shown by machines\n")?;
    writeln!(
        out,
        "Written by `make chaos`: three nodes, PostgreSQL, Redis and NGINX on one machine ({machine}), clients that note what they do and see, \
         faults by a seed, and a checker that judges the notes against the journal, offline. Its teeth are shown by \
         `lockstep-loadtest check --self-test`. What each name means stands in [GUARANTEES.md](GUARANTEES.md) and in `loadtest/src/check/verdict.rs`.\n"
    )?;
    writeln!(
        out,
        "**{} acknowledged commands under faults, {violations} anomalies**, in {} runs of {:.0} minutes together: {} events in the journals, {} \
         received by clients, {} reads, {} attempts without an answer that were settled by asking again.\n",
        grouped(all.acknowledged),
        judged.len(),
        all.seconds / 60.0,
        grouped(all.events),
        grouped(all.observed),
        grouped(all.reads),
        grouped(all.unknown)
    )?;
    promises(&mut out, judged)?;
    durations(&mut out, &all)?;
    runs(&mut out, judged)?;
    timeline(&mut out, judged)?;
    Ok(out)
}

fn promises(out: &mut String, judged: &[Judged]) -> std::fmt::Result {
    writeln!(out, "## Promises\n\n| | anomaly | checked | found |\n|---|---|---:|---:|")?;
    for kind in Kind::ALL {
        let of = |judged: &Judged| judged.verdict.lines.iter().find(|line| line.name == kind.word()).cloned();
        let lines: Vec<_> = judged.iter().filter_map(of).collect();
        let (checked, found) = lines.iter().fold((0, 0), |sum, line| (sum.0 + line.checked, sum.1 + line.violations));
        let (guarantee, word, meaning) = (kind.guarantee(), kind.word(), kind.meaning().trim());
        writeln!(out, "| {guarantee} | `{word}`: {meaning} | {} | {found} |", grouped(checked))?;
    }
    let told: Vec<_> =
        judged.iter().flat_map(|judged| judged.verdict.anomalies.iter().map(move |it| (judged.run.seed, it))).collect();
    if !told.is_empty() {
        writeln!(out, "\nFound (at most twenty of a kind in each run):\n")?;
        for (seed, anomaly) in told {
            writeln!(out, "- seed {seed}, `{}`: {}", anomaly.kind.word(), anomaly.what)?;
        }
    }
    writeln!(out)
}

fn durations(out: &mut String, all: &Figures) -> std::fmt::Result {
    writeln!(out, "## How long things took\n\n| | measured | p50 ms | p99 ms | most ms |\n|---|---:|---:|---:|---:|")?;
    for (name, latency) in all.latencies() {
        let (p50, p99, most) = (latency.quantile_ms(0.5), latency.quantile_ms(0.99), latency.max_ms());
        writeln!(out, "| {name} | {} | {p50:.1} | {p99:.1} | {most:.1} |", grouped(latency.count()))?;
    }
    writeln!(
        out,
        "\nBars: what Redis alone delays is seen within 1,000 ms; 99 % of a killed node's clients are live again within 3,000 ms (counted \
         where nothing else was broken at the time); all hold the same 5,000 ms after the end. Clients, servers and databases share the machine's cores.\n"
    )
}

fn runs(out: &mut String, judged: &[Judged]) -> std::fmt::Result {
    writeln!(
        out,
        "## Runs\n\n| seed | command | s | acknowledged | faults | anomalies |\n|---:|---|---:|---:|---:|---:|"
    )?;
    for Judged { run, verdict } in judged {
        let Figures { seconds, acknowledged, .. } = verdict.figures;
        let found: u64 = verdict.lines.iter().map(|line| line.violations).sum();
        let (seed, command, faults) = (run.seed, told(&run.command), run.faults.len());
        writeln!(out, "| {seed} | `{command}` | {seconds:.0} | {} | {faults} | {found} |", grouped(acknowledged))?;
    }
    let mut not_run: BTreeMap<&str, &str> = BTreeMap::new();
    for (what, why) in judged.iter().flat_map(|judged| &judged.run.not_run) {
        not_run.insert(what, why);
    }
    writeln!(out, "\n## Not run\n")?;
    for (what, why) in not_run {
        writeln!(out, "- {what}: {why}")?;
    }
    writeln!(out)
}

/// Without paths, which are of one machine.
fn told(command: &str) -> String {
    let mut words = Vec::new();
    let mut skipped = false;
    for word in command.split(' ') {
        let hides = matches!(word, "--out" | "--server");
        if !skipped && !hides {
            words.push(word.rsplit_once('/').map_or(word, |(_, name)| name));
        }
        skipped = hides;
    }
    words.join(" ")
}

fn timeline(out: &mut String, judged: &[Judged]) -> std::fmt::Result {
    writeln!(out, "## What was broken, and when\n")?;
    for Judged { run, .. } in judged {
        writeln!(out, "<details><summary>seed {}, {} faults</summary>\n", run.seed, run.faults.len())?;
        writeln!(out, "| from s | until s | | |\n|---:|---:|---|---|")?;
        for fault in &run.faults {
            let (from, until) = (fault.from as f64 / 1e6, fault.until as f64 / 1e6);
            writeln!(out, "| {from:.1} | {until:.1} | {:?} | {} |", fault.kind, fault.what)?;
        }
        writeln!(out, "\n</details>\n")?;
    }
    Ok(())
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
