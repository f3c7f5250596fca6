//! One board and all who watch it: what an idle connection holds, what a delivery costs, how many a second there can be.

use std::time::Instant;

use lockstep_protocol::codec::Codec;
use tokio::task::JoinSet;

use super::{Bench, table::Table};
use crate::{
    client::Client,
    crowd::{self, Crowd, Received},
    load::{self, Ground, at_rate, retitle},
    pace::Pace,
};

/// Of a change's title: with what surrounds it, about 200 bytes.
const TITLE_BYTES: usize = 150;
/// Who send the changes, so that no connection's bound on commands under way is what is measured.
const SENDERS: usize = 8;
/// Deliveries/s at which their cost is taken.
const FIXED_PER_SECOND: u32 = 50_000;
/// Deliveries/s that are tried one after the other, while they arrive in time.
const RATES: [u32; 12] = [
    100_000, 200_000, 300_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 4_000_000,
    5_000_000,
];
/// The rates at which many subscribers must be served in time throughout.
const CROWD_RATES: [u32; 5] = [10_000, 50_000, 100_000, 250_000, 500_000];
/// In time: the p99 of a delivery.
const P99_MS_MAX: f64 = 100.0;
/// How much of what was sent must have arrived when a level ends.
const DELIVERED_MIN: f64 = 0.95;

/// What a rate showed.
struct Level {
    received: Received,
    acknowledged: u64,
    seconds: f64,
    cpu_seconds: Option<f64>,
}

impl Bench<'_> {
    /// Memory of connections that said hello and nothing more.
    pub(super) async fn idle(&self, count: usize, table: &mut Table) -> anyhow::Result<()> {
        let before = self.server.resident_bytes();
        let mut idle = Vec::with_capacity(count);
        for index in 0..count {
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
        let count = self.options.subscribers;
        let (ground, crowd, senders) = self.seated(count).await?;
        let fixed = self.level(&ground, &crowd, &senders, FIXED_PER_SECOND).await?;
        let deliveries = fixed.received.latency.count() as f64;
        if let Some(cpu) = fixed.cpu_seconds {
            let what = format!("{count} subscribers, {FIXED_PER_SECOND} deliveries/s: server CPU per million, s");
            table.add(self.named("server_cpu_s_per_million_deliveries"), cpu * 1e6 / deliveries, what);
        }
        table.add(
            self.named("fixed_delivery_p99_ms"),
            fixed.received.latency.quantile_ms(0.99),
            format!("{count} subscribers, {FIXED_PER_SECOND} deliveries/s: p99, ms"),
        );
        let mut most = fixed.rate();
        for rate in RATES {
            let level = self.level(&ground, &crowd, &senders, rate).await?;
            table.note(level.told(count, rate));
            if !level.in_time(count) {
                break;
            }
            most = most.max(level.rate());
        }
        let what = format!("{count} subscribers: most deliveries/s with p99 < {P99_MS_MAX} ms");
        table.add(self.named("deliveries_per_second_max"), most, what);
        ended(crowd).await
    }

    /// Many subscribers at each of some rates.
    pub(super) async fn throughout(&self, table: &mut Table) -> anyhow::Result<()> {
        let count = self.options.crowd;
        let (ground, crowd, senders) = self.seated(count).await?;
        let mut worst: f64 = 0.0;
        for rate in CROWD_RATES {
            let level = self.level(&ground, &crowd, &senders, rate).await?;
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

    async fn seated(&self, count: usize) -> anyhow::Result<(Ground, Crowd, Vec<Client>)> {
        let ground = self.boards(1, SENDERS).await?.remove(0);
        let endpoint = |index: usize| (self.account(index).endpoint(crowd::codec(index)), ground.board);
        let crowd = Crowd::join((0..count).map(endpoint).collect(), self.epoch).await?;
        let mut senders = Vec::with_capacity(SENDERS);
        for _ in 0..SENDERS {
            senders.push(self.stage.owner.connect(Codec::MessagePack, Pace::unlimited()).await?.1);
        }
        Ok((ground, crowd, senders))
    }

    /// Changes at such a rate that about so many deliveries a second are due.
    async fn level(
        &self,
        ground: &Ground,
        crowd: &Crowd,
        senders: &[Client],
        deliveries_per_second: u32,
    ) -> anyhow::Result<Level> {
        let filling = "x".repeat(TITLE_BYTES - 19);
        let changes = f64::from(deliveries_per_second) / crowd.len() as f64;
        // Slow rates come from one: each has whole changes a second.
        let senders = &senders[..(changes.round() as usize).clamp(1, senders.len())];
        let each = (changes / senders.len() as f64).round().max(1.0) as u32;
        crowd.take();
        let (before, start) = (self.server.cpu_seconds(), Instant::now());
        let mut running = JoinSet::new();
        for (client, task) in senders.iter().cloned().zip(ground.tasks.clone()) {
            let (epoch, board, duration, filling) = (self.epoch, ground.board, self.duration(), filling.clone());
            running.spawn(async move {
                at_rate(&client, board, each, duration, |due| retitle(task, epoch.mark(due, &filling))).await
            });
        }
        let mut acknowledged = 0;
        while let Some(answered) = running.join_next().await {
            acknowledged += answered??.count();
        }
        let (seconds, after) = (start.elapsed().as_secs_f64(), self.server.cpu_seconds());
        // The last deliveries are still on their way.
        tokio::time::sleep(std::time::Duration::from_millis(P99_MS_MAX as u64)).await;
        let cpu_seconds = after.zip(before).map(|(after, before)| after - before);
        Ok(Level { received: crowd.take(), acknowledged, seconds, cpu_seconds })
    }
}

async fn ended(crowd: Crowd) -> anyhow::Result<()> {
    let (closed, why) = crowd.disperse().await;
    anyhow::ensure!(closed == 0, "{closed} subscribers were closed, the first because {why:?}");
    Ok(())
}

impl Level {
    fn rate(&self) -> f64 {
        self.received.latency.count() as f64 / self.seconds
    }

    /// The share of what was due that came.
    fn delivered(&self, subscribers: usize) -> f64 {
        self.received.latency.count() as f64 / (self.acknowledged * subscribers as u64).max(1) as f64
    }

    fn in_time(&self, subscribers: usize) -> bool {
        self.received.latency.quantile_ms(0.99) < P99_MS_MAX && self.delivered(subscribers) >= DELIVERED_MIN
    }

    fn told(&self, subscribers: usize, due: u32) -> String {
        format!(
            "{subscribers} subscribers, {due} deliveries/s due: {:.0}/s came, {}; {:.1} changes a frame; server CPU {:.2} s a million",
            self.rate(),
            self.received.latency,
            self.received.latency.count() as f64 / self.received.frames.max(1) as f64,
            self.cpu_seconds.unwrap_or(f64::NAN) * 1e6 / self.received.latency.count().max(1) as f64,
        )
    }
}
