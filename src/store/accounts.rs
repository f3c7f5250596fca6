//! People: accounts and profiles. The profile table is the only place of names and addresses, so that erasing a person
//! erases them. It must never hash or compare a password (`auth` does), nor normalise an address (callers do).

use lockstep_protocol::ids::{AccountId, OrgId};
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, in_tx, on_db},
    identities::{self, NewIdentity},
    rows,
};

/// May this account act?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    Active,
    Disabled,
}

impl AccountStatus {
    const fn number(self) -> i16 {
        match self {
            Self::Active => 1,
            Self::Disabled => 2,
        }
    }

    /// An unknown number (written by a newer version) must not let anybody in.
    const fn from_number(number: i16) -> Self {
        if number == 1 { Self::Active } else { Self::Disabled }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// Normalised. `None` for a placeholder.
    pub email: Option<String>,
    pub password_hash: Option<String>,
    pub status: AccountStatus,
    pub created_at: i64,
    /// When the address was proved to be the owner's.
    pub email_verified_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    pub id: AccountId,
    /// Already normalised.
    pub email: String,
    pub password_hash: Option<String>,
    pub name: String,
    pub locale: String,
    pub time_zone: String,
    /// Whether the address is known to be the owner's.
    pub verified: bool,
    pub at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    Created,
    EmailTaken,
    /// The identity is some account's already.
    IdentityTaken,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub account: AccountId,
    /// The tenant that made a placeholder or a program; `None` for a person.
    pub org: Option<OrgId>,
    pub name: String,
    pub placeholder: bool,
    pub locale: String,
    pub time_zone: String,
    /// A JSON object.
    pub preferences: String,
    pub updated_at: i64,
}

/// What to change; `None` keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    pub name: Option<String>,
    pub locale: Option<String>,
    pub time_zone: Option<String>,
    /// The whole object.
    pub preferences: Option<String>,
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: Uuid,
    email: Option<String>,
    password_hash: Option<String>,
    status: i16,
    created_at: i64,
    email_verified_at: Option<i64>,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id.into(),
            email: row.email,
            password_hash: row.password_hash,
            status: AccountStatus::from_number(row.status),
            created_at: row.created_at,
            email_verified_at: row.email_verified_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct ProfileRow {
    account_id: Uuid,
    org_id: Option<Uuid>,
    name: String,
    placeholder: bool,
    locale: String,
    time_zone: String,
    preferences: String,
    updated_at: i64,
}

impl From<ProfileRow> for Profile {
    fn from(row: ProfileRow) -> Self {
        Self {
            account: row.account_id.into(),
            org: row.org_id.map(Into::into),
            name: row.name,
            placeholder: row.placeholder,
            locale: row.locale,
            time_zone: row.time_zone,
            preferences: row.preferences,
            updated_at: row.updated_at,
        }
    }
}

/// Accounts, profiles, sessions (in `sessions.rs`).
#[derive(Clone)]
pub struct Accounts {
    pub(super) db: Db,
}

const INSERT_PROFILE: &str = "insert into profiles
    (account_id, org_id, name, placeholder, locale, time_zone, updated_at) values ($1, $2, $3, $4, $5, $6, $7)";

/// What goes with a person. A test compares it with the tables that name accounts.
const ERASE: [&str; 16] = [
    "delete from deliveries where account_id = $1",
    "delete from devices where account_id = $1",
    "delete from phones where account_id = $1",
    "delete from sessions where account_id = $1",
    "delete from refresh_tokens where account_id = $1",
    "delete from one_time_codes where account_id = $1",
    "delete from totp_factors where account_id = $1",
    "delete from recovery_codes where account_id = $1",
    "delete from login_challenges where account_id = $1",
    "delete from passkeys where account_id = $1",
    "delete from api_tokens where account_id = $1",
    "delete from identities where account_id = $1",
    "delete from member_details where account_id = $1",
    "delete from pictures where account_id = $1",
    "delete from own_views where account_id = $1",
    "delete from stars where account_id = $1",
];

impl Accounts {
    /// Creates an account and its profile, or neither.
    pub async fn create(&self, new: &NewAccount) -> Result<Created, StoreError> {
        self.create_with(new, None).await
    }

    /// Creates an account that its owner logs in to by an identity, or nothing.
    pub async fn create_by(&self, new: &NewAccount, identity: &NewIdentity) -> Result<Created, StoreError> {
        self.create_with(new, Some(identity)).await
    }

    async fn create_with(&self, new: &NewAccount, identity: Option<&NewIdentity>) -> Result<Created, StoreError> {
        let sql = "insert into accounts (id, email, password_hash, status, created_at, email_verified_at)
            values ($1, $2, $3, $4, $5, $6) on conflict (email) do nothing";
        in_tx!(&self.db, tx => {
            let inserted = sqlx::query(sql)
                .bind(new.id.0)
                .bind(&new.email)
                .bind(&new.password_hash)
                .bind(AccountStatus::Active.number())
                .bind(new.at)
                .bind(new.verified.then_some(new.at))
                .execute(&mut *tx)
                .await?;
            if inserted.rows_affected() == 0 {
                return Ok(Created::EmailTaken);
            }
            sqlx::query(INSERT_PROFILE)
                .bind(new.id.0)
                .bind(None::<Uuid>)
                .bind(&new.name)
                .bind(false)
                .bind(&new.locale)
                .bind(&new.time_zone)
                .bind(new.at)
                .execute(&mut *tx)
                .await?;
            if let Some(identity) = identity {
                let inserted = sqlx::query(identities::INSERT)
                    .bind(identity.id.0)
                    .bind(new.id.0)
                    .bind(&identity.provider)
                    .bind(&identity.issuer)
                    .bind(&identity.subject)
                    .bind(&identity.label)
                    .bind(identity.at)
                    .execute(&mut *tx)
                    .await?;
                if inserted.rows_affected() == 0 {
                    return Ok(Created::IdentityTaken);
                }
            }
        });
        Ok(Created::Created)
    }

    /// Creates a stand-in for a person who is named in imported data. Says whether it was new; the same id again changes
    /// nothing.
    pub async fn create_placeholder(&self, id: AccountId, org: OrgId, name: &str, at: i64) -> Result<bool, StoreError> {
        self.create_nobody(id, org, name, true, at).await
    }

    /// Creates the account of a program, without address and password. As [`Self::create_placeholder`].
    pub async fn create_service(&self, id: AccountId, org: OrgId, name: &str, at: i64) -> Result<bool, StoreError> {
        self.create_nobody(id, org, name, false, at).await
    }

    async fn create_nobody(
        &self,
        id: AccountId,
        org: OrgId,
        name: &str,
        placeholder: bool,
        at: i64,
    ) -> Result<bool, StoreError> {
        let sql = "insert into accounts (id, status, created_at) values ($1, $2, $3) on conflict (id) do nothing";
        in_tx!(&self.db, tx => {
            let inserted = sqlx::query(sql)
                .bind(id.0)
                .bind(AccountStatus::Active.number())
                .bind(at)
                .execute(&mut *tx)
                .await?;
            if inserted.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(INSERT_PROFILE)
                .bind(id.0)
                .bind(Some(org.0))
                .bind(name)
                .bind(placeholder)
                .bind("")
                .bind("")
                .bind(at)
                .execute(&mut *tx)
                .await?;
        });
        Ok(true)
    }

    pub async fn find(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let sql = "select id, email, password_hash, status, created_at, email_verified_at from accounts where id = $1";
        let row: Option<AccountRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(id.0).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// By the normalised address.
    pub async fn find_by_email(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let sql =
            "select id, email, password_hash, status, created_at, email_verified_at from accounts where email = $1";
        let row: Option<AccountRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(email).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// The person (not a placeholder) who has been here longest.
    pub async fn first(&self) -> Result<Option<Account>, StoreError> {
        let sql = "select id, email, password_hash, status, created_at, email_verified_at from accounts where email is not null
            order by created_at, id limit 1";
        let row: Option<AccountRow> = on_db!(&self.db, read, pool => sqlx::query_as(sql).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// How many people (not placeholders) there are; 0 means a first start.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let sql = "select count(*) from accounts where email is not null";
        let count: i64 = on_db!(&self.db, read, pool => sqlx::query_scalar(sql).fetch_one(pool).await?);
        Ok(rows::unsigned(count))
    }

    /// False where there is no such account.
    pub async fn set_password(&self, id: AccountId, password_hash: &str) -> Result<bool, StoreError> {
        let sql = "update accounts set password_hash = $2 where id = $1";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id.0).bind(password_hash).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }

    /// The address is proved to be the owner's from now on. An account that had another address has this one then; `false` where
    /// somebody else has it.
    pub async fn set_email(&self, id: AccountId, email: &str, at: i64) -> Result<bool, StoreError> {
        let sql = "update accounts set email = $2, email_verified_at = $3 where id = $1
            and not exists (select 1 from accounts where email = $2 and id <> $1)";
        let changed: Result<u64, StoreError> = on_db!(&self.db, write, pool => {
            let done = sqlx::query(sql).bind(id.0).bind(email).bind(at).execute(pool).await;
            done.map(|done| done.rows_affected()).map_err(StoreError::from)
        });
        match changed {
            Ok(rows) => Ok(rows == 1),
            // Two who took it at once.
            Err(StoreError::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// False where there is no such account.
    pub async fn set_status(&self, id: AccountId, status: AccountStatus) -> Result<bool, StoreError> {
        let sql = "update accounts set status = $2 where id = $1";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id.0).bind(status.number()).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }

    /// Forgets what is known of a person: the id stays, disabled, so that what it wrote belongs to somebody.
    pub async fn erase(&self, id: AccountId, at: i64) -> Result<(), StoreError> {
        let account = "update accounts set email = null, password_hash = null, email_verified_at = null, status = $2
            where id = $1";
        let profile = "update profiles set name = '', locale = '', time_zone = '', preferences = '{}', updated_at = $2
            where account_id = $1";
        in_tx!(&self.db, tx => {
            sqlx::query(account).bind(id.0).bind(AccountStatus::Disabled.number()).execute(&mut *tx).await?;
            sqlx::query(profile).bind(id.0).bind(at).execute(&mut *tx).await?;
            for sql in ERASE {
                sqlx::query(sql).bind(id.0).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    pub async fn profile(&self, id: AccountId) -> Result<Option<Profile>, StoreError> {
        Ok(self.profiles(&[id]).await?.pop())
    }

    /// The profiles of these accounts, in no order; accounts without one are left out.
    pub async fn profiles(&self, ids: &[AccountId]) -> Result<Vec<Profile>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let rows: Vec<ProfileRow> = match &self.db {
            Db::Postgres(pool) => {
                sqlx::query_as("select * from profiles where account_id = any($1)").bind(ids).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql = "select * from profiles where account_id in (select unhex(value) from json_each($1))";
                sqlx::query_as(sql).bind(rows::json_ids(&ids)).fetch_all(&file.read).await?
            }
        };
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The profile as it is now, `None` where there is none.
    pub async fn update_profile(
        &self,
        id: AccountId,
        change: &ProfileChange,
        at: i64,
    ) -> Result<Option<Profile>, StoreError> {
        let sql = "update profiles set name = coalesce($2, name), locale = coalesce($3, locale),
            time_zone = coalesce($4, time_zone), preferences = coalesce($6, preferences), updated_at = $5 where account_id = $1 returning *";
        let row: Option<ProfileRow> = on_db!(&self.db, write, pool => sqlx::query_as(sql)
            .bind(id.0)
            .bind(&change.name)
            .bind(&change.locale)
            .bind(&change.time_zone)
            .bind(at)
            .bind(&change.preferences)
            .fetch_optional(pool)
            .await?);
        Ok(row.map(Into::into))
    }
}
