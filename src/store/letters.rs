//! Words of letters that organizations write themselves. It must never know what they mean.

use lockstep_protocol::ids::OrgId;

use super::{
    StoreError,
    db::{Db, on_db},
};

/// What an organization says in the place of ours.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OwnWords {
    pub language: String,
    /// Of which letter, or which line.
    pub name: String,
    /// JSON.
    pub words: String,
    pub changed_at: i64,
}

/// See the module.
#[derive(Clone)]
pub struct LetterWords {
    pub(super) db: Db,
}

impl LetterWords {
    /// All of an organization.
    pub async fn of_org(&self, org: OrgId) -> Result<Vec<OwnWords>, StoreError> {
        let sql =
            "select language, name, words, changed_at from letter_words where org_id = $1 order by language, name";
        Ok(on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).fetch_all(pool).await?))
    }

    /// Of one name, in every language that has it.
    pub async fn named(&self, org: OrgId, name: &str) -> Result<Vec<OwnWords>, StoreError> {
        let sql = "select language, name, words, changed_at from letter_words where org_id = $1 and name = $2";
        Ok(on_db!(&self.db, read, pool => sqlx::query_as(sql).bind(org.0).bind(name).fetch_all(pool).await?))
    }

    pub async fn put(&self, org: OrgId, own: &OwnWords) -> Result<(), StoreError> {
        let sql = "insert into letter_words (org_id, language, name, words, changed_at) values ($1, $2, $3, $4, $5)
            on conflict (org_id, language, name) do update set words = excluded.words, changed_at = excluded.changed_at";
        on_db!(&self.db, write, pool => sqlx::query(sql)
            .bind(org.0)
            .bind(&own.language)
            .bind(&own.name)
            .bind(&own.words)
            .bind(own.changed_at)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Ours are said again. False where they were.
    pub async fn remove(&self, org: OrgId, language: &str, name: &str) -> Result<bool, StoreError> {
        let sql = "delete from letter_words where org_id = $1 and language = $2 and name = $3";
        let gone = on_db!(&self.db, write, pool =>
            sqlx::query(sql).bind(org.0).bind(language).bind(name).execute(pool).await?.rows_affected());
        Ok(gone > 0)
    }

    /// Forgets those of an organization.
    pub async fn forget_org(&self, org: OrgId) -> Result<(), StoreError> {
        let sql = "delete from letter_words where org_id = $1";
        on_db!(&self.db, write, pool => sqlx::query(sql).bind(org.0).execute(pool).await?.rows_affected());
        Ok(())
    }
}
