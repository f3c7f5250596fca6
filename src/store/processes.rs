//! Durable processes: what has to follow from something that happened. It must never know what a process does.

use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, in_tx, on_db},
};

/// A process that is to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProcess {
    pub id: Uuid,
    pub kind: String,
    /// JSON.
    pub data: String,
    pub at: i64,
    /// Not before then.
    pub due: i64,
}

/// A process that is not done.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Process {
    pub id: Uuid,
    pub kind: String,
    pub data: String,
    pub attempts: i32,
    pub last_error: Option<String>,
}

/// See the module.
#[derive(Clone)]
pub struct Processes {
    pub(super) db: Db,
}

impl Processes {
    /// Begins processes. One that was begun before, done or not, is left as it is.
    pub async fn begin(&self, processes: &[NewProcess]) -> Result<(), StoreError> {
        let sql = "insert into processes (id, kind, data, state, created_at, next_at)
            values ($1, $2, $3, 'waiting', $4, $5) on conflict (id) do nothing";
        in_tx!(&self.db, tx => {
            for new in processes {
                sqlx::query(sql)
                    .bind(new.id)
                    .bind(&new.kind)
                    .bind(&new.data)
                    .bind(new.at)
                    .bind(new.due)
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }

    /// Whose turn it is, those that wait longest first.
    pub async fn due(&self, now: i64, limit: u32) -> Result<Vec<Process>, StoreError> {
        let sql = "select id, kind, data, attempts, last_error from processes
            where state = 'waiting' and next_at <= $1 order by next_at, id limit $2";
        Ok(on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(now).bind(i64::from(limit)).fetch_all(pool).await?))
    }

    /// It could not be done now.
    pub async fn later(&self, id: Uuid, next_at: i64, error: &str) -> Result<(), StoreError> {
        let sql = "update processes set next_at = $2, last_error = $3, attempts = attempts + 1
            where id = $1 and state = 'waiting'";
        on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id).bind(next_at).bind(error).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// It is done, all of it.
    pub async fn done(&self, id: Uuid, at: i64) -> Result<(), StoreError> {
        let sql = "update processes set state = 'done', data = '', done_at = $2, last_error = null
            where id = $1 and state = 'waiting'";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(id).bind(at).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// How many are not done; for tests and the operator.
    pub async fn waiting(&self) -> Result<u64, StoreError> {
        let sql = "select count(*) from processes where state = 'waiting'";
        let count: i64 = on_db!(&self.db, read, pool => sqlx::query_scalar(sql).fetch_one(pool).await?);
        Ok(super::rows::unsigned(count))
    }
}
