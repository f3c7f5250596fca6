//! Small proxies of TCP that misbehave on demand: between a client and the server ([`Line`]), and between nodes and Redis ([`redis`]).
//! They know who broke what, and never break anything by themselves.

pub mod redis;

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
};

/// How long a frozen connection is kept before it is dropped: longer than anybody waits for it.
const FROZEN_FOR: Duration = Duration::from_secs(60);
const CHUNK_BYTES: usize = 16 * 1024;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Trouble {
    /// Connections up to this number carry nothing any more, and are not closed.
    frozen_to: u64,
    /// Bytes a second towards the client.
    bytes_per_second: Option<u32>,
}

/// One client's way to the server.
pub struct Line {
    pub address: SocketAddr,
    trouble: watch::Sender<Trouble>,
    accepted: watch::Receiver<u64>,
}

impl Line {
    /// Listens on a free port for as long as the line is held. Connects onwards from `source`, so that the server sees a caller of its own.
    pub async fn open(upstream: SocketAddr, source: IpAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (trouble, watched) = watch::channel(Trouble::default());
        let (count, accepted) = watch::channel(0);
        tokio::spawn(accept(listener, (source, upstream), watched, count));
        Ok(Self { address, trouble, accepted })
    }

    /// What is connected now carries nothing any more. New connections are whole.
    pub fn freeze(&self) {
        let frozen_to = *self.accepted.borrow();
        self.trouble.send_modify(|trouble| trouble.frozen_to = frozen_to);
    }

    /// The client receives no more than this from now on.
    pub fn throttle(&self, bytes_per_second: Option<u32>) {
        self.trouble.send_modify(|trouble| trouble.bytes_per_second = bytes_per_second);
    }
}

async fn accept(
    listener: TcpListener,
    way: (IpAddr, SocketAddr),
    trouble: watch::Receiver<Trouble>,
    count: watch::Sender<u64>,
) {
    let mut ended = trouble.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // The line is not held any more.
            _ = ended.wait_for(|_| false) => return,
        };
        let Ok((client, _)) = accepted else { continue };
        count.send_modify(|count| *count += 1);
        let number = *count.borrow();
        tokio::spawn(carry(client, way, number, trouble.clone()));
    }
}

async fn connect((source, upstream): (IpAddr, SocketAddr)) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((source, 0).into())?;
    socket.connect(upstream).await
}

async fn carry(mut client: TcpStream, way: (IpAddr, SocketAddr), number: u64, mut trouble: watch::Receiver<Trouble>) {
    let Ok(mut server) = connect(way).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    {
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        let throttle = Some(trouble.clone());
        let both = async {
            tokio::select! {
                () = pump(from_client, to_server, None) => {}
                () = pump(from_server, to_client, throttle) => {}
            }
        };
        let frozen = trouble.wait_for(|trouble| trouble.frozen_to >= number);
        tokio::select! {
            () = both => return,
            frozen = frozen => if frozen.is_err() { return },
        }
    }
    // Both sockets are held and nothing is read or written: whatever either side does, the other does not learn of it.
    let _ = tokio::time::timeout(FROZEN_FOR, trouble.wait_for(|_| false)).await;
}

/// Copies until the end of either side.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    throttle: Option<watch::Receiver<Trouble>>,
) {
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let slow = throttle.as_ref().and_then(|trouble| trouble.borrow().bytes_per_second);
        // A twentieth of a second's worth at a time.
        let most = slow.map_or(CHUNK_BYTES, |bytes| (bytes as usize / 20).clamp(1, CHUNK_BYTES));
        match from.read(&mut buffer[..most]).await {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if to.write_all(&buffer[..count]).await.is_err() {
                    return;
                }
            }
        }
        if slow.is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[cfg(test)]
mod tests;
