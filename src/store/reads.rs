//! What both databases read from the journal with the same text. It must never write.

use lockstep_protocol::{
    ids::{AccountId, ClientId, OrgId},
    topic::{Kind, Topic},
};
use uuid::Uuid;

use super::{
    chain,
    db::{Db, on_db},
    journal::{GENESIS, Guard, Head, JournalError, Known, Marked, MarkedBy, Origin, Recorded},
    rows,
};

/// A row of `events`.
#[derive(sqlx::FromRow)]
pub(super) struct EventRow {
    stream_id: Uuid,
    seq: i64,
    era: i32,
    xid: i64,
    kind: i16,
    org_id: Uuid,
    commit_id: Uuid,
    at: i64,
    actor: Uuid,
    client_id: Option<Uuid>,
    client_seq: Option<i64>,
    body_hash: Option<Vec<u8>>,
    tag: String,
    payload: Vec<u8>,
    hash: Vec<u8>,
}

fn origin(client: Option<Uuid>, seq: Option<i64>, body: Option<Vec<u8>>) -> Option<Origin> {
    Some(Origin {
        client_id: client?.into(),
        client_seq: rows::unsigned(seq?),
        body_hash: body.and_then(|hash| hash.try_into().ok())?,
    })
}

impl EventRow {
    /// The event, or why its bytes are none.
    pub fn recorded(self) -> Result<Recorded, JournalError> {
        let seq = rows::unsigned(self.seq);
        let kind = Kind::from_number(self.kind);
        let stream = Topic::new(kind.unwrap_or(Kind::Board), self.stream_id);
        let damaged = |what: &str| JournalError::Damaged { stream, seq, what: what.into() };
        if kind.is_none() {
            return Err(damaged("an unknown kind of stream"));
        }
        Ok(Recorded {
            stream,
            org: self.org_id.into(),
            seq,
            position: rows::position(self.era, self.xid, self.stream_id, self.seq),
            commit: self.commit_id.into(),
            at: self.at,
            actor: self.actor.into(),
            origin: origin(self.client_id, self.client_seq, self.body_hash),
            tag: self.tag,
            payload: self.payload.into(),
            hash: self.hash.try_into().map_err(|_| damaged("a hash of the wrong length"))?,
        })
    }
}

pub(super) fn all_recorded(rows: Vec<EventRow>) -> Result<Vec<Recorded>, JournalError> {
    rows.into_iter().map(EventRow::recorded).collect()
}

/// A row of `heads`.
#[derive(sqlx::FromRow)]
pub(super) struct HeadRow {
    pub version: i64,
    pub hash: Vec<u8>,
    pub epoch: i32,
}

impl HeadRow {
    pub fn head(self, stream: Topic) -> Result<Head, JournalError> {
        let version = rows::unsigned(self.version);
        let damaged = || JournalError::Damaged { stream, seq: version, what: "a hash of the wrong length".into() };
        let hash = self.hash.try_into().map_err(|_| damaged())?;
        Ok(Head { version, hash, epoch: rows::unsigned_small(self.epoch) })
    }
}

/// A head, and whether its organization was deleted for good.
#[derive(sqlx::FromRow)]
struct FoundHead {
    #[sqlx(flatten)]
    head: HeadRow,
    dropped: i64,
}

/// A head with its stream.
#[derive(sqlx::FromRow)]
pub(super) struct ChangedRow {
    stream_id: Uuid,
    kind: i16,
    #[sqlx(flatten)]
    head: HeadRow,
}

impl ChangedRow {
    pub fn head(self) -> Result<(Topic, Head), JournalError> {
        let kind = Kind::from_number(self.kind)
            .ok_or_else(|| JournalError::Unavailable("a stream of an unknown kind: this server is too old".into()))?;
        let stream = Topic::new(kind, self.stream_id);
        Ok((stream, self.head.head(stream)?))
    }
}

pub(super) async fn head(db: &Db, stream: Topic) -> Result<Head, JournalError> {
    let sql = "select h.version, h.hash, m.epoch,
        (select count(*) from dropped_organizations d where d.org_id = h.org_id) as dropped
        from meta m, heads h where h.stream_id = $1 and h.kind = $2";
    let row: Option<FoundHead> = on_db!(db, read, pool =>
        sqlx::query_as(sql).bind(stream.id).bind(stream.kind.number()).fetch_optional(pool).await?);
    match row {
        Some(row) if row.dropped > 0 => Err(JournalError::Dropped(stream)),
        Some(row) => row.head.head(stream),
        None => Ok(Head { version: 0, hash: GENESIS, epoch: epoch(db).await? }),
    }
}

/// The epoch in force.
pub(super) async fn epoch(db: &Db) -> Result<u32, JournalError> {
    let epoch: i32 = on_db!(db, read, pool => sqlx::query_scalar("select epoch from meta").fetch_one(pool).await?);
    Ok(rows::unsigned_small(epoch))
}

pub(super) async fn raise_epoch(db: &Db, seen: u32) -> Result<u32, JournalError> {
    // The era too: positions after a loss must not fall among those that were given out before it.
    let sql = "update meta set epoch = epoch + 1, era = era + 1 where epoch = $1";
    on_db!(db, write, pool => sqlx::query(sql).bind(rows::small(seen)).execute(pool).await?.rows_affected());
    epoch(db).await
}

pub(super) async fn org_of(db: &Db, stream: Topic) -> Result<Option<OrgId>, JournalError> {
    let sql = "select org_id from heads where stream_id = $1 and kind = $2 and version > 0";
    let org: Option<Uuid> = on_db!(db, read, pool =>
        sqlx::query_scalar(sql).bind(stream.id).bind(stream.kind.number()).fetch_optional(pool).await?);
    Ok(org.map(Into::into))
}

pub(super) async fn read(db: &Db, stream: Topic, after: u64, limit: usize) -> Result<Vec<Recorded>, JournalError> {
    // The head first: events that it counts must be found by the query that follows.
    let head = head(db, stream).await?;
    let sql = "select * from events where stream_id = $1 and seq > $2 order by seq limit $3";
    let limit = rows::signed(limit as u64);
    let found: Vec<EventRow> = on_db!(db, read, pool => sqlx::query_as(sql)
        .bind(stream.id)
        .bind(rows::signed(after))
        .bind(limit)
        .fetch_all(pool)
        .await?);
    let events = all_recorded(found)?;
    chain::verify(stream, after, &events)?;
    let last = after + events.len() as u64;
    if rows::signed(events.len() as u64) < limit && last < head.version {
        return Err(JournalError::Damaged { stream, seq: last + 1, what: "an event is missing".into() });
    }
    Ok(events)
}

pub(super) async fn read_at(db: &Db, stream: Topic, seqs: &[u64]) -> Result<Vec<Recorded>, JournalError> {
    let seqs: Vec<i64> = seqs.iter().map(|seq| rows::signed(*seq)).collect();
    let found: Vec<EventRow> = match db {
        Db::Postgres(pool) => {
            let sql = "select * from events where stream_id = $1 and kind = $2 and seq = any($3) order by seq";
            sqlx::query_as(sql).bind(stream.id).bind(stream.kind.number()).bind(seqs).fetch_all(pool).await?
        }
        Db::Sqlite(file) => {
            let sql = "select * from events where stream_id = $1 and kind = $2
                and seq in (select value from json_each($3)) order by seq";
            let seqs = serde_json::Value::from(seqs).to_string();
            sqlx::query_as(sql).bind(stream.id).bind(stream.kind.number()).bind(seqs).fetch_all(&file.read).await?
        }
    };
    all_recorded(found)
}

pub(super) async fn marked(
    db: &Db,
    (stream, by): (Topic, MarkedBy),
    marks: &[u64],
    after: u64,
    limit: usize,
) -> Result<Vec<Marked>, JournalError> {
    let marks: Vec<i64> = marks.iter().map(|mark| rows::signed(*mark)).collect();
    let (after, limit) = (rows::signed(after), rows::signed(limit as u64));
    let (column, kind) = (by.column(), stream.kind.number());
    let found: Vec<MarkedRow> = match db {
        Db::Postgres(pool) => {
            let sql = format!(
                "select {column} as mark, seq, at, actor, tag from events where stream_id = $1 and kind = $2 and {column} = any($3) and seq > $4
                 order by {column}, seq limit $5"
            );
            let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(stream.id).bind(kind).bind(marks);
            query.bind(after).bind(limit).fetch_all(pool).await?
        }
        Db::Sqlite(file) => {
            let sql = format!(
                "select {column} as mark, seq, at, actor, tag from events where stream_id = $1 and kind = $2
                 and {column} in (select value from json_each($3)) and seq > $4 order by {column}, seq limit $5"
            );
            let marks = serde_json::Value::from(marks).to_string();
            let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(stream.id).bind(kind).bind(marks);
            query.bind(after).bind(limit).fetch_all(&file.read).await?
        }
    };
    Ok(found.into_iter().map(Into::into).collect())
}

#[derive(sqlx::FromRow)]
struct MarkedRow {
    mark: i64,
    seq: i64,
    at: i64,
    actor: Uuid,
    tag: String,
}

impl From<MarkedRow> for Marked {
    fn from(row: MarkedRow) -> Self {
        let (mark, seq) = (rows::unsigned(row.mark), rows::unsigned(row.seq));
        Self { mark, seq, at: row.at, actor: row.actor.into(), tag: row.tag }
    }
}

#[derive(sqlx::FromRow)]
struct KnownRow {
    seq: i64,
    era: i32,
    xid: i64,
    commit_id: Uuid,
    client_id: Option<Uuid>,
    client_seq: Option<i64>,
    body_hash: Option<Vec<u8>>,
}

fn known_of(stream: Topic, row: KnownRow) -> Result<Known, JournalError> {
    let seq = rows::unsigned(row.seq);
    let damaged = || JournalError::Damaged { stream, seq, what: "an origin without its parts".into() };
    Ok(Known {
        origin: origin(row.client_id, row.client_seq, row.body_hash).ok_or_else(damaged)?,
        seq,
        position: rows::position(row.era, row.xid, stream.id, row.seq),
        commit: row.commit_id.into(),
    })
}

pub(super) async fn known(
    db: &Db,
    stream: Topic,
    actor: AccountId,
    client: ClientId,
    limit: usize,
) -> Result<Vec<Known>, JournalError> {
    let sql = "select seq, era, xid, commit_id, client_id, client_seq, body_hash from events
        where stream_id = $1 and actor = $2 and client_id = $3 and client_seq < $4
        order by client_seq desc, seq desc limit $5";
    let mut commands: Vec<Known> = Vec::new();
    let mut below = i64::MAX;
    while commands.len() < limit {
        let found: Vec<KnownRow> = on_db!(db, read, pool => sqlx::query_as(sql)
            .bind(stream.id)
            .bind(actor.0)
            .bind(client.0)
            .bind(below)
            .bind(rows::signed(limit as u64))
            .fetch_all(pool)
            .await?);
        let was_last = found.len() < limit;
        for row in found {
            let known = known_of(stream, row)?;
            below = rows::signed(known.origin.client_seq);
            // A command's last event comes first, and is its place.
            if commands.last().is_none_or(|last| last.origin.client_seq != known.origin.client_seq) {
                commands.push(known);
            }
        }
        if was_last {
            break;
        }
    }
    commands.truncate(limit);
    Ok(commands)
}

pub(super) async fn known_one(
    db: &Db,
    stream: Topic,
    actor: AccountId,
    client: ClientId,
    client_seq: u64,
) -> Result<Option<Known>, JournalError> {
    let sql = "select seq, era, xid, commit_id, client_id, client_seq, body_hash from events
        where stream_id = $1 and actor = $2 and client_id = $3 and client_seq = $4 order by seq desc limit 1";
    let found: Option<KnownRow> = on_db!(db, read, pool => sqlx::query_as(sql)
        .bind(stream.id)
        .bind(actor.0)
        .bind(client.0)
        .bind(rows::signed(client_seq))
        .fetch_optional(pool)
        .await?);
    found.map(|row| known_of(stream, row)).transpose()
}

pub(super) async fn access(db: &Db, subjects: &[Uuid]) -> Result<Vec<Guard>, JournalError> {
    let found: Vec<(Uuid, i64)> = match db {
        Db::Postgres(pool) => {
            let sql = "select subject, version from access where subject = any($1)";
            sqlx::query_as(sql).bind(subjects).fetch_all(pool).await?
        }
        Db::Sqlite(file) => {
            let sql = "select subject, version from access where subject in (select unhex(value) from json_each($1))";
            sqlx::query_as(sql).bind(rows::json_ids(subjects)).fetch_all(&file.read).await?
        }
    };
    let version = |subject: &Uuid| found.iter().find(|row| row.0 == *subject).map_or(0, |row| rows::unsigned(row.1));
    Ok(subjects.iter().map(|subject| Guard { subject: *subject, version: version(subject) }).collect())
}
