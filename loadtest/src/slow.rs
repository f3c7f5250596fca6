//! `slow`: one client joins and never reads, while others do. The others must not notice; when it reads again it finds `resync`, and
//! the close that says it did not keep up.

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::Context;
use lockstep_protocol::{
    codec::Codec,
    codes::CloseCode,
    frame::{ClientMessage, Join, ServerMessage},
    ids::BoardId,
    limits::Limits,
};
use serde::Serialize;

use crate::{
    figures::Latency,
    load::{Epoch, Ground, Idle, at_rate, redescribe, stop_all},
    pace::Pace,
    socket::{self, Closed},
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
    /// How long each half lasts: without the slow client, and with it.
    #[arg(long, default_value_t = 20)]
    pub seconds: u64,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Changes a second, within what one connection may send.
const PER_SECOND: u32 = 18;
/// Of each change: large, so that the buffers between server and client are soon full.
const CHANGE_BYTES: usize = 48 * 1024;
/// The slow client's buffer in its operating system.
const RECEIVE_BUFFER_BYTES: u32 = 4 * 1024;
/// How long the slow client may take to read what is left for it.
const READ_FOR: Duration = Duration::from_secs(20);

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
    /// What the slow client found when it read again.
    pub sequence: Vec<String>,
    pub got_resync: bool,
    pub close_code: Option<u16>,
}

impl Outcome {
    /// Whether the slow client was told what the protocol says, and nobody else was cut off.
    pub fn is_kept(&self) -> bool {
        self.got_resync && self.close_code == Some(CloseCode::Slow.number()) && self.others_closed == 0
    }
}

pub async fn run(options: &Options) -> anyhow::Result<Outcome> {
    let stage = Stage::set(&options.url, None, "Slow client").await?;
    let ground = Ground::lay(&stage.owner, stage.org, 1, Pace::within_limits()).await?;
    let watching = stage.members(&["Watcher".to_owned(), "Sleeper".to_owned()]).await?;
    let (watcher, sleeper) = (&watching[0], &watching[1]);
    let duration = Duration::from_secs(options.seconds);

    let (without, closed) = half(options, &stage.owner, watcher, &ground, duration).await?;
    let mut slow = Slow::join(sleeper, ground.board).await?;
    let (with, closed_too) = half(options, &stage.owner, watcher, &ground, duration).await?;
    // It has been behind for most of that time; the server's patience ends this long after it noticed.
    let patience = Duration::from_millis(Limits::default().slow_timeout_ms) + Duration::from_secs(3);
    tokio::time::sleep(patience.saturating_sub(duration / 2)).await;
    let close = slow.read().await;

    let p99_ratio = with.quantile_ms(0.99) / without.quantile_ms(0.99).max(0.001);
    Ok(Outcome {
        watchers: options.watchers,
        without,
        with,
        p99_ratio,
        others_closed: closed + closed_too,
        got_resync: slow.seen.iter().any(|(kind, _)| *kind == "resync"),
        sequence: slow
            .seen
            .iter()
            .map(|(kind, count)| format!("{kind} × {count}"))
            .chain([close.to_string()])
            .collect(),
        close_code: close.code,
    })
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
    let (_, client) = author.connect(Codec::MessagePack, Pace::unlimited()).await?;
    let task = ground.tasks[0];
    let filling = noise(CHANGE_BYTES);
    let change = |_| redescribe(task, epoch.mark(&filling));
    at_rate(&client, ground.board, PER_SECOND, duration, change).await.context("a change was refused")?;
    let (received, closed) = stop_all(subscribers).await;
    Ok((received.latency, closed))
}

/// Text that does not compress, the same on each run.
fn noise(bytes: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut random = vec![0; bytes];
    blake3::Hasher::new_derive_key("lockstep 2026-11-21 load test noise").finalize_xof().fill(&mut random);
    random.into_iter().map(|byte| char::from(ALPHABET[usize::from(byte % 64)])).collect()
}

/// The client that does not read.
struct Slow {
    receiver: socket::Receiver,
    /// Open, and never used again.
    _sender: socket::Sender,
    /// What it read, in order: kinds of messages, equal ones in a row counted.
    seen: Vec<(&'static str, usize)>,
}

impl Slow {
    /// Joins, reads the snapshot, and then nothing.
    async fn join(account: &Account, board: BoardId) -> anyhow::Result<Self> {
        let mut endpoint = account.endpoint(Codec::MessagePack);
        endpoint.receive_buffer_bytes = Some(RECEIVE_BUFFER_BYTES);
        let (mut sender, receiver, _) = socket::open(&endpoint).await?;
        let join = Join { reference: 1, topic: board.into(), after: None, presence: false };
        sender.send(&[ClientMessage::Join(join)]).await?;
        let mut slow = Self { receiver, _sender: sender, seen: Vec::new() };
        while slow.seen.last().is_none_or(|(kind, _)| *kind != "snapshot") {
            slow.step().await?;
        }
        slow.seen.clear();
        Ok(slow)
    }

    /// Reads all there is, to the close.
    async fn read(&mut self) -> Closed {
        let all = async {
            loop {
                if let Err(closed) = self.step().await {
                    return closed;
                }
            }
        };
        tokio::time::timeout(READ_FOR, all).await.unwrap_or_else(|_| Closed::because("still open"))
    }

    async fn step(&mut self) -> Result<(), Closed> {
        for message in self.receiver.receive().await?.messages {
            let kind = kind(&message);
            match self.seen.last_mut() {
                Some((last, count)) if *last == kind => *count += 1,
                _ => self.seen.push((kind, 1)),
            }
        }
        Ok(())
    }
}

const fn kind(message: &ServerMessage) -> &'static str {
    match message {
        ServerMessage::Welcome(_) => "welcome",
        ServerMessage::Joined(_) => "joined",
        ServerMessage::Snapshot(_) => "snapshot",
        ServerMessage::Events(_) => "events",
        ServerMessage::Reply(_) => "reply",
        ServerMessage::PresenceState(_) => "presence_state",
        ServerMessage::PresenceDiff(_) => "presence_diff",
        ServerMessage::Ephemeral(_) => "ephemeral",
        ServerMessage::Resync(_) => "resync",
        ServerMessage::Stale(_) => "stale",
        ServerMessage::Revoked(_) => "revoked",
        ServerMessage::Heads(_) => "heads",
        ServerMessage::Goaway(_) => "goaway",
        ServerMessage::Superseded(_) => "superseded",
        ServerMessage::Pong(_) => "pong",
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} others without a slow client: {}", self.watchers, self.without)?;
        writeln!(f, "{} others with a slow client:    {}", self.watchers, self.with)?;
        writeln!(f, "p99 with over without: {:.2}; others cut off: {}", self.p99_ratio, self.others_closed)?;
        writeln!(f, "the slow client, reading again: {}", self.sequence.join(", "))?;
        let verdict =
            if self.is_kept() { "resync, then 4408: as promised" } else { "NOT as promised: resync, then 4408" };
        writeln!(f, "{verdict}")
    }
}
