//! Those who read the journal behind it, by name. A consumer is leased to one node; its cursor is saved with its effects.
//! It must never save a cursor for a node that lost its lease: `fence` decides, not a clock.

use lockstep_protocol::position::Position;
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, on_db},
    rows,
};

/// The right to act as a consumer, until another node takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    pub holder: Uuid,
    /// Counts the holders: a saved cursor must carry the newest.
    pub(super) fence: i64,
    /// Where the consumer stood when the lease was taken.
    pub cursor: Position,
}

/// Leases and cursors.
#[derive(Clone)]
pub struct Consumers {
    pub(super) db: Db,
}

#[derive(sqlx::FromRow)]
struct ConsumerRow {
    era: i32,
    xid: i64,
    stream_id: Uuid,
    seq: i64,
    fence: i64,
}

impl ConsumerRow {
    fn cursor(&self) -> Position {
        rows::position(self.era, self.xid, self.stream_id, self.seq)
    }
}

/// Saves a cursor within a transaction, with the effects; binds name, fence, era, transaction, stream, seq.
pub(super) const SAVE_CURSOR: &str = "update consumers set era = $3, xid = $4, stream_id = $5, seq = $6
    where name = $1 and fence = $2";

/// Lease times are the database's own, so that nodes need not agree on a clock. The two spellings of now:
macro_rules! with_now {
    ($before:literal, $after:literal) => {
        (
            concat!($before, "(extract(epoch from clock_timestamp()) * 1000000)::bigint", $after),
            concat!($before, "cast(unixepoch('subsec') * 1000000 as integer)", $after),
        )
    };
}

impl Consumers {
    /// Takes the lease of `name` for `ttl_ms` where nobody holds it, its time is over, or `holder` has it already.
    pub async fn acquire(&self, name: &str, holder: Uuid, ttl_ms: u64) -> Result<Option<Lease>, StoreError> {
        let insert = "insert into consumers (name) values ($1) on conflict (name) do nothing";
        let (postgres, sqlite) = with_now!(
            "with clock as (select ",
            " as now) update consumers set holder = $2, fence = fence + 1, leased_until = (select now from clock) + $3
                where name = $1 and (holder is null or holder = $2 or leased_until < (select now from clock))
                returning era, xid, stream_id, seq, fence"
        );
        let ttl = rows::signed(ttl_ms.saturating_mul(1000));
        on_db!(&self.db, write, pool => sqlx::query(insert).bind(name).execute(pool).await?.rows_affected());
        let row: Option<ConsumerRow> = match &self.db {
            Db::Postgres(pool) => {
                sqlx::query_as(postgres).bind(name).bind(holder).bind(ttl).fetch_optional(pool).await?
            }
            Db::Sqlite(file) => {
                sqlx::query_as(sqlite).bind(name).bind(holder).bind(ttl).fetch_optional(&file.write).await?
            }
        };
        Ok(row.map(|row| Lease { name: name.to_owned(), holder, fence: row.fence, cursor: row.cursor() }))
    }

    /// Prolongs a lease. False where it was lost.
    pub async fn renew(&self, lease: &Lease, ttl_ms: u64) -> Result<bool, StoreError> {
        let (postgres, sqlite) = with_now!(
            "update consumers set leased_until = ",
            " + $3 where name = $1 and fence = $2 and holder is not null"
        );
        let ttl = rows::signed(ttl_ms.saturating_mul(1000));
        let changed = match &self.db {
            Db::Postgres(pool) => {
                let query = sqlx::query(postgres).bind(&lease.name).bind(lease.fence).bind(ttl);
                query.execute(pool).await?.rows_affected()
            }
            Db::Sqlite(file) => {
                let query = sqlx::query(sqlite).bind(&lease.name).bind(lease.fence).bind(ttl);
                query.execute(&file.write).await?.rows_affected()
            }
        };
        Ok(changed == 1)
    }

    /// Saves a cursor whose effects are elsewhere (and must therefore bear being repeated).
    pub async fn save(&self, lease: &Lease, cursor: Position) -> Result<(), StoreError> {
        let saved = on_db!(&self.db, write, pool => sqlx::query(SAVE_CURSOR)
            .bind(&lease.name)
            .bind(lease.fence)
            .bind(rows::small(cursor.era))
            .bind(rows::signed(cursor.transaction))
            .bind(cursor.stream)
            .bind(rows::signed(cursor.seq))
            .execute(pool)
            .await?
            .rows_affected());
        if saved == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    /// Gives a lease back, so that another node need not wait for its end.
    pub async fn release(&self, lease: Lease) -> Result<(), StoreError> {
        let sql = "update consumers set holder = null, leased_until = 0 where name = $1 and fence = $2";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(&lease.name).bind(lease.fence).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// How far a consumer is; [`Position::START`] for one that never ran.
    pub async fn cursor(&self, name: &str) -> Result<Position, StoreError> {
        let sql = "select era, xid, stream_id, seq, fence from consumers where name = $1";
        let row: Option<ConsumerRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(name).fetch_optional(pool).await?);
        Ok(row.map_or(Position::START, |row| row.cursor()))
    }
}
