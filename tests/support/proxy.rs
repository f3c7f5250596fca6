//! A wire between two programs that a test can stall or cut. It must never understand what passes.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Open,
    /// Nothing passes, and nobody is told.
    Stalled,
    /// Connections break, and no new one is taken.
    Cut,
}

/// A forwarded port.
pub struct Proxy {
    pub port: u16,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let (mode, watching) = watch::channel(Mode::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, target, watching.clone()));
            }
        });
        Self { port, mode }
    }

    pub fn open(&self) {
        self.mode.send_replace(Mode::Open);
    }

    pub fn stall(&self) {
        self.mode.send_replace(Mode::Stalled);
    }

    pub fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }
}

async fn forward(client: TcpStream, target: u16, mode: watch::Receiver<Mode>) {
    let passing = async {
        let mut waiting = mode.clone();
        waiting.wait_for(|mode| *mode == Mode::Open).await.ok()?;
        let server = TcpStream::connect(("127.0.0.1", target)).await.ok()?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            () = pass(from_client, to_server, mode.clone()) => {}
            () = pass(from_server, to_client, mode.clone()) => {}
        }
        Some(())
    };
    let mut cutting = mode.clone();
    tokio::select! {
        _ = passing => {}
        _ = cutting.wait_for(|mode| *mode == Mode::Cut) => {}
    }
}

async fn pass(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, mut mode: watch::Receiver<Mode>) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if mode.wait_for(|mode| *mode == Mode::Open).await.is_err() || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
