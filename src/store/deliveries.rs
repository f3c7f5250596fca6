//! What is to leave the server for somebody, and what became of it. It must never know what is said, nor how it is sent.

use lockstep_protocol::ids::{AccountId, OrgId};
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, in_tx, on_db},
    rows::{signed, small, unsigned},
};

/// Where a delivery is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be sent.
    Waiting,
    /// Whoever delivers it took it.
    Sent,
    /// Not to be sent any more: it was read, nobody wants it, or its reader may not see it.
    Dropped,
    /// Refused for good, or too often for too long.
    Dead,
}

impl DeliveryState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Dead => "dead",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "waiting" => Self::Waiting,
            "sent" => Self::Sent,
            "dropped" => Self::Dropped,
            // What a newer version wrote is not sent by this one.
            _ => Self::Dead,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: Uuid,
    pub account: AccountId,
    pub org: OrgId,
    pub outlet: &'static str,
    pub digest: bool,
    pub number: Option<u64>,
    /// JSON.
    pub entry: String,
    pub at: i64,
    /// Not before then.
    pub due: i64,
    /// Nor after.
    pub expires_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: Uuid,
    pub account: AccountId,
    pub org: OrgId,
    pub outlet: String,
    pub digest: bool,
    pub number: Option<u64>,
    pub entry: String,
    pub state: DeliveryState,
    pub parcel: Option<Uuid>,
    pub attempts: u32,
    pub created_at: i64,
    pub next_at: i64,
    pub expires_at: i64,
    pub done_at: Option<i64>,
    pub note: Option<String>,
}

/// A query of whole rows.
macro_rules! rows_where {
    ($rest:literal) => {
        concat!(
            "select id, account_id, org_id, outlet, digest, number, entry, state, parcel_id, attempts, created_at, next_at,
            expires_at, done_at, note from deliveries ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    org_id: Uuid,
    outlet: String,
    digest: bool,
    number: Option<i64>,
    entry: String,
    state: String,
    parcel_id: Option<Uuid>,
    attempts: i32,
    created_at: i64,
    next_at: i64,
    expires_at: i64,
    done_at: Option<i64>,
    note: Option<String>,
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            account: row.account_id.into(),
            org: row.org_id.into(),
            outlet: row.outlet,
            digest: row.digest,
            number: row.number.map(unsigned),
            entry: row.entry,
            state: DeliveryState::from_word(&row.state),
            parcel: row.parcel_id,
            attempts: u32::try_from(row.attempts).unwrap_or(0),
            created_at: row.created_at,
            next_at: row.next_at,
            expires_at: row.expires_at,
            done_at: row.done_at,
            note: row.note,
        }
    }
}

/// What a try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub took_ms: u32,
    pub came_to: CameTo,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameTo {
    Taken,
    /// To be tried again then.
    Later {
        at: i64,
        error: String,
    },
    /// For good. What else was tried before does not matter.
    Dead {
        error: String,
    },
}

/// One try, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Attempt {
    pub attempt: i32,
    pub at: i64,
    pub took_ms: i32,
    /// `taken`, `later` or `refused`.
    pub outcome: String,
    pub error: Option<String>,
}

/// See the module.
#[derive(Clone)]
pub struct Deliveries {
    pub(super) db: Db,
}

impl Deliveries {
    /// Queues deliveries. One that was queued before, whatever became of it, is left as it is.
    pub async fn queue(&self, new: &[NewDelivery]) -> Result<(), StoreError> {
        let sql =
            "insert into deliveries (id, account_id, org_id, outlet, digest, number, entry, state, created_at, next_at,
            expires_at) values ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9, $10) on conflict (id) do nothing";
        in_tx!(&self.db, tx => {
            for new in new {
                sqlx::query(sql)
                    .bind(new.id)
                    .bind(new.account.0)
                    .bind(new.org.0)
                    .bind(new.outlet)
                    .bind(new.digest)
                    .bind(new.number.map(signed))
                    .bind(&new.entry)
                    .bind(new.at)
                    .bind(new.due)
                    .bind(new.expires_at)
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }

    /// Whose turn it is on one way, those that wait longest first.
    pub async fn due(&self, outlet: &str, now: i64, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let sql =
            rows_where!("where state = 'waiting' and outlet = $1 and next_at <= $2 order by next_at, id limit $3");
        let rows: Vec<Row> = on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(outlet).bind(now).bind(i64::from(limit)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Gives what goes out together its name. Before it is sent: tried again, it has the same.
    pub async fn parcel(&self, ids: &[Uuid], parcel: Uuid) -> Result<(), StoreError> {
        let sql = "update deliveries set parcel_id = $2 where id = $1 and parcel_id is null";
        in_tx!(&self.db, tx => {
            for id in ids {
                sqlx::query(sql).bind(id).bind(parcel).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// These are not to be sent any more, for these reasons.
    pub async fn drop_these(&self, dropped: &[(Uuid, &str)], now: i64) -> Result<(), StoreError> {
        let sql =
            "update deliveries set state = 'dropped', note = $2, done_at = $3 where id = $1 and state = 'waiting'";
        in_tx!(&self.db, tx => {
            for (id, why) in dropped {
                sqlx::query(sql).bind(id).bind(*why).bind(now).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Writes down what a try came to, for each that went out in it.
    pub async fn tried(&self, ids: &[Uuid], tried: &Tried, now: i64) -> Result<(), StoreError> {
        let (state, next_at, outcome, error, done_at) = match &tried.came_to {
            CameTo::Taken => (DeliveryState::Sent, now, "taken", None, Some(now)),
            CameTo::Later { at, error } => (DeliveryState::Waiting, *at, "later", Some(error), None),
            CameTo::Dead { error } => (DeliveryState::Dead, now, "refused", Some(error), Some(now)),
        };
        let attempt = "insert into delivery_attempts (delivery_id, attempt, at, took_ms, outcome, error)
            select id, attempts + 1, $2, $3, $4, $5 from deliveries where id = $1 and state = 'waiting'";
        let update = "update deliveries set state = $2, next_at = $3, note = $4, done_at = $5, attempts = attempts + 1
            where id = $1 and state = 'waiting'";
        in_tx!(&self.db, tx => {
            for id in ids {
                sqlx::query(attempt).bind(id).bind(now).bind(small(tried.took_ms)).bind(outcome).bind(error).execute(&mut *tx).await?;
                sqlx::query(update).bind(id).bind(state.word()).bind(next_at).bind(error).bind(done_at).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Of an organization, in one state, newest first, from the one after `after` on.
    pub async fn of_org(
        &self,
        org: OrgId,
        state: DeliveryState,
        after: Option<(i64, Uuid)>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let (at, id) = after.unwrap_or((i64::MAX, Uuid::max()));
        let sql = rows_where!(
            "where org_id = $1 and state = $2 and (created_at < $3 or (created_at = $3 and id < $4))
            order by created_at desc, id desc limit $5"
        );
        let rows: Vec<Row> = on_db!(&self.db, read, pool => sqlx::query_as(sql)
            .bind(org.0)
            .bind(state.word())
            .bind(at)
            .bind(id)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// One of an organization.
    pub async fn find(&self, org: OrgId, id: Uuid) -> Result<Option<Delivery>, StoreError> {
        let sql = rows_where!("where org_id = $1 and id = $2");
        let row: Option<Row> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).bind(id).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// What went out, or is to go out, together.
    pub async fn of_parcel(&self, parcel: Uuid) -> Result<Vec<Delivery>, StoreError> {
        let sql = rows_where!("where parcel_id = $1 order by created_at, id");
        let rows: Vec<Row> = on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(parcel).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The tries of one, the first first.
    pub async fn attempts(&self, id: Uuid) -> Result<Vec<Attempt>, StoreError> {
        let sql = "select attempt, at, took_ms, outcome, error from delivery_attempts where delivery_id = $1 order by attempt";
        Ok(on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(id).fetch_all(pool).await?))
    }

    /// One that is dead is to be sent after all; answers whether it was.
    pub async fn retry(&self, org: OrgId, id: Uuid, now: i64, expires_at: i64) -> Result<bool, StoreError> {
        let sql = "update deliveries set state = 'waiting', next_at = $3, expires_at = $4, done_at = null
            where org_id = $1 and id = $2 and state = 'dead'";
        let rows = on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(org.0)
            .bind(id)
            .bind(now)
            .bind(expires_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows > 0)
    }

    /// Forgets what was queued before `at`, whatever became of it.
    pub async fn forget_before(&self, at: i64) -> Result<u64, StoreError> {
        let sql = "delete from deliveries where created_at < $1";
        Ok(on_db!(&self.db, write, pool => sqlx::query(sql).bind(at).execute(pool).await?.rows_affected()))
    }

    /// Forgets everything of an organization.
    pub async fn forget_org(&self, org: OrgId) -> Result<(), StoreError> {
        let sql = "delete from deliveries where org_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).execute(pool).await?.rows_affected());
        Ok(())
    }
}
