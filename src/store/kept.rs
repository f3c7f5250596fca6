//! What people keep for themselves of boards: views of their own, and stars. It must never be asked for anybody but its owner, nor keep
//! anything of somebody who is being forgotten.

use lockstep_protocol::ids::{AccountId, BoardId, OrgId, ViewId};
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, in_tx, on_db},
};

/// A view of a board that one person saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnView {
    pub id: ViewId,
    pub name: String,
    /// What it shows, as JSON.
    pub look: String,
}

/// What became of something that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept; false: it was so before.
    Is { changed: bool },
    /// There is so much already that there is no room.
    Full { limit: usize },
    /// The account is no more, or the id is that of a view of another board.
    Nowhere,
}

/// See the module.
#[derive(Clone)]
pub struct Keeps {
    pub(super) db: Db,
}

/// Holds the row of an account that may act until the end of the transaction: what it keeps is counted by one at a time.
const HOLD: &str = "update accounts set status = status where id = $1 and status = 1";

type Row = (Uuid, String, String);

fn own_view((id, name, look): Row) -> OwnView {
    OwnView { id: id.into(), name, look }
}

impl Keeps {
    /// The views that somebody saved of a board, by their names.
    pub async fn views(&self, account: AccountId, board: BoardId) -> Result<Vec<OwnView>, StoreError> {
        let sql = "select view_id, name, look from own_views where account_id = $1 and board_id = $2
            order by name, view_id limit 1000";
        let rows: Vec<Row> = on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(account.0).bind(board.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(own_view).collect())
    }

    pub async fn view(&self, account: AccountId, board: BoardId, view: ViewId) -> Result<Option<OwnView>, StoreError> {
        let sql = "select view_id, name, look from own_views
            where account_id = $1 and board_id = $2 and view_id = $3";
        let row: Option<Row> = on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(account.0).bind(board.0).bind(view.0).fetch_optional(pool).await?);
        Ok(row.map(own_view))
    }

    /// Keeps a view, in the place of the one with its id where there is one. `most`: of one board, and of all.
    pub async fn put_view(
        &self,
        account: AccountId,
        (org, board): (OrgId, BoardId),
        view: &OwnView,
        most: (usize, usize),
        at: i64,
    ) -> Result<Kept, StoreError> {
        let count = "select count(*), count(case when board_id = $2 then 1 end) from own_views
            where account_id = $1 and view_id <> $3";
        let put = "insert into own_views (account_id, view_id, org_id, board_id, name, look, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (account_id, view_id) do update
            set name = excluded.name, look = excluded.look, changed_at = excluded.changed_at
            where own_views.board_id = excluded.board_id and own_views.org_id = excluded.org_id";
        let put = in_tx!(&self.db, tx => {
            let held = sqlx::query(HOLD).bind(account.0).execute(&mut *tx).await?.rows_affected();
            if held == 0 {
                return Ok(Kept::Nowhere);
            }
            let (all, here): (i64, i64) = sqlx::query_as(count)
                .bind(account.0)
                .bind(board.0)
                .bind(view.id.0)
                .fetch_one(&mut *tx)
                .await?;
            for (there, limit) in [(here, most.0), (all, most.1)] {
                if usize::try_from(there).unwrap_or(usize::MAX) >= limit {
                    return Ok(Kept::Full { limit });
                }
            }
            sqlx::query(put)
                .bind(account.0)
                .bind(view.id.0)
                .bind(org.0)
                .bind(board.0)
                .bind(&view.name)
                .bind(&view.look)
                .bind(at)
                .execute(&mut *tx)
                .await?
                .rows_affected()
        });
        Ok(if put == 0 { Kept::Nowhere } else { Kept::Is { changed: true } })
    }

    /// False where there is no such view.
    pub async fn remove_view(&self, account: AccountId, board: BoardId, view: ViewId) -> Result<bool, StoreError> {
        let sql = "delete from own_views where account_id = $1 and board_id = $2 and view_id = $3";
        let gone = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(account.0).bind(board.0).bind(view.0).execute(pool).await?.rows_affected());
        Ok(gone > 0)
    }

    /// The boards that somebody starred, first the one that was first.
    pub async fn stars(&self, account: AccountId) -> Result<Vec<(OrgId, BoardId)>, StoreError> {
        let sql = "select org_id, board_id from stars where account_id = $1 order by starred_at, board_id limit 1000";
        let rows: Vec<(Uuid, Uuid)> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(account.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(org, board)| (org.into(), board.into())).collect())
    }

    pub async fn star(
        &self,
        account: AccountId,
        (org, board): (OrgId, BoardId),
        most: usize,
        at: i64,
    ) -> Result<Kept, StoreError> {
        let count = "select count(*) from stars where account_id = $1 and board_id <> $2";
        let put = "insert into stars (account_id, board_id, org_id, starred_at) values ($1, $2, $3, $4)
            on conflict (account_id, board_id) do nothing";
        let put = in_tx!(&self.db, tx => {
            let held = sqlx::query(HOLD).bind(account.0).execute(&mut *tx).await?.rows_affected();
            if held == 0 {
                return Ok(Kept::Nowhere);
            }
            let all: i64 = sqlx::query_scalar(count).bind(account.0).bind(board.0).fetch_one(&mut *tx).await?;
            if usize::try_from(all).unwrap_or(usize::MAX) >= most {
                return Ok(Kept::Full { limit: most });
            }
            sqlx::query(put).bind(account.0).bind(board.0).bind(org.0).bind(at).execute(&mut *tx).await?.rows_affected()
        });
        Ok(Kept::Is { changed: put > 0 })
    }

    /// Whether there was a star.
    pub async fn unstar(&self, account: AccountId, board: BoardId) -> Result<bool, StoreError> {
        let sql = "delete from stars where account_id = $1 and board_id = $2";
        let gone = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(account.0).bind(board.0).execute(pool).await?.rows_affected());
        Ok(gone > 0)
    }

    /// All that anybody keeps of the boards of an organization that has ended.
    pub async fn forget_org(&self, org: OrgId) -> Result<(), StoreError> {
        for sql in ["delete from own_views where org_id = $1", "delete from stars where org_id = $1"] {
            on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).execute(pool).await?.rows_affected());
        }
        Ok(())
    }
}
