//! Database errors, mapped in one table per backend. It must never let a text of the database reach a client: the
//! messages here are for logs.

use std::sync::Arc;

use sqlx::{error::DatabaseError, postgres::PgDatabaseError, sqlite::SqliteError};

use super::journal::JournalError;

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum StoreError {
    /// Try later: no connection, a time-out, a read-only server, or the connection was lost and the outcome is unknown.
    #[error("the database is unavailable: {0}")]
    Unavailable(Arc<str>),
    #[error("the database's storage is full")]
    Full,
    /// The values were refused by the database.
    #[error("the database refused: {0}")]
    Refused(Arc<str>),
    /// The consumer is held by another node now; nothing was saved.
    #[error("the lease of this consumer was lost")]
    LeaseLost,
    /// Another process has the data folder.
    #[error("the data folder {0} is in use by another process")]
    Locked(Arc<str>),
    /// The database cannot be used as it is set up; the text says what to change.
    #[error("{0}")]
    Unsuitable(Arc<str>),
}

/// What an error means for the work that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The connection broke: whether a statement in flight took effect is unknown.
    Lost,
    /// Rolled back, and not the fault of any value.
    Temporary,
    Full,
    /// Rolled back because of some value in the statement.
    Value,
}

/// What an error of a statement means.
pub(super) fn meaning(error: &sqlx::Error) -> Meaning {
    match error {
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => postgres_meaning(error.code()),
            None => error.try_downcast_ref::<SqliteError>().map_or(Meaning::Temporary, sqlite_meaning),
        },
        sqlx::Error::Encode(_) | sqlx::Error::TypeNotFound { .. } => Meaning::Value,
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Meaning::Temporary,
        _ => Meaning::Lost,
    }
}

fn postgres_meaning(code: &str) -> Meaning {
    match code {
        "53100" => Meaning::Full,
        // Shut down by an administrator, a crash, or a lost connection.
        "57P01" | "57P02" | "57P03" => Meaning::Lost,
        _ => match code.get(..2) {
            Some("08") => Meaning::Lost,
            // Data exceptions, constraints, program limits.
            Some("22" | "23" | "54") => Meaning::Value,
            _ => Meaning::Temporary,
        },
    }
}

fn sqlite_meaning(error: &SqliteError) -> Meaning {
    let code: i32 = error.code().and_then(|code| code.parse().ok()).unwrap_or(0);
    match code & 0xff {
        // Too big, constraint, mismatch, range.
        18 | 19 | 20 | 25 => Meaning::Value,
        13 => Meaning::Full,
        // An error of the disk: what reached it is not known.
        10 => Meaning::Lost,
        _ => Meaning::Temporary,
    }
}

fn text(error: &sqlx::Error) -> Arc<str> {
    error.to_string().into()
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match meaning(&error) {
            Meaning::Lost | Meaning::Temporary => Self::Unavailable(text(&error)),
            Meaning::Full => Self::Full,
            Meaning::Value => Self::Refused(text(&error)),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => Self::Unsuitable(format!("the database's tables cannot be brought up to date: {other}").into()),
        }
    }
}

/// For reads, where nothing can be half done.
impl From<sqlx::Error> for JournalError {
    fn from(error: sqlx::Error) -> Self {
        match meaning(&error) {
            Meaning::Lost | Meaning::Temporary => Self::Unavailable(text(&error)),
            Meaning::Full => Self::Full,
            Meaning::Value => Self::Refused(text(&error)),
        }
    }
}

/// For appends: a connection that broke leaves the outcome unknown.
pub(super) fn of_append(error: &sqlx::Error) -> JournalError {
    match meaning(error) {
        Meaning::Lost => JournalError::Unknown(text(error)),
        Meaning::Temporary => JournalError::Unavailable(text(error)),
        Meaning::Full => JournalError::Full,
        Meaning::Value => JournalError::Refused(text(error)),
    }
}
