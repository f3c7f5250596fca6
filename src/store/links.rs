//! Public links of boards: the keyed sums of their secrets, and of which board each is. Whether one is open is in the board's stream. It must
//! never see a secret.

use lockstep_protocol::ids::{BoardId, LinkId, OrgId};
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, on_db},
    factors::SecretSum,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardLink {
    pub id: LinkId,
    pub org: OrgId,
    pub board: BoardId,
    /// Of the secret part: see `vault`.
    pub sum: SecretSum,
    pub created_at: i64,
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    link_id: Uuid,
    org_id: Uuid,
    board_id: Uuid,
    sum: Vec<u8>,
    created_at: i64,
}

impl From<LinkRow> for BoardLink {
    fn from(row: LinkRow) -> Self {
        Self {
            id: row.link_id.into(),
            org: row.org_id.into(),
            board: row.board_id.into(),
            // A check of the table holds the length; what has another fits nothing.
            sum: row.sum.try_into().unwrap_or_default(),
            created_at: row.created_at,
        }
    }
}

/// See the module.
#[derive(Clone)]
pub struct Links {
    pub(super) db: Db,
}

impl Links {
    pub async fn add(&self, new: &BoardLink) -> Result<(), StoreError> {
        let sql = "insert into board_links (link_id, org_id, board_id, sum, created_at) values ($1, $2, $3, $4, $5)";
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(new.id.0)
            .bind(new.org.0)
            .bind(new.board.0)
            .bind(new.sum.as_slice())
            .bind(new.created_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    pub async fn link(&self, id: LinkId) -> Result<Option<BoardLink>, StoreError> {
        let sql = "select link_id, org_id, board_id, sum, created_at from board_links where link_id = $1";
        let row: Option<LinkRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(id.0).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// All that are known of a board, open or not.
    pub async fn of_board(&self, board: BoardId) -> Result<Vec<BoardLink>, StoreError> {
        let sql = "select link_id, org_id, board_id, sum, created_at from board_links where board_id = $1
            order by link_id limit 1000";
        let rows: Vec<LinkRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(board.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// False where the board has no such link.
    pub async fn remove(&self, board: BoardId, id: LinkId) -> Result<bool, StoreError> {
        let sql = "delete from board_links where link_id = $1 and board_id = $2";
        let changed = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(id.0).bind(board.0).execute(pool).await?.rows_affected());
        Ok(changed == 1)
    }

    /// Those of all boards of an organization that has ended.
    pub async fn forget_org(&self, org: OrgId) -> Result<(), StoreError> {
        let sql = "delete from board_links where org_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).execute(pool).await?.rows_affected());
        Ok(())
    }
}
