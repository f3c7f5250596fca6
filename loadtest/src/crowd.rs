//! Many connections that only receive, as cheaply as a client can: bytes from the socket, frame heads, and the marks that
//! senders put into their changes (see `load`). What a crowd costs is taken from the server's share of the machine, so nothing is
//! decoded here.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::Context;
use bytes::{Buf, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use lockstep_protocol::{
    codec::Codec,
    frame::{ClientMessage, Join, ServerMessage},
    topic::Topic,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
};

use crate::{
    figures::Latency,
    load::Epoch,
    socket::{self, Endpoint},
};

/// Connections opened at the same time.
const OPENING: usize = 32;
/// Connections that share one set of figures: few enough not to wait for each other, many enough to be small.
const SHARING: usize = 64;
/// Read at once.
const READ_BYTES: usize = 32 * 1024;

/// What was received since it was last asked.
#[derive(Debug, Default)]
pub struct Received {
    /// Of every change, at every member.
    pub latency: Latency,
    pub frames: u64,
    pub bytes: u64,
}

impl Received {
    fn add(&mut self, other: &Self) {
        self.latency.add(&other.latency);
        self.frames += other.frames;
        self.bytes += other.bytes;
    }
}

/// Connections that have joined. They end when this is dropped.
pub struct Crowd {
    stop: watch::Sender<bool>,
    figures: Vec<Arc<Mutex<Received>>>,
    members: Vec<JoinHandle<anyhow::Result<()>>>,
}

impl Crowd {
    /// Takes connections over that are quiet: nothing that was sent to them is unread.
    pub fn of(connections: Vec<TcpStream>, epoch: Epoch) -> Self {
        let (stop, stopped) = watch::channel(false);
        let groups = connections.len().div_ceil(SHARING);
        let figures: Vec<Arc<Mutex<Received>>> = (0..groups).map(|_| Arc::default()).collect();
        let members = connections.into_iter().enumerate().map(|(index, stream)| {
            let member =
                Member { stream, epoch, received: Arc::clone(&figures[index / SHARING]), buffer: BytesMut::new() };
            tokio::spawn(member.run(stopped.clone()))
        });
        let members = members.collect();
        Self { stop, figures, members }
    }

    /// Joins a topic with each of these endpoints.
    pub async fn join(endpoints: Vec<(Endpoint, Topic)>, epoch: Epoch) -> anyhow::Result<Self> {
        let connections: Vec<TcpStream> = stream::iter(endpoints)
            .map(|(endpoint, topic)| async move { joined(&endpoint, topic).await.context("a member of the crowd") })
            .buffer_unordered(OPENING)
            .try_collect()
            .await?;
        Ok(Self::of(connections, epoch))
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// What came since this was last asked.
    pub fn take(&self) -> Received {
        let mut all = Received::default();
        for figures in &self.figures {
            let mut figures = figures.lock().unwrap_or_else(PoisonError::into_inner);
            all.add(&std::mem::take(&mut *figures));
        }
        all
    }

    /// Ends them; how many had been closed by the other side, and why the first was.
    pub async fn disperse(self) -> (usize, Option<anyhow::Error>) {
        self.stop.send_replace(true);
        let (mut closed, mut why) = (0, None);
        for member in self.members {
            if let Ok(Err(error)) = member.await {
                closed += 1;
                why.get_or_insert(error);
            }
        }
        (closed, why)
    }
}

/// Joins, and reads up to the end of the snapshot.
async fn joined(endpoint: &Endpoint, topic: Topic) -> anyhow::Result<TcpStream> {
    let (mut sender, mut receiver, _) = socket::open(endpoint).await?;
    let join = Join { reference: 1, topic, after: None, presence: false };
    sender.send(&[ClientMessage::Join(join)]).await?;
    loop {
        for message in receiver.receive().await?.messages {
            if let ServerMessage::Snapshot(part) = message
                && part.part + 1 == part.parts
            {
                return socket::unwrapped(sender, receiver);
            }
        }
    }
}

struct Member {
    stream: TcpStream,
    epoch: Epoch,
    received: Arc<Mutex<Received>>,
    buffer: BytesMut,
}

/// A frame's opcodes (RFC 6455, section 5.2).
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;

impl Member {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
        loop {
            self.buffer.reserve(READ_BYTES);
            tokio::select! {
                read = self.stream.read_buf(&mut self.buffer) => {
                    anyhow::ensure!(read? > 0, "the connection ended");
                }
                _ = stopped.changed() => return Ok(()),
            }
            if self.take(Instant::now())? {
                // An empty pong, masked with zeros.
                self.stream.write_all(&[0x8a, 0x80, 0, 0, 0, 0]).await?;
            }
        }
    }

    /// Takes every whole frame out of the buffer; whether one of them was a ping.
    fn take(&mut self, at: Instant) -> anyhow::Result<bool> {
        let mut pinged = false;
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((opcode, head, length)) = frame(&self.buffer) {
            if self.buffer.len() < head + length {
                break;
            }
            let body = &self.buffer[head..head + length];
            match opcode {
                PING => pinged = true,
                CLOSE => {
                    let code = body.first_chunk().map_or(0, |code| u16::from_be_bytes(*code));
                    anyhow::bail!("closed with {code}: {}", String::from_utf8_lossy(body.get(2..).unwrap_or_default()));
                }
                _ => {
                    self.epoch.measure(body, at, &mut received.latency);
                    received.frames += 1;
                    received.bytes += (head + length) as u64;
                }
            }
            self.buffer.advance(head + length);
        }
        Ok(pinged)
    }
}

/// Opcode, bytes of the head and of the body of the frame that begins here, once its head is whole.
fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let opcode = bytes.first()? & 0x0f;
    Some(match bytes.get(1)? & 0x7f {
        126 => (opcode, 4, usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?))),
        127 => (opcode, 10, usize::try_from(u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)).ok()?),
        short => (opcode, 2, usize::from(short)),
    })
}

/// How the members of a crowd encode: both encodings take part.
pub fn codec(index: usize) -> Codec {
    Codec::ALL[index % Codec::ALL.len()]
}

#[cfg(test)]
mod tests {
    //! Frame heads as RFC 6455 draws them.

    use super::frame;

    #[test]
    fn the_three_forms_of_a_length_are_read() {
        assert_eq!(frame(&[0x82]), None);
        assert_eq!(frame(&[0x82, 5]), Some((2, 2, 5)));
        assert_eq!(frame(&[0x81, 126, 1]), None);
        assert_eq!(frame(&[0x81, 126, 1, 2]), Some((1, 4, 258)));
        assert_eq!(frame(&[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]), Some((2, 10, 65_536)));
        assert_eq!(frame(&[0x89, 0]), Some((9, 2, 0)));
    }
}
