//! What one-time codes stand for. A code is used once, in one statement; two who use it at once are told apart by the database.
//! It must never see a code's text.

use lockstep_protocol::ids::AccountId;
use uuid::Uuid;

use super::{StoreError, accounts::Accounts, db::on_db};

/// A code that was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeCode {
    pub id: Uuid,
    pub purpose: String,
    pub account: Option<AccountId>,
    /// The normalised address that using it proves.
    pub email: String,
    /// JSON, by purpose.
    pub data: String,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(sqlx::FromRow)]
struct CodeRow {
    id: Uuid,
    purpose: String,
    account_id: Option<Uuid>,
    email: String,
    data: String,
    created_at: i64,
    expires_at: i64,
}

impl From<CodeRow> for OneTimeCode {
    fn from(row: CodeRow) -> Self {
        Self {
            id: row.id,
            purpose: row.purpose,
            account: row.account_id.map(Into::into),
            email: row.email,
            data: row.data,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

impl Accounts {
    pub async fn create_code(&self, code: &OneTimeCode) -> Result<(), StoreError> {
        let sql = "insert into one_time_codes (id, purpose, account_id, email, data, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7)";
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(code.id)
            .bind(&code.purpose)
            .bind(code.account.map(|account| account.0))
            .bind(&code.email)
            .bind(&code.data)
            .bind(code.created_at)
            .bind(code.expires_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// A code that may still be used, without using it.
    pub async fn peek_code(&self, id: Uuid, purpose: &str, now: i64) -> Result<Option<OneTimeCode>, StoreError> {
        let sql = "select id, purpose, account_id, email, data, created_at, expires_at from one_time_codes
            where id = $1 and purpose = $2 and used_at is null and expires_at > $3";
        let row: Option<CodeRow> = on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(id).bind(purpose).bind(now).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// Uses a code up. `None`: it was used, its time is over, or there is none.
    pub async fn use_code(&self, id: Uuid, purpose: &str, now: i64) -> Result<Option<OneTimeCode>, StoreError> {
        let sql = "update one_time_codes set used_at = $3
            where id = $1 and purpose = $2 and used_at is null and expires_at > $3
            returning id, purpose, account_id, email, data, created_at, expires_at";
        let row: Option<CodeRow> = on_db!(&self.db, write, pool =>
            sqlx::query_as(sql).bind(id).bind(purpose).bind(now).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// The newest code of an account for this purpose that may still be used.
    pub async fn open_code(
        &self,
        account: AccountId,
        purpose: &str,
        now: i64,
    ) -> Result<Option<OneTimeCode>, StoreError> {
        let sql = "select id, purpose, account_id, email, data, created_at, expires_at from one_time_codes
            where account_id = $1 and purpose = $2 and used_at is null and expires_at > $3
            order by created_at desc, id desc limit 1";
        let row: Option<CodeRow> = on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(account.0).bind(purpose).bind(now).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// Makes every open code of an account for this purpose worthless.
    pub async fn close_codes(&self, account: AccountId, purpose: &str, now: i64) -> Result<(), StoreError> {
        let sql = "update one_time_codes set used_at = $3
            where account_id = $1 and purpose = $2 and used_at is null";
        on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(account.0).bind(purpose).bind(now).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Forgets codes whose time was over before `at`.
    pub async fn forget_codes_before(&self, at: i64) -> Result<u64, StoreError> {
        let sql = "delete from one_time_codes where expires_at < $1";
        Ok(on_db!(&self.db, write, pool => sqlx::query(sql).bind(at).execute(pool).await?.rows_affected()))
    }
}
