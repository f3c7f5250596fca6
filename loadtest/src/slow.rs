//! `slow`: one client joins and never reads, while others do. The others must not notice. Then what such a client finds when it reads
//! again: `resync` where it does within the server's patience, the close that says it did not keep up where it does so later.

mod sleeper;

use std::{
    fmt,
    pin::pin,
    time::{Duration, Instant},
};

use anyhow::Context;
use lockstep_protocol::{codec::Codec, codes::CloseCode};
use serde::Serialize;

use self::sleeper::{Found, Sleeper};
use crate::{
    figures::Latency,
    load::{Epoch, Ground, Idle, at_rate, redescribe, stop_all},
    pace::Pace,
    process,
    stage::{Account, Stage},
};

/// What to run, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:3080")]
    pub url: String,
    /// How many others watch.
    #[arg(long, default_value_t = 15)]
    pub watchers: usize,
    /// Rounds, each without the slow client and then with it.
    #[arg(long, default_value_t = 2)]
    pub rounds: u32,
    /// How long each half of a round lasts.
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// The server's process, to see what memory those who do not read take there.
    #[arg(long, value_name = "PID")]
    pub pid: Option<u32>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Changes a second, within what one connection may send.
const PER_SECOND: u32 = 18;
/// Of each change: large, so that the buffers between server and client are soon full.
const CHANGE_BYTES: usize = 48 * 1024;
/// When sleepers wake, in seconds since they joined: from soon after the buffers are full to beyond the server's patience, which ends
/// somewhere in between.
const WAKES: std::ops::RangeInclusive<u64> = 6..=24;
/// How long changes go on while they sleep.
const SLEEP_UNDER_LOAD: Duration = Duration::from_secs(12);

/// What it showed.
#[derive(Debug, Serialize)]
pub struct Outcome {
    pub watchers: usize,
    /// From sending a change to its event at each of the others.
    pub without: Latency,
    pub with: Latency,
    /// The others' p99 with the slow client, over that without.
    pub p99_ratio: f64,
    /// Others that the server closed: none should be.
    pub others_closed: usize,
    /// What each sleeper found when it read again.
    pub sleepers: Vec<Found>,
    /// Resident memory that the server gained per sleeper while all slept under load, at its most.
    pub resident_kb_per_sleeper: Option<f64>,
}

impl Outcome {
    /// Whether sleepers were told what the protocol says, first the one and then the other, and nobody else was cut off.
    pub fn is_kept(&self) -> bool {
        let resync = self.sleepers.iter().position(|found| found.resync);
        let closed = self.sleepers.iter().position(|found| found.close_code == Some(CloseCode::Slow.number()));
        resync.zip(closed).is_some_and(|(resync, closed)| resync < closed) && self.others_closed == 0
    }
}

pub async fn run(options: &Options) -> anyhow::Result<Outcome> {
    let stage = Stage::set(&options.url, None, "Slow client").await?;
    let ground = Ground::lay(&stage.owner, stage.org, 1, Pace::within_limits()).await?;
    let people = stage.members(&["Watcher".to_owned(), "Slow".to_owned(), "Sleeper".to_owned()]).await?;
    let [watcher, slow, sleeper] = people.as_slice() else { anyhow::bail!("three were asked for") };
    let duration = Duration::from_secs(options.seconds);
    let (mut without, mut with, mut others_closed) = (Latency::default(), Latency::default(), 0);
    // In turn, so that what else the machine does falls on both.
    for _ in 0..options.rounds {
        let (latency, closed) = half(options, &stage.owner, watcher, &ground, duration).await?;
        without.add(&latency);
        others_closed += closed;
        let slow = Sleeper::join(slow, ground.board).await?;
        let (latency, closed) = half(options, &stage.owner, watcher, &ground, duration).await?;
        with.add(&latency);
        others_closed += closed;
        drop(slow);
    }
    let (sleepers, resident_kb_per_sleeper) = sleep(options, &stage.owner, sleeper, &ground).await?;
    let p99_ratio = with.quantile_ms(0.99) / without.quantile_ms(0.99).max(0.001);
    let watchers = options.watchers;
    Ok(Outcome { watchers, without, with, p99_ratio, others_closed, sleepers, resident_kb_per_sleeper })
}

/// The same load on the others, with or without a slow one among them.
async fn half(
    options: &Options,
    author: &Account,
    watcher: &Account,
    ground: &Ground,
    duration: Duration,
) -> anyhow::Result<(Latency, usize)> {
    let epoch = Epoch(Instant::now());
    let mut subscribers = Vec::new();
    for _ in 0..options.watchers {
        subscribers.push(Idle::connect(watcher, Codec::MessagePack).await?.join(ground.board, epoch).await?);
    }
    change(author, ground, epoch, duration).await?;
    let (received, closed) = stop_all(subscribers).await;
    Ok((received.latency, closed))
}

async fn change(author: &Account, ground: &Ground, epoch: Epoch, duration: Duration) -> anyhow::Result<()> {
    let (_, client) = author.connect(Codec::MessagePack, Pace::unlimited()).await?;
    let (task, filling) = (ground.tasks[0], noise(CHANGE_BYTES));
    let change = |due| redescribe(task, epoch.mark(due, &filling));
    at_rate(&client, ground.board, PER_SECOND, duration, change).await.context("a change was refused")?;
    Ok(())
}

/// Several fall asleep together and wake one after the other; what memory they took meanwhile.
async fn sleep(
    options: &Options,
    author: &Account,
    account: &Account,
    ground: &Ground,
) -> anyhow::Result<(Vec<Found>, Option<f64>)> {
    let resident = || options.pid.and_then(process::resident_bytes);
    let before = resident();
    let mut sleepers = tokio::task::JoinSet::new();
    for seconds in WAKES {
        let sleeper = Sleeper::join(account, ground.board).await?;
        sleepers.spawn(sleeper.wake(Duration::from_secs(seconds)));
    }
    let count = sleepers.len();
    let mut most = before;
    let mut changes = pin!(change(author, ground, Epoch(Instant::now()), SLEEP_UNDER_LOAD));
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    loop {
        tokio::select! {
            changed = &mut changes => break changed?,
            _ = looks.tick() => most = most.max(resident()),
        }
    }
    let gained = most.zip(before).map(|(most, before)| most.saturating_sub(before) as f64 / 1e3 / count as f64);
    let mut found = sleepers.join_all().await;
    found.sort_by_key(|found| found.woke_after_s);
    Ok((found, gained))
}

/// Text that does not compress, the same on each run.
fn noise(bytes: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut random = vec![0; bytes];
    blake3::Hasher::new_derive_key("lockstep 2026-11-21 load test noise").finalize_xof().fill(&mut random);
    random.into_iter().map(|byte| char::from(ALPHABET[usize::from(byte % 64)])).collect()
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} others without a slow client: {}", self.watchers, self.without)?;
        writeln!(f, "{} others with a slow client:    {}", self.watchers, self.with)?;
        writeln!(f, "p99 with over without: {:.2}; others cut off: {}", self.p99_ratio, self.others_closed)?;
        for found in &self.sleepers {
            writeln!(f, "read again after {:>2} s: {}", found.woke_after_s, found.sequence.join(", "))?;
        }
        if let Some(gained) = self.resident_kb_per_sleeper {
            writeln!(f, "resident memory gained per client that does not read, at most: {gained:.0} kB")?;
        }
        let verdict = if self.is_kept() { "as promised" } else { "NOT as promised" };
        writeln!(f, "resync, then 4408: {verdict}")
    }
}
