//! The load generator's command line. Exit status: 0 when the server kept its promises, 1 when it did not or the run failed.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lockstep_loadtest::{bench, chaos, check, replay, slow};

/// Load for a Lockstep server, over its public surface.
#[derive(Debug, Parser)]
#[command(name = "lockstep-loadtest", version, about)]
struct Arguments {
    #[command(subcommand)]
    run: Run,
}

#[derive(Debug, Subcommand)]
enum Run {
    /// Play a real board's last thousand actions while others watch, and compare what they hold with the journal.
    Replay(replay::Options),
    /// Measure a server and print its figures beside their limits.
    Bench(bench::Options),
    /// Use a board of 10,000 tasks at 200 commands a second: exits with 1 when a figure misses its limit.
    #[command(name = "bigboard")]
    BigBoard(bench::Options),
    /// Give tasks to people, 200 a second, who look at their inboxes: exits with 1 when a figure misses its limit.
    Tell(bench::Options),
    /// Talk in a channel of 2,000 members, 50 messages a second: exits with 1 when a figure misses its limit.
    Channel(bench::Options),
    /// See what one client that never reads does to others, and what it is told.
    Slow(slow::Options),
    /// Break nodes, databases and connections under load, note what every client does and sees, and judge it.
    Chaos(chaos::Options),
    /// Judge the folders of runs and write one page of them.
    Report(chaos::report::Options),
    /// Judge what a run of `chaos` left behind: offline, every promise that a history can break.
    Check(check::Options),
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().run {
        Run::Replay(options) => {
            let outcome = replay::run(&options).await?;
            tell(&outcome, options.json)?;
            Ok(if outcome.is_equal() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Run::Bench(options) => {
            tell(&bench::run(&options).await?, options.json)?;
            Ok(ExitCode::SUCCESS)
        }
        Run::BigBoard(options) => {
            let json = options.json;
            let report = bench::run(&options.only_big_board()).await?;
            tell(&report, json)?;
            Ok(if report.is_within() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Run::Tell(options) => {
            let json = options.json;
            let report = bench::run(&options.only_telling()).await?;
            tell(&report, json)?;
            Ok(if report.is_within() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Run::Channel(options) => {
            let json = options.json;
            let report = bench::run(&options.only_channel()).await?;
            tell(&report, json)?;
            Ok(if report.is_within() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Run::Slow(options) => {
            let outcome = slow::run(&options).await?;
            tell(&outcome, options.json)?;
            Ok(if outcome.is_kept() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Run::Chaos(options) => {
            let verdict = chaos::run(&options).await?;
            tell(&verdict, options.json)?;
            Ok(if verdict.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Run::Report(options) => Ok(if chaos::report::write(&options)? { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
        Run::Check(options) => match &options.folder {
            Some(folder) => {
                let verdict = check::folder(folder, options.bounds)?;
                tell(&verdict, options.json)?;
                Ok(if verdict.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            None => {
                let outcome = check::selftest::run(1)?;
                tell(&outcome, options.json)?;
                Ok(if outcome.has_teeth() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
        },
    }
}

fn tell(outcome: &(impl serde::Serialize + std::fmt::Display), json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(outcome)?);
    } else {
        print!("{outcome}");
    }
    Ok(())
}
