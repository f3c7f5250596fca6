//! Numbers that text messages go to, one of each account. A number is used once a code that was sent to it came back. It must never count
//! fewer text messages than were sent: they cost the operator money.

use std::collections::BTreeSet;

use lockstep_protocol::ids::AccountId;
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, on_db},
    rows,
};

/// A number whose code is awaited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedNumber {
    pub number: String,
    /// The code follows from it.
    pub code: Uuid,
    pub until: i64,
}

/// What is known of an account's number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phone {
    /// In E.164, proved.
    pub number: Option<String>,
    pub asked: Option<AskedNumber>,
}

/// What became of a text message that is to go to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Texted {
    /// It is counted, and may be sent to this number.
    To(String),
    NoNumber,
    /// As many as there may be were sent on this day.
    Enough,
}

#[derive(sqlx::FromRow)]
struct PhoneRow {
    number: Option<String>,
    asked: Option<String>,
    code_id: Option<Uuid>,
    code_until: i64,
}

impl PhoneRow {
    fn phone(self) -> Phone {
        let asked = self.asked.zip(self.code_id);
        let asked = asked.map(|(number, code)| AskedNumber { number, code, until: self.code_until });
        Phone { number: self.number, asked }
    }
}

/// The day of a moment, counted from 1970, in UTC.
fn day(at: i64) -> i32 {
    i32::try_from(at.div_euclid(86_400_000_000)).unwrap_or(i32::MAX)
}

/// See the module.
#[derive(Clone)]
pub struct Phones {
    pub(super) db: Db,
}

impl Phones {
    pub async fn find(&self, account: AccountId) -> Result<Phone, StoreError> {
        let sql = "select number, asked, code_id, code_until from phones where account_id = $1";
        let row: Option<PhoneRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).fetch_optional(pool).await?);
        Ok(row.map_or_else(Phone::default, PhoneRow::phone))
    }

    /// Awaits the code of a number, in the place of any other; the text message that brings it is counted. False where there were `most`
    /// on this day.
    pub async fn ask(&self, account: AccountId, asked: &AskedNumber, at: i64, most: u32) -> Result<bool, StoreError> {
        let sql =
            "insert into phones (account_id, asked, code_id, code_until, day, sent) values ($1, $2, $3, $4, $5, 1)
            on conflict (account_id) do update set asked = excluded.asked, code_id = excluded.code_id,
            code_until = excluded.code_until, tries = 0,
            sent = case when phones.day = excluded.day then phones.sent + 1 else 1 end, day = excluded.day
            where phones.day <> excluded.day or phones.sent < $6";
        let done = on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(account.0)
            .bind(&asked.number)
            .bind(asked.code)
            .bind(asked.until)
            .bind(day(at))
            .bind(rows::small(most))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// The code could not be sent: none is awaited. That it was tried stays counted.
    pub async fn unask(&self, account: AccountId, code: Uuid) -> Result<(), StoreError> {
        let sql = "update phones set asked = null, code_id = null where account_id = $1 and code_id = $2";
        on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(account.0).bind(code).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Counts a try of the code that is awaited, and gives what it is for. `None`: none is, or it was tried `most` times.
    pub async fn try_code(&self, account: AccountId, now: i64, most: u32) -> Result<Option<Uuid>, StoreError> {
        let sql = "update phones set tries = tries + 1 where account_id = $1 and asked is not null and code_until > $2
            and tries < $3 returning code_id";
        let code: Option<Option<Uuid>> = on_db!(&self.db, write, pool =>
            sqlx::query_scalar(sql).bind(account.0).bind(now).bind(rows::small(most)).fetch_optional(pool).await?);
        Ok(code.flatten())
    }

    /// The number that this code was sent to is proved. False where another is asked for by now.
    pub async fn confirm(&self, account: AccountId, code: Uuid, at: i64) -> Result<bool, StoreError> {
        let sql = "update phones set number = asked, confirmed_at = $3, asked = null, code_id = null
            where account_id = $1 and code_id = $2 and asked is not null";
        let done = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(account.0).bind(code).bind(at).execute(pool).await?.rows_affected());
        Ok(done == 1)
    }

    /// Forgets the number and what was asked for. How many text messages went is not forgotten. False where there was none.
    pub async fn remove(&self, account: AccountId) -> Result<bool, StoreError> {
        let sql = "update phones set number = null, confirmed_at = null, asked = null, code_id = null
            where account_id = $1 and (number is not null or asked is not null)";
        let done =
            on_db!(&self.db, write, pool => sqlx::query(sql).bind(account.0).execute(pool).await?.rows_affected());
        Ok(done == 1)
    }

    /// Counts a text message that is to be sent to somebody's proved number.
    pub async fn text(&self, account: AccountId, at: i64, most: u32) -> Result<Texted, StoreError> {
        let sql = "update phones set sent = case when day = $2 then sent + 1 else 1 end, day = $2
            where account_id = $1 and number is not null and (day <> $2 or sent < $3) returning number";
        let number: Option<String> = on_db!(&self.db, write, pool =>
            sqlx::query_scalar(sql).bind(account.0).bind(day(at)).bind(rows::small(most)).fetch_optional(pool).await?);
        Ok(match number {
            Some(number) => Texted::To(number),
            None if self.find(account).await?.number.is_some() => Texted::Enough,
            None => Texted::NoNumber,
        })
    }

    /// Those of these accounts that have a proved number.
    pub async fn having(&self, accounts: &[AccountId]) -> Result<BTreeSet<AccountId>, StoreError> {
        let found: Vec<Uuid> = match &self.db {
            Db::Postgres(pool) => {
                let sql = "select account_id from phones where account_id = any($1) and number is not null";
                sqlx::query_scalar(sql).bind(rows::ids(accounts)).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql = "select account_id from phones where number is not null
                    and account_id in (select unhex(value) from json_each($1))";
                sqlx::query_scalar(sql).bind(rows::json_ids(&rows::ids(accounts))).fetch_all(&file.read).await?
            }
        };
        Ok(found.into_iter().map(Into::into).collect())
    }
}
