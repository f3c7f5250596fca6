//! Read tables: which organizations, teams, boards and memberships there are, for lists that cross aggregates. They can
//! be rebuilt from the journal at any time, so it must never hold anything that is not in it; the right to act is
//! decided by the live aggregates, never here.

mod lists;

use lockstep_protocol::{
    ids::{AccountId, BoardId, OrgId, TeamId},
    position::Position,
};
use sqlx::{Database, Encode, Executor, IntoArguments, Type};
use uuid::Uuid;

use super::{
    StoreError,
    consumers::{Lease, SAVE_CURSOR},
    db::{Db, in_tx},
    rows,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationRow {
    pub org: OrgId,
    pub name: String,
    pub state: String,
    /// The last event of the organization's stream that this row knows.
    pub seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipRow {
    pub account: AccountId,
    pub org: OrgId,
    pub role: String,
    pub status: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRow {
    pub team: TeamId,
    pub org: OrgId,
    pub name: String,
    pub state: String,
    pub seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardRow {
    pub board: BoardId,
    pub org: OrgId,
    pub team: Option<TeamId>,
    pub name: String,
    pub key: String,
    pub visibility: String,
    pub state: String,
    pub created_at: i64,
    /// The last event of the board's stream that this row knows.
    pub seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardMemberRow {
    pub board: BoardId,
    pub account: AccountId,
    pub org: OrgId,
    pub role: String,
}

/// What to change in a row of a stream; `None` keeps. A row that is not there stays away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    pub name: Option<String>,
    pub key: Option<String>,
    pub team: Option<TeamId>,
    pub visibility: Option<String>,
    pub state: Option<String>,
}

/// One effect of an event. Rows are replaced whole; each change may be repeated without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Organization(OrganizationRow),
    PatchOrganization(OrgId, u64, Patch),
    Membership(MembershipRow),
    MembershipRemoved(AccountId, OrgId),
    Team(TeamRow),
    PatchTeam(TeamId, u64, Patch),
    Board(BoardRow),
    PatchBoard(BoardId, u64, Patch),
    BoardMember(BoardMemberRow),
    BoardMemberRemoved(BoardId, AccountId),
}

#[derive(Clone)]
pub struct Projections {
    pub(super) db: Db,
}

impl Projections {
    /// Applies changes and saves the worker's cursor, all or nothing. `LeaseLost` where another node took over.
    pub async fn apply(&self, lease: &Lease, changes: &[Change], cursor: Position) -> Result<(), StoreError> {
        in_tx!(&self.db, tx => {
            let saved = sqlx::query(SAVE_CURSOR)
                .bind(&lease.name)
                .bind(lease.fence)
                .bind(rows::small(cursor.era))
                .bind(rows::signed(cursor.transaction))
                .bind(cursor.stream)
                .bind(rows::signed(cursor.seq))
                .execute(&mut *tx)
                .await?;
            if saved.rows_affected() != 1 {
                return Err(StoreError::LeaseLost);
            }
            for change in changes {
                apply_one(&mut *tx, change).await?;
            }
        });
        Ok(())
    }

    /// Empties every read table and sets this consumer to the start: it will build them anew.
    pub async fn reset(&self, lease: &Lease) -> Result<(), StoreError> {
        in_tx!(&self.db, tx => {
            let saved = sqlx::query("update consumers set era = 0, xid = 0, seq = 0 where name = $1 and fence = $2")
                .bind(&lease.name)
                .bind(lease.fence)
                .execute(&mut *tx)
                .await?;
            if saved.rows_affected() != 1 {
                return Err(StoreError::LeaseLost);
            }
            for sql in EMPTY {
                sqlx::query(sql).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
}

/// Empties each table.
pub(super) const EMPTY: [&str; 5] = [
    "delete from organizations",
    "delete from memberships",
    "delete from teams",
    "delete from boards",
    "delete from board_members",
];

/// Writes one change. Generic over the database: the SQL is the same text for both.
async fn apply_one<'c, D, E>(executor: E, change: &Change) -> Result<(), sqlx::Error>
where
    D: Database,
    E: Executor<'c, Database = D>,
    D::Arguments: IntoArguments<D>,
    Uuid: for<'q> Encode<'q, D> + Type<D>,
    String: for<'q> Encode<'q, D> + Type<D>,
    i64: for<'q> Encode<'q, D> + Type<D>,
    Option<Uuid>: for<'q> Encode<'q, D> + Type<D>,
    Option<String>: for<'q> Encode<'q, D> + Type<D>,
{
    let query = match change.clone() {
        Change::Organization(row) => sqlx::query(
            "insert into organizations (org_id, name, state, seq) values ($1, $2, $3, $4)
             on conflict (org_id) do update set name = excluded.name, state = excluded.state, seq = excluded.seq",
        )
        .bind(row.org.0)
        .bind(row.name)
        .bind(row.state)
        .bind(rows::signed(row.seq)),
        Change::PatchOrganization(org, seq, patch) => sqlx::query(
            "update organizations set name = coalesce($2, name), state = coalesce($3, state), seq = $4
             where org_id = $1",
        )
        .bind(org.0)
        .bind(patch.name)
        .bind(patch.state)
        .bind(rows::signed(seq)),
        Change::Membership(row) => sqlx::query(
            "insert into memberships (account_id, org_id, role, status) values ($1, $2, $3, $4)
             on conflict (account_id, org_id) do update set role = excluded.role, status = excluded.status",
        )
        .bind(row.account.0)
        .bind(row.org.0)
        .bind(row.role)
        .bind(row.status),
        Change::MembershipRemoved(account, org) => {
            sqlx::query("delete from memberships where account_id = $1 and org_id = $2").bind(account.0).bind(org.0)
        }
        Change::Team(row) => sqlx::query(
            "insert into teams (team_id, org_id, name, state, seq) values ($1, $2, $3, $4, $5)
             on conflict (team_id) do update set name = excluded.name, state = excluded.state, seq = excluded.seq",
        )
        .bind(row.team.0)
        .bind(row.org.0)
        .bind(row.name)
        .bind(row.state)
        .bind(rows::signed(row.seq)),
        Change::PatchTeam(team, seq, patch) => sqlx::query(
            "update teams set name = coalesce($2, name), state = coalesce($3, state), seq = $4 where team_id = $1",
        )
        .bind(team.0)
        .bind(patch.name)
        .bind(patch.state)
        .bind(rows::signed(seq)),
        Change::Board(row) => sqlx::query(
            "insert into boards (board_id, org_id, team_id, name, key, visibility, state, created_at, seq)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (board_id) do update set team_id = excluded.team_id, name = excluded.name, key = excluded.key,
             visibility = excluded.visibility, state = excluded.state, seq = excluded.seq",
        )
        .bind(row.board.0)
        .bind(row.org.0)
        .bind(row.team.map(|team| team.0))
        .bind(row.name)
        .bind(row.key)
        .bind(row.visibility)
        .bind(row.state)
        .bind(row.created_at)
        .bind(rows::signed(row.seq)),
        Change::PatchBoard(board, seq, patch) => sqlx::query(
            "update boards set name = coalesce($2, name), key = coalesce($3, key), team_id = coalesce($4, team_id),
             visibility = coalesce($5, visibility), state = coalesce($6, state), seq = $7 where board_id = $1",
        )
        .bind(board.0)
        .bind(patch.name)
        .bind(patch.key)
        .bind(patch.team.map(|team| team.0))
        .bind(patch.visibility)
        .bind(patch.state)
        .bind(rows::signed(seq)),
        Change::BoardMember(row) => sqlx::query(
            "insert into board_members (board_id, account_id, org_id, role) values ($1, $2, $3, $4)
             on conflict (board_id, account_id) do update set role = excluded.role",
        )
        .bind(row.board.0)
        .bind(row.account.0)
        .bind(row.org.0)
        .bind(row.role),
        Change::BoardMemberRemoved(board, account) => {
            sqlx::query("delete from board_members where board_id = $1 and account_id = $2")
                .bind(board.0)
                .bind(account.0)
        }
    };
    query.execute(executor).await?;
    Ok(())
}
