//! Second factors: the secret of an authenticator app, recovery codes, log-ins that await their second step. It must never see a
//! secret in the clear, a recovery code or a challenge: secrets come sealed, the others as sums.

use lockstep_protocol::ids::{AccountId, FactorId};
use uuid::Uuid;

use super::{
    StoreError,
    accounts::Accounts,
    db::{in_tx, on_db},
    rows,
};

/// A keyed or plain sum of a secret: all that is stored of it.
pub type SecretSum = [u8; 32];

/// An authenticator app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totp {
    pub id: FactorId,
    /// Sealed.
    pub secret: Vec<u8>,
    /// The newest step that was used.
    pub last_step: i64,
    pub created_at: i64,
    /// `None`: being set up, it counts for nothing yet.
    pub confirmed_at: Option<i64>,
    pub last_used_at: Option<i64>,
}

/// A log-in that awaits its second step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChallenge {
    pub challenge: SecretSum,
    pub account: AccountId,
    /// What the password was when it was proved.
    pub mark: Vec<u8>,
    /// Who was asked.
    pub binding: Vec<u8>,
    /// What a passkey has to answer.
    pub passkey: Option<String>,
    pub at: i64,
    pub expires_at: i64,
}

/// What a challenge stands for, to the one who was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenged {
    pub account: AccountId,
    pub mark: Vec<u8>,
    pub passkey: Option<String>,
}

#[derive(sqlx::FromRow)]
struct TotpRow {
    factor_id: Uuid,
    secret: Vec<u8>,
    last_step: i64,
    created_at: i64,
    confirmed_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl From<TotpRow> for Totp {
    fn from(row: TotpRow) -> Self {
        Self {
            id: row.factor_id.into(),
            secret: row.secret,
            last_step: row.last_step,
            created_at: row.created_at,
            confirmed_at: row.confirmed_at,
            last_used_at: row.last_used_at,
        }
    }
}

const FORGET_CODES: &str = "delete from recovery_codes where account_id = $1";
/// Recovery codes are there for another factor's sake.
pub(super) const FORGET_IDLE_CODES: &str = "delete from recovery_codes where account_id = $1
    and not exists (select 1 from totp_factors where account_id = $1 and confirmed_at is not null)
    and not exists (select 1 from passkeys where account_id = $1)";
pub(super) const ADD_CODE: &str = "insert into recovery_codes (account_id, code) values ($1, $2)";

impl Accounts {
    /// Begins to set up an app, in the place of one that was begun before. False where one is in use.
    pub async fn begin_totp(
        &self,
        account: AccountId,
        id: FactorId,
        secret: &[u8],
        at: i64,
    ) -> Result<bool, StoreError> {
        let sql = "insert into totp_factors (account_id, factor_id, secret, created_at) values ($1, $2, $3, $4)
            on conflict (account_id) do update set factor_id = $2, secret = $3, created_at = $4, last_step = 0
            where totp_factors.confirmed_at is null";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(account.0).bind(id.0).bind(secret).bind(at).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }

    /// The account's app, in use or being set up.
    pub async fn totp(&self, account: AccountId) -> Result<Option<Totp>, StoreError> {
        let sql = "select factor_id, secret, last_step, created_at, confirmed_at, last_used_at from totp_factors
            where account_id = $1";
        let row: Option<TotpRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// Takes the app that was set up into use, the code of `step` being spent, and puts these recovery codes in the place of all
    /// others. False where it was replaced or in use already.
    pub async fn confirm_totp(
        &self,
        account: AccountId,
        id: FactorId,
        step: i64,
        codes: &[SecretSum],
        at: i64,
    ) -> Result<bool, StoreError> {
        let confirm = "update totp_factors set confirmed_at = $3, last_step = $4
            where account_id = $1 and factor_id = $2 and confirmed_at is null";
        let confirmed = in_tx!(&self.db, tx => {
            let changed = sqlx::query(confirm)
                .bind(account.0)
                .bind(id.0)
                .bind(at)
                .bind(step)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if changed == 1 {
                sqlx::query(FORGET_CODES).bind(account.0).execute(&mut *tx).await?;
                for code in codes {
                    sqlx::query(ADD_CODE).bind(account.0).bind(code.as_slice()).execute(&mut *tx).await?;
                }
            }
            changed == 1
        });
        Ok(confirmed)
    }

    /// Spends the code of a step. False where that step or a later one was spent before: of many that ask at once one is told true.
    pub async fn spend_totp(&self, account: AccountId, id: FactorId, step: i64, at: i64) -> Result<bool, StoreError> {
        let sql = "update totp_factors set last_step = $3, last_used_at = $4
            where account_id = $1 and factor_id = $2 and last_step < $3 and confirmed_at is not null";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(account.0).bind(id.0).bind(step).bind(at).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }

    /// False where there is no such app. Recovery codes go with the last factor.
    pub async fn remove_totp(&self, account: AccountId, id: FactorId) -> Result<bool, StoreError> {
        let remove = "delete from totp_factors where account_id = $1 and factor_id = $2";
        let removed = in_tx!(&self.db, tx => {
            let changed = sqlx::query(remove).bind(account.0).bind(id.0).execute(&mut *tx).await?.rows_affected();
            sqlx::query(FORGET_IDLE_CODES).bind(account.0).execute(&mut *tx).await?;
            changed == 1
        });
        Ok(removed)
    }

    /// Puts these recovery codes in the place of all others.
    pub async fn replace_recovery_codes(&self, account: AccountId, codes: &[SecretSum]) -> Result<(), StoreError> {
        in_tx!(&self.db, tx => {
            sqlx::query(FORGET_CODES).bind(account.0).execute(&mut *tx).await?;
            for code in codes {
                sqlx::query(ADD_CODE).bind(account.0).bind(code.as_slice()).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Spends a recovery code. False where it is none of the account's, or was spent before.
    pub async fn spend_recovery_code(&self, account: AccountId, code: &SecretSum, at: i64) -> Result<bool, StoreError> {
        let sql = "update recovery_codes set used_at = $3 where account_id = $1 and code = $2 and used_at is null";
        let changed = on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(account.0)
            .bind(code.as_slice())
            .bind(at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// How many recovery codes are unspent.
    pub async fn recovery_codes_left(&self, account: AccountId) -> Result<u64, StoreError> {
        let sql = "select count(*) from recovery_codes where account_id = $1 and used_at is null";
        let count: i64 = on_db!(&self.db, read, pool => sqlx::query_scalar(sql).bind(account.0).fetch_one(pool).await?);
        Ok(rows::unsigned(count))
    }

    /// Notes a log-in that awaits its second step, and forgets those that ended.
    pub async fn add_challenge(&self, new: &NewChallenge) -> Result<(), StoreError> {
        let insert = "insert into login_challenges (challenge, account_id, mark, binding, expires_at, passkey)
            values ($1, $2, $3, $4, $5, $6)";
        in_tx!(&self.db, tx => {
            sqlx::query("delete from login_challenges where expires_at <= $1").bind(new.at).execute(&mut *tx).await?;
            sqlx::query(insert)
                .bind(new.challenge.as_slice())
                .bind(new.account.0)
                .bind(&new.mark)
                .bind(&new.binding)
                .bind(new.expires_at)
                .bind(&new.passkey)
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// What a challenge stands for, where it is open and this is who was asked.
    pub async fn challenge(
        &self,
        challenge: &SecretSum,
        binding: &[u8],
        now: i64,
    ) -> Result<Option<Challenged>, StoreError> {
        let sql = "select account_id, mark, passkey from login_challenges
            where challenge = $1 and binding = $2 and expires_at > $3";
        let row: Option<(Uuid, Vec<u8>, Option<String>)> = on_db!(&self.db, read, pool => sqlx::query_as(sql)
            .bind(challenge.as_slice())
            .bind(binding)
            .bind(now)
            .fetch_optional(pool)
            .await?);
        Ok(row.map(|(account, mark, passkey)| Challenged { account: account.into(), mark, passkey }))
    }

    /// Counts a try before it is made. False where the challenge has ended or `tries_max` were made.
    pub async fn try_challenge(&self, challenge: &SecretSum, tries_max: u32, now: i64) -> Result<bool, StoreError> {
        let sql = "update login_challenges set tries = tries + 1
            where challenge = $1 and tries < $2 and expires_at > $3";
        let changed = on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(challenge.as_slice())
            .bind(i64::from(tries_max))
            .bind(now)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Ends a challenge. False where it had ended: of many that ask at once one is told true.
    pub async fn end_challenge(&self, challenge: &SecretSum) -> Result<bool, StoreError> {
        let sql = "delete from login_challenges where challenge = $1";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(challenge.as_slice()).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }
}
