//! Mail on its way. A row says which letter goes to whom; it is rendered when it is sent, so no code that could be used is kept.
//! It must never know what a letter says, nor speak to a mail server.

use lockstep_protocol::ids::AccountId;
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, on_db},
};

/// Where a mail is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// To be sent at `next_at`.
    Queued,
    /// A server took it.
    Sent,
    /// Refused for good, or too old to be tried again.
    Failed,
    /// Never to be sent: nobody here has this address. Kept for some minutes, as any mail is, so that nothing tells the difference.
    Withheld,
}

impl MailState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Withheld => "withheld",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "queued" => Self::Queued,
            "sent" => Self::Sent,
            "withheld" => Self::Withheld,
            // What a newer version wrote is not sent by this one.
            _ => Self::Failed,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMail {
    pub id: Uuid,
    /// Whose it is, where that is somebody here.
    pub account: Option<AccountId>,
    pub address: String,
    pub language: String,
    /// JSON of the letter.
    pub letter: String,
    /// Queued or withheld.
    pub state: MailState,
    pub at: i64,
    /// It is not sent after this.
    pub expires_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub id: Uuid,
    pub address: String,
    pub language: String,
    pub letter: String,
    pub state: MailState,
    pub attempts: u32,
    pub created_at: i64,
    pub expires_at: i64,
    pub last_error: Option<String>,
}

#[derive(sqlx::FromRow)]
struct MailRow {
    id: Uuid,
    address: String,
    language: String,
    letter: String,
    state: String,
    attempts: i32,
    created_at: i64,
    expires_at: i64,
    last_error: Option<String>,
}

impl From<MailRow> for Mail {
    fn from(row: MailRow) -> Self {
        Self {
            id: row.id,
            address: row.address,
            language: row.language,
            letter: row.letter,
            state: MailState::from_word(&row.state),
            attempts: u32::try_from(row.attempts).unwrap_or(0),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_error: row.last_error,
        }
    }
}

/// What a try to send a mail came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    Sent,
    /// To be tried again then.
    Later {
        at: i64,
        error: String,
    },
    Failed {
        error: String,
    },
}

/// See the module.
#[derive(Clone)]
pub struct Mails {
    pub(super) db: Db,
}

impl Mails {
    /// Puts a mail into the queue. The same id again changes nothing.
    pub async fn queue(&self, new: &NewMail) -> Result<(), StoreError> {
        let sql =
            "insert into mails (id, account_id, address, language, letter, state, created_at, next_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $7, $8) on conflict (id) do nothing";
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(new.id)
            .bind(new.account.map(|account| account.0))
            .bind(&new.address)
            .bind(&new.language)
            .bind(&new.letter)
            .bind(new.state.word())
            .bind(new.at)
            .bind(new.expires_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Whose turn it is, those that wait longest first.
    pub async fn due(&self, now: i64, limit: u32) -> Result<Vec<Mail>, StoreError> {
        let sql = "select id, address, language, letter, state, attempts, created_at, expires_at, last_error from mails
            where state = 'queued' and next_at <= $1 order by next_at, id limit $2";
        let rows: Vec<MailRow> = on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(now).bind(i64::from(limit)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Writes down what a try came to.
    pub async fn tried(&self, id: Uuid, tried: &Tried, now: i64) -> Result<(), StoreError> {
        let (state, next_at, error, done_at) = match tried {
            Tried::Sent => (MailState::Sent, now, None, Some(now)),
            Tried::Later { at, error } => (MailState::Queued, *at, Some(error), None),
            Tried::Failed { error } => (MailState::Failed, now, Some(error), Some(now)),
        };
        let sql = "update mails set state = $2, next_at = $3, last_error = $4, done_at = $5, attempts = attempts + 1
            where id = $1 and state = 'queued'";
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(id)
            .bind(state.word())
            .bind(next_at)
            .bind(error)
            .bind(done_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The newest mails, withheld ones left out.
    pub async fn newest(&self, limit: u32) -> Result<Vec<Mail>, StoreError> {
        let sql = "select id, address, language, letter, state, attempts, created_at, expires_at, last_error from mails
            where state <> 'withheld' order by created_at desc, id desc limit $1";
        let rows: Vec<MailRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(i64::from(limit)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Forgets mails made before `at`, whatever became of them.
    pub async fn forget_before(&self, at: i64) -> Result<u64, StoreError> {
        let sql = "delete from mails where created_at < $1";
        Ok(on_db!(&self.db, write, pool => sqlx::query(sql).bind(at).execute(pool).await?.rows_affected()))
    }

    /// Forgets every mail of an account.
    pub async fn forget_account(&self, account: AccountId) -> Result<(), StoreError> {
        let sql = "delete from mails where account_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(account.0).execute(pool).await?.rows_affected());
        Ok(())
    }
}
