//! The physical floor: a thread that does nothing but write ready bytes to sockets, to the same crowd. Its cost is what the operating
//! system asks for; nothing that also decides, remembers and encodes can be cheaper.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context;

use super::{
    Options,
    fan_out::{FIXED_PER_SECOND, Level, P99_MS_MAX, RATES, TITLE_BYTES},
    table::Table,
};
use crate::{crowd::Crowd, load::Epoch};

/// Between two writes to one connection when many changes share one: what the eye takes for at once.
const TICK: Duration = Duration::from_millis(16);
/// Around the title, as our own events have it: about 200 bytes in all.
const AROUND_BYTES: usize = 50;
const TICKS_PER_SECOND: f64 = 100.0;

/// One write for each delivery at the fixed rate, then as many as go with one write a tick.
pub async fn run(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let count = options.subscribers;
    let duration = Duration::from_secs(options.seconds);
    let changes = f64::from(FIXED_PER_SECOND) / count as f64;
    let fixed = level(count, duration, Duration::from_secs_f64(1.0 / changes), 1).await?;
    if let Some(cpu) = fixed.cpu_seconds {
        let what = format!("bare writer: {count} subscribers, {FIXED_PER_SECOND} deliveries/s: CPU per million, s");
        table.add("floor_cpu_s_per_million_deliveries", cpu * 1e6 / fixed.received.latency.count() as f64, what);
    }
    let mut most: f64 = 0.0;
    for rate in RATES.into_iter().chain([8_000_000, 12_000_000]) {
        let each = (f64::from(rate) / count as f64 * TICK.as_secs_f64()).round().max(1.0) as usize;
        let level = level(count, duration, TICK, each).await?;
        if level.received.latency.quantile_ms(0.99) >= P99_MS_MAX {
            break;
        }
        most = most.max(level.rate());
    }
    let what = format!("bare writer, one write in {TICK:?}: {count} subscribers: most deliveries/s");
    table.add("floor_deliveries_per_second_max", most, what);
    Ok(())
}

/// Every `interval`, one write of `each` frames to every connection.
async fn level(count: usize, duration: Duration, interval: Duration, each: usize) -> anyhow::Result<Level> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let epoch = Epoch(Instant::now());
    let accepting =
        thread::spawn(move || (0..count).map(|_| Ok(listener.accept()?.0)).collect::<anyhow::Result<Vec<_>>>());
    let mut connections = Vec::with_capacity(count);
    for _ in 0..count {
        connections.push(tokio::net::TcpStream::connect(address).await?);
    }
    let sockets = accepting.join().map_err(|_| anyhow::anyhow!("accepting failed"))??;
    let crowd = Crowd::of(connections, epoch);
    let start = Instant::now();
    let writing = thread::spawn(move || write(sockets, epoch, duration, interval, each));
    let written = tokio::task::spawn_blocking(move || writing.join().map_err(|_| anyhow::anyhow!("writing failed")));
    let cpu_seconds = written.await???;
    let seconds = start.elapsed().as_secs_f64();
    let received = crowd.take();
    crowd.disperse().await;
    Ok(Level { received, acknowledged: 0, seconds, cpu_seconds })
}

fn write(
    mut sockets: Vec<TcpStream>,
    epoch: Epoch,
    duration: Duration,
    interval: Duration,
    each: usize,
) -> anyhow::Result<Option<f64>> {
    let filling = "x".repeat(TITLE_BYTES + AROUND_BYTES - 19);
    let (start, mut due) = (Instant::now(), Instant::now());
    while start.elapsed() < duration {
        let text = epoch.mark(due, &filling);
        let length = u16::try_from(text.len()).context("a short text")?;
        let mut frames = Vec::with_capacity(each * (text.len() + 4));
        for _ in 0..each {
            frames.extend_from_slice(&[0x81, 126]);
            frames.extend_from_slice(&length.to_be_bytes());
            frames.extend_from_slice(text.as_bytes());
        }
        for socket in &mut sockets {
            socket.write_all(&frames)?;
        }
        due += interval;
        thread::park_timeout(due.saturating_duration_since(Instant::now()));
    }
    Ok(thread_cpu_seconds())
}

/// Of the calling thread, from the kernel.
fn thread_cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").ok()?;
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok());
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}
