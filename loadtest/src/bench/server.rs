//! The server under test: started for the run, or running already. What it costs is read from the kernel, where that is Linux.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::process::{Child, Command};

use crate::stage::fresh;

/// Bytes of a page and ticks of a second: what Linux has on every machine it commonly runs on.
const PAGE_BYTES: u64 = 4_096;
const TICKS_PER_SECOND: f64 = 100.0;
const READY_WITHIN: Duration = Duration::from_secs(30);

pub struct Server {
    pub url: String,
    pid: Option<u32>,
    started: Option<Started>,
}

/// Ended and swept away when dropped.
struct Started {
    child: Child,
    data_dir: PathBuf,
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
    pub async fn start(binary: &Path, database_url: Option<&str>) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let data_dir = std::env::temp_dir().join(format!("lockstep-bench-{}", fresh().simple()));
        let mut command = Command::new(binary);
        command.arg("serve").args(["--listen", &format!("127.0.0.1:{port}")]).arg("--data-dir").arg(&data_dir);
        command.args(["--registrations-max", "1000000", "--commands-per-second-max", "1000000", "--log", "warn"]);
        if let Some(database_url) = database_url {
            command.args(["--database-url", database_url]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let pid = child.id();
        let mut server =
            Self { url: format!("http://127.0.0.1:{port}"), pid, started: Some(Started { child, data_dir }) };
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

    /// Memory that is not swapped out.
    pub fn resident_bytes(&self) -> Option<u64> {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.pid?)).ok()?;
        let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
        Some(pages * PAGE_BYTES)
    }

    /// CPU time of all threads so far, user and system.
    pub fn cpu_seconds(&self) -> Option<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid?)).ok()?;
        // The name of the program is in parentheses and may hold anything; fields are counted after it.
        let fields: Vec<_> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok());
        Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
    }
}
