//! The data of a server that is killed: copied, lived in by a child process, and written out row by row, past the server.

use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::Mutex,
};

use lockstep::{
    clock::Clock,
    store::{Location, Options},
};
use lockstep_protocol::event::{InboxEvent, inbox::NotificationSent};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::process::Command;
use uuid::Uuid;

use super::mailed;
use crate::support::{postgres::Postgres, until};

/// What differs from run to run: times, and what is made of them.
const VOLATILE: [&str; 24] = [
    "xid",
    "era",
    "commit_id",
    "at",
    "hash",
    "body_hash",
    "created_at",
    "updated_at",
    "next_at",
    "done_at",
    "expires_at",
    "last_seen",
    "last_used_at",
    "used_at",
    "attempts",
    "last_error",
    "dropped_at",
    "turn",
    "leased_until",
    "holder",
    "fence",
    "issued_at",
    "email_verified_at",
    // What goes out together differs with what was due together.
    "parcel_id",
];
/// What no process answers for; nor for when a board is asked next whether something has come due, which another worker may not have got to.
const ASIDE: [&str; 14] = [
    "_sqlx_migrations",
    "sqlite_sequence",
    "consumers",
    "nodes",
    "snapshots",
    "meta",
    "source",
    "spent_ceremonies",
    "alarms",
    // How often something was tried is told by no run alike.
    "delivery_attempts",
    // How FTS5 keeps what `message_words` says.
    "message_search_data",
    "message_search_idx",
    "message_search_docsize",
    "message_search_config",
];

/// What inboxes are told names where in the journal it was, which differs; what they hold is judged by itself.
fn steady(table: &str, column: String) -> String {
    match (table, column.as_str()) {
        ("events", "payload") => "case when tag = 'notification.sent' then null else payload end".to_owned(),
        _ => column,
    }
}

/// How a life of a server ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// It died at the point that was asked for.
    Killed,
    /// Nothing was left to do.
    Settled,
}

enum Data {
    Sqlite,
    /// The server, and the URL of the database.
    Postgres(std::sync::Arc<Postgres>, String),
}

/// See the module.
pub struct Place {
    root: PathBuf,
    data: Data,
    kept: Mutex<Option<tempfile::TempDir>>,
    /// Flags of the server besides.
    pub more: Vec<String>,
}

fn fresh() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

impl Place {
    fn at(folder: tempfile::TempDir, data: Data) -> Self {
        Self { root: folder.path().to_owned(), data, kept: Mutex::new(Some(folder)), more: Vec::new() }
    }

    pub fn sqlite() -> Self {
        Self::at(fresh(), Data::Sqlite)
    }

    pub async fn postgres() -> Self {
        let server = Postgres::start().await;
        let url = server.database().await;
        Self::at(fresh(), Data::Postgres(std::sync::Arc::new(server), url))
    }

    /// Lends the folder out.
    pub fn folder(&self) -> tempfile::TempDir {
        self.kept.lock().expect("not poisoned").take().expect("it is here")
    }

    /// Takes it back.
    pub fn keep(&self, folder: tempfile::TempDir) {
        *self.kept.lock().expect("not poisoned") = Some(folder);
    }

    pub fn flags(&self) -> Vec<&str> {
        let mut flags = vec!["--registration", "open"];
        if let Data::Postgres(_, url) = &self.data {
            flags.extend(["--database-url", url]);
        }
        flags.extend(self.more.iter().map(String::as_str));
        flags
    }

    pub fn options(&self) -> Options {
        Options::new(match &self.data {
            Data::Sqlite => Location::Sqlite(self.root.clone()),
            Data::Postgres(_, url) => Location::Postgres(url.clone()),
        })
    }

    /// The same data once more.
    pub async fn copy(&self) -> Self {
        let folder = fresh();
        let from = format!("{}/.", self.root.display());
        let copied = Command::new("cp").arg("-a").arg(from).arg(folder.path()).status().await;
        assert!(copied.expect("cp is installed").success());
        let data = match &self.data {
            Data::Sqlite => Data::Sqlite,
            Data::Postgres(server, url) => Data::Postgres(server.clone(), server.copy(url).await),
        };
        Self { more: self.more.clone(), ..Self::at(folder, data) }
    }

    /// Lets a server live here until it dies at this point or has nothing left to do.
    pub async fn live(&self, die_at: Option<&str>) -> Ended {
        self.live_until(die_at, || true).await
    }

    /// The same; there is something left to do until this says that there is not.
    pub async fn live_until(&self, die_at: Option<&str>, done: impl Fn() -> bool) -> Ended {
        if let Data::Postgres(_, url) = &self.data {
            // Whoever was killed has its leases for some seconds more: they are over.
            let mut connection = postgres(url).await;
            let sql = "update consumers set holder = null, leased_until = 0";
            sqlx::query(sql).execute(&mut connection).await.expect("a database");
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&self.root).args(self.flags());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        if let Some(point) = die_at {
            command.env("LOCKSTEP_DIE_AT", point);
        }
        let mut child = command.spawn().expect("the binary is built");
        let mut look = Look::open(self).await;
        let (ended, status): (Ended, Option<ExitStatus>) = until("the server dies or is done", async || {
            if let Some(status) = child.try_wait().expect("a child") {
                return Some((Ended::Killed, Some(status)));
            }
            (done() && look.settled().await).then_some((Ended::Settled, None))
        })
        .await;
        child.kill().await.expect("it runs or has ended");
        if let Some(status) = status {
            assert!(
                die_at.is_some() && status.code().is_none(),
                "{status}: it was to die by itself and by nothing else"
            );
        }
        ended
    }

    /// Every row of every table but what differs from run to run.
    pub async fn dump(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for (table, columns) in self.tables().await {
            if ASIDE.contains(&table.as_str()) {
                continue;
            }
            let kept: Vec<String> = columns
                .into_iter()
                .filter(|name| !VOLATILE.contains(&name.as_str()))
                .map(|name| steady(&table, name))
                .collect();
            let from = if table == "mails" { mailed::OTHERS } else { table.as_str() };
            let found = match &self.data {
                Data::Sqlite => {
                    let quoted =
                        kept.iter().map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || ' ' || ");
                    self.rows(&format!("select {quoted} from {from}")).await
                }
                Data::Postgres(..) => self.rows(&format!("select row({})::text from {from}", kept.join(", "))).await,
            };
            rows.extend(found.into_iter().map(|row| format!("{table} {row}")));
        }
        rows.extend(self.told().await);
        rows.extend(self.rows(mailed::NEWS).await.iter().flat_map(|mail| mailed::items(mail)));
        rows.sort();
        rows
    }

    /// What people were told, by their inboxes, but for where in the journal that was.
    async fn told(&self) -> Vec<String> {
        let (inbox, payload) = match &self.data {
            Data::Sqlite => ("hex(stream_id)", "hex(payload)"),
            Data::Postgres(..) => ("stream_id::text", "encode(payload, 'hex')"),
        };
        let sql = format!("select {inbox} || ' ' || {payload} from events where tag = 'notification.sent'");
        let told = self.rows(&sql).await.into_iter().map(|row| {
            let (inbox, payload) = row.split_once(' ').expect("two values");
            let byte = |at| u8::from_str_radix(&payload[at..at + 2], 16).expect("two digits");
            let payload: Vec<u8> = (0..payload.len()).step_by(2).map(byte).collect();
            let sent = rmp_serde::from_slice(&payload).expect("an event");
            let InboxEvent::NotificationSent(NotificationSent { number, entry, routes, .. }) = sent else {
                panic!("it is told by its tag")
            };
            format!("told {inbox} {number:?} {entry:?} {}", routes.len())
        });
        told.collect()
    }

    /// Where an id is named, as `table.column`; in texts and blobs also as a part of them.
    pub async fn traces(&self, id: Uuid) -> Vec<String> {
        let mut traces = Vec::new();
        for (name, columns) in self.tables().await {
            for column in columns {
                let hex = id.simple().to_string();
                // Inboxes hold ids alone of what people were told of, and say nothing of what is gone.
                let table = match name.as_str() {
                    "events" => "(select * from events where kind <> 6) as events",
                    other => other,
                };
                let sql = match &self.data {
                    Data::Sqlite => format!(
                        "select '' from {table} where instr(cast({column} as blob), x'{hex}') > 0
                            or instr(cast({column} as text), '{id}') > 0"
                    ),
                    Data::Postgres(..) => format!(
                        "select '' from {table} where position('{hex}' in {column}::text) > 0
                            or position('{id}' in {column}::text) > 0"
                    ),
                };
                let is_cursor = name == "consumers" && column == "stream_id";
                if !is_cursor && !self.rows(&sql).await.is_empty() {
                    traces.push(format!("{name}.{column}"));
                }
            }
        }
        traces.sort();
        traces
    }

    async fn tables(&self) -> Vec<(String, Vec<String>)> {
        let sql = match &self.data {
            Data::Sqlite => {
                "select m.name || '.' || p.name from sqlite_master m, pragma_table_info(m.name) p where m.type = 'table'"
            }
            Data::Postgres(..) => {
                "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'"
            }
        };
        let mut tables: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
        for row in self.rows(sql).await {
            let (table, column) = row.split_once('.').expect("two names");
            tables.entry(table.to_owned()).or_default().push(column.to_owned());
        }
        tables.into_iter().collect()
    }

    /// One text of each row; on SQLite of either file that has the table.
    async fn rows(&self, sql: &str) -> Vec<String> {
        match &self.data {
            Data::Postgres(_, url) => {
                let mut connection = postgres(url).await;
                sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.expect(sql)
            }
            Data::Sqlite => {
                let mut rows = Vec::new();
                for name in ["lockstep.db", "projections.db"] {
                    let mut connection = sqlite(&self.root, name).await;
                    let found = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await;
                    match found {
                        Ok(found) => rows.extend::<Vec<String>>(found),
                        Err(error) => assert!(error.to_string().contains("no such table"), "{sql}: {error}"),
                    }
                }
                rows
            }
        }
    }
}

async fn postgres(url: &str) -> PgConnection {
    let options: sqlx::postgres::PgConnectOptions = url.parse().expect("a URL");
    options.connect().await.expect("the server runs")
}

async fn sqlite(root: &Path, name: &str) -> SqliteConnection {
    SqliteConnectOptions::new().filename(root.join(name)).connect().await.expect("the file is there")
}

/// Looks past a running server whether it has anything left to do.
enum Look {
    Sqlite(SqliteConnection, SqliteConnection),
    Postgres(PgConnection),
}

const LAST: &str = "select coalesce((select xid from events order by era desc, xid desc limit 1), 0)";
const WAITING: &str = "select count(*) from processes where state = 'waiting'";
const ALARMS: &str = "select count(*) from alarms where due_at < ";
/// A board that could not be asked for the moment is asked again within this time.
const AGAIN_US: i64 = 600_000_000;
/// To be sent by now, or in a moment: what happened a little ahead of time.
const SOON_US: i64 = 10_000_000;
const DUE: &str = "select count(*) from deliveries where state = 'waiting' and next_at < ";
const BEHIND: &str = "select case when count(*) = 8 then min(xid) end from consumers
    where name in ('alarms', 'deliveries', 'hours', 'notify', 'processes', 'projections', 'search', 'tallies')";

impl Look {
    async fn open(place: &Place) -> Self {
        match &place.data {
            Data::Postgres(_, url) => Self::Postgres(postgres(url).await),
            Data::Sqlite => {
                Self::Sqlite(sqlite(&place.root, "lockstep.db").await, sqlite(&place.root, "projections.db").await)
            }
        }
    }

    async fn number(&mut self, sql: &str) -> Option<i64> {
        let query = AssertSqlSafe(sql.to_owned());
        let number: Result<Option<i64>, sqlx::Error> = match self {
            Self::Postgres(connection) => sqlx::query_scalar(query).fetch_one(connection).await,
            Self::Sqlite(_, projections) if sql == BEHIND || sql.starts_with(ALARMS) => {
                sqlx::query_scalar(query).fetch_one(projections).await
            }
            Self::Sqlite(journal, _) => sqlx::query_scalar(query).fetch_one(journal).await,
        };
        // A file that is being written for the moment is looked at again.
        number.ok().flatten()
    }

    /// All events were seen by those who follow, no process waits, no board is to be asked what is due and nothing is to be sent; twice, with nothing new in between.
    async fn settled(&mut self) -> bool {
        let last = self.number(LAST).await;
        let seen = self.number(BEHIND).await;
        let waiting = self.number(WAITING).await;
        let soon = Clock::system().now() + AGAIN_US;
        let unsaid = self.number(&format!("{ALARMS}{soon}")).await;
        let unsent = self.number(&format!("{DUE}{}", Clock::system().now() + SOON_US)).await;
        let nothing = [waiting, unsaid, unsent].iter().all(|left| *left == Some(0));
        last.is_some() && seen >= last && nothing && self.number(LAST).await == last
    }
}
