//! Passkeys: what proves a key on somebody's device, and how often it was used. It must never judge a signature.

use lockstep_protocol::ids::{AccountId, FactorId};
use uuid::Uuid;

use super::{
    StoreError,
    accounts::Accounts,
    db::{in_tx, on_db},
    factors::{ADD_CODE, FORGET_IDLE_CODES, SecretSum},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    pub id: FactorId,
    pub account: AccountId,
    /// What proves it, as `auth` writes it.
    pub state: String,
    pub name: String,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    pub id: FactorId,
    pub account: AccountId,
    /// What the device calls the key.
    pub credential: Vec<u8>,
    pub state: String,
    pub name: String,
    pub at: i64,
    /// How many the account may have with this one.
    pub keep: u32,
    /// Taken where the account has no recovery codes.
    pub codes: Vec<SecretSum>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyAdded {
    Added {
        /// Whether the recovery codes were taken.
        codes: bool,
    },
    /// The device's key is known already.
    Known,
    TooMany,
}

#[derive(sqlx::FromRow)]
struct PasskeyRow {
    factor_id: Uuid,
    account_id: Uuid,
    state: String,
    name: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl From<PasskeyRow> for Passkey {
    fn from(row: PasskeyRow) -> Self {
        Self {
            id: row.factor_id.into(),
            account: row.account_id.into(),
            state: row.state,
            name: row.name,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// Holds the account's row until the end of the transaction: of many that add at once, each counts what the others added.
const HOLD: &str = "update accounts set status = status where id = $1";

impl Accounts {
    pub async fn add_passkey(&self, new: &NewPasskey) -> Result<PasskeyAdded, StoreError> {
        let insert = "insert into passkeys (factor_id, account_id, credential_id, name, state, counter, created_at)
            values ($1, $2, $3, $4, $5, 0, $6) on conflict (credential_id) do nothing";
        let added = in_tx!(&self.db, tx => {
            sqlx::query(HOLD).bind(new.account.0).execute(&mut *tx).await?;
            let count: i64 = sqlx::query_scalar("select count(*) from passkeys where account_id = $1")
                .bind(new.account.0)
                .fetch_one(&mut *tx)
                .await?;
            if count >= i64::from(new.keep) {
                return Ok(PasskeyAdded::TooMany);
            }
            let changed = sqlx::query(insert)
                .bind(new.id.0)
                .bind(new.account.0)
                .bind(&new.credential)
                .bind(&new.name)
                .bind(&new.state)
                .bind(new.at)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if changed == 0 {
                return Ok(PasskeyAdded::Known);
            }
            let held: i64 = sqlx::query_scalar("select count(*) from recovery_codes where account_id = $1")
                .bind(new.account.0)
                .fetch_one(&mut *tx)
                .await?;
            if held == 0 {
                for code in &new.codes {
                    sqlx::query(ADD_CODE).bind(new.account.0).bind(code.as_slice()).execute(&mut *tx).await?;
                }
            }
            PasskeyAdded::Added { codes: held == 0 }
        });
        Ok(added)
    }

    /// The account's passkeys, oldest first.
    pub async fn passkeys(&self, account: AccountId) -> Result<Vec<Passkey>, StoreError> {
        let sql = "select factor_id, account_id, state, name, created_at, last_used_at from passkeys
            where account_id = $1 order by created_at, factor_id limit 1000";
        let rows: Vec<PasskeyRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// By what the device calls it.
    pub async fn passkey_of(&self, credential: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let sql = "select factor_id, account_id, state, name, created_at, last_used_at from passkeys
            where credential_id = $1";
        let row: Option<PasskeyRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(credential).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// Notes that a passkey was used, with what proves it from now on. False where it is gone, or its count did not grow: somebody
    /// has a copy. A device that does not count says 0 for ever.
    pub async fn use_passkey(&self, id: FactorId, state: &str, counter: i64, at: i64) -> Result<bool, StoreError> {
        let sql = "update passkeys set state = $2, counter = $3, last_used_at = $4
            where factor_id = $1 and (counter < $3 or (counter = 0 and $3 = 0))";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id.0).bind(state).bind(counter).bind(at).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }

    /// False where the account has no such passkey.
    pub async fn rename_passkey(&self, account: AccountId, id: FactorId, name: &str) -> Result<bool, StoreError> {
        let sql = "update passkeys set name = $3 where factor_id = $1 and account_id = $2";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id.0).bind(account.0).bind(name).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }

    /// False where the account has no such passkey. Recovery codes go with the last factor.
    pub async fn remove_passkey(&self, account: AccountId, id: FactorId) -> Result<bool, StoreError> {
        let remove = "delete from passkeys where factor_id = $1 and account_id = $2";
        let removed = in_tx!(&self.db, tx => {
            let changed = sqlx::query(remove).bind(id.0).bind(account.0).execute(&mut *tx).await?.rows_affected();
            sqlx::query(FORGET_IDLE_CODES).bind(account.0).execute(&mut *tx).await?;
            changed == 1
        });
        Ok(removed)
    }

    /// Finishes a ceremony that lasts until `expires_at`. False where it was finished before: of many that ask at once one is told
    /// true.
    pub async fn spend_ceremony(&self, ceremony: &SecretSum, expires_at: i64, now: i64) -> Result<bool, StoreError> {
        let spend = "insert into spent_ceremonies (ceremony, expires_at) values ($1, $2) on conflict do nothing";
        let spent = in_tx!(&self.db, tx => {
            sqlx::query("delete from spent_ceremonies where expires_at <= $1").bind(now).execute(&mut *tx).await?;
            let spend = sqlx::query(spend).bind(ceremony.as_slice()).bind(expires_at);
            spend.execute(&mut *tx).await?.rows_affected() == 1
        });
        Ok(spent)
    }
}
