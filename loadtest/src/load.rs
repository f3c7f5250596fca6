//! Load with a mark: every change carries the instant at which it was sent, in clear, so that those who receive it measure its way
//! without decoding a frame. Sender and receivers share one process and one clock.

use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use lockstep_protocol::{
    codec::{Codec, GZIP_MAGIC, decompress},
    command::{
        Command,
        board::CreateColumn,
        task::{CreateTask, UpdateTask},
    },
    frame::{ClientMessage, Join},
    ids::{BoardId, ColumnId, OrgId, TaskId},
    values::{ColumnKind, Place},
};
use memchr::memmem;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    client::Client,
    figures::Latency,
    pace::Pace,
    socket::{self, Closed, Sender},
    stage::{Account, fresh},
};

/// What a mark begins with; then come microseconds since the run's start in thirteen digits.
const MARK: &[u8] = b"sent@";
const DIGITS: usize = 13;
/// Tasks that are added at the same time.
const LAYING: usize = 32;
/// What a compressed frame may grow to.
const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;

/// When the run started: all marks count from here.
#[derive(Clone, Copy, Debug)]
pub struct Epoch(pub Instant);

impl Epoch {
    /// A text that says when its change was due, and `filling`.
    pub fn mark(self, due: Instant, filling: &str) -> String {
        format!("sent@{:013} {filling}", due.saturating_duration_since(self.0).as_micros())
    }

    /// Tells how long each mark in a frame was on its way.
    pub fn measure(self, frame: &[u8], at: Instant, latency: &mut Latency) {
        let plain;
        let frame = if frame.starts_with(&GZIP_MAGIC) {
            match decompress(frame, FRAME_BYTES_MAX) {
                Ok(bytes) => plain = bytes,
                Err(_) => return,
            }
            &plain[..]
        } else {
            frame
        };
        let arrived = at.saturating_duration_since(self.0);
        for index in memmem::find_iter(frame, MARK) {
            let digits = frame.get(index + MARK.len()..index + MARK.len() + DIGITS);
            let sent = digits.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|text| text.parse().ok());
            if let Some(sent) = sent {
                latency.record(arrived.saturating_sub(Duration::from_micros(sent)));
            }
        }
    }
}

/// A board with one column and some tasks.
#[derive(Clone, Debug)]
pub struct Ground {
    pub board: BoardId,
    pub tasks: Vec<TaskId>,
}

impl Ground {
    /// Founds it. Its tasks have short titles.
    pub async fn lay(account: &Account, org: OrgId, tasks: usize, pace: Pace) -> anyhow::Result<Self> {
        let board = BoardId(fresh());
        account.rest.create_board(org, board, "Load", "LOAD").await?;
        let (_, client) = account.connect(Codec::MessagePack, pace).await?;
        let column_id = ColumnId(fresh());
        let column = CreateColumn { column_id, name: "Tasks".into(), kind: ColumnKind::Active, place: Place::END };
        client.command(board.into(), column.into()).await.context("cannot add a column")?;
        let client = &client;
        let tasks = stream::iter(0..tasks)
            .map(|index| async move {
                let task_id = TaskId(fresh());
                let create = create_task(task_id, column_id, format!("Task {index} of the load test's board"));
                client.command(board.into(), create).await.context("cannot add a task").map(|_| task_id)
            })
            .buffered(LAYING)
            .try_collect()
            .await?;
        Ok(Self { board, tasks })
    }
}

fn create_task(task_id: TaskId, column_id: ColumnId, title: String) -> Command {
    CreateTask {
        task_id,
        column_id,
        title,
        description: None,
        place: Place::END,
        labels: Vec::new(),
        assignees: Vec::new(),
        priority: None,
        start_at: None,
        due: None,
        parent_id: None,
        points: None,
        minutes: None,
        repeat: None,
        category_id: None,
        cover: None,
        fields: Vec::new(),
        original: None,
    }
    .into()
}

pub fn retitle(task_id: TaskId, title: String) -> Command {
    UpdateTask { task_id, title: Some(title), description: None, mentions: vec![] }.into()
}

pub fn redescribe(task_id: TaskId, description: String) -> Command {
    UpdateTask { task_id, title: None, description: Some(description), mentions: vec![] }.into()
}

/// Sends a change so many times a second for a while, whether or not the earlier ones were answered; `command` is given the instant
/// at which its change was due, so that no stall is hidden by a late start. Answers how many were acknowledged, and how quickly.
pub async fn at_rate(
    client: &Client,
    board: BoardId,
    per_second: u32,
    duration: Duration,
    command: impl Fn(Instant) -> Command,
) -> anyhow::Result<Latency> {
    steadily(per_second, duration, |due| {
        let (client, command) = (client.clone(), command(due));
        async move { Ok(client.command(board.into(), command).await?.replied_at) }
    })
    .await
}

/// The same with whatever makes a change: it answers when it was acknowledged.
pub async fn steadily<F>(per_second: u32, duration: Duration, change: impl Fn(Instant) -> F) -> anyhow::Result<Latency>
where
    F: Future<Output = anyhow::Result<Instant>> + Send + 'static,
{
    let mut interval = tokio::time::interval(Duration::from_secs(1) / per_second.max(1));
    let mut answers = tokio::task::JoinSet::new();
    let start = Instant::now();
    loop {
        let due = interval.tick().await.into_std();
        if start.elapsed() >= duration {
            break;
        }
        let answer = change(due);
        answers.spawn(async move { (due, answer.await) });
    }
    let mut latency = Latency::default();
    while let Some(answer) = answers.join_next().await {
        let (due, answer) = answer?;
        latency.record(answer?.saturating_duration_since(due));
    }
    Ok(latency)
}

/// A connection that only receives and measures, on a task of its own.
pub struct Subscriber {
    stop: watch::Sender<bool>,
    task: JoinHandle<Received>,
}

/// What a subscriber got.
#[derive(Debug, Default)]
pub struct Received {
    pub latency: Latency,
    pub frames: u64,
    pub bytes: u64,
    pub closed: Option<Closed>,
}

/// A connection that said hello and nothing more.
pub struct Idle {
    sender: Sender,
    receiver: socket::Receiver,
}

impl Idle {
    pub async fn connect(account: &Account, codec: Codec) -> anyhow::Result<Self> {
        let (sender, receiver, _) = socket::open(&account.endpoint(codec)).await?;
        Ok(Self { sender, receiver })
    }

    /// Joins, and measures from then on.
    pub async fn join(mut self, board: BoardId, epoch: Epoch) -> anyhow::Result<Subscriber> {
        let join = Join { reference: 1, topic: board.into(), after: None, presence: false };
        self.sender.send(&[ClientMessage::Join(join)]).await?;
        // The answer: what follows it is the snapshot, then events.
        self.receiver.receive_bytes().await?;
        let (stop, stopped) = watch::channel(false);
        Ok(Subscriber { stop, task: tokio::spawn(receive(self, epoch, stopped)) })
    }
}

async fn receive(mut idle: Idle, epoch: Epoch, mut stopped: watch::Receiver<bool>) -> Received {
    let mut received = Received::default();
    loop {
        tokio::select! {
            frame = idle.receiver.receive_bytes() => match frame {
                Ok((at, bytes)) => received.take(epoch, at, &bytes),
                Err(closed) => {
                    received.closed = Some(closed);
                    return received;
                }
            },
            _ = stopped.changed() => return received,
        }
    }
}

impl Received {
    fn take(&mut self, epoch: Epoch, at: Instant, bytes: &Bytes) {
        epoch.measure(bytes, at, &mut self.latency);
        self.frames += 1;
        self.bytes += bytes.len() as u64;
    }
}

impl Subscriber {
    /// Ends it, and tells what it got.
    pub async fn stop(self) -> Received {
        self.stop.send_replace(true);
        self.task.await.unwrap_or_default()
    }
}

/// Ends them all: everything they measured, and how many were closed by the server.
pub async fn stop_all(subscribers: Vec<Subscriber>) -> (Received, usize) {
    let (mut all, mut closed) = (Received::default(), 0);
    for subscriber in subscribers {
        let received = subscriber.stop().await;
        all.latency.add(&received.latency);
        all.frames += received.frames;
        all.bytes += received.bytes;
        closed += usize::from(received.closed.is_some());
    }
    (all, closed)
}

#[cfg(test)]
mod tests;
