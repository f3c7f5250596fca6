//! On which boards people have time, and between which moments. It must never say how much, nor on what: the board alone knows.

use lockstep_protocol::{
    ids::{AccountId, BoardId, OrgId},
    values::Micros,
};

use super::{
    BoardRow, Lease, Position, Projections, StoreError,
    lists::{self, Board},
    statements::{Statement, Value, id},
};
use crate::store::{
    db::Db,
    rows::{self, ids},
};

/// One effect of an event. Each may be repeated without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worked {
    /// Somebody has time on a board that began then.
    At(OrgId, BoardId, AccountId, Micros),
    /// Some time on a board began then after all; whose it is, the event does not say.
    MovedTo(BoardId, Micros),
    /// Nothing of an organization is left.
    Dropped(OrgId),
}

pub(in crate::store) const EMPTY: [&str; 1] = ["delete from hours"];

impl Worked {
    fn statement(&self) -> Statement {
        match self {
            Self::At(org, board, account, at) => (
                "insert into hours (board_id, account_id, org_id, first_at, last_at) values ($1, $2, $3, $4, $4)
                 on conflict (board_id, account_id) do update set
                 first_at = case when $4 < hours.first_at then $4 else hours.first_at end,
                 last_at = case when $4 > hours.last_at then $4 else hours.last_at end",
                vec![id(*board), id(*account), id(*org), Value::Number(*at)],
            ),
            Self::MovedTo(board, at) => (
                "update hours set first_at = case when $2 < first_at then $2 else first_at end,
                 last_at = case when $2 > last_at then $2 else last_at end where board_id = $1",
                vec![id(*board), Value::Number(*at)],
            ),
            Self::Dropped(org) => ("delete from hours where org_id = $1", vec![id(*org)]),
        }
    }
}

impl Projections {
    /// As [`Self::apply`].
    pub async fn note_hours(&self, lease: &Lease, changes: &[Worked], cursor: Position) -> Result<(), StoreError> {
        self.save(lease, changes.iter().map(Worked::statement).collect(), cursor).await
    }

    /// The boards out of the trash on which any of these may have time that began from `from` on and before `to`.
    pub async fn boards_with_hours(
        &self,
        org: OrgId,
        of: &[AccountId],
        (from, to): (Micros, Micros),
    ) -> Result<Vec<BoardRow>, StoreError> {
        let rows: Vec<Board> = match &self.db {
            Db::Postgres(pool) => {
                let sql = "select * from boards where org_id = $1 and state <> 'deleted' and board_id in
                    (select board_id from hours where org_id = $1 and last_at >= $3 and first_at < $4 and account_id = any($2))
                    order by board_id";
                sqlx::query_as(sql).bind(org.0).bind(ids(of)).bind(from).bind(to).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql = "select * from boards where org_id = $1 and state <> 'deleted' and board_id in
                    (select board_id from hours where org_id = $1 and last_at >= $3 and first_at < $4
                     and account_id in (select unhex(value) from json_each($2)))
                    order by board_id";
                sqlx::query_as(sql)
                    .bind(org.0)
                    .bind(rows::json_ids(&ids(of)))
                    .bind(from)
                    .bind(to)
                    .fetch_all(&file.read)
                    .await?
            }
        };
        Ok(lists::all(rows))
    }
}
