//! A real Redis server on a free port, without persistence. It must never be trusted to keep anything.

use std::path::Path;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    child::{self, Running},
    until,
};

pub struct Redis {
    pub port: u16,
    running: Running,
}

impl Redis {
    pub async fn start() -> Self {
        let port = child::free_port();
        let server = Self { port, running: launch(port) };
        server.ready().await;
        server
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills the server, as a crash would; everything in it is gone.
    pub fn kill(&mut self) {
        self.running.kill();
    }

    /// Starts it again, empty, on the same port.
    pub async fn restart(&mut self) {
        self.kill();
        self.running = launch(self.port);
        self.ready().await;
    }

    async fn ready(&self) {
        until("Redis answers", async || {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
            stream.write_all(b"PING\r\n").await.ok()?;
            let mut answer = [0; 5];
            stream.read_exact(&mut answer).await.ok()?;
            (&answer == b"+PONG").then_some(())
        })
        .await;
    }
}

fn launch(port: u16) -> Running {
    let folder = child::folder("redis");
    let arguments = [
        "--port",
        &port.to_string(),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        &folder.display().to_string(),
    ]
    .map(str::to_owned);
    Running::start(Path::new("redis-server"), &arguments, None, "KILL")
}
