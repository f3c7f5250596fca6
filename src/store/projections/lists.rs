//! What can be asked of the read tables. Lists go by id (ids are in order of creation), a page at a time.

use lockstep_protocol::ids::{AccountId, BoardId, OrgId, TeamId};
use uuid::Uuid;

use super::{BoardMemberRow, BoardRow, MembershipRow, OrganizationRow, Projections, TeamRow};
use crate::store::{StoreError, db::on_db, rows};

#[derive(sqlx::FromRow)]
struct Organization {
    org_id: Uuid,
    name: String,
    state: String,
    seq: i64,
}

impl From<Organization> for OrganizationRow {
    fn from(row: Organization) -> Self {
        Self { org: row.org_id.into(), name: row.name, state: row.state, seq: rows::unsigned(row.seq) }
    }
}

#[derive(sqlx::FromRow)]
struct Membership {
    account_id: Uuid,
    org_id: Uuid,
    role: String,
    status: String,
}

impl From<Membership> for MembershipRow {
    fn from(row: Membership) -> Self {
        Self { account: row.account_id.into(), org: row.org_id.into(), role: row.role, status: row.status }
    }
}

#[derive(sqlx::FromRow)]
struct Team {
    team_id: Uuid,
    org_id: Uuid,
    name: String,
    state: String,
    seq: i64,
}

impl From<Team> for TeamRow {
    fn from(row: Team) -> Self {
        Self {
            team: row.team_id.into(),
            org: row.org_id.into(),
            name: row.name,
            state: row.state,
            seq: rows::unsigned(row.seq),
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct Board {
    board_id: Uuid,
    org_id: Uuid,
    team_id: Option<Uuid>,
    name: String,
    key: String,
    visibility: String,
    state: String,
    template: i64,
    created_at: i64,
    seq: i64,
}

impl From<Board> for BoardRow {
    fn from(row: Board) -> Self {
        Self {
            board: row.board_id.into(),
            org: row.org_id.into(),
            team: row.team_id.map(Into::into),
            name: row.name,
            key: row.key,
            visibility: row.visibility,
            state: row.state,
            template: row.template != 0,
            created_at: row.created_at,
            seq: rows::unsigned(row.seq),
        }
    }
}

#[derive(sqlx::FromRow)]
struct BoardMember {
    board_id: Uuid,
    account_id: Uuid,
    org_id: Uuid,
    role: String,
}

impl From<BoardMember> for BoardMemberRow {
    fn from(row: BoardMember) -> Self {
        Self { board: row.board_id.into(), account: row.account_id.into(), org: row.org_id.into(), role: row.role }
    }
}

pub(super) fn all<Row: Into<Plain>, Plain>(rows: Vec<Row>) -> Vec<Plain> {
    rows.into_iter().map(Into::into).collect()
}

impl Projections {
    pub async fn organization(&self, org: OrgId) -> Result<Option<OrganizationRow>, StoreError> {
        let sql = "select * from organizations where org_id = $1";
        let row: Option<Organization> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// The organizations that an account belongs to, whatever its role and status there.
    pub async fn organizations_of(&self, account: AccountId) -> Result<Vec<OrganizationRow>, StoreError> {
        let sql = "select o.* from organizations o join memberships m on m.org_id = o.org_id
            where m.account_id = $1 order by o.org_id";
        let rows: Vec<Organization> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).fetch_all(pool).await?);
        Ok(all(rows))
    }

    pub async fn memberships_of(&self, account: AccountId) -> Result<Vec<MembershipRow>, StoreError> {
        let sql = "select * from memberships where account_id = $1 order by org_id";
        let rows: Vec<Membership> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).fetch_all(pool).await?);
        Ok(all(rows))
    }

    pub async fn members_of(
        &self,
        org: OrgId,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<MembershipRow>, StoreError> {
        let sql = "select * from memberships where org_id = $1 and account_id > $2 order by account_id limit $3";
        let after = after.unwrap_or(AccountId::NIL);
        let rows: Vec<Membership> = on_db!(&self.db, read, pool => sqlx::query_as(sql)
            .bind(org.0)
            .bind(after.0)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        Ok(all(rows))
    }

    pub async fn teams_of(&self, org: OrgId, after: Option<TeamId>, limit: u32) -> Result<Vec<TeamRow>, StoreError> {
        let sql = "select * from teams where org_id = $1 and team_id > $2 order by team_id limit $3";
        let after = after.unwrap_or(TeamId::NIL);
        let rows: Vec<Team> = on_db!(&self.db, read, pool => sqlx::query_as(sql)
            .bind(org.0)
            .bind(after.0)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        Ok(all(rows))
    }

    /// Those that are not deleted: no more than an organization has places for.
    pub async fn teams_in_use(&self, org: OrgId) -> Result<Vec<TeamRow>, StoreError> {
        let sql = "select * from teams where org_id = $1 and state = 'active' order by team_id";
        let rows: Vec<Team> = on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_all(pool).await?);
        Ok(all(rows))
    }

    /// A board by its whole path: one of another organization is not found.
    pub async fn board(&self, org: OrgId, board: BoardId) -> Result<Option<BoardRow>, StoreError> {
        let sql = "select * from boards where board_id = $2 and org_id = $1";
        let row: Option<Board> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).bind(board.0).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// Every board of an organization; who may see which is the caller's matter.
    pub async fn boards_of(&self, org: OrgId, after: Option<BoardId>, limit: u32) -> Result<Vec<BoardRow>, StoreError> {
        let sql = "select * from boards where org_id = $1 and board_id > $2 order by board_id limit $3";
        let after = after.unwrap_or(BoardId::NIL);
        let rows: Vec<Board> = on_db!(&self.db, read, pool => sqlx::query_as(sql)
            .bind(org.0)
            .bind(after.0)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        Ok(all(rows))
    }

    pub async fn board_members(&self, board: BoardId) -> Result<Vec<BoardMemberRow>, StoreError> {
        let sql = "select * from board_members where board_id = $1 order by account_id";
        let rows: Vec<BoardMember> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(board.0).fetch_all(pool).await?);
        Ok(all(rows))
    }

    /// The boards of an organization on which an account has a role of its own.
    pub async fn board_roles_of(&self, account: AccountId, org: OrgId) -> Result<Vec<BoardMemberRow>, StoreError> {
        let sql = "select * from board_members where account_id = $1 and org_id = $2 order by board_id";
        let rows: Vec<BoardMember> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).bind(org.0).fetch_all(pool).await?);
        Ok(all(rows))
    }
}
