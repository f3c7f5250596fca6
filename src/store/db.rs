//! The two databases behind one name. It must never hold SQL: only how a query reaches a connection.

use sqlx::{PgPool, SqlitePool};

/// One SQLite file: readers beside exactly one writing connection, which everybody who writes takes in turn.
#[derive(Clone, Debug)]
pub(super) struct SqliteFile {
    pub read: SqlitePool,
    pub write: SqlitePool,
}

/// Where a struct of queries sends them.
#[derive(Clone, Debug)]
pub(super) enum Db {
    Postgres(PgPool),
    Sqlite(SqliteFile),
}

/// Runs one body, compiled for each database, on a connection for `read` or `write`.
macro_rules! on_db {
    ($db:expr, write, $executor:ident => $body:expr) => {{
        $crate::steps::step();
        on_db!(@ $db, write, $executor => $body)
    }};
    ($db:expr, read, $executor:ident => $body:expr) => {
        on_db!(@ $db, read, $executor => $body)
    };
    (@ $db:expr, $way:ident, $executor:ident => $body:expr) => {
        match $db {
            $crate::store::db::Db::Postgres(pool) => {
                let $executor = pool;
                $body
            }
            $crate::store::db::Db::Sqlite(file) => {
                let $executor = &file.$way;
                $body
            }
        }
    };
}

/// Runs one body, compiled for each database, in a transaction. Leaving the function early (`?`) rolls back.
macro_rules! in_tx {
    ($db:expr, $tx:ident => $body:expr) => {{
        $crate::steps::step();
        match $db {
            $crate::store::db::Db::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let done = $body;
                $tx.commit().await?;
                done
            }
            // Immediate: a transaction that reads first and writes later may fail half way with "busy".
            $crate::store::db::Db::Sqlite(file) => {
                let mut $tx = file.write.begin_with("begin immediate").await?;
                let done = $body;
                $tx.commit().await?;
                done
            }
        }
    }};
}

pub(super) use in_tx;
pub(super) use on_db;
