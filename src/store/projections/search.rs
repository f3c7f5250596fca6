//! By which words what was said in channels is found. It must never say who may read it, nor what it says: who asks does, of the live channel.

use lockstep_protocol::{
    ids::{AccountId, ChannelId, OrgId},
    values::Micros,
};
use uuid::Uuid;

use super::{
    Lease, Position, Projections, StoreError,
    statements::{Statement, Value, id, number},
};
use crate::{
    store::{db::Db, rows},
    words::Term,
};

/// One effect of an event. Each may be repeated without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worded {
    Said {
        channel: ChannelId,
        seq: u64,
        org: OrgId,
        author: AccountId,
        at: Micros,
        words: String,
    },
    Changed {
        channel: ChannelId,
        seq: u64,
        words: String,
    },
    Gone {
        channel: ChannelId,
        seq: u64,
    },
    /// Nothing of an organization is left.
    Dropped(OrgId),
}

/// Where a message stands among those that are found: the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundMessage {
    pub at: Micros,
    pub channel: ChannelId,
    /// Of the event that posted it.
    pub seq: u64,
}

impl FoundMessage {
    /// Before the first.
    pub const NEWEST: Self = Self { at: Micros::MAX, channel: ChannelId(Uuid::max()), seq: i64::MAX as u64 };
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct MessageQuery<'a> {
    pub org: OrgId,
    /// Only in these.
    pub channels: &'a [ChannelId],
    /// Only what they said.
    pub author: Option<AccountId>,
    /// Each of these is in it. There is at least one.
    pub terms: &'a [Term],
    /// Those after this one.
    pub after: FoundMessage,
    pub limit: usize,
}

pub(in crate::store) const EMPTY: [&str; 1] = ["delete from message_words"];

impl Worded {
    fn statement(&self) -> Statement {
        match self {
            Self::Said { channel, seq, org, author, at, words } => (
                "insert into message_words (channel_id, seq, org_id, author_id, at, words) values ($1, $2, $3, $4, $5, $6)
                 on conflict (channel_id, seq) do nothing",
                vec![
                    id(*channel),
                    number(*seq),
                    id(*org),
                    id(*author),
                    Value::Number(*at),
                    Value::Text(Some(words.clone())),
                ],
            ),
            Self::Changed { channel, seq, words } => (
                "update message_words set words = $3 where channel_id = $1 and seq = $2",
                vec![id(*channel), number(*seq), Value::Text(Some(words.clone()))],
            ),
            Self::Gone { channel, seq } => {
                ("delete from message_words where channel_id = $1 and seq = $2", vec![id(*channel), number(*seq)])
            }
            Self::Dropped(org) => ("delete from message_words where org_id = $1", vec![id(*org)]),
        }
    }
}

/// As PostgreSQL asks for it (`tsquery`). Words hold letters and digits alone.
fn tsquery(terms: &[Term]) -> String {
    let term = |term: &Term| match term {
        Term::Begins(word) => format!("'{word}':*"),
        Term::Phrase(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            format!("({})", words.join(" <-> "))
        }
    };
    terms.iter().map(term).collect::<Vec<_>>().join(" & ")
}

/// As FTS5 of SQLite does.
fn fts5(terms: &[Term]) -> String {
    let term = |term: &Term| match term {
        Term::Begins(word) => format!("\"{word}\"*"),
        Term::Phrase(words) => format!("\"{}\"", words.join(" ")),
    };
    terms.iter().map(term).collect::<Vec<_>>().join(" AND ")
}

impl Projections {
    /// As [`Self::apply`].
    pub async fn note_words(&self, lease: &Lease, changes: &[Worded], cursor: Position) -> Result<(), StoreError> {
        self.save(lease, changes.iter().map(Worded::statement).collect(), cursor).await
    }

    /// Messages in which all of this is, newest first.
    pub async fn find_messages(&self, query: &MessageQuery<'_>) -> Result<Vec<FoundMessage>, StoreError> {
        let author = query.author.map(|account| account.0);
        let channels: Vec<Uuid> = query.channels.iter().map(|channel| channel.0).collect();
        let (after, limit) = (query.after, rows::signed(query.limit as u64));
        let found: Vec<(i64, Uuid, i64)> = match &self.db {
            Db::Postgres(pool) => {
                let sql = "select at, channel_id, seq from message_words
                    where to_tsvector('simple', words) @@ $1::text::tsquery and org_id = $2 and channel_id = any($3)
                    and ($4::uuid is null or author_id = $4) and (at, channel_id, seq) < ($5, $6, $7)
                    order by at desc, channel_id desc, seq desc limit $8";
                sqlx::query_as(sql)
                    .bind(tsquery(query.terms))
                    .bind(query.org.0)
                    .bind(&channels)
                    .bind(author)
                    .bind(after.at)
                    .bind(after.channel.0)
                    .bind(rows::signed(after.seq))
                    .bind(limit)
                    .fetch_all(pool)
                    .await?
            }
            Db::Sqlite(file) => {
                let sql =
                    "select m.at, m.channel_id, m.seq from message_search s join message_words m on m.id = s.rowid
                    where s.words match $1 and m.org_id = $2
                    and m.channel_id in (select unhex(value) from json_each($3))
                    and ($4 is null or m.author_id = $4) and (m.at, m.channel_id, m.seq) < ($5, $6, $7)
                    order by m.at desc, m.channel_id desc, m.seq desc limit $8";
                sqlx::query_as(sql)
                    .bind(fts5(query.terms))
                    .bind(query.org.0)
                    .bind(rows::json_ids(&channels))
                    .bind(author)
                    .bind(after.at)
                    .bind(after.channel.0)
                    .bind(rows::signed(after.seq))
                    .bind(limit)
                    .fetch_all(&file.read)
                    .await?
            }
        };
        let message = |(at, channel, seq): (i64, Uuid, i64)| FoundMessage {
            at,
            channel: channel.into(),
            seq: rows::unsigned(seq),
        };
        Ok(found.into_iter().map(message).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{fts5, tsquery};
    use crate::words::terms;

    #[test]
    fn a_question_is_asked_of_both_databases() {
        let terms = terms("Blue' \"red* Wine\" gr:");
        assert_eq!(tsquery(&terms), "'blue':* & ('red' <-> 'wine') & 'gr':*");
        assert_eq!(fts5(&terms), "\"blue\"* AND \"red wine\" AND \"gr\"*");
    }
}
