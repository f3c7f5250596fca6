//! What those who tell people of things know of their wishes: since when there are inboxes, and who wants everything of which channel. It must
//! never say what somebody is told: their inbox decides that.

use lockstep_protocol::{
    ids::{AccountId, ChannelId},
    position::Position,
};
use uuid::Uuid;

use super::{
    Lease, Projections,
    statements::{Statement, id},
};
use crate::store::{StoreError, db::on_db};

/// Somebody wants everything of a channel, or does so no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    pub channel: ChannelId,
    pub account: AccountId,
    pub all: bool,
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
    /// Notes who follows what, and saves the worker's cursor, all or nothing. `LeaseLost` where another node took over.
    pub async fn follow(&self, lease: &Lease, changes: &[Followed], cursor: Position) -> Result<(), StoreError> {
        self.save(lease, changes.iter().map(Followed::statement).collect(), cursor).await
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
