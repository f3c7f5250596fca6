//! Read tables of channels: which there are, who is in them, and when something was last said there. It must never say who may see one: who
//! asks does, of the live channel or by its rule.

use std::collections::BTreeMap;

use lockstep_protocol::ids::{AccountId, ChannelId, OrgId, TeamId};
use uuid::Uuid;

use super::{
    Projections,
    lists::all,
    statements::{Statement, Value, id, number, text},
};
use crate::store::{
    StoreError,
    db::{Db, on_db},
    rows,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    pub channel: ChannelId,
    pub org: OrgId,
    pub team: Option<TeamId>,
    pub kind: String,
    pub name: String,
    pub purpose: String,
    pub state: String,
    pub created_at: i64,
    /// When something was last said, or when it was founded.
    pub spoken_at: i64,
    /// The last event of the channel's stream that this row knows, messages aside.
    pub seq: u64,
}

/// A channel that somebody is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnChannelRow {
    pub channel: ChannelRow,
    pub role: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelMemberRow {
    pub channel: ChannelId,
    pub account: AccountId,
    pub org: OrgId,
    pub role: String,
}

/// What to change in the row of a channel; `None` keeps. A row that is not there stays away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelPatch {
    pub name: Option<String>,
    pub purpose: Option<String>,
    pub state: Option<String>,
}

/// One effect of an event on the lists of channels. Each may be repeated without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelChange {
    Made(ChannelRow),
    Patched(ChannelId, u64, ChannelPatch),
    /// With everybody in it.
    Gone(ChannelId),
    Joined(ChannelMemberRow),
    Left(ChannelId, AccountId),
    /// Something was said then.
    Spoken(ChannelId, i64),
}

/// What goes with an organization. Members are known by their channels: those come first.
pub(super) const DROP: [&str; 2] = [
    "delete from channel_members where channel_id in (select channel_id from channels where org_id = $1)",
    "delete from channels where org_id = $1",
];

impl ChannelChange {
    pub(super) fn statements(&self) -> Vec<Statement> {
        match self {
            Self::Made(row) => vec![made(row)],
            Self::Patched(channel, seq, patch) => vec![(
                "update channels set name = coalesce($2, name), purpose = coalesce($3, purpose), state = coalesce($4, state),
                 seq = $5 where channel_id = $1",
                vec![
                    id(*channel),
                    Value::Text(patch.name.clone()),
                    Value::Text(patch.purpose.clone()),
                    Value::Text(patch.state.clone()),
                    number(*seq),
                ],
            )],
            Self::Gone(channel) => vec![
                ("delete from channel_members where channel_id = $1", vec![id(*channel)]),
                ("delete from channels where channel_id = $1", vec![id(*channel)]),
            ],
            Self::Joined(row) => vec![(
                "insert into channel_members (channel_id, account_id, org_id, role) values ($1, $2, $3, $4)
                 on conflict (channel_id, account_id) do update set role = excluded.role",
                vec![id(row.channel), id(row.account), id(row.org), text(&row.role)],
            )],
            Self::Left(channel, account) => vec![(
                "delete from channel_members where channel_id = $1 and account_id = $2",
                vec![id(*channel), id(*account)],
            )],
            Self::Spoken(channel, at) => vec![(
                "update channels set spoken_at = $2 where channel_id = $1 and spoken_at < $2",
                vec![id(*channel), Value::Number(*at)],
            )],
        }
    }
}

fn made(row: &ChannelRow) -> Statement {
    let sql =
        "insert into channels (channel_id, org_id, team_id, kind, name, purpose, state, created_at, spoken_at, seq)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (channel_id) do update set team_id = excluded.team_id, kind = excluded.kind, name = excluded.name,
        purpose = excluded.purpose, state = excluded.state, seq = excluded.seq";
    let values = vec![
        id(row.channel),
        id(row.org),
        Value::Id(row.team.map(Into::into)),
        text(&row.kind),
        text(&row.name),
        text(&row.purpose),
        text(&row.state),
        Value::Number(row.created_at),
        Value::Number(row.spoken_at),
        number(row.seq),
    ];
    (sql, values)
}

#[derive(sqlx::FromRow)]
struct Channel {
    channel_id: Uuid,
    org_id: Uuid,
    team_id: Option<Uuid>,
    kind: String,
    name: String,
    purpose: String,
    state: String,
    created_at: i64,
    spoken_at: i64,
    seq: i64,
}

impl From<Channel> for ChannelRow {
    fn from(row: Channel) -> Self {
        Self {
            channel: row.channel_id.into(),
            org: row.org_id.into(),
            team: row.team_id.map(Into::into),
            kind: row.kind,
            name: row.name,
            purpose: row.purpose,
            state: row.state,
            created_at: row.created_at,
            spoken_at: row.spoken_at,
            seq: rows::unsigned(row.seq),
        }
    }
}

#[derive(sqlx::FromRow)]
struct OwnChannel {
    #[sqlx(flatten)]
    channel: Channel,
    role: String,
}

impl From<OwnChannel> for OwnChannelRow {
    fn from(row: OwnChannel) -> Self {
        Self { channel: row.channel.into(), role: row.role }
    }
}

impl Projections {
    /// The open channels of an organization: no more than it has places for.
    pub async fn open_channels(&self, org: OrgId) -> Result<Vec<ChannelRow>, StoreError> {
        let sql = "select * from channels where org_id = $1 and kind = 'open' order by channel_id";
        let rows: Vec<Channel> = on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_all(pool).await?);
        Ok(all(rows))
    }

    /// The channels of an organization that somebody is in, of any kind.
    pub async fn channels_of(&self, account: AccountId, org: OrgId) -> Result<Vec<OwnChannelRow>, StoreError> {
        let sql = "select c.*, m.role from channels c join channel_members m on m.channel_id = c.channel_id
            where m.account_id = $1 and m.org_id = $2 order by c.channel_id";
        let rows: Vec<OwnChannel> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).bind(org.0).fetch_all(pool).await?);
        Ok(all(rows))
    }

    /// How many are in each of these channels; one that is not there is left out.
    pub async fn channel_sizes(&self, channels: &[ChannelId]) -> Result<BTreeMap<ChannelId, u64>, StoreError> {
        let ids: Vec<Uuid> = channels.iter().map(|channel| channel.0).collect();
        let found: Vec<(Uuid, i64)> = match &self.db {
            Db::Postgres(pool) => {
                let sql =
                    "select channel_id, count(*) from channel_members where channel_id = any($1) group by channel_id";
                sqlx::query_as(sql).bind(&ids).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql = "select channel_id, count(*) from channel_members
                    where channel_id in (select unhex(value) from json_each($1)) group by channel_id";
                sqlx::query_as(sql).bind(rows::json_ids(&ids)).fetch_all(&file.read).await?
            }
        };
        Ok(found.into_iter().map(|(channel, count)| (channel.into(), rows::unsigned(count))).collect())
    }
}
