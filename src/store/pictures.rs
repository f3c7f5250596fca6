//! Pictures of people and logos of organizations: one each. It must never decide who may see one, nor hold what was not read and
//! written anew before.

use lockstep_protocol::ids::{AccountId, OrgId, PictureId};
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, in_tx, on_db},
    rows,
};

/// Whose a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Account(AccountId),
    Org(OrgId),
}

/// A picture, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub id: PictureId,
    pub owner: Owner,
    /// Its media type.
    pub media: String,
    pub bytes: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct PictureRow {
    id: Uuid,
    account_id: Option<Uuid>,
    org_id: Option<Uuid>,
    media: String,
    bytes: Vec<u8>,
}

impl PictureRow {
    /// `None` for a row of nobody, which the table does not take.
    fn picture(self) -> Option<Picture> {
        let owner = match (self.account_id, self.org_id) {
            (Some(account), None) => Owner::Account(account.into()),
            (None, Some(org)) => Owner::Org(org.into()),
            _ => return None,
        };
        Some(Picture { id: self.id.into(), owner, media: self.media, bytes: self.bytes })
    }
}

/// See the module.
#[derive(Clone)]
pub struct Pictures {
    pub(super) db: Db,
}

/// Holds the row of an account that may act until the end of the transaction.
const HOLD: &str = "update accounts set status = status where id = $1 and status = 1";
const OF_ACCOUNT: &str = "insert into pictures (id, account_id, media, bytes, changed_at) values ($1, $2, $3, $4, $5)
    on conflict (account_id) do update set id = excluded.id, media = excluded.media, bytes = excluded.bytes,
    changed_at = excluded.changed_at";
const OF_ORG: &str = "insert into pictures (id, org_id, media, bytes, changed_at) values ($1, $2, $3, $4, $5)
    on conflict (org_id) do update set id = excluded.id, media = excluded.media, bytes = excluded.bytes,
    changed_at = excluded.changed_at";

impl Owner {
    const fn id(self) -> Uuid {
        match self {
            Self::Account(account) => account.0,
            Self::Org(org) => org.0,
        }
    }
}

impl Pictures {
    /// Keeps a picture in the place of the one before. False where there is no such account, or not any more: nothing is kept of somebody
    /// who is being forgotten at the same time.
    pub async fn put(&self, picture: &Picture, at: i64) -> Result<bool, StoreError> {
        let sql = match picture.owner {
            Owner::Account(_) => OF_ACCOUNT,
            Owner::Org(_) => OF_ORG,
        };
        in_tx!(&self.db, tx => {
            if let Owner::Account(account) = picture.owner {
                let held = sqlx::query(HOLD).bind(account.0).execute(&mut *tx).await?.rows_affected();
                if held == 0 {
                    return Ok(false);
                }
            }
            sqlx::query(sql)
                .bind(picture.id.0)
                .bind(picture.owner.id())
                .bind(&picture.media)
                .bind(&picture.bytes)
                .bind(at)
                .execute(&mut *tx)
                .await?;
        });
        Ok(true)
    }

    /// Takes a picture away; one that is not there is away.
    pub async fn remove(&self, owner: Owner) -> Result<(), StoreError> {
        let sql = match owner {
            Owner::Account(_) => "delete from pictures where account_id = $1",
            Owner::Org(_) => "delete from pictures where org_id = $1",
        };
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(owner.id()).execute(pool).await?.rows_affected());
        Ok(())
    }

    pub async fn find(&self, id: PictureId) -> Result<Option<Picture>, StoreError> {
        let sql = "select id, account_id, org_id, media, bytes from pictures where id = $1";
        let row: Option<PictureRow> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(id.0).fetch_optional(pool).await?);
        Ok(row.and_then(PictureRow::picture))
    }

    /// The logo that is kept of an organization. From where is written: an older one would undo what was just kept.
    pub async fn logo(&self, org: OrgId) -> Result<Option<PictureId>, StoreError> {
        let sql = "select id from pictures where org_id = $1";
        let id: Option<Uuid> =
            on_db!(&self.db, write, pool => sqlx::query_scalar(sql).bind(org.0).fetch_optional(pool).await?);
        Ok(id.map(Into::into))
    }

    /// The pictures of these people, in no order; whoever has none is left out.
    pub async fn avatars(&self, ids: &[AccountId]) -> Result<Vec<(AccountId, PictureId)>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let rows: Vec<(Uuid, Uuid)> = match &self.db {
            Db::Postgres(pool) => {
                let sql = "select account_id, id from pictures where account_id = any($1)";
                sqlx::query_as(sql).bind(ids).fetch_all(pool).await?
            }
            Db::Sqlite(file) => {
                let sql = "select account_id, id from pictures
                    where account_id in (select unhex(value) from json_each($1))";
                sqlx::query_as(sql).bind(rows::json_ids(&ids)).fetch_all(&file.read).await?
            }
        };
        Ok(rows.into_iter().map(|(account, id)| (account.into(), id.into())).collect())
    }
}
