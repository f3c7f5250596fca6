//! The largest board there may be, in use: people change all kinds of things on it at a steady rate while others watch. How soon each
//! change is acknowledged and seen, what it costs, and how much memory the server then has.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use anyhow::Context;
use lockstep_protocol::{
    codec::Codec,
    command::{
        Command,
        board::{CreateColumn, CreateLabel},
        comment::AddComment,
        past::UndoChange,
        task::*,
    },
    ids::{BoardId, ColumnId, CommentId, LabelId, TaskId},
    values::{Colour, ColumnKind, Due, Place, Priority},
};

use super::{Bench, table::Table};
use crate::{
    client::Client,
    crowd::{self, Crowd},
    load::{Ground, retitle, steadily},
    pace::Pace,
    stage::fresh,
};

/// Tasks on it: as many as a board may hold.
const TASKS: usize = 10_000;
const PER_SECOND: u32 = 200;
/// Who change it, and who watch.
const CLIENTS: usize = 16;
const WATCHERS: usize = 50;
/// Columns that tasks are moved between.
const COLUMNS: usize = 4;
/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

/// What is on the board beside its tasks.
struct Furniture {
    board: BoardId,
    columns: Vec<ColumnId>,
    label: LabelId,
    tasks: Vec<TaskId>,
}

impl Bench<'_> {
    pub(super) async fn big_board(&self, table: &mut Table) -> anyhow::Result<()> {
        let owner = &self.stage.owner;
        let ground = Ground::lay(owner, self.stage.org, TASKS, Pace::unlimited()).await.context("laying it out")?;
        let mut clients = Vec::with_capacity(CLIENTS);
        for index in 0..CLIENTS {
            clients.push(self.account(index).connect(Codec::MessagePack, Pace::unlimited()).await?.1);
        }
        let furniture = furnish(&clients[0], ground).await?;
        let watching = (0..WATCHERS)
            .map(|index| (self.account(CLIENTS + index).endpoint(crowd::codec(index)), furniture.board.into()));
        let crowd = Crowd::join(watching.collect(), self.epoch).await?;
        let (epoch, turn) = (self.epoch, AtomicUsize::new(0));
        let change = |due: Instant| {
            let index = turn.fetch_add(1, Ordering::Relaxed);
            let client = clients[index % CLIENTS].clone();
            let command = furniture.command(index, epoch.mark(due, &format!("title {index}")));
            let board = furniture.board;
            async move { Ok(client.command(board.into(), command).await?.replied_at) }
        };
        // The first finds nothing warm.
        steadily(PER_SECOND, self.duration() / 4, &change).await?;
        crowd.take();
        let (before, start) = (self.server.cpu_seconds(), Instant::now());
        let acknowledged = steadily(PER_SECOND, self.duration(), &change).await?;
        let (after, seconds) = (self.server.cpu_seconds(), start.elapsed().as_secs_f64());
        let seen = crowd.take().latency;
        let told = format!("{TASKS} tasks, {PER_SECOND} commands/s of {CLIENTS} clients, {WATCHERS} watch");
        let mut add =
            |name: &str, value, what: &str| table.add(format!("big_board_{name}"), value, format!("{told}: {what}"));
        add("ack_p50_ms", acknowledged.quantile_ms(0.5), "acknowledged p50, ms");
        add("ack_p99_ms", acknowledged.quantile_ms(0.99), "acknowledged p99, ms");
        add("seen_p99_ms", seen.quantile_ms(0.99), "seen by the others p99, ms");
        add("commands_per_second", acknowledged.count() as f64 / seconds, "commands/s");
        if let Some((after, before)) = after.zip(before) {
            add(
                "server_cpu_ms_per_command",
                (after - before) * 1_000.0 / acknowledged.count().max(1) as f64,
                "server CPU per command, ms",
            );
        }
        let undone = undo(&clients[0], &furniture).await.context("taking back")?;
        add("undo_ms", undone, "one change taken back, ms");
        let (closed, why) = crowd.disperse().await;
        anyhow::ensure!(closed == 0, "{closed} watchers were closed, the first because {why:?}");
        Ok(())
    }
}

async fn furnish(client: &Client, ground: Ground) -> anyhow::Result<Furniture> {
    let board = ground.board;
    let mut columns = Vec::with_capacity(COLUMNS);
    for index in 0..COLUMNS {
        let column_id = ColumnId(fresh());
        let kind = if index + 1 == COLUMNS { ColumnKind::Done } else { ColumnKind::Active };
        let create = CreateColumn { column_id, name: format!("Column {index}"), kind, place: Place::END };
        client.command(board.into(), create.into()).await?;
        columns.push(column_id);
    }
    let label = LabelId(fresh());
    let create = CreateLabel { label_id: label, name: "Load".into(), colour: Colour::Teal };
    client.command(board.into(), create.into()).await?;
    Ok(Furniture { board, columns, label, tasks: ground.tasks })
}

impl Furniture {
    /// One of the things that people do, each as often; every one changes something. Those that bring a text are seen by their mark.
    fn command(&self, index: usize, mark: String) -> Command {
        // A stride that meets every task before it meets one again.
        let task_id = self.tasks[index.wrapping_mul(7_919) % self.tasks.len()];
        let round = index / self.tasks.len();
        match index % 8 {
            0 | 1 => retitle(task_id, mark),
            2 => MoveTask { task_id, column_id: self.columns[(index / 8 + round) % COLUMNS], place: Place::END }.into(),
            3 => LabelTask { task_id, label_id: self.label }.into(),
            4 => PrioritizeTask {
                task_id,
                priority: if round.is_multiple_of(2) { Priority::High } else { Priority::Low },
            }
            .into(),
            5 => {
                let due = Due { at: (20_000 + index as i64) * DAY, has_time: false };
                ScheduleTask { task_id, start_at: None, due: Some(due) }.into()
            }
            6 => AddComment {
                task_id,
                comment_id: CommentId(fresh()),
                text: mark,
                reply_to: None,
                mentions: vec![],
                original: None,
            }
            .into(),
            _ if round.is_multiple_of(2) => CompleteTask { task_id }.into(),
            _ => ReopenTask { task_id }.into(),
        }
    }
}

/// How long it takes to take one change back: the board is folded as it was before.
async fn undo(client: &Client, furniture: &Furniture) -> anyhow::Result<f64> {
    let change = retitle(furniture.tasks[0], "To be taken back".into());
    let seq = client.command(furniture.board.into(), change).await?.acknowledged.seq;
    let answer = client.command(furniture.board.into(), UndoChange { seq }.into()).await?;
    Ok(answer.replied_at.saturating_duration_since(answer.sent_at).as_secs_f64() * 1_000.0)
}
