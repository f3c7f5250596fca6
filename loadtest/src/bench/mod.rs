//! `bench`: scenarios in one run, each figure beside its limit. Client, server and database share the machine, so figures compare
//! within a run and between runs on the same machine, and say little else.

mod big_board;
mod channel;
mod commands;
mod fan_out;
mod floor;
mod growth;
mod join;
mod journal;
mod logins;
mod nodes;
mod reference;
mod server;
mod services;
mod table;
mod telling;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
pub use table::Report;

use crate::{
    bench::{
        server::{On, Server},
        services::Services,
        table::Table,
    },
    load::Epoch,
    stage::{Account, Stage},
};

/// What to run, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// A running server. It must allow many registrations, commands and requests: see --registrations-max,
    /// --commands-per-second-max and --requests-per-second-max of `lockstep serve`.
    #[arg(long, conflicts_with = "server")]
    pub url: Option<String>,
    /// Start this binary instead, with a fresh data folder and limits that do not bind. Default: the `lockstep` beside this program.
    #[arg(long, value_name = "BINARY")]
    pub server: Option<PathBuf>,
    /// The process of the server at --url, to read its memory and CPU time.
    #[arg(long, value_name = "PID", requires = "url")]
    pub pid: Option<u32>,
    /// How long each timed scenario lasts.
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// Subscribers of one board, and idle connections.
    #[arg(long, default_value_t = 1_000)]
    pub subscribers: usize,
    /// Subscribers of one board where there are very many.
    #[arg(long, default_value_t = 5_000)]
    pub crowd: usize,
    /// Who join a large board at the same time.
    #[arg(long, default_value_t = 500)]
    pub herd: usize,
    /// Only scenarios whose name contains this: single, many, one-board, idle, fan-out, throughout, join, bigboard, channel, tell,
    /// logins, floor, nodes, journal, reference.
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
    /// Tasks on the board that is joined.
    #[arg(long, default_value_t = 2_000)]
    pub tasks: usize,
    /// Only this: the same work ten, a hundred and a thousand times, written as a page with plots to this file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "only"])]
    pub growth: Option<PathBuf>,
    /// The program that measures the journal alone (`cargo bench --bench journal`); without it that is left out.
    #[arg(long, value_name = "PROGRAM")]
    pub journal: Option<PathBuf>,
    /// Where the stack is that the figures are compared with.
    #[arg(long, value_name = "FOLDER", default_value_os_t = reference::folder())]
    pub reference: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

impl Options {
    fn wants(&self, scenario: &str) -> bool {
        self.only.as_deref().is_none_or(|only| scenario.contains(only))
    }

    /// Whether anything is wanted of what runs on PostgreSQL.
    fn wants_others(&self) -> bool {
        ["single", "many", "one-board", "nodes", "journal", "reference"].iter().any(|scenario| self.wants(scenario))
    }

    /// The largest board in use, and nothing else.
    #[must_use]
    pub fn only_big_board(self) -> Self {
        Self { only: Some("bigboard".to_owned()), ..self }
    }

    /// People who are told of things, and nothing else.
    #[must_use]
    pub fn only_telling(self) -> Self {
        Self { only: Some("tell".to_owned()), ..self }
    }

    /// A busy channel, and nothing else.
    #[must_use]
    pub fn only_channel(self) -> Self {
        Self { only: Some("channel".to_owned()), ..self }
    }
}

/// Connections that one account opens (the server's limit is 20).
const CONNECTIONS_PER_ACCOUNT: usize = 18;
/// Boards of the scenario with many.
const BOARDS: usize = 20;

/// What the scenarios against one server share.
struct Bench<'a> {
    options: &'a Options,
    stage: Stage,
    accounts: Vec<Account>,
    server: Server,
    epoch: Epoch,
    /// Set before the names of figures: the database, where it is not the one that comes with the server.
    prefix: &'static str,
}

pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let mut table = Table::new(include_str!("../../limits.toml"))?;
    let binary = match &options.server {
        Some(binary) => binary.clone(),
        None => beside()?,
    };
    let server = match &options.url {
        Some(url) => Server::running(url, options.pid),
        None => Server::start(&binary, On::default()).await?,
    };
    let mut bench = Bench::new(options, server, "").await?;
    if let Some(file) = &options.growth {
        let page = bench.growth().await?.markdown(options.seconds);
        std::fs::write(file, page).with_context(|| format!("cannot write {}", file.display()))?;
        table.note(format!("written: {}", file.display()));
        let report = table.report(&bench.server, options);
        bench.server.stop().await?;
        return Ok(report);
    }
    bench.all(&mut table).await?;
    let mut report = table.report(&bench.server, options);
    bench.server.stop().await?;
    if options.url.is_none() && options.wants("logins") {
        let mut logins = Table::new(include_str!("../../limits.toml"))?;
        logins::run(options, &binary, &mut logins).await.context("log-ins")?;
        report.append(logins);
    }
    let mut floor = Table::new(include_str!("../../limits.toml"))?;
    if options.wants("floor") {
        floor::run(options, &mut floor).await.context("the floor")?;
    }
    report.append(floor);
    // A server that runs already is measured alone.
    if options.url.is_none() && options.wants_others() {
        report.append(beside_databases(options, &binary).await?);
    }
    Ok(report)
}

/// Commands on PostgreSQL, then the stack to compare with on the same PostgreSQL and a Redis.
async fn beside_databases(options: &Options, binary: &Path) -> anyhow::Result<Table> {
    let mut table = Table::new(include_str!("../../limits.toml"))?;
    let services = Services::start().await?;
    let database_url = services.database_url();
    let server = Server::start(binary, On { database_url: Some(&database_url), ..On::default() }).await?;
    let bench = Bench::new(options, server, "postgres_").await?;
    bench.commands(&mut table).await.context("on PostgreSQL")?;
    bench.server.stop().await?;
    if options.wants("nodes") {
        nodes::run(options, binary, &services, &mut table).await.context("two nodes")?;
    }
    if let Some(journal) = options.journal.as_ref().filter(|_| options.wants("journal")) {
        journal::run(journal, &services, &mut table).await.context("the journal alone")?;
    }
    if options.wants("reference") {
        reference::run(options, &services, &mut table).await.context("the stack to compare with")?;
    }
    Ok(table)
}

/// The server that was built together with this program.
fn beside() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    Ok(program.with_file_name(if cfg!(windows) { "lockstep.exe" } else { "lockstep" }))
}

impl<'a> Bench<'a> {
    async fn new(options: &'a Options, server: Server, prefix: &'static str) -> anyhow::Result<Self> {
        let needed = options.subscribers.max(options.crowd).max(options.herd).max(1_000 + 64);
        // In a channel everybody is somebody.
        let members = match options.only.as_deref() {
            Some("channel") => channel::MEMBERS,
            _ if options.wants("tell") => telling::PEOPLE,
            _ => 0,
        };
        Self::with_accounts(options, server, prefix, needed.div_ceil(CONNECTIONS_PER_ACCOUNT).max(members)).await
    }

    async fn with_accounts(
        options: &'a Options,
        server: Server,
        prefix: &'static str,
        needed: usize,
    ) -> anyhow::Result<Self> {
        let stage = Stage::set(&server.url, None, "Benchmark").await?;
        let names: Vec<_> = (1..=needed).map(|index| format!("Client {index}")).collect();
        let accounts = stage.members(&names).await?;
        Ok(Self { options, stage, accounts, server, epoch: Epoch(Instant::now()), prefix })
    }

    async fn all(&mut self, table: &mut Table) -> anyhow::Result<()> {
        if self.wanted("idle") {
            self.server.forget().await?;
            self.idle(self.options.subscribers, table).await.context("idle connections")?;
        }
        self.commands(table).await?;
        if self.wanted("fan-out") {
            self.fan_out(table).await.context("subscribers of one board")?;
        }
        if self.wanted("throughout") {
            self.server.forget().await?;
            self.idle(self.options.crowd, table).await.context("many idle connections")?;
            self.throughout(table).await.context("many subscribers of one board")?;
        }
        if self.wanted("join") {
            self.join(table).await.context("joining a large board")?;
        }
        if self.wanted("bigboard") {
            self.big_board(table).await.context("a large board in use")?;
        }
        if self.wanted("channel") {
            self.channel(table).await.context("a busy channel")?;
        }
        if self.wanted("tell") {
            self.telling(table).await.context("telling people")?;
        }
        Ok(())
    }

    async fn commands(&self, table: &mut Table) -> anyhow::Result<()> {
        if self.wanted("single") {
            self.single(table).await.context("one client")?;
        }
        if self.wanted("many") {
            self.many(BOARDS, table).await.context("many clients")?;
        }
        if self.wanted("one-board") {
            self.many(1, table).await.context("many clients on one board")?;
        }
        Ok(())
    }

    fn wanted(&self, scenario: &str) -> bool {
        self.options.wants(scenario)
    }

    fn named(&self, figure: &str) -> String {
        format!("{}{figure}", self.prefix)
    }

    fn duration(&self) -> Duration {
        Duration::from_secs(self.options.seconds)
    }

    /// The account whose connection this is, when connections are dealt out evenly.
    fn account(&self, connection: usize) -> &Account {
        &self.accounts[connection % self.accounts.len()]
    }
}
