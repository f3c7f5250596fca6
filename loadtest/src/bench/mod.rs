//! `bench`, first form: a few scenarios in one run against one server, each figure beside its limit. Client and server share the
//! machine, so figures compare within a run and between runs on the same machine, and say little else.

mod scenarios;
mod server;
mod table;

use std::{path::PathBuf, time::Instant};

use anyhow::Context;
pub use table::Report;

use crate::{
    bench::{server::Server, table::Table},
    load::{Epoch, Ground},
    pace::Pace,
    stage::{Account, Stage},
};

/// What to run, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// A running server. It must allow many registrations and commands: see --registrations-max and --commands-per-second-max of
    /// `lockstep serve`.
    #[arg(long, conflicts_with = "server")]
    pub url: Option<String>,
    /// Start this binary instead, with a fresh data folder and limits that do not bind. Default: the `lockstep` beside this program.
    #[arg(long, value_name = "BINARY")]
    pub server: Option<PathBuf>,
    /// PostgreSQL for the server that is started; SQLite otherwise.
    #[arg(long, value_name = "URL", conflicts_with = "url")]
    pub database_url: Option<String>,
    /// The process of the server at --url, to read its memory and CPU time.
    #[arg(long, value_name = "PID", requires = "url")]
    pub pid: Option<u32>,
    /// How long each timed scenario lasts.
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// Subscribers of one board, and idle connections.
    #[arg(long, default_value_t = 1_000)]
    pub subscribers: usize,
    /// Changes a second to that board.
    #[arg(long, default_value_t = 20)]
    pub changes_per_second: u32,
    /// Tasks on the board that is joined.
    #[arg(long, default_value_t = 2_000)]
    pub tasks: usize,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Connections that one account opens (the server's limit is 20).
const CONNECTIONS_PER_ACCOUNT: usize = 19;
/// Clients and boards of the scenario with many of both.
const CLIENTS: usize = 64;
const BOARDS: usize = 20;

/// What all scenarios share.
struct Bench<'a> {
    options: &'a Options,
    stage: Stage,
    accounts: Vec<Account>,
    server: Server,
    epoch: Epoch,
}

pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let server = match (&options.server, &options.url) {
        (Some(binary), _) => Server::start(binary, options.database_url.as_deref()).await?,
        (None, Some(url)) => Server::running(url, options.pid),
        (None, None) => Server::start(&beside()?, options.database_url.as_deref()).await?,
    };
    let stage = Stage::set(&server.url, None, "Benchmark").await?;
    let needed = options.subscribers.max(CLIENTS).div_ceil(CONNECTIONS_PER_ACCOUNT);
    let names: Vec<_> = (1..=needed).map(|index| format!("Client {index}")).collect();
    let accounts = stage.members(&names).await?;
    let bench = Bench { options, stage, accounts, server, epoch: Epoch(Instant::now()) };
    let mut table = Table::new(include_str!("../../limits.toml"))?;
    bench.single(&mut table).await.context("one client")?;
    bench.many(&mut table).await.context("many clients")?;
    bench.fan_out(&mut table).await.context("subscribers of one board")?;
    bench.join(&mut table).await.context("joining a large board")?;
    let report = table.report(&bench.server, options);
    bench.server.stop().await?;
    Ok(report)
}

/// The server that was built together with this program.
fn beside() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    Ok(program.with_file_name(if cfg!(windows) { "lockstep.exe" } else { "lockstep" }))
}

impl Bench<'_> {
    /// The account whose connection this is, when connections are dealt out evenly.
    fn account(&self, connection: usize) -> &Account {
        &self.accounts[connection % self.accounts.len()]
    }

    /// Boards with some tasks each.
    async fn boards(&self, count: usize, tasks: usize) -> anyhow::Result<Vec<Ground>> {
        let mut boards = Vec::with_capacity(count);
        for _ in 0..count {
            boards.push(Ground::lay(&self.stage.owner, self.stage.org, tasks, Pace::unlimited()).await?);
        }
        Ok(boards)
    }
}
