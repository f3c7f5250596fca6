//! Access tokens that people make for programs: what they are called, and the keyed sums of their secrets. Whether one is open is in the
//! account's stream. It must never see a secret.

use lockstep_protocol::ids::{AccountId, OrgId, TokenId};
use uuid::Uuid;

use super::{StoreError, accounts::Accounts, db::on_db, factors::SecretSum};

/// Uses of a token within this are noted once.
const NOTE_US: i64 = 60_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    pub id: TokenId,
    pub account: AccountId,
    pub name: String,
    /// Of the secret part: see `vault`.
    pub sum: SecretSum,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub last_used_at: Option<i64>,
    /// The organization that a service account is of; `None` for a person.
    pub org: Option<OrgId>,
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    token_id: Uuid,
    account_id: Uuid,
    name: String,
    sum: Vec<u8>,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    org_id: Option<Uuid>,
}

impl From<TokenRow> for ApiToken {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.token_id.into(),
            account: row.account_id.into(),
            name: row.name,
            // A check of the table holds the length; what has another fits nothing.
            sum: row.sum.try_into().unwrap_or_default(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            org: row.org_id.map(Into::into),
        }
    }
}

impl Accounts {
    pub async fn add_token(&self, new: &ApiToken) -> Result<(), StoreError> {
        let sql = "insert into api_tokens (token_id, account_id, name, sum, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6)";
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(new.id.0)
            .bind(new.account.0)
            .bind(&new.name)
            .bind(new.sum.as_slice())
            .bind(new.created_at)
            .bind(new.expires_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// A token of an account that may act.
    pub async fn token(&self, id: TokenId) -> Result<Option<ApiToken>, StoreError> {
        let sql = "select t.token_id, t.account_id, t.name, t.sum, t.created_at, t.expires_at, t.last_used_at, p.org_id
            from api_tokens t join accounts a on a.id = t.account_id left join profiles p on p.account_id = t.account_id
            where t.token_id = $1 and a.status = 1";
        let row: Option<TokenRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(id.0).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// The account's tokens, newest first.
    pub async fn tokens(&self, account: AccountId) -> Result<Vec<ApiToken>, StoreError> {
        let sql = "select t.token_id, t.account_id, t.name, t.sum, t.created_at, t.expires_at, t.last_used_at, p.org_id
            from api_tokens t left join profiles p on p.account_id = t.account_id
            where t.account_id = $1 order by t.created_at desc, t.token_id desc limit 1000";
        let rows: Vec<TokenRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// False where the account has no such token.
    pub async fn remove_token(&self, account: AccountId, id: TokenId) -> Result<bool, StoreError> {
        let sql = "delete from api_tokens where token_id = $1 and account_id = $2";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id.0).bind(account.0).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }

    /// Notes that a token was used, to the minute.
    pub async fn touch_token(&self, token: &ApiToken, at: i64) -> Result<(), StoreError> {
        if token.last_used_at.is_some_and(|last| at - last < NOTE_US) {
            return Ok(());
        }
        let sql = "update api_tokens set last_used_at = $2 where token_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(token.id.0).bind(at).execute(pool).await?.rows_affected());
        Ok(())
    }
}
