//! Accounts of programs: without address and password, each of one organization. It must never make one of a person.

use lockstep_protocol::ids::{AccountId, OrgId};

use super::{
    StoreError,
    accounts::{AccountStatus, Accounts, INSERT_PROFILE, Profile, ProfileRow},
    db::{in_tx, on_db},
};

impl Accounts {
    /// Makes one; the same again changes nothing. False where the id is taken.
    pub async fn create_service(&self, id: AccountId, org: OrgId, name: &str, at: i64) -> Result<bool, StoreError> {
        let sql = "insert into accounts (id, email, password_hash, status, created_at)
            values ($1, null, null, $2, $3) on conflict (id) do nothing";
        let made = in_tx!(&self.db, tx => {
            let insert = sqlx::query(sql).bind(id.0).bind(AccountStatus::Active.number()).bind(at);
            let made = insert.execute(&mut *tx).await?.rows_affected() == 1;
            if made {
                sqlx::query(INSERT_PROFILE)
                    .bind(id.0)
                    .bind(Some(org.0))
                    .bind(name)
                    .bind(false)
                    .bind("")
                    .bind("")
                    .bind(at)
                    .execute(&mut *tx)
                    .await?;
            }
            made
        });
        Ok(made)
    }

    /// Those of an organization that may act, by name.
    pub async fn service_accounts(&self, org: OrgId) -> Result<Vec<Profile>, StoreError> {
        let sql = "select p.* from profiles p join accounts a on a.id = p.account_id
            where p.org_id = $1 and not p.placeholder and a.status = 1 order by p.name, p.account_id limit 1000";
        let rows: Vec<ProfileRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }
}
