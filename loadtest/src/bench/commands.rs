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

    /// Many clients on some boards, each sending its next command when the last is acknowledged, while others watch every board.
    pub(super) async fn many(&self, boards: usize, table: &mut Table) -> anyhow::Result<()> {
        let grounds = self.boards(boards, CLIENTS.div_ceil(boards)).await?;
        let watching = grounds.iter().flat_map(|ground| (0..WATCHERS).map(|_| ground.board)).enumerate();
        let endpoints = watching.map(|(index, board)| (self.account(index).endpoint(crowd::codec(index)), board));
        let crowd = Crowd::join(endpoints.collect(), self.epoch).await?;
        let mut clients = Vec::new();
        for index in 0..CLIENTS {
            let ground = &grounds[index % boards];
            let (_, client) = self.account(index).connect(Codec::MessagePack, Pace::unlimited()).await?;
            clients.push((client, ground.board, ground.tasks[index / boards]));
        }
        let (before, start) = (self.server.cpu_seconds(), Instant::now());
        let mut running = JoinSet::new();
        for (client, board, task) in clients {
            let (epoch, duration) = (self.epoch, self.duration());
            running.spawn(async move { closed_loop(&client, board, task, epoch, duration).await });
        }
        let mut latency = Latency::default();
        while let Some(measured) = running.join_next().await {
            latency.add(&measured??);
        }
        let (seconds, after) = (start.elapsed().as_secs_f64(), self.server.cpu_seconds());
        let seen = crowd.take();
        let (closed, why) = crowd.disperse().await;
        anyhow::ensure!(closed == 0, "{closed} watchers were closed, the first because {why:?}");
        let commands = latency.count() as f64;
        let on = if boards == 1 { "one_board" } else { "boards" };
        let told = format!("{CLIENTS} clients, {boards} boards, {WATCHERS} watch each");
        let mut add = |name: &str, value, what: &str| {
            table.add(self.named(&format!("{on}_{name}")), value, format!("{told}: {what}"));
        };
        add("commands_per_second", commands / seconds, "commands/s");
        add("ack_p99_ms", latency.quantile_ms(0.99), "acknowledged p99, ms");
        add("seen_p99_ms", seen.latency.quantile_ms(0.99), "seen by the others p99, ms");
        if let Some(cpu) = after.zip(before).map(|(after, before)| after - before) {
            add("server_cpu_ms_per_command", cpu * 1_000.0 / commands, "server CPU per command, ms");
        }
        Ok(())
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
