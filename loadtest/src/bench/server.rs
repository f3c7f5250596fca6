//! The server under test: started for the run, or running already.

use std::{
    ffi::OsString,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::process::{Child, Command};

use crate::{process, stage::fresh};

const READY_WITHIN: Duration = Duration::from_secs(30);

/// What a server is started on.
#[derive(Clone, Copy, Default)]
pub struct On<'a> {
    /// The one in its own folder where absent.
    pub database_url: Option<&'a str>,
    pub redis_url: Option<&'a str>,
    /// It takes this program's word for where requests come from.
    pub believes_us: bool,
    /// Another node, whose keys this one shares.
    pub keys_of: Option<&'a Server>,
}

pub struct Server {
    pub url: String,
    pid: Option<u32>,
    started: Option<Started>,
}

/// Ended and swept away when dropped.
struct Started {
    child: Child,
    data_dir: PathBuf,
    binary: PathBuf,
    arguments: Vec<OsString>,
}

impl Drop for Started {
    fn drop(&mut self) {
        // A folder of the system's temporary ones: what cannot be removed now is removed by the system.
        let _ = std::fs::remove_dir_all(&self.data_dir);
    }
}

impl Server {
    pub fn running(url: &str, pid: Option<u32>) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), pid, started: None }
    }

    /// Starts the binary on a free port with a fresh folder, and waits until it is ready.
    pub async fn start(binary: &Path, on: On<'_>) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let data_dir = std::env::temp_dir().join(format!("lockstep-bench-{}", fresh().simple()));
        let mut arguments: Vec<OsString> = ["serve", "--listen"].map(OsString::from).into();
        arguments.extend([format!("127.0.0.1:{port}").into(), "--data-dir".into(), data_dir.clone().into()]);
        for flag in ["--registrations-max", "--commands-per-second-max", "--requests-per-second-max"] {
            arguments.extend([flag.into(), "1000000".into()]);
        }
        arguments.extend(["--log", "warn"].map(OsString::from));
        if on.believes_us {
            arguments.extend(["--trusted-proxies", "127.0.0.1"].map(OsString::from));
        }
        for (flag, url) in [("--database-url", on.database_url), ("--redis-url", on.redis_url)] {
            if let Some(url) = url {
                arguments.extend([flag.into(), url.into()]);
            }
        }
        if on.redis_url.is_some() {
            // One product to the outside: a log-in at one node counts at the other.
            arguments.extend(["--public-url", "http://bench.example.org"].map(OsString::from));
        }
        if let Some(other) = on.keys_of.and_then(|other| other.started.as_ref()) {
            let keys = data_dir.join("keys");
            std::fs::create_dir_all(&keys)?;
            for key in std::fs::read_dir(other.data_dir.join("keys"))?.flatten() {
                std::fs::copy(key.path(), keys.join(key.file_name()))?;
            }
        }
        let child = launch(binary, &arguments)?;
        let pid = child.id();
        let started = Started { child, data_dir, binary: binary.to_owned(), arguments };
        let mut server = Self { url: format!("http://127.0.0.1:{port}"), pid, started: Some(started) };
        server.ready().await?;
        Ok(server)
    }

    async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        let url = format!("{}/readyz", self.url);
        let http = reqwest::Client::new();
        loop {
            if http.get(&url).send().await.is_ok_and(|response| response.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self.started.as_mut().and_then(|started| started.child.try_wait().ok().flatten()) {
                bail!("the server ended: {status}");
            }
            if Instant::now() > deadline {
                bail!("the server is not ready after {READY_WITHIN:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(started) = &mut self.started {
            started.child.kill().await.context("cannot end the server")?;
        }
        Ok(())
    }

    /// Ends it at once, as a crash would, and starts it again on the same data and port.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let started = self.started.as_mut().context("only a server that was started here can be started again")?;
        started.child.kill().await.context("cannot end the server")?;
        started.child = launch(&started.binary, &started.arguments)?;
        self.pid = started.child.id();
        self.ready().await
    }

    /// A process that has done nothing yet, where it was started here: what hashing the accounts' passwords took is used again by whatever
    /// comes next, which would then seem to take nothing.
    pub async fn forget(&mut self) -> anyhow::Result<()> {
        if self.started.is_some() { self.restart().await } else { Ok(()) }
    }

    pub fn resident_bytes(&self) -> Option<u64> {
        process::resident_bytes(self.pid?)
    }

    pub fn cpu_of_threads(&self) -> Option<Duration> {
        process::cpu_of_threads(self.pid?)
    }

    pub fn cpu_seconds(&self) -> Option<f64> {
        process::cpu_seconds(self.pid?)
    }
}

fn launch(binary: &Path, arguments: &[OsString]) -> anyhow::Result<Child> {
    let mut command = Command::new(binary);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    command.spawn().with_context(|| format!("cannot start {}", binary.display()))
}
