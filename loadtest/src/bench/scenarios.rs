//! The scenarios. Each uses boards of its own and tells the table what it measured.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use lockstep_protocol::{
    codec::Codec,
    frame::{ClientMessage, Join, ServerMessage},
    ids::BoardId,
};
use tokio::task::JoinSet;

use super::{BOARDS, Bench, CLIENTS, table::Table};
use crate::{
    figures::Latency,
    load::{Ground, Idle, at_rate, retitle, stop_all},
    pace::Pace,
    socket,
};

/// Connections opened at the same time.
const OPENING: usize = 32;
/// Joins that are timed.
const JOINS: usize = 20;

impl Bench<'_> {
    fn duration(&self) -> Duration {
        Duration::from_secs(self.options.seconds)
    }

    /// One client, one command after the other.
    pub(super) async fn single(&self, table: &mut Table) -> anyhow::Result<()> {
        let ground = &self.boards(1, 1).await?[0];
        let (_, client) = self.account(0).connect(Codec::MessagePack, Pace::unlimited()).await?;
        let latency = closed_loop(client, ground.board, ground.tasks[0], self.duration()).await?;
        table.add("single_ack_p50_ms", latency.quantile_ms(0.5), "one client, acknowledged: p50, ms");
        table.add("single_ack_p99_ms", latency.quantile_ms(0.99), "one client, acknowledged: p99, ms");
        Ok(())
    }

    /// Many clients on some boards, each sending its next command when the last is acknowledged.
    pub(super) async fn many(&self, table: &mut Table) -> anyhow::Result<()> {
        let grounds = self.boards(BOARDS, CLIENTS.div_ceil(BOARDS)).await?;
        let mut clients = Vec::new();
        for index in 0..CLIENTS {
            let ground = &grounds[index % BOARDS];
            let (_, client) = self.account(index).connect(Codec::MessagePack, Pace::unlimited()).await?;
            clients.push((client, ground.board, ground.tasks[index / BOARDS]));
        }
        let (before, start) = (self.server.cpu_seconds(), Instant::now());
        let mut running = JoinSet::new();
        for (client, board, task) in clients {
            running.spawn(closed_loop(client, board, task, self.duration()));
        }
        let mut latency = Latency::default();
        while let Some(measured) = running.join_next().await {
            latency.add(&measured??);
        }
        let (seconds, after) = (start.elapsed().as_secs_f64(), self.server.cpu_seconds());
        let commands = latency.count() as f64;
        table.add("commands_per_second", commands / seconds, "64 clients on 20 boards: commands/s");
        table.add("commands_ack_p99_ms", latency.quantile_ms(0.99), "64 clients, acknowledged: p99, ms");
        if let Some(cpu) = after.zip(before).map(|(after, before)| after - before) {
            table.add("server_cpu_ms_per_command", cpu * 1_000.0 / commands, "server CPU per command, ms");
        }
        Ok(())
    }

    /// Memory of connections that do nothing; then all join one board, and somebody changes it.
    pub(super) async fn fan_out(&self, table: &mut Table) -> anyhow::Result<()> {
        let ground = &self.boards(1, 1).await?[0];
        let count = self.options.subscribers;
        let before = self.server.resident_bytes();
        let idle: Vec<Idle> = stream::iter(0..count)
            .map(|index| Idle::connect(self.account(index), Codec::ALL[index % 2]))
            .buffer_unordered(OPENING)
            .try_collect()
            .await?;
        if let Some((after, before)) = self.server.resident_bytes().zip(before) {
            let each = after.saturating_sub(before) as f64 / count as f64 / 1_000.0;
            table.add("idle_connection_kb", each, "resident memory per idle connection, kB");
        }
        let subscribers: Vec<_> = stream::iter(idle)
            .map(|idle| idle.join(ground.board, self.epoch))
            .buffer_unordered(OPENING)
            .try_collect()
            .await?;
        let (_, client) = self.stage.owner.connect(Codec::MessagePack, Pace::unlimited()).await?;
        let (task, filling) = (ground.tasks[0], "x".repeat(150));
        let (before, start) = (self.server.cpu_seconds(), Instant::now());
        let change = |due| retitle(task, self.epoch.mark(due, &filling));
        let rate = self.options.changes_per_second;
        let acknowledged = at_rate(&client, ground.board, rate, self.duration(), change).await?;
        let (after, seconds) = (self.server.cpu_seconds(), start.elapsed().as_secs_f64());
        let expected = acknowledged.count() * count as u64;
        let (received, closed) = stop_all(subscribers).await;
        let deliveries = received.latency.count();
        anyhow::ensure!(closed == 0, "{closed} of {count} subscribers were closed");
        table.add("fanout_deliveries_per_second", deliveries as f64 / seconds, "deliveries/s to all subscribers");
        table.add("fanout_delivered_share", deliveries as f64 / expected as f64, "share delivered within the time");
        table.add("fanout_delivery_p50_ms", received.latency.quantile_ms(0.5), "delivery: p50, ms");
        table.add("fanout_delivery_p99_ms", received.latency.quantile_ms(0.99), "delivery: p99, ms");
        if let Some(cpu) = after.zip(before).map(|(after, before)| after - before) {
            let per_million = cpu * 1_000_000.0 / deliveries as f64;
            table.add("server_cpu_s_per_million_deliveries", per_million, "server CPU per million deliveries, s");
        }
        Ok(())
    }

    /// A large board joined again and again.
    pub(super) async fn join(&self, table: &mut Table) -> anyhow::Result<()> {
        let board = &self.large().await?;
        let (mut latency, mut wire_bytes) = (Latency::default(), 0);
        for _ in 0..JOINS {
            let (elapsed, bytes, tasks) = self.join_once(board.board).await?;
            anyhow::ensure!(tasks == board.tasks.len(), "{tasks} of {} tasks came", board.tasks.len());
            latency.record(elapsed);
            wire_bytes = bytes;
        }
        table.add("join_wire_kb", wire_bytes as f64 / 1_000.0, "a large board joined: bytes on the wire, kB");
        table.add("join_p50_ms", latency.quantile_ms(0.5), "a large board joined: p50, ms");
        table.add("join_p99_ms", latency.quantile_ms(0.99), "a large board joined: p99, ms");
        Ok(())
    }

    async fn large(&self) -> anyhow::Result<Ground> {
        Ground::lay(&self.stage.owner, self.stage.org, self.options.tasks, Pace::unlimited()).await
    }

    /// From sending the join to the last part of the snapshot, decoded.
    async fn join_once(&self, board: BoardId) -> anyhow::Result<(Duration, usize, usize)> {
        let (mut sender, mut receiver, _) = socket::open(&self.account(0).endpoint(Codec::MessagePack)).await?;
        let start = Instant::now();
        let join = Join { reference: 1, topic: board.into(), after: None, presence: false };
        sender.send(&[ClientMessage::Join(join)]).await?;
        let (mut bytes, mut tasks) = (0, 0);
        loop {
            let received = receiver.receive().await?;
            bytes += received.wire_bytes;
            for message in received.messages {
                let ServerMessage::Snapshot(part) = message else { continue };
                if let lockstep_protocol::view::ViewPart::Board(view) = part.view {
                    tasks += view.tasks.len();
                }
                if part.part + 1 == part.parts {
                    sender.close().await;
                    return Ok((start.elapsed(), bytes, tasks));
                }
            }
        }
    }
}

/// Sends a command, awaits its acknowledgement, sends the next.
async fn closed_loop(
    client: crate::client::Client,
    board: BoardId,
    task: lockstep_protocol::ids::TaskId,
    duration: Duration,
) -> anyhow::Result<Latency> {
    let (mut latency, start) = (Latency::default(), Instant::now());
    let mut index = 0u64;
    while start.elapsed() < duration {
        let answer = client.command(board.into(), retitle(task, format!("Title {index}"))).await?;
        latency.record(answer.replied_at.saturating_duration_since(answer.sent_at));
        index += 1;
    }
    Ok(latency)
}
