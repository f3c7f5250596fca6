//! What is counted: open tasks by whose they are, and who is in which team. It must never say which board somebody may see: who asks
//! for counts names the boards.

use lockstep_protocol::ids::{AccountId, BoardId, OrgId, TaskId, TeamId};
use uuid::Uuid;

use super::{
    BoardRow, Lease, Position, Projections, SAVE_CURSOR, StoreError,
    lists::{self, Board},
    statements::{Statement, Value, id},
};
use crate::store::{
    db::{Db, in_tx, on_db},
    rows::{self, ids},
};

/// One effect of an event on what is counted. Each may be repeated without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tally {
    TaskMade(OrgId, BoardId, TaskId),
    /// It is on another board.
    TaskGone(BoardId, TaskId),
    /// `None` keeps.
    TaskState(BoardId, TaskId, Option<bool>, Option<String>),
    /// What follows from the state, for whoever has the task.
    TaskSettled(BoardId, TaskId),
    Assigned(BoardId, TaskId, AccountId),
    Unassigned(BoardId, TaskId, AccountId),
    /// From one to the other, where the first has it.
    Handed(BoardId, TaskId, AccountId, AccountId),
    TeamJoined(OrgId, TeamId, AccountId),
    TeamLeft(TeamId, AccountId),
    /// Nothing of an organization is counted any more.
    Dropped(OrgId),
}

impl Tally {
    pub(super) fn statements(&self) -> Vec<Statement> {
        let one = match self {
            Self::Dropped(org) => return DROP.into_iter().map(|sql| (sql, vec![id(*org)])).collect(),
            Self::TaskGone(board, task) => return GONE.into_iter().map(|sql| (sql, vec![id(*board), id(*task)])).collect(),
            Self::TaskMade(org, board, task) => (
                "insert into tasks (board_id, task_id, org_id, done, state) values ($1, $2, $3, 0, 'active')
                 on conflict (board_id, task_id) do nothing",
                vec![id(*board), id(*task), id(*org)],
            ),
            Self::TaskState(board, task, done, state) => (
                "update tasks set done = coalesce($3, done), state = coalesce($4, state)
                 where board_id = $1 and task_id = $2",
                vec![id(*board), id(*task), Value::Maybe(done.map(i64::from)), Value::Text(state.clone())],
            ),
            Self::TaskSettled(board, task) => (
                "update task_assignees set open =
                 (select case when t.done = 0 and t.state = 'active' then 1 else 0 end from tasks t
                  where t.board_id = $1 and t.task_id = $2)
                 where board_id = $1 and task_id = $2",
                vec![id(*board), id(*task)],
            ),
            Self::Assigned(board, task, account) => (
                "insert into task_assignees (board_id, task_id, account_id, org_id, open)
                 select t.board_id, t.task_id, $3, t.org_id, case when t.done = 0 and t.state = 'active' then 1 else 0 end
                 from tasks t where t.board_id = $1 and t.task_id = $2
                 on conflict (board_id, task_id, account_id) do nothing",
                vec![id(*board), id(*task), id(*account)],
            ),
            Self::Unassigned(board, task, account) => (
                "delete from task_assignees where board_id = $1 and task_id = $2 and account_id = $3",
                vec![id(*board), id(*task), id(*account)],
            ),
            Self::Handed(board, task, from, to) => (
                "update task_assignees set account_id = $4 where board_id = $1 and task_id = $2 and account_id = $3",
                vec![id(*board), id(*task), id(*from), id(*to)],
            ),
            Self::TeamJoined(org, team, account) => (
                "insert into team_members (team_id, account_id, org_id) values ($1, $2, $3)
                 on conflict (team_id, account_id) do nothing",
                vec![id(*team), id(*account), id(*org)],
            ),
            Self::TeamLeft(team, account) => (
                "delete from team_members where team_id = $1 and account_id = $2",
                vec![id(*team), id(*account)],
            ),
        };
        vec![one]
    }
}

const GONE: [&str; 2] = [
    "delete from task_assignees where board_id = $1 and task_id = $2",
    "delete from tasks where board_id = $1 and task_id = $2",
];

const DROP: [&str; 3] = [
    "delete from task_assignees where org_id = $1",
    "delete from tasks where org_id = $1",
    "delete from team_members where org_id = $1",
];

/// Empties each table.
pub(in crate::store) const EMPTY: [&str; 3] =
    ["delete from tasks", "delete from task_assignees", "delete from team_members"];

impl Projections {
    /// As [`Self::apply`].
    pub async fn count(&self, lease: &Lease, changes: &[Tally], cursor: Position) -> Result<(), StoreError> {
        self.save(lease, changes.iter().flat_map(Tally::statements).collect(), cursor).await
    }

    /// Empties what is counted and sets this consumer to the start: it will build it anew.
    pub async fn recount(&self, lease: &Lease) -> Result<(), StoreError> {
        self.save(lease, EMPTY.iter().map(|sql| (*sql, Vec::new())).collect(), Position::START).await
    }

    /// The boards in use that hold open tasks of any of these.
    pub async fn boards_with_open_tasks(&self, org: OrgId, of: &[AccountId]) -> Result<Vec<BoardRow>, StoreError> {
        let rows: Vec<Board> = match &self.db {
            Db::Postgres(pool) => {
                let sql = "select * from boards where org_id = $1 and state = 'active' and board_id in
                    (select board_id from task_assignees where org_id = $1 and open = 1 and account_id = any($2))
                    order by board_id";
                sqlx::query_as(sql).bind(org.0).bind(ids(of)).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql = "select * from boards where org_id = $1 and state = 'active' and board_id in
                    (select board_id from task_assignees where org_id = $1 and open = 1
                     and account_id in (select unhex(value) from json_each($2)))
                    order by board_id";
                sqlx::query_as(sql).bind(org.0).bind(rows::json_ids(&ids(of))).fetch_all(&file.read).await?
            }
        };
        Ok(lists::all(rows))
    }

    /// How many open tasks people have on these boards. A person may have several ids: a task is counted once. Whoever has none is
    /// left out.
    pub async fn open_tasks(
        &self,
        org: OrgId,
        people: &[(AccountId, AccountId)],
        on: &[BoardId],
    ) -> Result<Vec<(AccountId, u64)>, StoreError> {
        let own: Vec<Uuid> = people.iter().map(|(own, _)| own.0).collect();
        let means: Vec<Uuid> = people.iter().map(|(_, person)| person.0).collect();
        let boards: Vec<Uuid> = on.iter().map(|board| board.0).collect();
        let rows: Vec<(Uuid, i64)> = match &self.db {
            Db::Postgres(pool) => {
                let sql = "select person, count(*) from (select distinct p.person, a.board_id, a.task_id
                    from unnest($2::uuid[], $3::uuid[]) as p(id, person)
                    join task_assignees a on a.account_id = p.id and a.org_id = $1 and a.open = 1
                    where a.board_id = any($4)) as had group by person";
                sqlx::query_as(sql).bind(org.0).bind(own).bind(means).bind(boards).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql =
                    "select person, count(*) from (select distinct unhex(p.value) as person, a.board_id, a.task_id
                    from json_each($2) i join json_each($3) p on p.key = i.key
                    join task_assignees a on a.account_id = unhex(i.value) and a.org_id = $1 and a.open = 1
                    where a.board_id in (select unhex(value) from json_each($4))) as had group by person";
                sqlx::query_as(sql)
                    .bind(org.0)
                    .bind(rows::json_ids(&own))
                    .bind(rows::json_ids(&means))
                    .bind(rows::json_ids(&boards))
                    .fetch_all(&file.read)
                    .await?
            }
        };
        Ok(rows.into_iter().map(|(person, tasks)| (person.into(), rows::unsigned(tasks))).collect())
    }

    /// The teams of an organization that these are in, deleted ones left out; by team.
    pub async fn teams_with(&self, org: OrgId, any: &[AccountId]) -> Result<Vec<(TeamId, AccountId)>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> = match &self.db {
            Db::Postgres(pool) => {
                let sql = "select m.team_id, m.account_id from team_members m join teams t on t.team_id = m.team_id
                    where m.org_id = $1 and t.state = 'active' and m.account_id = any($2) order by m.team_id, m.account_id";
                sqlx::query_as(sql).bind(org.0).bind(ids(any)).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql = "select m.team_id, m.account_id from team_members m join teams t on t.team_id = m.team_id
                    where m.org_id = $1 and t.state = 'active'
                    and m.account_id in (select unhex(value) from json_each($2)) order by m.team_id, m.account_id";
                sqlx::query_as(sql).bind(org.0).bind(rows::json_ids(&ids(any))).fetch_all(&file.read).await?
            }
        };
        Ok(rows.into_iter().map(|(team, account)| (team.into(), account.into())).collect())
    }

    /// How many are in each team of an organization that has anybody in it.
    pub async fn team_sizes(&self, org: OrgId) -> Result<Vec<(TeamId, u64)>, StoreError> {
        let sql = "select team_id, count(*) from team_members where org_id = $1 group by team_id order by team_id";
        let rows: Vec<(Uuid, i64)> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(team, members)| (team.into(), rows::unsigned(members))).collect())
    }

    /// Runs statements and saves the worker's cursor, all or nothing. `LeaseLost` where another node took over.
    pub(super) async fn save(
        &self,
        lease: &Lease,
        statements: Vec<Statement>,
        cursor: Position,
    ) -> Result<(), StoreError> {
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
            for (sql, values) in statements {
                let mut query = sqlx::query(sql);
                for value in values {
                    query = match value {
                        Value::Id(id) => query.bind(id),
                        Value::Text(text) => query.bind(text),
                        Value::Number(number) => query.bind(number),
                        Value::Maybe(number) => query.bind(number),
                    };
                }
                query.execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
}
