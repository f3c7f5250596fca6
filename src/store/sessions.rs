//! Sessions and their refresh tokens: one log-in is a session, its tokens are a family of which one is unused. It must
//! never see a token, only SHA-256 sums of them.

use lockstep_protocol::ids::{AccountId, SessionId};
use uuid::Uuid;

use super::{
    StoreError,
    accounts::Accounts,
    db::{in_tx, on_db},
};

/// How long after a rotation the same client may ask again and be given the same successor (a lost answer).
pub const GRACE_MICROSECONDS: i64 = 10_000_000;

/// SHA-256 of a refresh token.
pub type TokenHash = [u8; 32];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub account: AccountId,
    pub device: String,
    pub address: String,
    pub created_at: i64,
    pub last_seen: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    pub id: SessionId,
    pub account: AccountId,
    pub device: String,
    pub address: String,
    pub at: i64,
    /// The absolute end; no refresh goes beyond it.
    pub expires_at: i64,
    /// The family's first token, with its own (idle) end.
    pub token: TokenHash,
    pub token_expires_at: i64,
    /// What the token is issued to.
    pub binding: Vec<u8>,
    /// How many sessions the account may have with this one; the oldest beyond are revoked.
    pub keep: u32,
}

/// A presented token and the one to put in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    pub presented: TokenHash,
    pub successor: TokenHash,
    pub successor_expires_at: i64,
    pub binding: Vec<u8>,
    /// From where.
    pub address: String,
    pub at: i64,
}

/// A session's last use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    pub session: SessionId,
    pub address: String,
    pub at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The successor is valid now, the presented token is used.
    Rotated { account: AccountId, session: SessionId },
    /// The presented token was used a moment ago by the same client: answer with that successor again.
    GraceSuccessor { account: AccountId, session: SessionId, successor: TokenHash },
    /// A used token was presented again: somebody has a copy. The session was revoked in the same transaction.
    Reused { account: AccountId, session: SessionId },
    /// Known, but its time or its session's is over.
    Expired,
    /// Never issued, or its session was revoked.
    Unknown,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: Uuid,
    account_id: Uuid,
    device: String,
    address: String,
    created_at: i64,
    last_seen: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id.into(),
            account: row.account_id.into(),
            device: row.device,
            address: row.address,
            created_at: row.created_at,
            last_seen: row.last_seen,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// A token that could not be rotated, with its session.
#[derive(sqlx::FromRow)]
struct TokenRow {
    session_id: Uuid,
    account_id: Uuid,
    binding: Vec<u8>,
    used_at: Option<i64>,
    successor: Option<Vec<u8>>,
    session_expires_at: i64,
    revoked_at: Option<i64>,
}

const INSERT_TOKEN: &str = "insert into refresh_tokens (token, session_id, account_id, binding, issued_at, expires_at)
    values ($1, $2, $3, $4, $5, $6)";
const REVOKE: &str = "update sessions set revoked_at = $2 where id = $1 and revoked_at is null";
/// With a log-in go the devices that were registered by it.
const FORGET_DEVICES: &str = "delete from devices where account_id = $1
    and session_id in (select id from sessions where account_id = $1 and revoked_at is not null)";

impl Accounts {
    /// Creates a session with its first token. Returns the sessions that were revoked to make room.
    pub async fn create_session(&self, new: &NewSession) -> Result<Vec<SessionId>, StoreError> {
        let insert = "insert into sessions (id, account_id, device, address, created_at, last_seen, expires_at)
            values ($1, $2, $3, $4, $5, $5, $6)";
        let make_room = "update sessions set revoked_at = $2 where id in (
                select id from sessions where account_id = $1 and revoked_at is null and expires_at > $2
                order by created_at desc, id desc limit 1000 offset $3)
            returning id";
        let removed: Vec<Uuid> = in_tx!(&self.db, tx => {
            sqlx::query(insert)
                .bind(new.id.0)
                .bind(new.account.0)
                .bind(&new.device)
                .bind(&new.address)
                .bind(new.at)
                .bind(new.expires_at)
                .execute(&mut *tx)
                .await?;
            sqlx::query(INSERT_TOKEN)
                .bind(new.token.as_slice())
                .bind(new.id.0)
                .bind(new.account.0)
                .bind(&new.binding)
                .bind(new.at)
                .bind(new.token_expires_at.min(new.expires_at))
                .execute(&mut *tx)
                .await?;
            let removed = sqlx::query_scalar(make_room)
                .bind(new.account.0)
                .bind(new.at)
                .bind(i64::from(new.keep.max(1)))
                .fetch_all(&mut *tx)
                .await?;
            sqlx::query(FORGET_DEVICES).bind(new.account.0).execute(&mut *tx).await?;
            removed
        });
        Ok(removed.into_iter().map(Into::into).collect())
    }

    /// A session, revoked and expired ones included.
    pub async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let sql = "select * from sessions where id = $1";
        let row: Option<SessionRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(id.0).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// The sessions that are valid at `now`, newest first.
    pub async fn sessions(&self, account: AccountId, now: i64) -> Result<Vec<Session>, StoreError> {
        let sql = "select * from sessions where account_id = $1 and revoked_at is null and expires_at > $2
            order by created_at desc, id desc limit 1000";
        let rows: Vec<SessionRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).bind(now).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// False where the session does not exist, is another account's, or was revoked before.
    pub async fn revoke_session(&self, account: AccountId, id: SessionId, at: i64) -> Result<bool, StoreError> {
        let sql = "update sessions set revoked_at = $3 where id = $1 and account_id = $2 and revoked_at is null";
        let changed = in_tx!(&self.db, tx => {
            let revoke = sqlx::query(sql).bind(id.0).bind(account.0).bind(at);
            let changed = revoke.execute(&mut *tx).await?.rows_affected();
            sqlx::query(FORGET_DEVICES).bind(account.0).execute(&mut *tx).await?;
            changed
        });
        Ok(changed == 1)
    }

    /// Revokes every session of an account except `keep`, and says which.
    pub async fn revoke_sessions(
        &self,
        account: AccountId,
        keep: Option<SessionId>,
        at: i64,
    ) -> Result<Vec<SessionId>, StoreError> {
        let sql = "update sessions set revoked_at = $3 where account_id = $1 and id <> $2 and revoked_at is null
            returning id";
        let keep = keep.unwrap_or(SessionId::NIL);
        let ids: Vec<Uuid> = in_tx!(&self.db, tx => {
            let revoke = sqlx::query_scalar(sql).bind(account.0).bind(keep.0).bind(at);
            let ids = revoke.fetch_all(&mut *tx).await?;
            sqlx::query(FORGET_DEVICES).bind(account.0).execute(&mut *tx).await?;
            ids
        });
        Ok(ids.into_iter().map(Into::into).collect())
    }

    /// Notes when sessions were last used, and from where; what was noted later stays, and what is over is left alone.
    pub async fn note_uses(&self, uses: &[Used]) -> Result<(), StoreError> {
        let sql = "update sessions set last_seen = $2, address = $3
            where id = $1 and last_seen < $2 and revoked_at is null";
        in_tx!(&self.db, tx => {
            for used in uses {
                sqlx::query(sql)
                    .bind(used.session.0)
                    .bind(used.at)
                    .bind(&used.address)
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }

    /// Swaps a refresh token for its successor, once, however many ask at the same time.
    pub async fn rotate(&self, rotation: &Rotation) -> Result<Rotated, StoreError> {
        // The swap decides: of those who ask at once, one finds the token unused.
        let swap = "update refresh_tokens set used_at = $2, successor = $3
            where token = $1 and used_at is null and expires_at > $2 and exists (
                select 1 from sessions where id = refresh_tokens.session_id and revoked_at is null and expires_at > $2)
            returning session_id, account_id";
        let seen = "update sessions set last_seen = $2, address = $3 where id = $1 returning expires_at";
        let why = "select t.session_id, t.account_id, t.binding, t.used_at, t.successor,
                s.expires_at as session_expires_at, s.revoked_at
            from refresh_tokens t join sessions s on s.id = t.session_id where t.token = $1";
        let outcome = in_tx!(&self.db, tx => {
            let swapped: Option<(Uuid, Uuid)> = sqlx::query_as(swap)
                .bind(rotation.presented.as_slice())
                .bind(rotation.at)
                .bind(rotation.successor.as_slice())
                .fetch_optional(&mut *tx)
                .await?;
            if let Some((session, account)) = swapped {
                let end: i64 = sqlx::query_scalar(seen)
                    .bind(session)
                    .bind(rotation.at)
                    .bind(&rotation.address)
                    .fetch_one(&mut *tx)
                    .await?;
                sqlx::query(INSERT_TOKEN)
                    .bind(rotation.successor.as_slice())
                    .bind(session)
                    .bind(account)
                    .bind(&rotation.binding)
                    .bind(rotation.at)
                    .bind(rotation.successor_expires_at.min(end))
                    .execute(&mut *tx)
                    .await?;
                Rotated::Rotated { account: account.into(), session: session.into() }
            } else {
                let row: Option<TokenRow> =
                    sqlx::query_as(why).bind(rotation.presented.as_slice()).fetch_optional(&mut *tx).await?;
                let outcome = refused(row, rotation);
                if let Rotated::Reused { account, session } = outcome {
                    sqlx::query(REVOKE).bind(session.0).bind(rotation.at).execute(&mut *tx).await?;
                    sqlx::query(FORGET_DEVICES).bind(account.0).execute(&mut *tx).await?;
                }
                outcome
            }
        });
        Ok(outcome)
    }
}

/// What a token that cannot be rotated means.
fn refused(row: Option<TokenRow>, rotation: &Rotation) -> Rotated {
    let Some(row) = row else { return Rotated::Unknown };
    if row.revoked_at.is_some() {
        return Rotated::Unknown;
    }
    if row.session_expires_at <= rotation.at {
        return Rotated::Expired;
    }
    let (account, session) = (row.account_id.into(), row.session_id.into());
    match (row.used_at, row.successor.and_then(|hash| TokenHash::try_from(hash).ok())) {
        (None, _) => Rotated::Expired,
        (Some(used), Some(successor))
            if rotation.at - used <= GRACE_MICROSECONDS && row.binding == rotation.binding =>
        {
            Rotated::GraceSuccessor { account, session, successor }
        }
        _ => Rotated::Reused { account, session },
    }
}
