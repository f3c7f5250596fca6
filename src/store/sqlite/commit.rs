//! One batch, one transaction: heads and access versions are read, every append is checked against them and against those
//! before it in the batch, and what holds is written in few statements of many rows. It must never write an append in part.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use lockstep_protocol::{position::Position, topic::Topic};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection, query::Query, sqlite::SqliteArguments};
use uuid::Uuid;

use crate::store::{
    chain::{Prepared, PreparedStream},
    error,
    journal::{Appended, Guard, Hash, Head, JournalError, NewEvent},
    queue::{Committer, Failed, Verdict, Work},
    rows,
};

/// The writer: the one connection of the file, taken for each batch.
pub(super) struct Writer {
    pool: SqlitePool,
}

impl Writer {
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }
}

/// A stream as the transaction sees it.
struct Stored {
    kind: i16,
    org: Uuid,
    version: u64,
    hash: Vec<u8>,
}

/// What the appends of a batch are checked against; kept up to date from one append to the next.
struct Ledger {
    era: u32,
    epoch: u32,
    last: u64,
    heads: HashMap<Uuid, Stored>,
    access: HashMap<Uuid, u64>,
}

/// An event with its stream, seq, row number and hash.
type PlannedEvent<'a> = (&'a PreparedStream, &'a NewEvent, u64, u64, &'a Hash);

/// What has to be written.
#[derive(Default)]
struct Plan<'a> {
    events: Vec<PlannedEvent<'a>>,
    heads: Vec<&'a PreparedStream>,
    raises: BTreeMap<Uuid, u64>,
}

impl Committer for Writer {
    // One writer: within a batch a raise is seen by the appends behind it.
    const RAISES_ALONE: bool = false;

    async fn commit(&mut self, batch: &[Work]) -> Result<Vec<Verdict>, Failed> {
        let failed = |error: sqlx::Error| Failed {
            value: error::meaning(&error) == error::Meaning::Value,
            error: error::of_append(&error),
        };
        let mut taken = Taken::new(self.pool.acquire().await.map_err(failed)?);
        let outcome = attempt(taken.connection(), batch).await;
        if !matches!(outcome, Ok((_, true))) {
            // Nothing was to be written, or it failed: whatever was begun ends here.
            taken.roll_back().await;
        }
        taken.ended();
        outcome.map(|(verdicts, _)| verdicts).map_err(failed)
    }
}

/// The connection, within a transaction that must end before anybody else gets it.
struct Taken(Option<PoolConnection<Sqlite>>);

impl Taken {
    const fn new(connection: PoolConnection<Sqlite>) -> Self {
        Self(Some(connection))
    }

    fn connection(&mut self) -> &mut SqliteConnection {
        self.0.as_mut().expect("taken until it ends")
    }

    async fn roll_back(&mut self) {
        // SQLite ends some failed transactions by itself, and says so.
        match sqlx::query("rollback").execute(self.connection()).await {
            Ok(_) => {}
            Err(error) if error.as_database_error().is_some_and(|error| error.message().contains("no transaction")) => {
            }
            Err(error) => {
                tracing::error!(%error, "a transaction could not be rolled back; its connection is given up");
                self.give_up();
            }
        }
    }

    /// The transaction has ended: the connection may be used by others.
    fn ended(mut self) {
        drop(self.0.take());
    }

    fn give_up(&mut self) {
        if let Some(connection) = self.0.take() {
            // Closed, which undoes what was begun; the pool opens another.
            drop(connection.detach());
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// Reads, checks, writes and commits: two trips to the writing thread where the batch is small. Answers whether anything was committed.
async fn attempt(connection: &mut SqliteConnection, batch: &[Work]) -> Result<(Vec<Verdict>, bool), sqlx::Error> {
    let mut ledger = begin(connection, batch).await?;
    let mut plan = Plan::default();
    let verdicts = batch.iter().map(|work| Verdict::Decided(ledger.decide(&work.append, &mut plan))).collect();
    if plan.heads.is_empty() {
        return Ok((verdicts, false));
    }
    write(connection, &ledger, &plan).await?;
    Ok((verdicts, true))
}

/// A row of what a batch is checked against: of what kind it is, numbers, an id, an organization, a hash.
type Found = (i64, i32, i32, i64, Option<Uuid>, Option<Uuid>, Option<Vec<u8>>);

/// Begins the transaction, and reads in the same trip what its appends are checked against.
async fn begin(connection: &mut SqliteConnection, batch: &[Work]) -> Result<Ledger, sqlx::Error> {
    let appends = || batch.iter().map(|work| &work.append);
    let ids: Vec<Uuid> = appends().flat_map(|append| &append.streams).map(|part| part.stream.id).collect();
    let mut subjects: Vec<Uuid> =
        appends().flat_map(|append| append.guards.iter().chain(&append.raises).map(|guard| guard.subject)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let sql = "begin immediate;
        select 0, era, epoch, coalesce((select seq from sqlite_sequence where name = 'events'), 0), null, null, null from meta
        union all
        select 1, kind, 0, version, stream_id, org_id, hash from heads
            where stream_id in (select unhex(value) from json_each(?))
        union all
        select 2, 0, 0, version, subject, null, null from access
            where subject in (select unhex(value) from json_each(?))";
    let found: Vec<Found> =
        sqlx::query_as(sql).bind(rows::json_ids(&ids)).bind(rows::json_ids(&subjects)).fetch_all(connection).await?;
    let mut ledger = Ledger { era: 0, epoch: 0, last: 0, heads: HashMap::new(), access: HashMap::new() };
    for (what, small, epoch, number, id, org, hash) in found {
        let number = rows::unsigned(number);
        match (what, id) {
            (0, _) => {
                (ledger.era, ledger.epoch, ledger.last) =
                    (rows::unsigned_small(small), rows::unsigned_small(epoch), number);
            }
            (1, Some(id)) => {
                let kind = i16::try_from(small).map_err(|error| sqlx::Error::Decode(error.into()))?;
                let (org, hash) = (org.unwrap_or_default(), hash.unwrap_or_default());
                ledger.heads.insert(id, Stored { kind, org, version: number, hash });
            }
            (_, Some(id)) => {
                ledger.access.insert(id, number);
            }
            (_, None) => {}
        }
    }
    Ok(ledger)
}

impl Ledger {
    fn head(&self, stream: Topic) -> Result<Head, JournalError> {
        let Some(stored) = self.heads.get(&stream.id) else { return Ok(Head { epoch: self.epoch, ..Head::EMPTY }) };
        let damaged =
            || JournalError::Damaged { stream, seq: stored.version, what: "a hash of the wrong length".into() };
        let hash = stored.hash.as_slice().try_into().map_err(|_| damaged())?;
        Ok(Head { version: stored.version, hash, epoch: self.epoch })
    }

    /// Checks one append; where it holds, plans its writes and moves the ledger on.
    fn decide<'a>(&mut self, append: &'a Prepared, plan: &mut Plan<'a>) -> Result<Appended, JournalError> {
        let version = |subject: &Uuid| self.access.get(subject).copied().unwrap_or(0);
        let moved: Vec<Guard> = append
            .guards
            .iter()
            .map(|guard| Guard { subject: guard.subject, version: version(&guard.subject) })
            .filter(|now| !append.guards.contains(now))
            .collect();
        if !moved.is_empty() {
            return Ok(Appended::GuardFailed(moved));
        }
        let mut conflicts = Vec::new();
        for part in &append.streams {
            let head = self.head(part.stream)?;
            if head != part.expected {
                conflicts.push((part.stream, head));
            } else if let Some(stored) = self.heads.get(&part.stream.id)
                && (stored.kind, stored.org) != (part.stream.kind.number(), part.org.0)
            {
                return Err(JournalError::Refused("the stream is of another tenant or kind".into()));
            }
        }
        if !conflicts.is_empty() {
            return Ok(Appended::Conflict(conflicts));
        }
        let mut committed = Vec::with_capacity(append.streams.len());
        for part in &append.streams {
            for ((event, hash), seq) in part.events.iter().zip(&part.hashes).zip(part.expected.version + 1..) {
                self.last += 1;
                plan.events.push((part, event, seq, self.last, hash));
            }
            let (next, stream) = (part.next, part.stream);
            let position = Position { era: self.era, transaction: self.last, stream: stream.id, seq: next.version };
            plan.heads.push(part);
            let stored =
                Stored { kind: stream.kind.number(), org: part.org.0, version: next.version, hash: next.hash.to_vec() };
            self.heads.insert(stream.id, stored);
            committed.push((next, position));
        }
        for raise in &append.raises {
            self.access.insert(raise.subject, raise.version);
            plan.raises.insert(raise.subject, raise.version);
        }
        Ok(Appended::Committed(committed))
    }
}

async fn write(connection: &mut SqliteConnection, ledger: &Ledger, plan: &Plan<'_>) -> Result<(), sqlx::Error> {
    if let Some(sql) = in_one_trip(plan) {
        let query = bind_heads(bind_events(sqlx::query(sql), ledger, &plan.events), &plan.heads);
        query.persistent(true).execute(connection).await?;
        return Ok(());
    }
    for (sql, chunk) in chunks(&INSERT_EVENTS, &plan.events) {
        bind_events(sqlx::query(sql), ledger, chunk).persistent(true).execute(&mut *connection).await?;
    }
    for (sql, chunk) in chunks(&UPSERT_HEADS, &plan.heads) {
        bind_heads(sqlx::query(sql), chunk).persistent(true).execute(&mut *connection).await?;
    }
    for (subject, version) in &plan.raises {
        let sql = "insert into access (subject, version) values (?, ?)
            on conflict (subject) do update set version = excluded.version";
        sqlx::query(sql).bind(*subject).bind(rows::signed(*version)).execute(&mut *connection).await?;
    }
    sqlx::query("commit").execute(connection).await?;
    Ok(())
}

/// The text that writes and commits all of a small plan.
fn in_one_trip(plan: &Plan<'_>) -> Option<&'static str> {
    let at = |rows: usize| rows.checked_sub(1);
    let sql = ONE_TRIP.get(at(plan.events.len())?)?.get(at(plan.heads.len())?)?;
    plan.raises.is_empty().then_some(sql)
}

type Parameters<'q> = Query<'q, Sqlite, SqliteArguments>;

fn bind_events<'q>(query: Parameters<'q>, ledger: &Ledger, events: &[PlannedEvent<'_>]) -> Parameters<'q> {
    events.iter().fold(query, |query, (part, event, seq, xid, hash)| {
        bind_event(query, ledger.era, part, event, (*seq, *xid, hash))
    })
}

fn bind_heads<'q>(query: Parameters<'q>, heads: &[&PreparedStream]) -> Parameters<'q> {
    heads.iter().fold(query, |query, part| {
        query
            .bind(part.stream.id)
            .bind(part.stream.kind.number())
            .bind(part.org.0)
            .bind(rows::signed(part.next.version))
            .bind(part.next.hash.to_vec())
    })
}

fn bind_event<'q>(
    query: Parameters<'q>,
    era: u32,
    part: &PreparedStream,
    event: &NewEvent,
    (seq, xid, hash): (u64, u64, &Hash),
) -> Parameters<'q> {
    let origin = event.origin.as_ref();
    query
        .bind(rows::signed(xid))
        .bind(part.stream.id)
        .bind(rows::signed(seq))
        .bind(rows::small(era))
        .bind(part.stream.kind.number())
        .bind(part.org.0)
        .bind(event.commit.0)
        .bind(event.at)
        .bind(event.actor.0)
        .bind(origin.map(|origin| origin.client_id.0))
        .bind(origin.map(|origin| rows::signed(origin.client_seq)))
        .bind(origin.map(|origin| origin.body_hash.to_vec()))
        .bind(event.tag)
        .bind(event.payload.to_vec())
        .bind(hash.to_vec())
        .bind(event.marks.about.map(rows::signed))
        .bind(event.marks.thread.map(rows::signed))
        .bind(event.marks.number.map(rows::signed))
}

/// One statement in a few fixed sizes: many rows cost one trip to the writing thread, and each text is prepared once.
type ManyRows = LazyLock<[(usize, String); 3]>;

/// Splits rows over the sizes, the largest first, and names the text for each part.
fn chunks<'a, T>(texts: &'static ManyRows, rows: &'a [T]) -> impl Iterator<Item = (&'static str, &'a [T])> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let (size, sql) = texts.iter().find(|(size, _)| *size <= rest.len())?;
        let (chunk, after) = rest.split_at(*size);
        rest = after;
        Some((sql.as_str(), chunk))
    })
}

fn rows_of(before: &str, columns: usize, count: usize, after: &str) -> String {
    // Parameters without a number: SQLite searches the numbered ones from the first for each that is bound.
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("{before} {}{after}", vec![row.as_str(); count].join(", "))
}

fn insert_events(count: usize) -> String {
    let before =
        "insert into events (xid, stream_id, seq, era, kind, org_id, commit_id, at, actor, client_id, client_seq,
        body_hash, tag, payload, hash, about, thread, number) values";
    rows_of(before, 18, count, "")
}

fn upsert_heads(count: usize) -> String {
    let before = "insert into heads (stream_id, kind, org_id, version, hash) values";
    let after = " on conflict (stream_id) do update set kind = excluded.kind, org_id = excluded.org_id,
        version = excluded.version, hash = excluded.hash";
    rows_of(before, 5, count, after)
}

static INSERT_EVENTS: ManyRows = LazyLock::new(|| [64, 8, 1].map(|size| (size, insert_events(size))));
static UPSERT_HEADS: ManyRows = LazyLock::new(|| [64, 8, 1].map(|size| (size, upsert_heads(size))));

/// Rows of each kind that are written and committed in one trip.
const SMALL: usize = 8;

/// By rows of events, then of heads.
static ONE_TRIP: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let text = |events, heads| format!("{};\n{};\ncommit", insert_events(events), upsert_heads(heads));
    (1..=SMALL).map(|events| (1..=SMALL).map(|heads| text(events, heads)).collect()).collect()
});
