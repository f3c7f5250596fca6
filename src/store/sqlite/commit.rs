//! One batch, one transaction: heads and access versions are read, every append is checked against them and against those
//! before it in the batch, and what holds is written in few statements of many rows. It must never write an append in part.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use lockstep_protocol::{position::Position, topic::Topic};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, query::Query, sqlite::SqliteArguments};
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

/// What has to be written.
#[derive(Default)]
struct Plan<'a> {
    /// With seq, row number and hash.
    events: Vec<(&'a PreparedStream, &'a NewEvent, u64, u64, &'a Hash)>,
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
        let mut tx = self.pool.begin_with("begin immediate").await.map_err(failed)?;
        let mut ledger = read_ledger(&mut tx, batch).await.map_err(failed)?;
        let mut plan = Plan::default();
        let verdicts = batch.iter().map(|work| Verdict::Decided(ledger.decide(&work.append, &mut plan))).collect();
        if plan.heads.is_empty() {
            tx.rollback().await.map_err(failed)?;
            return Ok(verdicts);
        }
        write(&mut tx, &ledger, &plan).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(verdicts)
    }
}

async fn read_ledger(tx: &mut SqliteConnection, batch: &[Work]) -> Result<Ledger, sqlx::Error> {
    let appends = || batch.iter().map(|work| &work.append);
    let about = "select era, epoch, coalesce((select seq from sqlite_sequence where name = 'events'), 0) from meta";
    let (era, epoch, last): (i32, i32, i64) = sqlx::query_as(about).fetch_one(&mut *tx).await?;
    let ids: Vec<Uuid> = appends().flat_map(|append| &append.streams).map(|part| part.stream.id).collect();
    let sql = "select stream_id, kind, org_id, version, hash from heads
        where stream_id in (select unhex(value) from json_each($1))";
    let heads: Vec<(Uuid, i16, Uuid, i64, Vec<u8>)> =
        sqlx::query_as(sql).bind(rows::json_ids(&ids)).fetch_all(&mut *tx).await?;
    let mut subjects: Vec<Uuid> =
        appends().flat_map(|append| append.guards.iter().chain(&append.raises).map(|guard| guard.subject)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let mut access = Vec::new();
    if !subjects.is_empty() {
        let sql = "select subject, version from access where subject in (select unhex(value) from json_each($1))";
        access = sqlx::query_as(sql).bind(rows::json_ids(&subjects)).fetch_all(&mut *tx).await?;
    }
    let head = |(id, kind, org, version, hash)| (id, Stored { kind, org, version: rows::unsigned(version), hash });
    Ok(Ledger {
        era: rows::unsigned_small(era),
        epoch: rows::unsigned_small(epoch),
        last: rows::unsigned(last),
        heads: heads.into_iter().map(head).collect(),
        access: access.into_iter().map(|(id, version): (Uuid, i64)| (id, rows::unsigned(version))).collect(),
    })
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

async fn write(tx: &mut SqliteConnection, ledger: &Ledger, plan: &Plan<'_>) -> Result<(), sqlx::Error> {
    for (sql, chunk) in INSERT_EVENTS.chunks(&plan.events) {
        let mut query = sqlx::query(sql);
        for (part, event, seq, xid, hash) in chunk {
            query = bind_event(query, ledger.era, part, event, (*seq, *xid, hash));
        }
        query.persistent(true).execute(&mut *tx).await?;
    }
    for (sql, chunk) in UPSERT_HEADS.chunks(&plan.heads) {
        let mut query = sqlx::query(sql);
        for part in chunk {
            query = query
                .bind(part.stream.id)
                .bind(part.stream.kind.number())
                .bind(part.org.0)
                .bind(rows::signed(part.next.version))
                .bind(part.next.hash.to_vec());
        }
        query.persistent(true).execute(&mut *tx).await?;
    }
    for (subject, version) in &plan.raises {
        let sql = "insert into access (subject, version) values ($1, $2)
            on conflict (subject) do update set version = excluded.version";
        sqlx::query(sql).bind(*subject).bind(rows::signed(*version)).execute(&mut *tx).await?;
    }
    Ok(())
}

fn bind_event<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    era: u32,
    part: &PreparedStream,
    event: &NewEvent,
    (seq, xid, hash): (u64, u64, &Hash),
) -> Query<'q, Sqlite, SqliteArguments> {
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
}

/// One statement in a few fixed sizes: many rows cost one trip to the writing thread, and each text is prepared once.
struct ManyRows {
    texts: LazyLock<[(usize, String); 3]>,
}

impl ManyRows {
    const fn new(make: fn() -> [(usize, String); 3]) -> Self {
        Self { texts: LazyLock::new(make) }
    }

    /// Splits rows over the sizes, the largest first, and names the text for each part.
    fn chunks<'a, T>(&'static self, rows: &'a [T]) -> impl Iterator<Item = (&'static str, &'a [T])> {
        let mut rest = rows;
        std::iter::from_fn(move || {
            let (size, sql) = self.texts.iter().find(|(size, _)| *size <= rest.len())?;
            let (chunk, after) = rest.split_at(*size);
            rest = after;
            Some((sql.as_str(), chunk))
        })
    }
}

fn sizes(before: &str, columns: usize, after: &str) -> [(usize, String); 3] {
    // Parameters without a number: SQLite searches the numbered ones from the first for each that is bound.
    let row = format!("({})", vec!["?"; columns].join(", "));
    [64, 8, 1].map(|size| (size, format!("{before} {}{after}", vec![row.as_str(); size].join(", "))))
}

static INSERT_EVENTS: ManyRows = ManyRows::new(|| {
    let before =
        "insert into events (xid, stream_id, seq, era, kind, org_id, commit_id, at, actor, client_id, client_seq,
        body_hash, tag, payload, hash) values";
    sizes(before, 15, "")
});

static UPSERT_HEADS: ManyRows = ManyRows::new(|| {
    let before = "insert into heads (stream_id, kind, org_id, version, hash) values";
    let after = " on conflict (stream_id) do update set kind = excluded.kind, org_id = excluded.org_id,
        version = excluded.version, hash = excluded.hash";
    sizes(before, 5, after)
});
