//! One board and all who watch it: what an idle connection holds, what a delivery costs, how many a second there can be. The levels
//! serve the references too.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use lockstep_protocol::{
    codec::Codec,
    ids::{BoardId, TaskId},
};
use tokio::task::JoinSet;

use super::{Bench, table::Table};
use crate::{
    client::Client,
    crowd::{self, Crowd, Received},
    load::{self, Epoch, retitle, steadily},
    pace::Pace,
};

/// Of a change's title: with what surrounds it, about 200 bytes.
pub(super) const TITLE_BYTES: usize = 150;
/// Connections before those whose memory is counted.
const FIRST_IDLE: usize = 20;
/// Who send the changes, so that no connection's bound on commands under way is what is measured.
const SENDERS: usize = 8;
/// Deliveries/s at which their cost is taken.
pub(super) const FIXED_PER_SECOND: u32 = 50_000;
/// Deliveries/s that are tried one after the other, while they arrive in time.
pub(super) const RATES: [u32; 12] = [
    100_000, 200_000, 300_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 4_000_000,
    5_000_000,
];
/// The rates at which many subscribers must be served in time throughout.
const CROWD_RATES: [u32; 5] = [10_000, 50_000, 100_000, 250_000, 500_000];
/// In time: the p99 of a delivery.
pub(super) const P99_MS_MAX: f64 = 100.0;
/// How much of what was sent must have arrived when a level ends.
const DELIVERED_MIN: f64 = 0.95;

/// Who makes changes that a crowd sees.
pub(super) trait Sender: Clone + Send + Sync + 'static {
    /// Makes one that carries this text; answers when it was acknowledged.
    fn change(&self, text: String) -> impl Future<Output = anyhow::Result<Instant>> + Send + 'static;
}

/// A connection that renames a task of its own.
#[derive(Clone)]
pub(super) struct Renamer {
    client: Client,
    board: BoardId,
    task: TaskId,
}

impl Renamer {
    pub(super) fn board(&self) -> BoardId {
        self.board
    }
}

impl Sender for Renamer {
    fn change(&self, text: String) -> impl Future<Output = anyhow::Result<Instant>> + Send + 'static {
        let (client, board, command) = (self.client.clone(), self.board, retitle(self.task, text));
        async move { Ok(client.command(board.into(), command).await?.replied_at) }
    }
}

/// What a rate showed.
pub(super) struct Level {
    pub received: Received,
    pub acknowledged: u64,
    pub seconds: f64,
    pub cpu_seconds: Option<f64>,
}

impl Bench<'_> {
    /// Memory of connections that said hello and nothing more.
    pub(super) async fn idle(&self, count: usize, table: &mut Table) -> anyhow::Result<()> {
        let mut idle = Vec::with_capacity(count);
        // The first bring in code that all share.
        for index in 0..FIRST_IDLE {
            idle.push(load::Idle::connect(self.account(index), crowd::codec(index)).await?);
        }
        let before = self.server.resident_bytes();
        for index in FIRST_IDLE..count + FIRST_IDLE {
            idle.push(load::Idle::connect(self.account(index), crowd::codec(index)).await?);
        }
        if let Some((after, before)) = self.server.resident_bytes().zip(before) {
            let each = after.saturating_sub(before) as f64 / count as f64 / 1_000.0;
            let what = format!("resident memory per idle connection, of {count}: kB");
            table.add(self.named(&format!("idle_connection_{count}_kb")), each, what);
        }
        Ok(())
    }

    /// The cost of a delivery at a fixed rate, then higher rates until they are too many.
    pub(super) async fn fan_out(&self, table: &mut Table) -> anyhow::Result<()> {
        let (crowd, senders) = self.seated(self.options.subscribers).await?;
        let cpu = || self.server.cpu_seconds();
        climb(&crowd, &senders, self.epoch, self.duration(), &cpu, "", table).await?;
        ended(crowd).await
    }

    /// Many subscribers at each of some rates.
    pub(super) async fn throughout(&self, table: &mut Table) -> anyhow::Result<()> {
        let count = self.options.crowd;
        let (crowd, senders) = self.seated(count).await?;
        let mut worst: f64 = 0.0;
        for rate in CROWD_RATES {
            let cpu = || self.server.cpu_seconds();
            let level = level(&crowd, &senders, self.epoch, self.duration(), rate, &cpu).await?;
            table.note(level.told(count, rate));
            worst = worst.max(if level.delivered(count) < DELIVERED_MIN {
                f64::INFINITY
            } else {
                level.received.latency.quantile_ms(0.99)
            });
        }
        let what = format!("{count} subscribers, every rate up to 500,000 deliveries/s: worst p99, ms");
        table.add(self.named("crowd_worst_p99_ms"), worst, what);
        ended(crowd).await
    }

    pub(super) async fn seated(&self, count: usize) -> anyhow::Result<(Crowd, Vec<Renamer>)> {
        let ground = self.boards(1, SENDERS).await?.remove(0);
        let endpoint = |index: usize| (self.account(index).endpoint(crowd::codec(index)), ground.board.into());
        let crowd = Crowd::join((0..count).map(endpoint).collect(), self.epoch).await?;
        let mut senders = Vec::with_capacity(SENDERS);
        for task in ground.tasks {
            let client = self.stage.owner.connect(Codec::MessagePack, Pace::unlimited()).await?.1;
            senders.push(Renamer { client, board: ground.board, task });
        }
        Ok((crowd, senders))
    }
}

/// The fixed rate, then higher ones while they arrive in time. `prefix` stands before the names of the figures.
pub(super) async fn climb(
    crowd: &Crowd,
    senders: &[impl Sender],
    epoch: Epoch,
    duration: Duration,
    cpu: &impl Fn() -> Option<f64>,
    prefix: &str,
    table: &mut Table,
) -> anyhow::Result<()> {
    let count = crowd.len();
    let named = |figure: &str| format!("{prefix}{figure}");
    let fixed = level(crowd, senders, epoch, duration, FIXED_PER_SECOND, cpu).await?;
    table.note(fixed.told(count, FIXED_PER_SECOND));
    let deliveries = fixed.received.latency.count() as f64;
    let told = format!("{count} subscribers, {FIXED_PER_SECOND} deliveries/s");
    if let Some(cpu) = fixed.cpu_seconds {
        let what = format!("{told}: server CPU per million, s");
        table.add(named("server_cpu_s_per_million_deliveries"), cpu * 1e6 / deliveries, what);
    }
    let p99 = fixed.received.latency.quantile_ms(0.99);
    table.add(named("fixed_delivery_p99_ms"), p99, format!("{told}: p99, ms"));
    let mut most: f64 = 0.0;
    for rate in RATES {
        let level = level(crowd, senders, epoch, duration, rate, cpu).await?;
        table.note(level.told(count, rate));
        if !level.in_time(count) {
            break;
        }
        most = most.max(level.rate());
    }
    let what = format!("{count} subscribers: most deliveries/s with p99 < {P99_MS_MAX} ms");
    table.add(named("deliveries_per_second_max"), most, what);
    Ok(())
}

/// Changes at such a rate that about so many deliveries a second are due.
pub(super) async fn level(
    crowd: &Crowd,
    senders: &[impl Sender],
    epoch: Epoch,
    duration: Duration,
    deliveries_per_second: u32,
    cpu: &impl Fn() -> Option<f64>,
) -> anyhow::Result<Level> {
    let filling = "x".repeat(TITLE_BYTES - 19);
    let changes = f64::from(deliveries_per_second) / crowd.len() as f64;
    // Slow rates come from one: each has whole changes a second.
    let senders = &senders[..((changes / 10.0).round() as usize).clamp(1, senders.len())];
    let each = (changes / senders.len() as f64).round().max(1.0) as u32;
    crowd.take();
    let (before, start) = (cpu(), Instant::now());
    let mut running = JoinSet::new();
    for (index, sender) in senders.iter().cloned().enumerate() {
        let filling = filling.clone();
        // One after the other: in step, they would send bursts.
        let offset = Duration::from_secs(1) / each * index as u32 / senders.len() as u32;
        running.spawn(async move {
            tokio::time::sleep(offset).await;
            steadily(each, duration, |due| sender.change(epoch.mark(due, &filling))).await
        });
    }
    let mut acknowledged = 0;
    while let Some(answered) = running.join_next().await {
        acknowledged += answered??.count();
    }
    let (seconds, after) = (start.elapsed().as_secs_f64(), cpu());
    // The last deliveries are still on their way.
    tokio::time::sleep(Duration::from_millis(P99_MS_MAX as u64)).await;
    let cpu_seconds = after.zip(before).map(|(after, before)| after - before);
    Ok(Level { received: crowd.take(), acknowledged, seconds, cpu_seconds })
}

pub(super) async fn ended(crowd: Crowd) -> anyhow::Result<()> {
    let (closed, why) = crowd.disperse().await;
    anyhow::ensure!(closed == 0, "{closed} subscribers were closed, the first because {why:?}");
    Ok(())
}

impl Level {
    pub fn rate(&self) -> f64 {
        self.received.latency.count() as f64 / self.seconds
    }

    /// The share of what was due that came.
    fn delivered(&self, subscribers: usize) -> f64 {
        self.received.latency.count() as f64 / (self.acknowledged * subscribers as u64).max(1) as f64
    }

    pub fn in_time(&self, subscribers: usize) -> bool {
        self.received.latency.quantile_ms(0.99) < P99_MS_MAX && self.delivered(subscribers) >= DELIVERED_MIN
    }

    pub fn told(&self, subscribers: usize, due: u32) -> String {
        format!(
            "{subscribers} subscribers, {due} deliveries/s due: {:.0}/s came, {}; {:.1} changes a frame; server CPU {:.2} s a million",
            self.rate(),
            self.received.latency,
            self.received.latency.count() as f64 / self.received.frames.max(1) as f64,
            self.cpu_seconds.unwrap_or(f64::NAN) * 1e6 / self.received.latency.count().max(1) as f64,
        )
    }
}
