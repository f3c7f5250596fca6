//! Where organizations have their events sent to, how far each has come, and what each try came to. It must never know what is sent.

use lockstep_protocol::{
    ids::{AccountId, BoardId, OrgId},
    position::Position,
    topic::Topic,
};
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, in_tx, on_db},
    rows::{position, signed, small, unsigned, unsigned_small},
};

/// Tries that are remembered of one.
const ATTEMPTS_KEPT: i64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookState {
    Active,
    /// By whoever manages it.
    Paused,
    /// By the server.
    Disabled,
}

impl WebhookState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "active" => Self::Active,
            "paused" => Self::Paused,
            _ => Self::Disabled,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: Uuid,
    pub org: OrgId,
    pub name: String,
    pub url: String,
    /// `standard` or `slack`.
    pub kind: String,
    /// JSON.
    pub events: String,
    pub board: Option<BoardId>,
    pub made_by: AccountId,
    pub generation: u32,
    pub rotated_at: Option<i64>,
    pub state: WebhookState,
    pub note: Option<String>,
    pub revision: u32,
    pub cursor: Position,
    pub attempts: u32,
    pub failing_since: Option<i64>,
    pub next_at: i64,
    pub created_at: i64,
    pub changed_at: i64,
}

/// A query of whole rows.
macro_rules! rows_where {
    ($rest:literal) => {
        concat!(
            "select id, org_id, name, url, kind, events, board_id, made_by, generation, rotated_at, state, note, revision, era, xid,
            stream_id, seq, attempts, failing_since, next_at, created_at, changed_at from webhooks ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    org_id: Uuid,
    name: String,
    url: String,
    kind: String,
    events: String,
    board_id: Option<Uuid>,
    made_by: Uuid,
    generation: i32,
    rotated_at: Option<i64>,
    state: String,
    note: Option<String>,
    revision: i32,
    era: i32,
    xid: i64,
    stream_id: Uuid,
    seq: i64,
    attempts: i32,
    failing_since: Option<i64>,
    next_at: i64,
    created_at: i64,
    changed_at: i64,
}

impl From<Row> for Webhook {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            org: row.org_id.into(),
            name: row.name,
            url: row.url,
            kind: row.kind,
            events: row.events,
            board: row.board_id.map(Into::into),
            made_by: row.made_by.into(),
            generation: unsigned_small(row.generation),
            rotated_at: row.rotated_at,
            state: WebhookState::from_word(&row.state),
            note: row.note,
            revision: unsigned_small(row.revision),
            cursor: position(row.era, row.xid, row.stream_id, row.seq),
            attempts: unsigned_small(row.attempts),
            failing_since: row.failing_since,
            next_at: row.next_at,
            created_at: row.created_at,
            changed_at: row.changed_at,
        }
    }
}

/// One try, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookAttempt {
    pub id: Uuid,
    pub webhook: Uuid,
    /// The same however often it is sent.
    pub message: Uuid,
    pub tag: String,
    /// `None`: a test.
    pub topic: Option<Topic>,
    pub seq: u64,
    pub attempt: u32,
    pub at: i64,
    pub status: Option<u16>,
    pub error: Option<String>,
    pub took_ms: u32,
}

type AttemptRow = (Uuid, Uuid, String, String, i64, i32, i64, Option<i32>, Option<String>, i32);

/// Something that is to be sent once more, or a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub id: Uuid,
    pub webhook: Uuid,
    /// `None`: a test.
    pub what: Option<(Topic, u64)>,
}

/// See the module.
#[derive(Clone)]
pub struct Webhooks {
    pub(super) db: Db,
}

impl Webhooks {
    /// Makes one; the same id again changes nothing.
    pub async fn create(&self, new: &Webhook) -> Result<(), StoreError> {
        let sql = "insert into webhooks (id, org_id, name, url, kind, events, board_id, made_by, generation, rotated_at, state, note,
            revision, era, xid, stream_id, seq, attempts, failing_since, next_at, created_at, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null, $10, null, 1, $11, $12, $13, $14, 0, null, $15, $15, $15)
            on conflict (id) do nothing";
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(new.id)
            .bind(new.org.0)
            .bind(&new.name)
            .bind(&new.url)
            .bind(&new.kind)
            .bind(&new.events)
            .bind(new.board.map(|board| board.0))
            .bind(new.made_by.0)
            .bind(small(new.generation))
            .bind(new.state.word())
            .bind(small(new.cursor.era))
            .bind(signed(new.cursor.transaction))
            .bind(new.cursor.stream)
            .bind(signed(new.cursor.seq))
            .bind(new.created_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    pub async fn of_org(&self, org: OrgId) -> Result<Vec<Webhook>, StoreError> {
        let sql = rows_where!("where org_id = $1 order by created_at, id");
        let rows: Vec<Row> = on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    pub async fn find(&self, id: Uuid) -> Result<Option<Webhook>, StoreError> {
        let sql = rows_where!("where id = $1");
        let row: Option<Row> = on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(id).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// Those whose turn it is.
    pub async fn due(&self, now: i64) -> Result<Vec<Webhook>, StoreError> {
        let sql = rows_where!("where state = 'active' and next_at <= $1 order by next_at, id");
        let rows: Vec<Row> = on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(now).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Writes what somebody changed, or the server decided: all that may change, where nobody changed it since it was read. Answers whether it was so.
    pub async fn change(&self, to: &Webhook) -> Result<bool, StoreError> {
        let sql = "update webhooks set name = $3, url = $4, events = $5, board_id = $6, made_by = $7, generation = $8, rotated_at = $9,
            state = $10, note = $11, era = $12, xid = $13, stream_id = $14, seq = $15, attempts = $16, failing_since = $17,
            next_at = $18, changed_at = $19, revision = revision + 1 where id = $1 and revision = $2";
        let changed = on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(to.id)
            .bind(small(to.revision))
            .bind(&to.name)
            .bind(&to.url)
            .bind(&to.events)
            .bind(to.board.map(|board| board.0))
            .bind(to.made_by.0)
            .bind(small(to.generation))
            .bind(to.rotated_at)
            .bind(to.state.word())
            .bind(&to.note)
            .bind(small(to.cursor.era))
            .bind(signed(to.cursor.transaction))
            .bind(to.cursor.stream)
            .bind(signed(to.cursor.seq))
            .bind(small(to.attempts))
            .bind(to.failing_since)
            .bind(to.next_at)
            .bind(to.changed_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// How far it has come, and when it is its turn again; unless somebody changed it meanwhile. Answers whether it was written.
    pub async fn came(&self, to: &Webhook) -> Result<bool, StoreError> {
        let sql = "update webhooks set era = $3, xid = $4, stream_id = $5, seq = $6, attempts = $7, failing_since = $8, next_at = $9
            where id = $1 and revision = $2 and state = 'active'";
        let changed = on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(to.id)
            .bind(small(to.revision))
            .bind(small(to.cursor.era))
            .bind(signed(to.cursor.transaction))
            .bind(to.cursor.stream)
            .bind(signed(to.cursor.seq))
            .bind(small(to.attempts))
            .bind(to.failing_since)
            .bind(to.next_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    pub async fn delete(&self, org: OrgId, id: Uuid) -> Result<bool, StoreError> {
        let sql = "delete from webhooks where org_id = $1 and id = $2";
        let gone =
            on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).bind(id).execute(pool).await?.rows_affected());
        Ok(gone > 0)
    }

    /// Remembers a try, and forgets the oldest.
    pub async fn tried(&self, attempt: &WebhookAttempt) -> Result<(), StoreError> {
        // One that was deleted meanwhile remembers nothing.
        let insert = "insert into webhook_attempts (id, webhook_id, message_id, tag, topic, seq, attempt, at, status, error, took_ms)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 from webhooks where id = $2";
        let forget = "delete from webhook_attempts where webhook_id = $1 and id in (select id from webhook_attempts
            where webhook_id = $1 order by at desc, id desc limit 100 offset $2)";
        in_tx!(&self.db, tx => {
            sqlx::query(insert)
                .bind(attempt.id)
                .bind(attempt.webhook)
                .bind(attempt.message)
                .bind(&attempt.tag)
                .bind(attempt.topic.map(|topic| topic.to_string()).unwrap_or_default())
                .bind(signed(attempt.seq))
                .bind(small(attempt.attempt))
                .bind(attempt.at)
                .bind(attempt.status.map(i32::from))
                .bind(&attempt.error)
                .bind(small(attempt.took_ms))
                .execute(&mut *tx)
                .await?;
            sqlx::query(forget).bind(attempt.webhook).bind(ATTEMPTS_KEPT).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Tries, newest first, from the one after `after` on.
    pub async fn attempts(
        &self,
        webhook: Uuid,
        after: Option<(i64, Uuid)>,
        limit: u32,
    ) -> Result<Vec<WebhookAttempt>, StoreError> {
        let (at, id) = after.unwrap_or((i64::MAX, Uuid::max()));
        let sql = "select id, message_id, tag, topic, seq, attempt, at, status, error, took_ms from webhook_attempts
            where webhook_id = $1 and (at < $2 or (at = $2 and id < $3)) order by at desc, id desc limit $4";
        let rows: Vec<AttemptRow> = on_db!(&self.db, read, pool => sqlx::query_as(sql)
            .bind(webhook)
            .bind(at)
            .bind(id)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        Ok(rows.into_iter().map(|row| read(webhook, row)).collect())
    }

    pub async fn attempt(&self, webhook: Uuid, id: Uuid) -> Result<Option<WebhookAttempt>, StoreError> {
        let sql = "select id, message_id, tag, topic, seq, attempt, at, status, error, took_ms from webhook_attempts
            where webhook_id = $1 and id = $2";
        let row: Option<AttemptRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(webhook).bind(id).fetch_optional(pool).await?);
        Ok(row.map(|row| read(webhook, row)))
    }

    /// Has something sent once more, out of the order.
    pub async fn ask(&self, asked: &Asked, at: i64) -> Result<(), StoreError> {
        let sql = "insert into webhook_asked (id, webhook_id, topic, seq, at) values ($1, $2, $3, $4, $5)";
        let (topic, seq) = asked.what.map_or_else(Default::default, |(topic, seq)| (topic.to_string(), seq));
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(asked.id)
            .bind(asked.webhook)
            .bind(topic)
            .bind(signed(seq))
            .bind(at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// How many wait of one.
    pub async fn asked_of(&self, webhook: Uuid) -> Result<u64, StoreError> {
        let sql = "select count(*) from webhook_asked where webhook_id = $1";
        let count: i64 = on_db!(&self.db, read, pool => sqlx::query_scalar(sql).bind(webhook).fetch_one(pool).await?);
        Ok(unsigned(count))
    }

    /// The first that were asked for.
    pub async fn asked(&self, limit: u32) -> Result<Vec<Asked>, StoreError> {
        let sql = "select id, webhook_id, topic, seq from webhook_asked order by at, id limit $1";
        let rows: Vec<(Uuid, Uuid, String, i64)> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(i64::from(limit)).fetch_all(pool).await?);
        let asked = rows.into_iter().map(|(id, webhook, topic, seq)| {
            let what = topic.parse().ok().map(|topic| (topic, unsigned(seq)));
            Asked { id, webhook, what }
        });
        Ok(asked.collect())
    }

    pub async fn done(&self, asked: Uuid) -> Result<(), StoreError> {
        let sql = "delete from webhook_asked where id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(asked).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Forgets those of an organization.
    pub async fn forget_org(&self, org: OrgId) -> Result<(), StoreError> {
        let sql = "delete from webhooks where org_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).execute(pool).await?.rows_affected());
        Ok(())
    }
}

fn read(webhook: Uuid, row: AttemptRow) -> WebhookAttempt {
    let (id, message, tag, topic, seq, attempt, at, status, error, took_ms) = row;
    WebhookAttempt {
        id,
        webhook,
        message,
        tag,
        topic: topic.parse().ok(),
        seq: unsigned(seq),
        attempt: unsigned_small(attempt),
        at,
        status: status.and_then(|status| u16::try_from(status).ok()),
        error,
        took_ms: unsigned_small(took_ms),
    }
}
