//! Commands: how soon one is acknowledged and seen by others, how many a second there are, what each costs the server.

use std::time::Instant;

use lockstep_protocol::{
    codec::Codec,
    ids::{BoardId, TaskId},
};
use tokio::task::JoinSet;

use super::{Bench, table::Table};
use crate::{
    client::Client,
    crowd::{self, Crowd},
    figures::Latency,
    load::{Epoch, Ground, retitle},
    pace::Pace,
};

/// Clients of the scenarios with many.
const CLIENTS: usize = 64;
/// Who watch each board.
const WATCHERS: usize = 50;

/// What a storm of commands showed.
pub(super) struct Storm {
    pub acknowledged: Latency,
    pub seen: Latency,
    seconds: f64,
    cpu_seconds: Option<f64>,
}

impl Storm {
    /// Commands a second.
    pub fn rate(&self) -> f64 {
        self.acknowledged.count() as f64 / self.seconds
    }

    /// The server's CPU for each command.
    pub fn cpu_ms(&self) -> Option<f64> {
        Some(self.cpu_seconds? * 1_000.0 / self.acknowledged.count().max(1) as f64)
    }
}

impl Bench<'_> {
    /// One client, one command after the other.
    pub(super) async fn single(&self, table: &mut Table) -> anyhow::Result<()> {
        let ground = &self.boards(1, 1).await?[0];
        let (_, client) = self.account(0).connect(Codec::MessagePack, Pace::unlimited()).await?;
        // The first commands of a connection find nothing warm.
        closed_loop(&client, ground.board, ground.tasks[0], self.epoch, self.duration() / 4).await?;
        let latency = closed_loop(&client, ground.board, ground.tasks[0], self.epoch, self.duration()).await?;
        table.add(self.named("single_ack_p50_ms"), latency.quantile_ms(0.5), "one client, acknowledged: p50, ms");
        table.add(self.named("single_ack_p99_ms"), latency.quantile_ms(0.99), "one client, acknowledged: p99, ms");
        Ok(())
    }

    /// Many clients on some boards, while others watch every board.
    pub(super) async fn many(&self, boards: usize, table: &mut Table) -> anyhow::Result<()> {
        let storm = self.storm(boards, CLIENTS, WATCHERS).await?;
        let on = if boards == 1 { "one_board" } else { "boards" };
        let told = format!("{CLIENTS} clients, {boards} boards, {WATCHERS} watch each");
        let mut add = |name: &str, value, what: &str| {
            table.add(self.named(&format!("{on}_{name}")), value, format!("{told}: {what}"));
        };
        add("commands_per_second", storm.rate(), "commands/s");
        add("ack_p99_ms", storm.acknowledged.quantile_ms(0.99), "acknowledged p99, ms");
        add("seen_p99_ms", storm.seen.quantile_ms(0.99), "seen by the others p99, ms");
        if let Some(cpu_ms) = storm.cpu_ms() {
            add("server_cpu_ms_per_command", cpu_ms, "server CPU per command, ms");
        }
        Ok(())
    }

    /// Clients, dealt out evenly to boards, that each send their next command when the last is acknowledged.
    pub(super) async fn storm(&self, boards: usize, clients: usize, watchers: usize) -> anyhow::Result<Storm> {
        let grounds = self.boards(boards, clients.div_ceil(boards)).await?;
        let watching = grounds.iter().flat_map(|ground| (0..watchers).map(|_| ground.board)).enumerate();
        let endpoints =
            watching.map(|(index, board)| (self.account(index).endpoint(crowd::codec(index)), board.into()));
        let crowd = Crowd::join(endpoints.collect(), self.epoch).await?;
        let mut senders = Vec::new();
        for index in 0..clients {
            let ground = &grounds[index % boards];
            let (_, client) = self.account(index).connect(Codec::MessagePack, Pace::unlimited()).await?;
            senders.push((client, ground.board, ground.tasks[index / boards]));
        }
        let (before, start) = (self.server.cpu_seconds(), Instant::now());
        let mut running = JoinSet::new();
        for (client, board, task) in senders {
            let (epoch, duration) = (self.epoch, self.duration());
            running.spawn(async move { closed_loop(&client, board, task, epoch, duration).await });
        }
        let mut acknowledged = Latency::default();
        while let Some(measured) = running.join_next().await {
            acknowledged.add(&measured??);
        }
        let (seconds, after) = (start.elapsed().as_secs_f64(), self.server.cpu_seconds());
        let seen = crowd.take().latency;
        let (closed, why) = crowd.disperse().await;
        anyhow::ensure!(closed == 0, "{closed} watchers were closed, the first because {why:?}");
        let cpu_seconds = after.zip(before).map(|(after, before)| after - before);
        Ok(Storm { acknowledged, seen, seconds, cpu_seconds })
    }

    /// Boards with some tasks each.
    pub(super) async fn boards(&self, count: usize, tasks: usize) -> anyhow::Result<Vec<Ground>> {
        let mut boards = Vec::with_capacity(count);
        for _ in 0..count {
            boards.push(Ground::lay(&self.stage.owner, self.stage.org, tasks, Pace::unlimited()).await?);
        }
        Ok(boards)
    }
}

/// Sends a command, awaits its acknowledgement, sends the next.
async fn closed_loop(
    client: &Client,
    board: BoardId,
    task: TaskId,
    epoch: Epoch,
    duration: std::time::Duration,
) -> anyhow::Result<Latency> {
    let (mut latency, start) = (Latency::default(), Instant::now());
    let mut index = 0u64;
    while start.elapsed() < duration {
        let title = epoch.mark(Instant::now(), &format!("title {index}"));
        let answer = client.command(board.into(), retitle(task, title)).await?;
        latency.record(answer.replied_at.saturating_duration_since(answer.sent_at));
        index += 1;
    }
    Ok(latency)
}
