//! Browsers and apps that notifications are pushed to. A device belongs to a log-in: one whose log-in has ended is not there. It must
//! never be asked for anybody but its owner, nor keep two owners of one device.

use std::collections::BTreeSet;

use lockstep_protocol::ids::{AccountId, DeviceId, SessionId};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, in_tx, on_db},
    rows,
};

/// Which service reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    WebPush,
    Fcm,
    Apns,
}

impl DeviceKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::WebPush => "webpush",
            Self::Fcm => "fcm",
            Self::Apns => "apns",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::WebPush, Self::Fcm, Self::Apns].into_iter().find(|kind| kind.word() == word)
    }
}

/// What messages to a browser are sealed with (RFC 8291).
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserKeys {
    /// A point on P-256, uncompressed.
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
}

impl std::fmt::Debug for BrowserKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserKeys")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// Of a device that is not the account's yet; one that is keeps its own.
    pub id: DeviceId,
    pub account: AccountId,
    pub session: SessionId,
    pub kind: DeviceKind,
    pub address: String,
    /// Of browsers alone.
    pub keys: Option<BrowserKeys>,
    pub name: String,
    pub at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    pub account: AccountId,
    pub session: SessionId,
    pub kind: DeviceKind,
    pub address: String,
    pub keys: Option<BrowserKeys>,
    pub name: String,
    pub created_at: i64,
    /// When a push was last taken for it.
    pub last_used_at: Option<i64>,
    /// Pushes in a row that were not taken.
    pub failures: u32,
}

/// What became of a device that was to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    Is(Device),
    /// The account has as many as it may.
    Full,
    /// The account is no more, or its log-in has ended.
    Nowhere,
}

#[derive(sqlx::FromRow)]
struct DeviceRow {
    id: Uuid,
    account_id: Uuid,
    session_id: Uuid,
    kind: String,
    address: String,
    p256dh: Option<Vec<u8>>,
    auth: Option<Vec<u8>>,
    name: String,
    created_at: i64,
    last_used_at: Option<i64>,
    failures: i32,
}

impl DeviceRow {
    /// `None`: of a kind that a newer version wrote.
    fn device(self) -> Option<Device> {
        Some(Device {
            id: self.id.into(),
            account: self.account_id.into(),
            session: self.session_id.into(),
            kind: DeviceKind::from_word(&self.kind)?,
            address: self.address,
            keys: self.p256dh.zip(self.auth).map(|(p256dh, auth)| BrowserKeys { p256dh, auth }),
            name: self.name,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            failures: rows::unsigned_small(self.failures),
        })
    }
}

/// See the module.
#[derive(Clone)]
pub struct Devices {
    pub(super) db: Db,
}

/// Holds the row of an account that may act until the end of the transaction: its devices are counted by one at a time.
const HOLD: &str = "update accounts set status = status where id = $1 and status = 1";
const OPEN: &str =
    "select count(*) from sessions where id = $1 and account_id = $2 and revoked_at is null and expires_at > $3";
const ENDED: &str = "delete from devices where account_id = $1 and session_id in (
    select id from sessions where account_id = $1 and (revoked_at is not null or expires_at <= $2))";
const OTHERS: &str = "delete from devices where kind = $1 and address = $2 and account_id <> $3";
const COUNT: &str = "select count(*) from devices where account_id = $1 and not (kind = $2 and address = $3)";
const PUT: &str = "insert into devices (id, account_id, session_id, kind, address, p256dh, auth, name, created_at, failures)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
    on conflict (kind, address) do update set session_id = excluded.session_id, p256dh = excluded.p256dh,
    auth = excluded.auth, name = excluded.name, failures = 0 where devices.account_id = excluded.account_id returning *";
/// Followed by what narrows it; `$1` is now.
const LISTED: &str =
    "select d.* from devices d join sessions s on s.id = d.session_id and s.revoked_at is null and s.expires_at > $1
    join accounts a on a.id = d.account_id and a.status = 1 where ";

impl Devices {
    /// Registers a device, in the place of what was registered at its address, whoever it was of. Those whose log-in has ended are forgotten.
    pub async fn register(&self, new: &NewDevice, most: usize) -> Result<Registered, StoreError> {
        // Whoever loses to another account that registers it in the same moment comes after it, and is the last.
        loop {
            if let Some(registered) = self.put(new, most).await? {
                return Ok(registered);
            }
        }
    }

    /// `None`: somebody else's device came to be at its address meanwhile.
    async fn put(&self, new: &NewDevice, most: usize) -> Result<Option<Registered>, StoreError> {
        let (kind, keys) = (new.kind.word(), new.keys.as_ref());
        let row: Option<DeviceRow> = in_tx!(&self.db, tx => {
            let held = sqlx::query(HOLD).bind(new.account.0).execute(&mut *tx).await?.rows_affected();
            let open: i64 = sqlx::query_scalar(OPEN)
                .bind(new.session.0)
                .bind(new.account.0)
                .bind(new.at)
                .fetch_one(&mut *tx)
                .await?;
            if held == 0 || open == 0 {
                return Ok(Some(Registered::Nowhere));
            }
            sqlx::query(ENDED).bind(new.account.0).bind(new.at).execute(&mut *tx).await?;
            let there: i64 = sqlx::query_scalar(COUNT)
                .bind(new.account.0)
                .bind(kind)
                .bind(&new.address)
                .fetch_one(&mut *tx)
                .await?;
            if usize::try_from(there).unwrap_or(usize::MAX) >= most {
                return Ok(Some(Registered::Full));
            }
            // Another id for another owner: what is on its way to the one before must not reach this one.
            sqlx::query(OTHERS).bind(kind).bind(&new.address).bind(new.account.0).execute(&mut *tx).await?;
            sqlx::query_as(PUT)
                .bind(new.id.0)
                .bind(new.account.0)
                .bind(new.session.0)
                .bind(kind)
                .bind(&new.address)
                .bind(keys.map(|keys| keys.p256dh.as_slice()))
                .bind(keys.map(|keys| keys.auth.as_slice()))
                .bind(&new.name)
                .bind(new.at)
                .fetch_optional(&mut *tx)
                .await?
        });
        Ok(row.and_then(DeviceRow::device).map(Registered::Is))
    }

    /// The devices of an account whose log-ins are open, oldest first.
    pub async fn of(&self, account: AccountId, now: i64) -> Result<Vec<Device>, StoreError> {
        let sql = format!("{LISTED} d.account_id = $2 order by d.created_at, d.id limit 1000");
        let rows: Vec<DeviceRow> = on_db!(&self.db, read, pool =>
            sqlx::query_as(AssertSqlSafe(sql)).bind(now).bind(account.0).fetch_all(pool).await?);
        Ok(rows.into_iter().filter_map(DeviceRow::device).collect())
    }

    /// Those of these accounts that have any.
    pub async fn having(&self, accounts: &[AccountId]) -> Result<BTreeSet<AccountId>, StoreError> {
        let found: Vec<Uuid> = match &self.db {
            Db::Postgres(pool) => {
                let sql = "select distinct account_id from devices where account_id = any($1)";
                sqlx::query_scalar(sql).bind(rows::ids(accounts)).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql = "select distinct account_id from devices
                    where account_id in (select unhex(value) from json_each($1))";
                sqlx::query_scalar(sql).bind(rows::json_ids(&rows::ids(accounts))).fetch_all(&file.read).await?
            }
        };
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// A device, as long as its log-in is open.
    pub async fn find(&self, id: DeviceId, now: i64) -> Result<Option<Device>, StoreError> {
        let sql = format!("{LISTED} d.id = $2");
        let row: Option<DeviceRow> = on_db!(&self.db, read, pool =>
            sqlx::query_as(AssertSqlSafe(sql)).bind(now).bind(id.0).fetch_optional(pool).await?);
        Ok(row.and_then(DeviceRow::device))
    }

    /// False where the account has no such device.
    pub async fn remove(&self, account: AccountId, id: DeviceId) -> Result<bool, StoreError> {
        let sql = "delete from devices where id = $1 and account_id = $2";
        let gone = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id.0).bind(account.0).execute(pool).await?.rows_affected());
        Ok(gone > 0)
    }

    /// Forgets a device that its service does not know any more. One that was registered again since stays.
    pub async fn gone(&self, device: &Device) -> Result<(), StoreError> {
        let sql = "delete from devices where id = $1 and session_id = $2 and (p256dh is null or p256dh = $3)";
        let p256dh = device.keys.as_ref().map(|keys| keys.p256dh.as_slice());
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(device.id.0)
            .bind(device.session.0)
            .bind(p256dh)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Notes whether a push was taken.
    pub async fn tried(&self, id: DeviceId, taken: bool, now: i64) -> Result<(), StoreError> {
        let sql = "update devices set failures = case when $3 then 0 else failures + 1 end,
            last_used_at = case when $3 then $2 else last_used_at end where id = $1";
        on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id.0).bind(now).bind(taken).execute(pool).await?.rows_affected());
        Ok(())
    }
}
