//! The nodes that run on this database, and what they understand. It must never be asked who may write: the journal's swap
//! decides that.

use uuid::Uuid;

use super::{StoreError, db::Db, rows};

/// A node that has not been seen for this long is taken for gone. One that comes back and meets what it does not understand
/// stops showing it.
const GONE_MS: i64 = 10_000;

/// See the module.
#[derive(Clone)]
pub struct Nodes {
    pub(super) db: Db,
}

impl Nodes {
    /// Says that this node runs and understands events up to `level`; answers the level that all understand.
    pub async fn beat(&self, node: Uuid, level: u32) -> Result<u32, StoreError> {
        // SQLite has one process, which understands what it writes.
        let Db::Postgres(pool) = &self.db else { return Ok(level) };
        let sql = "with clock as (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now),
            mine as (insert into nodes (node_id, feature_level, seen_at) select $1, $2, now from clock
                on conflict (node_id) do update set feature_level = excluded.feature_level, seen_at = excluded.seen_at),
            gone as (delete from nodes where node_id <> $1 and seen_at < (select now from clock) - 60 * $3)
            select coalesce(min(feature_level), $2) from nodes
            where node_id <> $1 and seen_at >= (select now from clock) - $3";
        let others: i32 =
            sqlx::query_scalar(sql).bind(node).bind(rows::small(level)).bind(GONE_MS * 1_000).fetch_one(pool).await?;
        Ok(level.min(rows::unsigned_small(others)))
    }

    /// This node ends: nobody waits for it.
    pub async fn leave(&self, node: Uuid) -> Result<(), StoreError> {
        if let Db::Postgres(pool) = &self.db {
            sqlx::query("delete from nodes where node_id = $1").bind(node).execute(pool).await?;
        }
        Ok(())
    }
}
