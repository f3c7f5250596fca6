//! A PostgreSQL cluster of the run's own, with fsync on; its postmaster is a direct child, so that it can be killed and started again.

use std::{
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail, ensure};

use super::child::{self, Running};

/// The system's user that owns the cluster where the run is root's: the server refuses to run as root.
const USER: &str = "postgres";
const SUPERUSER: &str = "lockstep";
pub const DATABASE: &str = "lockstep";
const READY_WITHIN: Duration = Duration::from_secs(60);

pub struct Postgres {
    pub port: u16,
    folder: PathBuf,
    log: PathBuf,
    running: Running,
}

impl Postgres {
    pub async fn start(folder: &Path, log: PathBuf) -> anyhow::Result<Self> {
        let folder = folder.join("postgres");
        initialize(&folder)?;
        let port = child::free_port()?;
        let running = launch(&folder, port, &log)?;
        let mut server = Self { port, folder, log, running };
        server.ready().await?;
        server.psql("postgres", &format!("create database {DATABASE}"), None).await?;
        Ok(server)
    }

    pub fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// One more database, empty; answers its URL.
    pub async fn create(&self, name: &str) -> anyhow::Result<String> {
        self.psql("postgres", &format!("create database {name}"), None).await?;
        Ok(self.url_of(name))
    }

    /// Until it answers. A killed server's children leave when they notice; only then can it start, so it is started until it stays.
    pub async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = tokio::time::Instant::now() + READY_WITHIN;
        while self.psql("postgres", "select 1", None).await.is_err() {
            if self.running.ended().is_some() {
                self.running = launch(&self.folder, self.port, &self.log)?;
            }
            if tokio::time::Instant::now() > deadline {
                bail!("PostgreSQL is not ready after {READY_WITHIN:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Ends all of it at once, as the machine's crash would.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let children = child::children(self.running.id());
        self.running.kill();
        child::send("KILL", &children)
    }

    pub fn pause(&self) -> anyhow::Result<()> {
        self.running.signal_all("STOP")
    }

    pub fn resume(&self) -> anyhow::Result<()> {
        self.running.signal_all("CONT")
    }

    /// Asks the run's database.
    pub async fn ask(&self, sql: &str) -> anyhow::Result<String> {
        self.psql(DATABASE, sql, None).await
    }

    /// Copies what `sql` says into a file.
    pub async fn copy(&self, sql: &str, file: &Path) -> anyhow::Result<()> {
        self.psql(DATABASE, sql, Some(file)).await.map(|_| ())
    }

    async fn psql(&self, database: &str, sql: &str, file: Option<&Path>) -> anyhow::Result<String> {
        let mut command = tokio::process::Command::new(programs()?.join("psql"));
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", SUPERUSER]);
        command.args(["-p", &self.port.to_string(), "-d", database, "-c", sql]);
        command.env("PGCONNECT_TIMEOUT", "5").env("PGTZ", "UTC").stdin(Stdio::null());
        command.kill_on_drop(true);
        let output = tokio::time::timeout(READY_WITHIN, command.output()).await.context("psql")?.context("psql")?;
        ensure!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        if let Some(file) = file {
            std::fs::write(file, &output.stdout)?;
            return Ok(String::new());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

fn initialize(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let program = programs()?.join("initdb");
    let mut command = Command::new(&program);
    if child::is_root() {
        let (user, group) = ids_of(USER)?;
        chown(folder, Some(user), Some(group))?;
        command = Command::new("setpriv");
        command.args([&format!("--reuid={USER}"), &format!("--regid={USER}"), "--clear-groups"]).arg(&program);
    }
    command.arg("-D").arg(folder).args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    let output = command.stdin(Stdio::null()).output().context("initdb")?;
    ensure!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn launch(folder: &Path, port: u16, log: &Path) -> anyhow::Result<Running> {
    let settings = [
        &format!("port={port}"),
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "fsync=on",
        "synchronous_commit=on",
        "shared_buffers=128MB",
        "max_connections=150",
        "logging_collector=off",
    ];
    let mut arguments = vec!["-D".to_owned(), folder.display().to_string()];
    arguments.extend(settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
    Running::start(&programs()?.join("postgres"), &arguments, child::is_root().then_some(USER), "QUIT", log)
}

/// Where this machine has the server's programs.
fn programs() -> anyhow::Result<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    found.sort();
    if let Some(newest) = found.pop() {
        return Ok(newest);
    }
    let output = Command::new("pg_config").arg("--bindir").output().context("PostgreSQL is not installed")?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// The numbers of a user and its group.
fn ids_of(user: &str) -> anyhow::Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.split(':').next() == Some(user)).context("no user for PostgreSQL")?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    let (user, group) = numbers.next().zip(numbers.next()).context("a user without numbers")?;
    Ok((user?, group?))
}
