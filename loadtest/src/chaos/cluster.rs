//! Everything that runs: PostgreSQL, Redis, three nodes, NGINX before them. All are children of this process, on free ports, in a folder
//! that goes away with them.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Mutex,
    time::Instant,
};

use super::{
    child::{self, Running},
    postgres::Postgres,
};
use crate::{dice::Dice, proxy::redis::RedisProxy, stage::fresh};

/// As it is deployed: only addresses, certificates and paths differ here.
const NGINX: &str = include_str!("../../../deploy/nginx.conf");
const READY_WITHIN: Duration = Duration::from_secs(60);
const DRAINED_WITHIN: Duration = Duration::from_secs(30);

/// Each part behind a lock of its own: a fault holds the part that it breaks.
pub struct Cluster {
    pub postgres: Mutex<Postgres>,
    pub redis: Mutex<Redis>,
    pub bus: RedisProxy,
    pub nodes: Vec<Mutex<Node>>,
    pub address: SocketAddr,
    nginx: Running,
    /// Removed when everything has ended.
    folder: Folder,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // In the system's folder for such: what cannot be removed now is removed by the system.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct Redis {
    pub port: u16,
    folder: PathBuf,
    log: PathBuf,
    running: Running,
}

/// One node, with what it takes to start it again as it was.
pub struct Node {
    pub name: String,
    pub port: u16,
    binary: PathBuf,
    arguments: Vec<String>,
    log: PathBuf,
    running: Running,
}

impl Cluster {
    /// Starts all of it. What the programs say goes to files in `logs`. `endpoints`: what of this machine webhooks may go to.
    pub async fn start(binary: &Path, nodes: usize, logs: &Path, endpoints: &str, dice: Dice) -> anyhow::Result<Self> {
        let folder = Folder(std::env::temp_dir().join(format!("lockstep-chaos-{}", fresh().simple())));
        std::fs::create_dir_all(&folder.0)?;
        let postgres = Postgres::start(&folder.0, logs.join("postgres.log")).await.context("PostgreSQL")?;
        let redis = Redis::start(&folder.0, logs.join("redis.log")).await.context("Redis")?;
        let bus = RedisProxy::open(([127, 0, 0, 1], redis.port).into(), dice).await?;
        let address: SocketAddr = ([127, 0, 0, 1], child::free_port()?).into();
        let mut started: Vec<Node> = Vec::new();
        for number in 1..=nodes {
            let home = folder.0.join(format!("node-{number}"));
            if let Some(first) = started.first() {
                share_keys(&first.home(), &home)?;
            }
            let settings = [
                ("--data-dir", home.display().to_string()),
                ("--database-url", postgres.url()),
                ("--redis-url", format!("redis://{}", bus.address)),
                ("--public-url", format!("http://{address}")),
                ("--trusted-proxies", "127.0.0.1/32".to_owned()),
                ("--registrations-max", "1000000".to_owned()),
                ("--commands-per-second-max", "10000".to_owned()),
                ("--requests-per-second-max", "10000".to_owned()),
                ("--egress-allow", endpoints.to_owned()),
                ("--log", "info".to_owned()),
            ];
            let arguments = settings.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]).collect();
            started.push(Node::start(number, binary, arguments, logs).await?);
        }
        let ports: Vec<_> = started.iter().map(|node| node.port).collect();
        let nginx = nginx(&folder.0, address, &ports, &logs.join("nginx.log"))?;
        let nodes = started.into_iter().map(Mutex::new).collect();
        let (postgres, redis) = (Mutex::new(postgres), Mutex::new(redis));
        let cluster = Self { postgres, redis, bus, nodes, address, nginx, folder };
        ready(&format!("http://{address}")).await.context("NGINX")?;
        Ok(cluster)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends everything, clients' side first.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.nginx.kill();
        for node in &self.nodes {
            node.lock().await.running.kill();
        }
        self.redis.lock().await.running.kill();
        self.postgres.lock().await.kill()?;
        drop(self.folder);
        Ok(())
    }
}

/// Nodes of one cluster share their keys.
fn share_keys(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to.join("keys"))?;
    std::fs::set_permissions(to.join("keys"), std::fs::metadata(from.join("keys"))?.permissions())?;
    for entry in std::fs::read_dir(from.join("keys"))? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join("keys").join(entry.file_name()))?;
    }
    Ok(())
}

async fn ready(url: &str) -> anyhow::Result<()> {
    let (http, deadline) = (reqwest::Client::new(), Instant::now() + READY_WITHIN);
    let url = format!("{url}/readyz");
    let asked = || http.get(&url).timeout(Duration::from_secs(2)).send();
    while !asked().await.is_ok_and(|response| response.status().is_success()) {
        if Instant::now() > deadline {
            bail!("{url} is not ready after {READY_WITHIN:?}");
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    Ok(())
}

impl Node {
    async fn start(number: usize, binary: &Path, arguments: Vec<String>, logs: &Path) -> anyhow::Result<Self> {
        let port = child::free_port()?;
        let name = format!("node {number}");
        let log = logs.join(format!("node-{number}.log"));
        let running = launch(binary, port, &arguments, &log)?;
        let mut node = Self { name, port, binary: binary.to_owned(), arguments, log, running };
        node.ready().await?;
        Ok(node)
    }

    fn home(&self) -> PathBuf {
        self.arguments.get(1).map(PathBuf::from).unwrap_or_default()
    }

    pub async fn ready(&mut self) -> anyhow::Result<()> {
        let result = ready(&format!("http://127.0.0.1:{}", self.port)).await;
        let ended = self.running.ended();
        ensure!(ended.is_none(), "{} ended by itself ({ended:?}): see {}", self.name, self.log.display());
        result.with_context(|| self.name.clone())
    }

    pub fn kill(&mut self) {
        self.running.kill();
    }

    pub fn signal(&self, signal: &str) -> anyhow::Result<()> {
        self.running.signal(signal)
    }

    /// Asks it to end, as a service manager does; answers whether it did in time and well.
    pub async fn end(&mut self) -> anyhow::Result<()> {
        self.running.signal("TERM")?;
        let status = self.running.ends_within(DRAINED_WITHIN).await.with_context(|| self.name.clone())?;
        ensure!(status.success(), "{} ended with {status}", self.name);
        Ok(())
    }

    /// Starts it again on the same port and data.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.running.kill();
        self.running = launch(&self.binary, self.port, &self.arguments, &self.log)?;
        self.ready().await
    }
}

fn launch(binary: &Path, port: u16, arguments: &[String], log: &Path) -> anyhow::Result<Running> {
    let mut all = vec!["serve".to_owned(), "--listen".to_owned(), format!("127.0.0.1:{port}")];
    all.extend_from_slice(arguments);
    Running::start(binary, &all, None, "KILL", log)
}

impl Redis {
    pub async fn start(folder: &Path, log: PathBuf) -> anyhow::Result<Self> {
        let folder = folder.join("redis");
        std::fs::create_dir_all(&folder)?;
        let port = child::free_port()?;
        let running = redis(port, &folder, &log)?;
        let server = Self { port, folder, log, running };
        server.ready().await?;
        Ok(server)
    }

    pub fn kill(&mut self) {
        self.running.kill();
    }

    pub fn signal(&self, signal: &str) -> anyhow::Result<()> {
        self.running.signal(signal)
    }

    /// Starts it again, empty.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.running.kill();
        self.running = redis(self.port, &self.folder, &self.log)?;
        self.ready().await
    }

    /// Sends one command that is answered by one line.
    pub async fn ask(&self, command: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.write_all(format!("{command}\r\n").as_bytes()).await?;
        let mut answer = [0; 64];
        let count = tokio::time::timeout(Duration::from_secs(2), stream.read(&mut answer)).await??;
        Ok(String::from_utf8_lossy(&answer[..count]).trim().to_owned())
    }

    async fn ready(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        while self.ask("PING").await.ok().as_deref() != Some("+PONG") {
            ensure!(Instant::now() < deadline, "Redis is not ready after {READY_WITHIN:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

fn redis(port: u16, folder: &Path, log: &Path) -> anyhow::Result<Running> {
    let (port, folder) = (port.to_string(), folder.display().to_string());
    let arguments = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", &folder];
    Running::start(Path::new("redis-server"), &arguments.map(str::to_owned), None, "KILL", log)
}

/// The deployed configuration on this machine: plain HTTP on a free port, these nodes, one process.
fn nginx(folder: &Path, address: SocketAddr, nodes: &[u16], log: &Path) -> anyhow::Result<Running> {
    let folder = folder.join("nginx");
    std::fs::create_dir_all(&folder)?;
    let text = configured(NGINX, address, nodes);
    let home = folder.display();
    let text = format!(
        "daemon off;\nmaster_process off;\npid {home}/pid;\nerror_log stderr warn;\nworker_rlimit_nofile 8192;\n\
         events {{ worker_connections 4096; }}\nhttp {{\naccess_log off;\nclient_body_temp_path {home}/body;\n\
         proxy_temp_path {home}/proxy;\nfastcgi_temp_path {home}/fastcgi;\nuwsgi_temp_path {home}/uwsgi;\nscgi_temp_path {home}/scgi;\n{text}\n}}\n"
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, text)?;
    let arguments = ["-p", &home.to_string(), "-c", &file.display().to_string(), "-e", "stderr"].map(str::to_owned);
    // Where it is on systems that keep it out of people's way.
    let apart = Path::new("/usr/sbin/nginx");
    let program = if apart.exists() { apart } else { Path::new("nginx") };
    Running::start(program, &arguments, None, "KILL", log)
}

/// Replaces the example's node by these, and TLS by plain HTTP.
fn configured(text: &str, address: SocketAddr, nodes: &[u16]) -> String {
    const EXAMPLE: &str = "127.0.0.1:3080";
    let mut lines: Vec<String> = Vec::new();
    let mut listed = false;
    for line in text.lines() {
        let word = line.split_whitespace().next().unwrap_or_default();
        if word == "server" && line.contains("127.0.0.1:308") {
            // Here nodes come back within a second or two: who was passed over is tried again soon.
            let line = line.replace("fail_timeout=5s", "fail_timeout=1s");
            if !std::mem::replace(&mut listed, true) {
                lines.extend(nodes.iter().map(|port| line.replace(EXAMPLE, &format!("127.0.0.1:{port}"))));
            }
        } else if word == "listen" {
            lines.push(format!("    listen {address};"));
        } else if !word.starts_with("ssl_") && !word.starts_with('#') && word != "http2" {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
