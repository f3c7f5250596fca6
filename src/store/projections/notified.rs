//! What those who tell people of things know of their wishes: since when there are inboxes, who wants everything of which channel, and when
//! what was put off comes back. It must never say what somebody is told: their inbox decides that.

use lockstep_protocol::{
    ids::{AccountId, ChannelId},
    position::Position,
    values::Micros,
};
use uuid::Uuid;

use super::{
    Lease, Projections,
    statements::{Statement, Value, id},
};
use crate::store::{StoreError, db::on_db};

/// Somebody wants everything of a channel, or does so no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    pub channel: ChannelId,
    pub account: AccountId,
    pub all: bool,
}

/// Something comes back to somebody's inbox then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    pub account: AccountId,
    pub at: Micros,
}

/// What the databases know of this is built anew from the journal; of what it says that happened before nobody is told again.
pub(in crate::store) const EMPTY: [&str; 3] = [
    "delete from channel_followers",
    "delete from inbox_wakes",
    "update notify set since = cast(unixepoch('subsec') * 1000000 as integer)",
];

impl Wake {
    fn statement(&self) -> Statement {
        let sql = "insert into inbox_wakes (account_id, due_at) values ($1, $2)
             on conflict (account_id, due_at) do nothing";
        (sql, vec![id(self.account), Value::Number(self.at)])
    }
}

impl Followed {
    fn statement(&self) -> Statement {
        let sql = match self.all {
            true => {
                "insert into channel_followers (channel_id, account_id) values ($1, $2)
                 on conflict (channel_id, account_id) do nothing"
            }
            false => "delete from channel_followers where channel_id = $1 and account_id = $2",
        };
        (sql, vec![id(self.channel), id(self.account)])
    }
}

impl Projections {
    /// Notes who follows what and what comes back when, and saves the worker's cursor, all or nothing. `LeaseLost` where another node took
    /// over.
    pub async fn follow(
        &self,
        lease: &Lease,
        changes: &[Followed],
        wakes: &[Wake],
        cursor: Position,
    ) -> Result<(), StoreError> {
        let changes = changes.iter().map(Followed::statement).chain(wakes.iter().map(Wake::statement));
        self.save(lease, changes.collect(), cursor).await
    }

    /// What comes back by then, what waits longest first.
    pub async fn wakes_due(&self, now: Micros, limit: u32) -> Result<Vec<Wake>, StoreError> {
        let sql = "select account_id, due_at from inbox_wakes where due_at <= $1 order by due_at, account_id limit $2";
        let rows: Vec<(Uuid, i64)> = on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(now).bind(i64::from(limit)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(account, at)| Wake { account: account.into(), at }).collect())
    }

    /// It came back, or never will.
    pub async fn woke(&self, wake: Wake) -> Result<(), StoreError> {
        let sql = "delete from inbox_wakes where account_id = $1 and due_at = $2";
        on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(wake.account.0).bind(wake.at).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Who wants everything of a channel.
    pub async fn followers(&self, channel: ChannelId) -> Result<Vec<AccountId>, StoreError> {
        let sql = "select account_id from channel_followers where channel_id = $1 order by account_id";
        let found: Vec<Uuid> =
            on_db!(&self.db, read, pool => sqlx::query_scalar(sql).bind(channel.0).fetch_all(pool).await?);
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// Of what happened before this nobody is told.
    pub async fn notified_since(&self) -> Result<i64, StoreError> {
        let sql = "select since from notify";
        Ok(on_db!(&self.db, read, pool => sqlx::query_scalar(sql).fetch_one(pool).await?))
    }
}
