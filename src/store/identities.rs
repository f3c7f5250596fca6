//! Identities: whom providers say an account's owner is. It must never take an address for a person.

use lockstep_protocol::ids::{AccountId, IdentityId};
use uuid::Uuid;

use super::{
    StoreError,
    accounts::Accounts,
    db::{in_tx, on_db},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: IdentityId,
    pub account: AccountId,
    /// As the settings call the provider.
    pub provider: String,
    /// How its owner knows it.
    pub label: String,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIdentity {
    pub id: IdentityId,
    pub account: AccountId,
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    pub label: String,
    pub at: i64,
    /// How many the account may have with this one.
    pub keep: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityAdded {
    Added,
    /// It is some account's already.
    Known,
    TooMany,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityRemoved {
    Removed(Identity),
    /// Without it nobody could log in.
    Last,
    Unknown,
}

#[derive(sqlx::FromRow)]
struct IdentityRow {
    id: Uuid,
    account_id: Uuid,
    provider: String,
    label: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl From<IdentityRow> for Identity {
    fn from(row: IdentityRow) -> Self {
        Self {
            id: row.id.into(),
            account: row.account_id.into(),
            provider: row.provider,
            label: row.label,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// Holds the account's row until the end of the transaction: of many that change its ways in, each sees what the others did.
const HOLD: &str = "update accounts set status = status where id = $1";
pub(super) const INSERT: &str =
    "insert into identities (id, account_id, provider, issuer, subject, label, created_at, last_used_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (issuer, subject) do nothing";
const OF_ACCOUNT: &str = "select id, account_id, provider, label, created_at, last_used_at from identities
    where account_id = $1 order by created_at, id limit 1000";

impl Accounts {
    pub async fn add_identity(&self, new: &NewIdentity) -> Result<IdentityAdded, StoreError> {
        let added = in_tx!(&self.db, tx => {
            sqlx::query(HOLD).bind(new.account.0).execute(&mut *tx).await?;
            let count: i64 = sqlx::query_scalar("select count(*) from identities where account_id = $1")
                .bind(new.account.0)
                .fetch_one(&mut *tx)
                .await?;
            if count >= i64::from(new.keep) {
                return Ok(IdentityAdded::TooMany);
            }
            let inserted = sqlx::query(INSERT)
                .bind(new.id.0)
                .bind(new.account.0)
                .bind(&new.provider)
                .bind(&new.issuer)
                .bind(&new.subject)
                .bind(&new.label)
                .bind(new.at)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if inserted == 0 { IdentityAdded::Known } else { IdentityAdded::Added }
        });
        Ok(added)
    }

    /// Whose it is.
    pub async fn identity_of(&self, issuer: &str, subject: &str) -> Result<Option<Identity>, StoreError> {
        let sql = "select id, account_id, provider, label, created_at, last_used_at from identities
            where issuer = $1 and subject = $2";
        let row: Option<IdentityRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(issuer).bind(subject).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// The account's identities, oldest first.
    pub async fn identities(&self, account: AccountId) -> Result<Vec<Identity>, StoreError> {
        let rows: Vec<IdentityRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(OF_ACCOUNT).bind(account.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Notes that an identity was used, and how its owner knows it now. False where it is gone.
    pub async fn use_identity(&self, id: IdentityId, label: &str, at: i64) -> Result<bool, StoreError> {
        let sql = "update identities set label = $2, last_used_at = $3 where id = $1";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id.0).bind(label).bind(at).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }

    /// Takes an identity away, unless it is the last way in: a password, a passkey, or another identity of one of `providers` must be
    /// left.
    pub async fn remove_identity(
        &self,
        account: AccountId,
        id: IdentityId,
        providers: &[String],
    ) -> Result<IdentityRemoved, StoreError> {
        let others = "select (select count(*) from accounts where id = $1 and password_hash is not null)
            + (select count(*) from passkeys where account_id = $1)";
        let removed = in_tx!(&self.db, tx => {
            sqlx::query(HOLD).bind(account.0).execute(&mut *tx).await?;
            let held: Vec<IdentityRow> = sqlx::query_as(OF_ACCOUNT).bind(account.0).fetch_all(&mut *tx).await?;
            let (asked, left): (Vec<_>, Vec<_>) = held.into_iter().partition(|row| row.id == id.0);
            let Some(asked) = asked.into_iter().next() else { return Ok(IdentityRemoved::Unknown) };
            let other: i64 = sqlx::query_scalar(others).bind(account.0).fetch_one(&mut *tx).await?;
            if other == 0 && !left.iter().any(|row| providers.contains(&row.provider)) {
                return Ok(IdentityRemoved::Last);
            }
            sqlx::query("delete from identities where id = $1").bind(id.0).execute(&mut *tx).await?;
            IdentityRemoved::Removed(asked.into())
        });
        Ok(removed)
    }
}
