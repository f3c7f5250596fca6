//! Joining large boards: how long one takes, what it costs the server when many do, how long a cold one takes to wake.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use lockstep_protocol::{
    codec::Codec,
    frame::{ClientMessage, Join, ServerMessage},
    ids::BoardId,
    view::ViewPart,
};

use super::{Bench, table::Table};
use crate::{figures::Latency, load::Ground, pace::Pace, socket};

/// Joins that are timed, one after the other.
const JOINS: usize = 20;
/// Boards whose first join is measured.
const FIRSTS: usize = 3;
/// Joins of a herd that are under way at the same time.
const AT_ONCE: usize = 64;
/// Tasks of the largest board.
const LARGEST: usize = 10_000;

/// A join from its request to the last part of the snapshot, decoded.
pub(super) struct Joined {
    pub elapsed: Duration,
    wire_bytes: usize,
    tasks: usize,
}

impl Bench<'_> {
    /// A large board joined again and again, then by a herd, then cold.
    pub(super) async fn join(&mut self, table: &mut Table) -> anyhow::Result<()> {
        let tasks = self.options.tasks;
        self.first(tasks, table).await?;
        let board = self.large(tasks).await?;
        let (latency, wire_bytes) = self.joins(&board).await?;
        table.add("join_wire_kb", wire_bytes as f64 / 1e3, format!("{tasks} tasks joined: bytes on the wire, kB"));
        table.add("join_p50_ms", latency.quantile_ms(0.5), format!("{tasks} tasks joined: p50, ms"));
        table.add("join_p99_ms", latency.quantile_ms(0.99), format!("{tasks} tasks joined: p99, ms"));
        self.herd(&board, table).await?;
        let largest = self.large(LARGEST).await?;
        let (latency, wire_bytes) = self.joins(&largest).await?;
        table.add("join_largest_p50_ms", latency.quantile_ms(0.5), format!("{LARGEST} tasks joined: p50, ms"));
        table.add("join_largest_wire_kb", wire_bytes as f64 / 1e3, format!("{LARGEST} tasks: bytes on the wire, kB"));
        self.server.restart().await?;
        // A board that is live already shows what of it is the connection and not the waking.
        self.join_once(largest.board).await?;
        let cold = self.join_once(board.board).await?;
        table.add(
            "join_cold_ms",
            cold.elapsed.as_secs_f64() * 1e3,
            format!("{tasks} tasks, board not live: joined, ms"),
        );
        Ok(())
    }

    /// CPU of the server for the first join of a board, which encodes what all others share: the least of some boards, because whatever
    /// else the server does meanwhile is counted too.
    async fn first(&self, tasks: usize, table: &mut Table) -> anyhow::Result<()> {
        let mut least = None;
        for _ in 0..FIRSTS {
            let board = self.large(tasks).await?;
            // What follows the last change is done by then.
            tokio::time::sleep(Duration::from_millis(500)).await;
            let before = self.server.cpu_of_threads();
            self.join_once(board.board).await?;
            let spent = self.server.cpu_of_threads().zip(before).map(|(after, before)| after.saturating_sub(before));
            least = least.into_iter().chain(spent).min();
        }
        if let Some(least) = least {
            table.add(
                "join_first_cpu_ms",
                least.as_secs_f64() * 1e3,
                format!("{tasks} tasks, the first join: server CPU, ms"),
            );
        }
        Ok(())
    }

    /// CPU of the server per join, when many come at once to a board whose snapshot is encoded already.
    async fn herd(&self, board: &Ground, table: &mut Table) -> anyhow::Result<()> {
        let herd = self.options.herd;
        let connections: Vec<_> = stream::iter(0..herd)
            .map(|index| async move { socket::open(&self.account(index).endpoint(Codec::MessagePack)).await })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let before = self.server.cpu_seconds();
        let joins = connections.into_iter().map(|(mut sender, mut receiver, _)| async move {
            sender.send(&[join(board.board)]).await?;
            // The bytes only: what is to be measured is the server.
            let (mut frames, mut bytes) = (0, 0);
            while frames < 2 {
                bytes += receiver.receive_bytes().await?.1.len();
                frames += 1;
            }
            anyhow::Ok(bytes)
        });
        let bytes: Vec<usize> = stream::iter(joins).buffer_unordered(AT_ONCE).try_collect().await?;
        anyhow::ensure!(bytes.iter().all(|bytes| *bytes > 1_000), "each got a snapshot");
        if let Some(cpu) = self.server.cpu_seconds().zip(before).map(|(after, before)| after - before) {
            let what = format!("{} tasks joined by {herd} at once: server CPU each, ms", board.tasks.len());
            table.add("join_shared_cpu_ms", cpu * 1e3 / herd as f64, what);
        }
        Ok(())
    }

    pub(super) async fn large(&self, tasks: usize) -> anyhow::Result<Ground> {
        Ground::lay(&self.stage.owner, self.stage.org, tasks, Pace::unlimited()).await
    }

    pub(super) async fn joins(&self, board: &Ground) -> anyhow::Result<(Latency, usize)> {
        let (mut latency, mut wire_bytes) = (Latency::default(), 0);
        for _ in 0..JOINS {
            let joined = self.join_once(board.board).await?;
            anyhow::ensure!(joined.tasks == board.tasks.len(), "{} of {} tasks", joined.tasks, board.tasks.len());
            latency.record(joined.elapsed);
            wire_bytes = joined.wire_bytes;
        }
        Ok((latency, wire_bytes))
    }

    pub(super) async fn join_once(&self, board: BoardId) -> anyhow::Result<Joined> {
        let (mut sender, mut receiver, _) = socket::open(&self.account(0).endpoint(Codec::MessagePack)).await?;
        let start = Instant::now();
        sender.send(&[join(board)]).await?;
        let (mut wire_bytes, mut tasks) = (0, 0);
        loop {
            let received = receiver.receive().await?;
            wire_bytes += received.wire_bytes;
            for message in received.messages {
                let ServerMessage::Snapshot(part) = message else { continue };
                if let ViewPart::Board(view) = part.view {
                    tasks += view.tasks.len();
                }
                if part.part + 1 == part.parts {
                    sender.close().await;
                    return Ok(Joined { elapsed: start.elapsed(), wire_bytes, tasks });
                }
            }
        }
    }
}

fn join(board: BoardId) -> ClientMessage {
    ClientMessage::Join(Join { reference: 1, topic: board.into(), after: None, presence: false })
}
