//! When to ask which board what has come due there. It must never say what: the board alone knows.

use lockstep_protocol::ids::{BoardId, OrgId};
use uuid::Uuid;

use super::{
    Lease, Position, Projections, StoreError,
    statements::{Statement, id},
};
use crate::store::db::on_db;

/// What an event means for when a board is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// It may have something to say sooner than was thought: it is asked now.
    Changed(OrgId, BoardId),
    /// Nothing of an organization is left to ask.
    Dropped(OrgId),
}

/// A board that is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub org: OrgId,
    pub board: BoardId,
    pub turn: i64,
}

/// When to ask a board that has nothing to say as it is.
pub const NEVER: i64 = i64::MAX;

pub(in crate::store) const EMPTY: [&str; 1] = ["delete from alarms"];

impl Alarm {
    fn statement(&self) -> Statement {
        match self {
            Self::Changed(org, board) => (
                "insert into alarms (board_id, org_id, due_at, turn) values ($1, $2, 0, 1)
                 on conflict (board_id) do update set due_at = 0, turn = alarms.turn + 1",
                vec![id(*board), id(*org)],
            ),
            Self::Dropped(org) => ("delete from alarms where org_id = $1", vec![id(*org)]),
        }
    }
}

impl Projections {
    /// As [`Self::apply`].
    pub async fn alarm(&self, lease: &Lease, changes: &[Alarm], cursor: Position) -> Result<(), StoreError> {
        self.save(lease, changes.iter().map(Alarm::statement).collect(), cursor).await
    }

    /// Boards that are to be asked by then, those that wait longest first.
    pub async fn alarms_due(&self, now: i64, limit: u32) -> Result<Vec<Asked>, StoreError> {
        let sql = "select org_id, board_id, turn from alarms where due_at <= $1 order by due_at, board_id limit $2";
        let rows: Vec<(Uuid, Uuid, i64)> = on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(now).bind(i64::from(limit)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(org, board, turn)| Asked { org: org.into(), board: board.into(), turn }).collect())
    }

    /// Says when to ask a board next, unless something happened there since it was to be asked.
    pub async fn ask_again(&self, asked: Asked, due_at: i64) -> Result<(), StoreError> {
        let sql = "update alarms set due_at = $3 where board_id = $1 and turn = $2";
        on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(asked.board.0).bind(asked.turn).bind(due_at).execute(pool).await?.rows_affected());
        Ok(())
    }
}
