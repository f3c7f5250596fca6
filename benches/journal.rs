//! How many durable events a second the journal takes, beside what the database takes of bare rows: many streams append at the same
//! time, as many boards do. SQLite in a temporary folder, and PostgreSQL where `LOCKSTEP_BENCH_DATABASE_URL` names an empty
//! database. It must never be pointed at a database that somebody uses.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "measures real time, makes ids and prints")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use lockstep::store::{
    Location, Options, Store,
    journal::{Append, Appended, Head, Marks, NewEvent, SharedJournal, StreamAppend},
};
use lockstep_protocol::{
    ids::{AccountId, BoardId, CommitId, OrgId},
    topic::Topic,
};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tokio::task::JoinSet;
use uuid::Uuid;

const LASTS: Duration = Duration::from_secs(3);
const STREAMS: usize = 256;
/// About what an event of a task takes.
const PAYLOAD_BYTES: usize = 120;
/// Rows of one bare statement, each in a transaction of its own.
const BARE_ROWS: usize = 500;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    measure("sqlite", Location::Sqlite(folder.path().to_owned())).await;
    tell("sqlite_bare", BARE_ROWS, bare_sqlite(folder.path()).await, "SQLite: bare rows/s, so many a transaction");
    if let Ok(url) = std::env::var("LOCKSTEP_BENCH_DATABASE_URL") {
        measure("postgres", Location::Postgres(url.clone())).await;
        tell("postgres_bare", BARE_ROWS, bare_postgres(&url).await, "PostgreSQL: bare rows/s, so many a transaction");
    } else {
        eprintln!("PostgreSQL: not measured, LOCKSTEP_BENCH_DATABASE_URL is not set");
    }
}

/// A line for people and programs: a name, a number, what it is.
fn tell(name: &str, at_once: usize, per_second: f64, what: &str) {
    println!("journal_{name}_{at_once}_per_second\t{per_second:.0}\t{what}: {at_once}");
}

async fn measure(database: &str, location: Location) {
    let store = Store::open(&Options::new(location)).await.expect("an empty database opens");
    for events in [1, 10, 50] {
        let what = format!("{database}: durable events/s, {STREAMS} streams, so many an append");
        tell(database, events, journal(&store.journal(), events).await, &what);
    }
    store.close().await;
}

/// Every stream appends at its head, and again when that is durable.
async fn journal(journal: &SharedJournal, events: usize) -> f64 {
    let start = Instant::now();
    let mut streams = JoinSet::new();
    for _ in 0..STREAMS {
        let journal = SharedJournal::clone(journal);
        streams.spawn(async move {
            let (topic, org) = (Topic::from(BoardId(Uuid::now_v7())), OrgId(Uuid::now_v7()));
            let (mut head, mut appended) = (Head::EMPTY, 0);
            while start.elapsed() < LASTS {
                let part = StreamAppend { stream: topic, org, expected: head, events: some(events) };
                let append = Append { streams: vec![part], guards: Vec::new(), raises: Vec::new() };
                match journal.append(append).await.expect("an answer") {
                    Appended::Committed(places) => head = places[0].0,
                    other => panic!("nobody else writes this stream: {other:?}"),
                }
                appended += events;
            }
            appended
        });
    }
    let appended: usize = streams.join_all().await.into_iter().sum();
    appended as f64 / start.elapsed().as_secs_f64()
}

fn some(count: usize) -> Vec<NewEvent> {
    let (commit, actor) = (CommitId(Uuid::now_v7()), AccountId(Uuid::from_u128(7)));
    let payload = Bytes::from_static(&[7; PAYLOAD_BYTES]);
    let event = NewEvent {
        commit,
        at: 1_700_000_000_000_000,
        actor,
        origin: None,
        tag: "task.updated",
        level: 1,
        payload,
        marks: Marks::default(),
    };
    vec![event; count]
}

async fn bare_sqlite(folder: &std::path::Path) -> f64 {
    let url = format!("sqlite://{}?mode=rwc", folder.join("bare.db").display());
    let mut connection = SqliteConnection::connect(&url).await.expect("a new file");
    let setup = "pragma journal_mode = wal; pragma synchronous = full; create table bare (id integer primary key, payload blob)";
    connection.execute(setup).await.expect("valid SQL");
    let values = vec!["(?)"; BARE_ROWS].join(",");
    let sql = format!("insert into bare (payload) values {values}");
    let (start, mut rows) = (Instant::now(), 0);
    while start.elapsed() < LASTS {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
        for _ in 0..BARE_ROWS {
            query = query.bind(&[7_u8; PAYLOAD_BYTES][..]);
        }
        query.execute(&mut connection).await.expect("there is room");
        rows += BARE_ROWS;
    }
    rows as f64 / start.elapsed().as_secs_f64()
}

async fn bare_postgres(url: &str) -> f64 {
    let mut connection = PgConnection::connect(url).await.expect("the server runs");
    let setup = "create table bare (id bigserial primary key, payload bytea)";
    connection.execute(setup).await.expect("an empty database");
    let payloads = vec![vec![7_u8; PAYLOAD_BYTES]; BARE_ROWS];
    let (start, mut rows) = (Instant::now(), 0);
    while start.elapsed() < LASTS {
        let insert = sqlx::query("insert into bare (payload) select * from unnest($1::bytea[])").bind(&payloads);
        insert.execute(&mut connection).await.expect("there is room");
        rows += BARE_ROWS;
    }
    rows as f64 / start.elapsed().as_secs_f64()
}
