//! What organizations keep about their members outside events: job titles. It must never decide who may read or change them.

use lockstep_protocol::ids::{AccountId, OrgId};
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, on_db},
    rows,
};

/// See the module.
#[derive(Clone)]
pub struct Members {
    pub(super) db: Db,
}

impl Members {
    /// Job titles in an organization, of those who have one.
    pub async fn titles(&self, org: OrgId) -> Result<Vec<(AccountId, String)>, StoreError> {
        let sql = "select account_id, title from member_details where org_id = $1 and title <> ''";
        let rows: Vec<(Uuid, String)> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(account, title)| (account.into(), title)).collect())
    }

    /// The same, of these alone.
    pub async fn titles_of(&self, org: OrgId, accounts: &[AccountId]) -> Result<Vec<(AccountId, String)>, StoreError> {
        let ids: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
        let rows: Vec<(Uuid, String)> = match &self.db {
            Db::Postgres(pool) => {
                let sql = "select account_id, title from member_details
                    where org_id = $1 and title <> '' and account_id = any($2)";
                sqlx::query_as(sql).bind(org.0).bind(ids).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql = "select account_id, title from member_details where org_id = $1 and title <> ''
                    and account_id in (select unhex(value) from json_each($2))";
                sqlx::query_as(sql).bind(org.0).bind(rows::json_ids(&ids)).fetch_all(&file.read).await?
            }
        };
        Ok(rows.into_iter().map(|(account, title)| (account.into(), title)).collect())
    }

    /// Empty: none. The account must be there.
    pub async fn set_title(&self, org: OrgId, account: AccountId, title: &str, at: i64) -> Result<(), StoreError> {
        let sql = "insert into member_details (org_id, account_id, title, updated_at) values ($1, $2, $3, $4)
            on conflict (org_id, account_id) do update set title = excluded.title, updated_at = excluded.updated_at";
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(org.0)
            .bind(account.0)
            .bind(title)
            .bind(at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Whatever one organization keeps about somebody who is no member of it any more.
    pub async fn forget(&self, org: OrgId, account: AccountId) -> Result<(), StoreError> {
        let sql = "delete from member_details where org_id = $1 and account_id = $2";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).bind(account.0).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Whatever one organization keeps about anybody: it was deleted for good.
    pub async fn forget_org(&self, org: OrgId) -> Result<(), StoreError> {
        let sql = "delete from member_details where org_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Whatever any organization keeps about somebody: they are erased.
    pub async fn erase(&self, account: AccountId) -> Result<(), StoreError> {
        let sql = "delete from member_details where account_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(account.0).execute(pool).await?.rows_affected());
        Ok(())
    }
}
