//! Contracts of the seams: one suite for each trait, run over every implementation against real databases. It must never
//! know how an implementation does what it promises, except to damage what it has written.

mod accounts;
mod alarms;
mod bus;
mod consumers;
mod devices;
mod drops;
mod ephemeral;
mod ephemeral_kept;
mod ephemeral_seen;
mod epochs;
mod factors;
mod faults;
mod guards;
mod hours;
mod identities;
mod invitations;
mod journal;
mod kept;
mod links;
mod mails;
mod marks;
mod members;
mod nodes;
mod order;
mod pictures;
mod processes;
mod snapshots;
mod tallies;
mod tokens;

use std::path::PathBuf;

use bytes::Bytes;
use lockstep::store::{
    Location, Options, Store,
    journal::{Append, Appended, Guard, Head, Journal, Marks, NewEvent, Origin, SharedJournal, StreamAppend},
};
use lockstep_protocol::{
    ids::{AccountId, BoardId, ClientId, CommitId, OrgId},
    position::Position,
    topic::Topic,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection, sqlite::SqliteConnectOptions};
use uuid::Uuid;

use crate::support;

/// A fresh database of some kind, opened.
pub struct Backend {
    pub options: Options,
    pub store: Store,
    /// Lives as long as the files in it are used.
    folder: Option<tempfile::TempDir>,
}

impl Backend {
    pub async fn postgres() -> Self {
        let url = support::postgres::database().await;
        Self::open(Location::Postgres(url), None).await
    }

    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        Self::open(Location::Sqlite(folder.path().to_owned()), Some(folder)).await
    }

    async fn open(location: Location, folder: Option<tempfile::TempDir>) -> Self {
        let options = Options::new(location);
        let store = Store::open(&options).await.expect("a fresh database opens");
        Self { options, store, folder }
    }

    pub fn journal(&self) -> SharedJournal {
        self.store.journal()
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.as_ref().expect("SQLite").path().to_owned()
    }

    /// Another connection of its own, past the journal.
    pub async fn postgres_connection(&self) -> PgConnection {
        let Location::Postgres(url) = &self.options.location else { panic!("PostgreSQL") };
        let options: sqlx::postgres::PgConnectOptions = url.parse().expect("a URL");
        options.connect().await.expect("the server runs")
    }

    /// Runs statements behind the journal's back.
    pub async fn tamper(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.options.location {
            Location::Postgres(_) => {
                self.postgres_connection().await.execute(sqlx::raw_sql(sql)).await.expect("valid SQL");
            }
            Location::Sqlite(folder) => {
                let options = SqliteConnectOptions::new().filename(folder.join("lockstep.db"));
                let mut connection = options.connect().await.expect("the file is there");
                connection.execute(sqlx::raw_sql(sql)).await.expect("valid SQL");
            }
        }
    }

    /// Closes and opens again, as a restart would.
    pub async fn reopen(&mut self) {
        self.store.close().await;
        self.store = Store::open(&self.options).await.expect("it opened before");
    }
}

/// Declares each function as two tests, `postgres::name` and `sqlite::name`.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::contract::Backend::postgres().await).await; })*
        }
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::contract::Backend::sqlite().await).await; })*
        }
    };
}
use on_both;

/// A tenant and a stream of it.
#[derive(Clone, Copy)]
pub struct Stream {
    pub org: OrgId,
    pub topic: Topic,
}

pub fn stream() -> Stream {
    Stream { org: OrgId(Uuid::now_v7()), topic: BoardId(Uuid::now_v7()).into() }
}

pub fn event(text: &str) -> NewEvent {
    NewEvent {
        commit: CommitId(Uuid::now_v7()),
        at: 1_700_000_000_000_000,
        actor: AccountId(Uuid::from_u128(7)),
        origin: None,
        tag: "task.created",
        level: 1,
        payload: Bytes::copy_from_slice(text.as_bytes()),
        marks: Marks::default(),
    }
}

pub fn origin(client: ClientId, client_seq: u64) -> Origin {
    Origin { client_id: client, client_seq, body_hash: [3; 16] }
}

/// One stream's part with one event for each text.
pub fn part(stream: Stream, expected: Head, texts: &[&str]) -> StreamAppend {
    let events = texts.iter().map(|text| event(text)).collect();
    StreamAppend { stream: stream.topic, org: stream.org, expected, events }
}

pub fn append(parts: Vec<StreamAppend>) -> Append {
    Append { streams: parts, guards: Vec::new(), raises: Vec::new() }
}

/// Appends one event per text at the head, whatever it is, and returns the new head and position.
pub async fn add(journal: &dyn Journal, stream: Stream, texts: &[&str]) -> (Head, Position) {
    let head = journal.head(stream.topic).await.expect("a head");
    let appended = journal.append(append(vec![part(stream, head, texts)])).await.expect("an answer");
    let Appended::Committed(mut places) = appended else { panic!("{appended:?}") };
    places.remove(0)
}

/// Sets a subject's access version by an append that does nothing else of interest.
pub async fn raise(journal: &dyn Journal, subject: Uuid, version: u64) -> (Head, Position) {
    let stream = stream();
    let raises = vec![Guard { subject, version }];
    let streams = vec![part(stream, Head::EMPTY, &["raise"])];
    let appended = journal.append(Append { streams, guards: Vec::new(), raises }).await.expect("an answer");
    let Appended::Committed(mut places) = appended else { panic!("{appended:?}") };
    places.remove(0)
}
