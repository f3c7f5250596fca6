//! The journal on PostgreSQL: many nodes, a few committer lanes each. The database alone decides between them. The order
//! of workers is that of transactions, behind a fence that no open transaction can precede.

mod commit;
mod lane;
pub(super) mod open;

use std::hash::{BuildHasher, RandomState};

use lockstep_protocol::{position::Position, topic::Topic};
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    backend::Backend,
    chain::Prepared,
    db::Db,
    journal::{Appended, Head, JournalError, Recorded},
    queue::Lane,
    reads::{self, ChangedRow, EventRow},
    rows,
};

/// A scan's cursor carries the era above the transaction's number, which stays below 2^48.
const ERA_SHIFT: u32 = 48;

pub(super) struct PostgresJournal {
    pool: PgPool,
    db: Db,
    lanes: Vec<Lane>,
    hasher: RandomState,
}

impl PostgresJournal {
    /// Starts the lanes, which end on `stop`.
    pub fn start(opened: open::Opened, lanes: usize, stop: &CancellationToken) -> (Self, Vec<JoinHandle<()>>) {
        let (lanes, tasks) = (0..lanes.clamp(1, 8))
            .map(|_| Lane::start(lane::Connection::new(opened.options.clone()), stop.clone()))
            .unzip();
        let db = Db::Postgres(opened.pool.clone());
        (Self { pool: opened.pool, db, lanes, hasher: RandomState::new() }, tasks)
    }

    /// A stream always uses the same lane, so that its appends keep their order; a group uses that of its first stream.
    fn lane(&self, append: &Prepared) -> &Lane {
        let first = append.streams.iter().map(|part| part.stream.id).min().unwrap_or_default();
        let index = self.hasher.hash_one(first) % self.lanes.len() as u64;
        &self.lanes[usize::try_from(index).unwrap_or(0)]
    }
}

impl Backend for PostgresJournal {
    fn db(&self) -> &Db {
        &self.db
    }

    async fn append(&self, append: Prepared) -> Result<Appended, JournalError> {
        self.lane(&append).append(append).await
    }

    async fn tail(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, JournalError> {
        // Below the oldest open transaction nothing can appear any more; rows of earlier eras are all below it.
        let sql = "select e.* from events e
            where (e.era, e.xid, e.stream_id, e.seq) > ($1, $2, $3, $4)
            and (e.era, e.xid) < ((select era from meta), pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
            order by e.era, e.xid, e.stream_id, e.seq limit $5";
        let found: Vec<EventRow> = sqlx::query_as(sql)
            .bind(rows::small(after.era))
            .bind(rows::signed(after.transaction))
            .bind(after.stream)
            .bind(rows::signed(after.seq))
            .bind(rows::signed(limit as u64))
            .fetch_all(&self.pool)
            .await?;
        reads::all_recorded(found)
    }

    async fn changed(&self, since: Option<u64>) -> Result<(Vec<(Topic, Head)>, u64), JournalError> {
        // The next scan begins where the oldest transaction that is open now may still write: overlap is harmless.
        let mut connection = self.pool.acquire().await?;
        open::recognise(&mut connection).await?;
        let sql = "select era, pg_snapshot_xmin(pg_current_snapshot())::text::bigint from meta";
        let (era, xmin): (i32, i64) = sqlx::query_as(sql).fetch_one(&mut *connection).await?;
        let next = (u64::from(rows::unsigned_small(era)) << ERA_SHIFT) | rows::unsigned(xmin);
        let Some(since) = since else { return Ok((Vec::new(), next)) };
        let since_era = i32::try_from(since >> ERA_SHIFT).unwrap_or(i32::MAX);
        let since_xid = since & ((1 << ERA_SHIFT) - 1);
        let sql = "with moved as materialized (
                select distinct e.stream_id from events e where (e.era, e.xid) >= ($1, $2))
            select h.stream_id, h.kind, h.version, h.hash, m.epoch
            from moved v join heads h on h.stream_id = v.stream_id cross join meta m";
        let found: Vec<ChangedRow> =
            sqlx::query_as(sql).bind(since_era).bind(rows::signed(since_xid)).fetch_all(&mut *connection).await?;
        Ok((found.into_iter().map(ChangedRow::head).collect::<Result<_, _>>()?, next))
    }
}
