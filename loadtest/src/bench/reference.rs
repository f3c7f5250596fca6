//! What the figures are to be seen beside, in the same run: the stack that people would pick instead (Socket.IO with its Redis
//! adapter and one INSERT per change, from the lock file in `loadtest/reference/`), on the same machine, with the same crowd.

use std::{
    collections::HashMap,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use futures_util::{
    SinkExt, StreamExt, TryStreamExt,
    stream::{self, SplitStream},
};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    sync::{mpsc, oneshot},
    task::JoinSet,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use super::{
    Options,
    fan_out::{self, Sender},
    services::Services,
    table::Table,
};
use crate::{crowd::Crowd, figures::Latency, load::Epoch, process};

/// As many as in the scenario with our own server.
const CLIENTS: usize = 64;
const WATCHERS: usize = 50;
const SENDERS: usize = 8;
const OPENING: usize = 32;
const READY_WITHIN: Duration = Duration::from_secs(20);
const ROOM: &str = "board";

/// Commands, then fan-out; every figure's name begins with `socketio_`.
pub async fn run(options: &Options, services: &Services, table: &mut Table) -> anyhow::Result<()> {
    let stack = Stack::start(&options.reference, services).await?;
    let (epoch, duration) = (Epoch(Instant::now()), Duration::from_secs(options.seconds));
    stack.single(epoch, duration, table).await?;
    stack.many(epoch, duration, table).await?;
    let crowd = stack.crowd(options.subscribers, epoch).await?;
    let mut senders = Vec::with_capacity(SENDERS);
    for _ in 0..SENDERS {
        senders.push(Emitter::connect(stack.port).await?);
    }
    let cpu = || process::cpu_seconds(stack.pid);
    fan_out::climb(&crowd, &senders, epoch, duration, &cpu, "socketio_", table).await?;
    // It may have closed some that it could not serve: that is a finding, not a failure.
    let (closed, _) = crowd.disperse().await;
    if closed > 0 {
        table.note(format!("Socket.IO closed {closed} of {} subscribers", options.subscribers));
    }
    Ok(())
}

/// The running stack; killed when dropped.
struct Stack {
    _child: Child,
    pid: u32,
    port: u16,
}

impl Stack {
    async fn start(folder: &Path, services: &Services) -> anyhow::Result<Self> {
        if !folder.join("node_modules").exists() {
            let status = Command::new("npm").args(["ci", "--silent"]).current_dir(folder).status().await;
            anyhow::ensure!(status.context("npm is not installed")?.success(), "npm ci failed in {}", folder.display());
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("node");
        command.arg("server.mjs").current_dir(folder).env("PORT", port.to_string());
        command.env("DATABASE_URL", services.database_url()).env("REDIS_URL", services.redis_url());
        command.env("NODE_ENV", "production").stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().context("node is not installed")?;
        let pid = child.id().context("it ended at once")?;
        let deadline = Instant::now() + READY_WITHIN;
        let http = reqwest::Client::new();
        while http.get(format!("http://127.0.0.1:{port}/readyz")).send().await.is_err() {
            anyhow::ensure!(Instant::now() < deadline, "the reference is not ready after {READY_WITHIN:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { _child: child, pid, port })
    }

    async fn single(&self, epoch: Epoch, duration: Duration, table: &mut Table) -> anyhow::Result<()> {
        let sender = Emitter::connect(self.port).await?;
        let latency = closed_loop(sender, epoch, duration).await?;
        table.add(
            "socketio_single_ack_p50_ms",
            latency.quantile_ms(0.5),
            "Socket.IO: one client, acknowledged: p50, ms",
        );
        table.add(
            "socketio_single_ack_p99_ms",
            latency.quantile_ms(0.99),
            "Socket.IO: one client, acknowledged: p99, ms",
        );
        Ok(())
    }

    async fn many(&self, epoch: Epoch, duration: Duration, table: &mut Table) -> anyhow::Result<()> {
        let crowd = self.crowd(WATCHERS, epoch).await?;
        let mut senders = Vec::with_capacity(CLIENTS);
        for _ in 0..CLIENTS {
            senders.push(Emitter::connect(self.port).await?);
        }
        let (before, start) = (process::cpu_seconds(self.pid), Instant::now());
        let mut running = JoinSet::new();
        for sender in senders {
            running.spawn(closed_loop(sender, epoch, duration));
        }
        let mut latency = Latency::default();
        while let Some(measured) = running.join_next().await {
            latency.add(&measured??);
        }
        let (seconds, after) = (start.elapsed().as_secs_f64(), process::cpu_seconds(self.pid));
        let seen = crowd.take();
        crowd.disperse().await;
        let commands = latency.count() as f64;
        let mut add = |name: &str, value, what: &str| {
            let told = format!("Socket.IO: {CLIENTS} clients, one room, {WATCHERS} watch: {what}");
            table.add(format!("socketio_one_board_{name}"), value, told);
        };
        add("commands_per_second", commands / seconds, "changes/s");
        add("ack_p99_ms", latency.quantile_ms(0.99), "acknowledged p99, ms");
        add("seen_p99_ms", seen.latency.quantile_ms(0.99), "seen by the others p99, ms");
        if let Some(cpu) = after.zip(before).map(|(after, before)| after - before) {
            add("server_cpu_ms_per_command", cpu * 1e3 / commands, "server CPU per change, ms");
        }
        Ok(())
    }

    async fn crowd(&self, count: usize, epoch: Epoch) -> anyhow::Result<Crowd> {
        let connections: Vec<TcpStream> = stream::iter(0..count)
            .map(|_| async {
                let mut socket = connect(self.port).await?;
                socket.send(Message::text(format!("420[\"join\",\"{ROOM}\"]"))).await?;
                expect(&mut socket, "430").await?;
                anyhow::Ok(socket.into_inner())
            })
            .buffer_unordered(OPENING)
            .try_collect()
            .await?;
        Ok(Crowd::of(connections, epoch))
    }
}

/// Opens a connection as Engine.IO 4 and Socket.IO 5 do, over WebSocket alone.
async fn connect(port: u16) -> anyhow::Result<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let url = format!("ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket");
    let (mut socket, _) = client_async(url, stream).await?;
    expect(&mut socket, "0").await?;
    socket.send(Message::text("40")).await?;
    expect(&mut socket, "40").await?;
    Ok(socket)
}

async fn expect(socket: &mut WebSocketStream<TcpStream>, prefix: &str) -> anyhow::Result<()> {
    match socket.next().await {
        Some(Ok(Message::Text(text))) if text.starts_with(prefix) => Ok(()),
        other => bail!("expected {prefix}, got {other:?}"),
    }
}

/// A connection that makes changes.
#[derive(Clone)]
struct Emitter {
    outgoing: mpsc::Sender<Message>,
    waiting: Waiting,
    next: Arc<AtomicU64>,
}

/// Who awaits which acknowledgement.
type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Instant>>>>;

impl Emitter {
    async fn connect(port: u16) -> anyhow::Result<Self> {
        let (mut sink, stream) = connect(port).await?.split();
        let (outgoing, mut queue) = mpsc::channel(256);
        tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                if sink.send(message).await.is_err() {
                    return;
                }
            }
        });
        let waiting = Waiting::default();
        tokio::spawn(acknowledged(stream, Arc::clone(&waiting)));
        Ok(Self { outgoing, waiting, next: Arc::default() })
    }
}

/// Reads `43<id>[...]` and tells who waits.
async fn acknowledged(mut stream: SplitStream<WebSocketStream<TcpStream>>, waiting: Waiting) {
    while let Some(Ok(message)) = stream.next().await {
        let at = Instant::now();
        let Message::Text(text) = message else { continue };
        let id = text.strip_prefix("43").and_then(|rest| rest.split('[').next()).and_then(|id| id.parse().ok());
        let waits = id.and_then(|id: u64| waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id));
        if let Some(waits) = waits {
            // Who does not wait any more does not need it.
            let _ = waits.send(at);
        }
    }
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

impl Sender for Emitter {
    fn change(&self, text: String) -> impl Future<Output = anyhow::Result<Instant>> + Send + 'static {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
        let outgoing = self.outgoing.clone();
        let message = format!("42{id}[\"change\",\"{ROOM}\",{{\"title\":\"{text}\"}}]");
        async move {
            outgoing.send(Message::text(message)).await.context("the connection ended")?;
            answer.await.context("the connection ended before the acknowledgement")
        }
    }
}

/// Makes a change, awaits its acknowledgement, makes the next.
async fn closed_loop(sender: Emitter, epoch: Epoch, duration: Duration) -> anyhow::Result<Latency> {
    let (mut latency, start) = (Latency::default(), Instant::now());
    while start.elapsed() < duration {
        let sent_at = Instant::now();
        let acknowledged_at = sender.change(epoch.mark(sent_at, "title")).await?;
        latency.record(acknowledged_at.saturating_duration_since(sent_at));
    }
    Ok(latency)
}

/// The folder of the reference in a source tree.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference")
}
