//! A real PostgreSQL server: a copied cluster, a free port, fsync on. One is shared by the tests of a process, each with
//! a database of its own; a test that breaks its server starts one for itself. It must never run as root.

use std::{
    fs,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tokio::sync::OnceCell;

use super::{
    child::{self, Running},
    until,
};

/// The system's user that owns the cluster where the tests run as root.
const USER: &str = "postgres";
const SUPERUSER: &str = "lockstep";

pub struct Postgres {
    pub port: u16,
    folder: PathBuf,
    running: Running,
}

static SHARED: OnceCell<Postgres> = OnceCell::const_new();

/// A new database on the server of this process.
pub async fn database() -> String {
    SHARED.get_or_init(Postgres::start).await.database().await
}

impl Postgres {
    /// A server of the caller's own.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with settings of its own.
    pub async fn start_with(settings: &[&str]) -> Self {
        let folder = child::folder("postgres").join("cluster");
        let template = template();
        run(Command::new("cp").arg("-a").arg(template).arg(&folder));
        let port = child::free_port();
        let running = launch(&folder, port, settings);
        let server = Self { port, folder, running };
        server.ready().await;
        server
    }

    async fn ready(&self) {
        until("PostgreSQL answers", async || self.connect("postgres").await.ok()).await;
    }

    async fn connect(&self, database: &str) -> Result<PgConnection, sqlx::Error> {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username(SUPERUSER)
            .database(database);
        options.connect().await
    }

    /// Makes an empty database and returns its URL.
    pub async fn database(&self) -> String {
        let name = format!("test_{}", Self::next());
        let mut connection = self.connect("postgres").await.expect("the server runs");
        connection.execute(AssertSqlSafe(format!("create database {name}"))).await.expect("a new name");
        connection.close().await.expect("an idle connection closes");
        self.url(&name, self.port)
    }

    /// A copy of a database that nobody is connected to, by its URL; returns that of the copy.
    pub async fn copy(&self, url: &str) -> String {
        let name = url.rsplit('/').next().and_then(|rest| rest.split('?').next()).expect("a name");
        let copy = format!("{name}_{}", Self::next());
        let mut connection = self.connect("postgres").await.expect("the server runs");
        let sql = format!("create database {copy} template {name}");
        until("the database can be copied", async || connection.execute(AssertSqlSafe(sql.clone())).await.ok()).await;
        connection.close().await.expect("an idle connection closes");
        self.url(&copy, self.port)
    }

    fn next() -> u32 {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// The URL of a database, as seen through another port where a test puts a proxy between.
    pub fn url(&self, database: &str, port: u16) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    /// Kills the server, as a crash would.
    pub fn kill(&mut self) {
        // Its children would go on for a moment, and one that serves a connection might still commit.
        let id = self.running.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        self.running.kill();
        let children: Vec<_> = children.split_whitespace().collect();
        if !children.is_empty() {
            // Some may have left by themselves: that is as good.
            let _ = Command::new("kill").arg("-KILL").args(children).stderr(Stdio::null()).status();
        }
    }

    /// Starts it again on the same data and port.
    pub async fn restart(&mut self) {
        self.kill();
        let (folder, port) = (self.folder.clone(), self.port);
        // The children of a killed server leave when they notice; only then can it start.
        until("PostgreSQL starts again", async || {
            if self.running.has_ended() {
                self.running = launch(&folder, port, &[]);
            }
            self.connect("postgres").await.ok()
        })
        .await;
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.running.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn launch(folder: &Path, port: u16, more: &[&str]) -> Running {
    let settings = [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        "fsync=on".to_owned(),
        "shared_buffers=32MB".to_owned(),
        "max_connections=100".to_owned(),
        "logging_collector=off".to_owned(),
    ];
    let mut arguments = vec!["-D".to_owned(), folder.display().to_string()];
    let settings = settings.into_iter().chain(more.iter().map(|setting| (*setting).to_owned()));
    arguments.extend(settings.flat_map(|setting| ["-c".to_owned(), setting]));
    Running::start(&programs().join("postgres"), &arguments, child::is_root().then_some(USER), "QUIT")
}

/// Where this machine has the server's programs.
fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| {
        let output = Command::new("pg_config").arg("--bindir").output().expect("PostgreSQL is installed");
        PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
    })
}

/// A cluster that was made once; tests copy it.
fn template() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let finished = root.join("postgres-template");
    if finished.exists() {
        return finished;
    }
    let making = child::folder("template");
    let cluster = making.join("cluster");
    fs::create_dir(&cluster).expect("a new folder");
    let mut command = Command::new(programs().join("initdb"));
    if child::is_root() {
        let (user, group) = ids_of(USER);
        chown(&cluster, Some(user), Some(group)).expect("root may");
        command = Command::new("setpriv");
        command.args([&format!("--reuid={USER}"), &format!("--regid={USER}"), "--clear-groups"]);
        command.arg(programs().join("initdb"));
    }
    command.arg("-D").arg(&cluster).args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C"]);
    // Small segments: a fresh cluster is copied for each test process.
    run(command.args(["--no-sync", "--wal-segsize=1"]));
    // Whoever is first wins; the others use theirs.
    let _ = fs::rename(&cluster, &finished);
    finished
}

/// The numbers of a user and its group.
fn ids_of(user: &str) -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("a list of users");
    let line = users.lines().find(|line| line.split(':').next() == Some(user)).expect("the user exists");
    let mut numbers = line.split(':').skip(2).map(|field| field.parse().expect("a number"));
    (numbers.next().expect("a user id"), numbers.next().expect("a group id"))
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("the program is installed");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
