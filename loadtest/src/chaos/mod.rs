//! `chaos`: real nodes, PostgreSQL, Redis and NGINX as children of this process, clients that note what they do and see, and faults by
//! a seed. What it leaves in its folder is judged by `check`, which needs nothing else.

mod child;
pub mod client;
mod cluster;
mod endpoints;
mod faults;
mod people;
mod plan;
mod postgres;
mod replay;
pub mod report;

pub(crate) use cluster::Redis;
pub(crate) use postgres::Postgres;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use anyhow::{Context, ensure};
use clap::Args;
use lockstep_protocol::topic::Topic;
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
    time::Instant,
};

use self::{
    client::{Control, Counters, Phase, Player},
    cluster::Cluster,
    endpoints::Endpoints,
    faults::{Reach, Schedule},
    people::{Crowd, Seat},
    plan::Plan,
};
use crate::{
    check,
    dice::Dice,
    history::{FaultKind, Run, journal},
    proxy::Line,
};

/// What to run.
#[derive(Clone, Debug, Args)]
pub struct Options {
    #[arg(long, default_value_t = 3)]
    pub nodes: usize,
    #[arg(long, default_value_t = 24)]
    pub clients: usize,
    #[arg(long, default_value_t = 8)]
    pub boards: usize,
    /// The same seed draws the same faults and the same mix.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[arg(long, value_enum, value_delimiter = ',')]
    pub faults: Vec<FaultKind>,
    /// Beside the others: a node is killed this often.
    #[arg(long, value_name = "SECONDS")]
    pub kill_every: Option<u64>,
    /// Between one fault and the next, at most.
    #[arg(long, default_value_t = 3_000, value_name = "MS")]
    pub gap_max_ms: u64,
    /// How long clients go on asking for something new, such as 120s.
    #[arg(long = "for", default_value = "60s", value_parser = seconds)]
    pub lasts: Duration,
    /// Of all clients together.
    #[arg(long, default_value_t = 150)]
    pub commands_per_second: u32,
    /// Play a real board's history, exported by Trello, instead of the mix; the other clients watch.
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
    /// Where the run is written; must not be there yet.
    #[arg(long)]
    pub out: PathBuf,
    /// The server's binary. Default: the `lockstep` beside this program.
    #[arg(long, value_name = "BINARY")]
    pub server: Option<PathBuf>,
    #[command(flatten)]
    pub bounds: check::Bounds,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// How long clients may take to get their last answers once everything is whole.
const DRAINED_WITHIN: Duration = Duration::from_secs(90);
const TOLD_EVERY: Duration = Duration::from_secs(10);
/// What this machine's kernel does not give, and what is not done here.
const NOT_RUN: &[(&str, &str)] = &[
    ("delay and loss of packets, partitions between namespaces", "need rights over the network of the machine"),
    ("failing, full and lying disks", "need a device mapper, or tracing of the database's process"),
    ("jumping clocks", "need a library before the server's own; the simulator in tests/sim jumps clocks"),
    ("limits of memory and of open files", "need control groups, which this machine does not give to every run"),
    ("mixed versions", "there is one version"),
];

/// Events that come after what the notifier has seen.
const LEFT_TO_TELL: &str = "select count(*) from events e, consumers c
    where c.name = 'notify' and (e.era, e.xid, e.stream_id, e.seq) > (c.era, c.xid, c.stream_id, c.seq)";
const TOLD_WITHIN: Duration = Duration::from_secs(30);
/// Events of boards that come after what a webhook was sent which is for them.
const LEFT_TO_SEND: &str = "select count(*) from events e, webhooks w where w.org_id = e.org_id and e.kind = 3
    and (w.events = '[]' or starts_with(e.tag, 'board.member.'))
    and (e.era, e.xid, e.stream_id, e.seq) > (w.era, w.xid, w.stream_id, w.seq)";
const SENT_WITHIN: Duration = Duration::from_secs(90);

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix('s').unwrap_or(text);
    number.parse().map(Duration::from_secs).map_err(|_| format!("{text} is no number of seconds such as 120s"))
}

/// Runs it, leaves the history in its folder, and judges it.
pub async fn run(options: &Options) -> anyhow::Result<check::Verdict> {
    ensure!(options.nodes > 0 && options.clients >= 4 && options.boards >= 2, "too few nodes, clients or boards");
    let logs = options.out.join("logs");
    std::fs::create_dir_all(&logs)?;
    std::fs::create_dir(options.out.join("clients")).context("the folder holds a run already")?;
    let dice = Dice::new(options.seed);
    let binary = options.server.clone().map_or_else(beside, Ok)?;
    let endpoints = Endpoints::open(&options.out).await?;
    let cluster = Cluster::start(&binary, options.nodes, &logs, &endpoints.url, dice.part(1)).await?;
    let seats = seats(options, &cluster, &dice).await?;
    hook(&seats, &cluster, &endpoints, &options.out).await?;
    let began_at = Instant::now();
    let mut lines = Vec::new();
    for number in 0..seats.len() {
        // All of 127.0.0.0/8 is this machine: each client has an address of its own.
        let source = [127, 0, 1 + u8::try_from(number / 250)?, 1 + u8::try_from(number % 250)?];
        lines.push(Line::open(cluster.address, source.into()).await?);
    }
    let (control, told) = watch::channel(Control::default());
    let counters = Arc::new(Counters::default());
    let mut players = JoinSet::new();
    for (seat, line) in seats.into_iter().zip(&lines) {
        let mut me = seat.me;
        me.url = format!("http://{}", line.address);
        let log = options.out.join("clients").join(format!("{:04}.log", me.index));
        let dice = dice.part(1_000 + u64::from(me.index));
        let tokens = seat.account.tokens;
        let player = Player::new(me, seat.topics, seat.plan, tokens, dice, began_at, Arc::clone(&counters), &log)?;
        players.spawn(player.play(told.clone()));
    }
    let reach = Arc::new(Reach { cluster, lines, control, began_at, noted: Mutex::default() });
    let progress = tokio::spawn(tell_progress(Arc::clone(&counters), Arc::clone(&reach)));
    let faults = break_things(options, &reach, &dice).await;
    let run = finish(options, &reach, &counters, players).await;
    progress.abort();
    // It holds what it tells of until it has ended.
    let _ = progress.await;
    let mut run = run?;
    run.machine = machine();
    let reach = Arc::try_unwrap(reach).ok().context("somebody still breaks things")?;
    (run.faults, run.not_run) = reach.noted.into_inner();
    run.not_run.extend(NOT_RUN.iter().map(|(what, why)| ((*what).to_owned(), (*why).to_owned())));
    run.write(&options.out)?;
    reach.cluster.stop().await?;
    faults.context("a fault could not be healed")?;
    let verdict = check::folder(&options.out, options.bounds)?;
    std::fs::write(options.out.join("verdict.json"), serde_json::to_vec_pretty(&verdict)?)?;
    Ok(verdict)
}

/// The server that was built together with this program.
fn beside() -> anyhow::Result<PathBuf> {
    Ok(std::env::current_exe().context("cannot tell where this program is")?.with_file_name("lockstep"))
}

async fn seats(options: &Options, cluster: &Cluster, dice: &Dice) -> anyhow::Result<Vec<Seat>> {
    let mut dice = dice.part(2);
    match &options.replay {
        Some(file) => replay::seat(&cluster.url(), file, options.clients, options.lasts, &mut dice).await,
        None => {
            let Options { clients, boards, commands_per_second, .. } = *options;
            people::seat(&cluster.url(), Crowd { clients, boards, commands_per_second }, &mut dice).await
        }
    }
}

/// Has what happens from now on sent to endpoints, for each organization whose owner takes part.
async fn hook(seats: &[Seat], cluster: &Cluster, endpoints: &Endpoints, out: &Path) -> anyhow::Result<()> {
    let heads: Vec<(Topic, u64)> = {
        let postgres = cluster.postgres.lock().await;
        ends(&postgres, out).await?.into_iter().collect()
    };
    let owners = seats.iter().filter(|seat| matches!(seat.plan, Plan::Manage(_)));
    for (number, seat) in owners.enumerate() {
        let hooked = endpoints.of(&seat.account.rest, seat.me.org, u32::try_from(number)?, &heads).await;
        hooked.context("cannot make a webhook")?;
    }
    Ok(())
}

/// Until the time is over; everything is whole again then, or the run has failed.
async fn break_things(options: &Options, reach: &Arc<Reach>, dice: &Dice) -> anyhow::Result<()> {
    let until = Instant::now() + options.lasts;
    let schedule = Schedule {
        kinds: options.faults.clone(),
        kill_every: options.kill_every.map(Duration::from_secs),
        gap_ms: (options.gap_max_ms / 3, options.gap_max_ms),
    };
    let result = faults::run(Arc::clone(reach), schedule, dice.part(3), until).await;
    if result.is_ok() {
        tokio::time::sleep_until(until).await;
    }
    result
}

/// Stops the asking, waits for the last answers, takes the journal, and lets clients come to its end.
async fn finish(
    options: &Options,
    reach: &Reach,
    counters: &Counters,
    mut players: JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<Run> {
    reach.control.send_modify(|control| control.phase = Phase::Drain);
    let deadline = Instant::now() + DRAINED_WITHIN;
    while counters.unresolved.load(Ordering::Relaxed) > 0 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Whoever sent something again that was answered before hears of it, too.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let quiet_at = reach.at();
    let ends = ends(&*reach.cluster.postgres.lock().await, &options.out).await?;
    reach.control.send_modify(|control| {
        control.phase = Phase::Finish(Arc::new(ends), Duration::from_millis(options.bounds.leak_bound_ms))
    });
    while let Some(ended) = players.join_next().await {
        ended.context("a client failed")?.context("a client failed")?;
    }
    let finished_at = reach.at();
    let postgres = reach.cluster.postgres.lock().await;
    all_told(&postgres).await?;
    postgres.copy(journal::ROWS_SQL, &options.out.join("journal.tsv")).await?;
    postgres.copy(journal::HEADS_SQL, &options.out.join("heads.tsv")).await?;
    let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    Ok(Run { command, seed: options.seed, quiet_at, finished_at, ..Run::default() })
}

/// Waits until people were told of everything, and webhooks were sent it. What is missing after that, the checker finds.
async fn all_told(postgres: &Postgres) -> anyhow::Result<()> {
    for (left, within) in [(LEFT_TO_TELL, TOLD_WITHIN), (LEFT_TO_SEND, SENT_WITHIN)] {
        let deadline = Instant::now() + within;
        while postgres.ask(left).await? != "0" && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

/// Where the streams end.
async fn ends(postgres: &Postgres, out: &Path) -> anyhow::Result<BTreeMap<Topic, u64>> {
    let file = out.join("ends.tsv");
    postgres.copy(journal::HEADS_SQL, &file).await?;
    let ends = journal::Journal::read_heads(&file)?;
    std::fs::remove_file(&file)?;
    Ok(ends.into_iter().map(|(topic, (version, _))| (topic, version)).collect())
}

async fn tell_progress(counters: Arc<Counters>, reach: Arc<Reach>) {
    let mut ticks = tokio::time::interval(TOLD_EVERY);
    loop {
        ticks.tick().await;
        let of = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
        eprintln!(
            "{:>5} s: {} acknowledged, {} await an answer, {} of {} connected, {} faults healed",
            reach.at() / 1_000_000,
            of(&counters.acknowledged),
            of(&counters.unresolved),
            of(&counters.connected),
            reach.lines.len(),
            reach.noted.lock().await.0.len()
        );
    }
}

/// What ran it, in one line.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let model = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name.trim().to_owned()))
        .unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores of {model}, Linux {}", kernel.trim())
}
