//! Organizations that were deleted for good: the mark that stays of each, and the erasing of everything else. It must never decide
//! that one is to be erased, nor erase what is not marked.

use lockstep_protocol::{
    ids::{AccountId, OrgId},
    position::Position,
    topic::{Kind, Topic},
};
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, in_tx, on_db},
    rows,
};

/// A snapshot weighs as much as some events.
const SNAPSHOT_WEIGHT: u32 = 25;

const ERASE_EVENTS: &str = "delete from events where stream_id = $1
    and seq in (select seq from events where stream_id = $1 order by seq limit $2)
    and exists (select 1 from heads h join dropped_organizations d on d.org_id = h.org_id
        where h.stream_id = $1 and h.org_id = $3)";
const ERASE_SNAPSHOTS: &str = "delete from snapshots where stream_id = $1
    and seq in (select seq from snapshots where stream_id = $1 order by seq limit $2)
    and exists (select 1 from heads h join dropped_organizations d on d.org_id = h.org_id
        where h.stream_id = $1 and h.org_id = $3)";

/// See the module.
#[derive(Clone)]
pub struct Drops {
    pub(super) db: Db,
}

impl Drops {
    /// Marks an organization: from now on nobody reads anything of it in the journal, and its id is taken for ever. Marked again it
    /// stays as it was.
    pub async fn mark(&self, org: OrgId, at: i64) -> Result<(), StoreError> {
        let sql =
            "insert into dropped_organizations (org_id, dropped_at) values ($1, $2) on conflict (org_id) do nothing";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).bind(at).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// When an organization was marked.
    pub async fn dropped_at(&self, org: OrgId) -> Result<Option<i64>, StoreError> {
        let sql = "select dropped_at from dropped_organizations where org_id = $1";
        Ok(on_db!(&self.db, read, pool => sqlx::query_scalar(sql).bind(org.0).fetch_optional(pool).await?))
    }

    /// Where the last event of the organization's own stream stands among all, while it is there.
    pub async fn last_position(&self, org: OrgId) -> Result<Option<Position>, StoreError> {
        let sql = "select era, xid, seq from events where stream_id = $1 order by seq desc limit 1";
        let row: Option<(i32, i64, i64)> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_optional(pool).await?);
        Ok(row.map(|(era, xid, seq)| rows::position(era, xid, org.0, seq)))
    }

    /// Accounts that the organization made: programs, and stand-ins for people.
    pub async fn accounts_of(&self, org: OrgId) -> Result<Vec<AccountId>, StoreError> {
        let sql = "select account_id from profiles where org_id = $1 order by account_id";
        let ids: Vec<Uuid> = on_db!(&self.db, read, pool => sqlx::query_scalar(sql).bind(org.0).fetch_all(pool).await?);
        Ok(ids.into_iter().map(Into::into).collect())
    }

    /// Takes the organization's name off what it made: they are deleted accounts like any other.
    pub async fn disown(&self, org: OrgId) -> Result<(), StoreError> {
        let sql = "update profiles set org_id = null where org_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// What is left of the organization's streams, its own the last: by what it says it is known to read tables that are built anew.
    pub async fn streams(&self, org: OrgId) -> Result<Vec<Topic>, StoreError> {
        let sql = "select stream_id, kind from heads where org_id = $1 and stream_id <> $1 order by stream_id";
        let found: Vec<(Uuid, i16)> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_all(pool).await?);
        let others = found.into_iter().filter_map(|(id, kind)| Some(Topic::new(Kind::from_number(kind)?, id)));
        Ok(others.chain([org.into()]).collect())
    }

    /// Erases some rows of a stream of a marked organization, the oldest first, and answers whether there may be more. In the end its
    /// head goes as well; but for that of the organization itself, on which nothing can be founded anew.
    pub async fn erase_some(&self, org: OrgId, stream: Topic, limit: u32) -> Result<bool, StoreError> {
        let access = "delete from access where subject = $1
            and exists (select 1 from heads h join dropped_organizations d on d.org_id = h.org_id
                where h.stream_id = $1 and h.org_id = $2)";
        let head = "delete from heads where stream_id = $1 and org_id = $2 and stream_id <> $2
            and exists (select 1 from dropped_organizations d where d.org_id = $2)";
        let more = in_tx!(&self.db, tx => {
            let mut more = false;
            for (sql, limit) in [(ERASE_EVENTS, limit), (ERASE_SNAPSHOTS, limit.div_ceil(SNAPSHOT_WEIGHT))] {
                if !more {
                    let erase = sqlx::query(sql).bind(stream.id).bind(i64::from(limit)).bind(org.0);
                    more = erase.execute(&mut *tx).await?.rows_affected() >= u64::from(limit);
                }
            }
            if !more {
                for sql in [access, head] {
                    sqlx::query(sql).bind(stream.id).bind(org.0).execute(&mut *tx).await?;
                }
            }
            more
        });
        Ok(more)
    }
}
