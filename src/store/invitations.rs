//! Where invitations went: the address of each, or none for a link. What one gives, and whether it may still be accepted, its
//! organization knows. It must never keep a code.

use lockstep_protocol::ids::{AccountId, InvitationId, OrgId};
use uuid::Uuid;

use super::{
    StoreError,
    db::{Db, on_db},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub org: OrgId,
    /// Normalised; `None` for a link.
    pub email: Option<String>,
    pub created_by: AccountId,
    pub created_at: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    invitation_id: Uuid,
    org_id: Uuid,
    email: Option<String>,
    created_by: Uuid,
    created_at: i64,
}

impl From<Row> for Invitation {
    fn from(row: Row) -> Self {
        Self {
            id: row.invitation_id.into(),
            org: row.org_id.into(),
            email: row.email,
            created_by: row.created_by.into(),
            created_at: row.created_at,
        }
    }
}

/// See the module.
#[derive(Clone)]
pub struct Invitations {
    pub(super) db: Db,
}

impl Invitations {
    /// Says whether it was new; the same id again changes nothing.
    pub async fn add(&self, new: &Invitation) -> Result<bool, StoreError> {
        let sql = "insert into invitations (invitation_id, org_id, email, created_by, created_at)
            values ($1, $2, $3, $4, $5) on conflict (invitation_id) do nothing";
        let added = on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(new.id.0)
            .bind(new.org.0)
            .bind(&new.email)
            .bind(new.created_by.0)
            .bind(new.created_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(added == 1)
    }

    pub async fn find(&self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        let sql = "select * from invitations where invitation_id = $1";
        let row: Option<Row> =
            on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(id.0).fetch_optional(pool).await?);
        Ok(row.map(Into::into))
    }

    /// Those of an organization, oldest first.
    pub async fn of_org(&self, org: OrgId) -> Result<Vec<Invitation>, StoreError> {
        let sql = "select * from invitations where org_id = $1 order by created_at, invitation_id";
        let rows: Vec<Row> = on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Those that went to an address, the newest `limit` of them.
    pub async fn of_email(&self, email: &str, limit: u32) -> Result<Vec<Invitation>, StoreError> {
        let sql = "select * from invitations where email = $1 order by created_at desc, invitation_id desc limit $2";
        let rows: Vec<Row> = on_db!(&self.db, read, pool =>
            sqlx::query_as(sql).bind(email).bind(i64::from(limit)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    pub async fn remove(&self, id: InvitationId) -> Result<(), StoreError> {
        let sql = "delete from invitations where invitation_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(id.0).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Everything that an organization sent: it was deleted for good.
    pub async fn forget_org(&self, org: OrgId) -> Result<(), StoreError> {
        let sql = "delete from invitations where org_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).execute(pool).await?.rows_affected());
        Ok(())
    }

    /// Everything that went to an address: whoever had it is erased.
    pub async fn forget_email(&self, email: &str) -> Result<(), StoreError> {
        let sql = "delete from invitations where email = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(email).execute(pool).await?.rows_affected());
        Ok(())
    }
}
