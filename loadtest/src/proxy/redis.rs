//! Between nodes and Redis: understands the protocol well enough to find the messages that are pushed to subscribers, and loses, doubles
//! and reorders those alone. Answers to commands always pass.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::dice::Dice;

/// How long a message waits for another to be overtaken by.
const HELD_FOR: Duration = Duration::from_millis(100);

/// What happens to messages, in hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    pub lose: u64,
    pub double: u64,
    pub reorder: u64,
}

/// What was done to them.
#[derive(Debug, Default)]
pub struct Counts {
    pub passed: AtomicU64,
    pub lost: AtomicU64,
    pub doubled: AtomicU64,
    pub reordered: AtomicU64,
}

pub struct RedisProxy {
    pub address: SocketAddr,
    pub counts: Arc<Counts>,
    loss: watch::Sender<Loss>,
}

impl RedisProxy {
    /// Listens on a free port for as long as it is held.
    pub async fn open(upstream: SocketAddr, dice: Dice) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (loss, watched) = watch::channel(Loss::default());
        let counts = Arc::new(Counts::default());
        tokio::spawn(accept(listener, upstream, dice, watched, Arc::clone(&counts)));
        Ok(Self { address, counts, loss })
    }

    pub fn set(&self, loss: Loss) {
        self.loss.send_replace(loss);
    }
}

async fn accept(
    listener: TcpListener,
    upstream: SocketAddr,
    dice: Dice,
    loss: watch::Receiver<Loss>,
    counts: Arc<Counts>,
) {
    let mut ended = loss.clone();
    for number in 0.. {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ended.wait_for(|_| false) => return,
        };
        let Ok((client, _)) = accepted else { continue };
        let filter = Filter { dice: dice.part(number), loss: loss.clone(), counts: Arc::clone(&counts), held: None };
        tokio::spawn(carry(client, upstream, filter));
    }
}

async fn carry(mut client: TcpStream, upstream: SocketAddr, filter: Filter) {
    let Ok(mut redis) = TcpStream::connect(upstream).await else { return };
    let _ = (client.set_nodelay(true), redis.set_nodelay(true));
    let ((mut from_client, to_client), (from_redis, mut to_redis)) = (client.split(), redis.split());
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_redis) => {}
        _ = push(from_redis, to_client, filter) => {}
    }
}

struct Filter {
    dice: Dice,
    loss: watch::Receiver<Loss>,
    counts: Arc<Counts>,
    /// A message that the next one overtakes.
    held: Option<Vec<u8>>,
}

impl Filter {
    /// What goes on to the client for one value that came from Redis.
    fn pass(&mut self, value: &[u8], out: &mut Vec<u8>) {
        let Loss { lose, double, reorder } = *self.loss.borrow();
        let counts = Arc::clone(&self.counts);
        let add = |count: &AtomicU64| count.fetch_add(1, Ordering::Relaxed);
        if !is_message(value) {
            return out.extend_from_slice(value);
        }
        if self.dice.percent(lose) {
            add(&counts.lost);
            return;
        }
        if self.held.is_none() && self.dice.percent(reorder) {
            add(&counts.reordered);
            self.held = Some(value.to_vec());
            return;
        }
        add(&counts.passed);
        out.extend_from_slice(value);
        if self.dice.percent(double) {
            add(&counts.doubled);
            out.extend_from_slice(value);
        }
        out.extend(self.held.take().into_iter().flatten());
    }
}

/// Copies values from Redis, whole, through the filter.
async fn push(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut filter: Filter,
) -> std::io::Result<()> {
    let (mut buffer, mut out) = (Vec::with_capacity(64 * 1024), Vec::new());
    loop {
        let read = tokio::time::timeout(HELD_FOR, from.read_buf(&mut buffer));
        match read.await {
            Ok(Ok(0)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Ok(Ok(_)) => {
                let mut start = 0;
                while let Some(length) = value_length(&buffer[start..]) {
                    filter.pass(&buffer[start..start + length], &mut out);
                    start += length;
                }
                buffer.drain(..start);
            }
            // Nothing came to overtake it.
            Err(_) => out.extend(filter.held.take().into_iter().flatten()),
        }
        to.write_all(&out).await?;
        out.clear();
    }
}

/// The length of the first value (RESP2 or RESP3), once all of it is there.
fn value_length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let after = end + 2;
    let number = || std::str::from_utf8(&bytes[1..end]).ok()?.parse::<i64>().ok();
    let all = |count: usize| {
        let mut at = after;
        for _ in 0..count {
            at += value_length(&bytes[at..])?;
        }
        Some(at)
    };
    match bytes[0] {
        b'$' | b'!' | b'=' => match usize::try_from(number()?) {
            Ok(length) => (bytes.len() >= after + length + 2).then_some(after + length + 2),
            // Nothing at all, in RESP2.
            Err(_) => Some(after),
        },
        b'*' | b'~' | b'>' => all(usize::try_from(number()?).unwrap_or(0)),
        b'%' => all(usize::try_from(number()?).unwrap_or(0) * 2),
        // Attributes stand before the value that they belong to.
        b'|' => all(usize::try_from(number()?).unwrap_or(0) * 2 + 1),
        _ => Some(after),
    }
}

/// A message that was published: an array or a push whose first element says so.
fn is_message(value: &[u8]) -> bool {
    if !matches!(value.first(), Some(b'*' | b'>')) {
        return false;
    }
    let Some(end) = value.windows(2).position(|pair| pair == b"\r\n") else { return false };
    let first = &value[end + 2..];
    [&b"$7\r\nmessage\r\n"[..], b"$8\r\nsmessage\r\n", b"$8\r\npmessage\r\n"].iter().any(|word| first.starts_with(word))
}

#[cfg(test)]
mod tests;
