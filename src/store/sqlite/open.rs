//! Opens the data folder: one process at a time, two files (`lockstep.db` and `projections.db`), each with its one writer.
//! It must never start on files that do not belong together without raising the epoch.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, Mutex},
    time::Duration,
};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use uuid::Uuid;

use crate::store::{StoreError, db::SqliteFile, projections};

/// Before this version a checkpoint could lose what another connection had just written.
const SQLITE_VERSION_MIN: [u32; 3] = [3, 51, 3];
const READERS: u32 = 4;
const STATEMENTS: usize = 200;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The lock of the data folder. Shared by the store, which gives it back on closing, and by whoever may still write
/// through a journal; empty once it was given back.
pub(crate) type SharedLock = Arc<Mutex<Option<File>>>;

/// Takes the data folder for this process.
pub(crate) fn take_folder(folder: &Path) -> Result<SharedLock, StoreError> {
    let unsuitable = |error: std::io::Error| {
        StoreError::Unsuitable(format!("the data folder {} cannot be used: {error}", folder.display()).into())
    };
    // Nobody else of the machine may read what people wrote.
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unsuitable)?;
    let path = folder.join("lockstep.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(unsuitable)?;
    match file.try_lock() {
        Ok(()) => Ok(Arc::new(Mutex::new(Some(file)))),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(folder.display().to_string().into())),
        Err(TryLockError::Error(error)) => Err(unsuitable(error)),
    }
}

/// Both files, migrated and checked against each other.
pub(crate) struct Files {
    pub journal: SqliteFile,
    pub projections: SqliteFile,
}

pub(crate) async fn files(folder: &Path) -> Result<Files, StoreError> {
    let journal = open(&folder.join("lockstep.db")).await?;
    check_version(&journal.write).await?;
    sqlx::migrate!("migrations/sqlite/journal").run(&journal.write).await?;
    let projections = open(&folder.join("projections.db")).await?;
    sqlx::migrate!("migrations/sqlite/projections").run(&projections.write).await?;
    check_history(&journal, &projections).await?;
    // The folder is ours alone: whoever held a lease was killed, and nobody needs to wait for it to run out.
    sqlx::query("update consumers set holder = null, leased_until = 0").execute(&projections.write).await?;
    Ok(Files { journal, projections })
}

async fn open(path: &PathBuf) -> Result<SqliteFile, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What a burst left behind is given back.
        .pragma("journal_size_limit", "67108864")
        .busy_timeout(BUSY_TIMEOUT)
        // The texts that commit a small batch are one for each size.
        .statement_cache_capacity(STATEMENTS);
    // Exactly one, kept for good: whoever writes takes it in turn.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options.clone().create_if_missing(true))
        .await?;
    let read = SqlitePoolOptions::new()
        .max_connections(READERS)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options.read_only(true));
    Ok(SqliteFile { read, write })
}

async fn check_version(pool: &SqlitePool) -> Result<(), StoreError> {
    let text: String = sqlx::query_scalar("select sqlite_version()").fetch_one(pool).await?;
    let parts: Vec<u32> = text.split('.').filter_map(|part| u32::from_str(part).ok()).collect();
    if parts.as_slice() < SQLITE_VERSION_MIN.as_slice() {
        return Err(StoreError::Unsuitable(format!("SQLite {text} is too old: 3.51.3 is needed").into()));
    }
    Ok(())
}

/// Read tables that know events which the journal does not have, or that were built from another journal, show that the
/// journal's file was replaced by an older copy. Its history goes on in a new epoch, and the tables are built anew.
async fn check_history(journal: &SqliteFile, projections: &SqliteFile) -> Result<(), StoreError> {
    let (id, era): (String, i32) = sqlx::query_as("select system_id, era from meta").fetch_one(&journal.write).await?;
    // The last that was given out, not the last that is there: what was last may have been erased.
    let last = "select coalesce((select seq from sqlite_sequence where name = 'events'), 0)";
    let last: i64 = sqlx::query_scalar(last).fetch_one(&journal.write).await?;
    let source: String = sqlx::query_scalar("select system_id from source").fetch_one(&projections.write).await?;
    let beyond = "select count(*) from consumers where era > $1 or (era = $1 and xid > $2)";
    let ahead: i64 = sqlx::query_scalar(beyond).bind(era).bind(last).fetch_one(&projections.write).await?;
    if source.is_empty() {
        sqlx::query("update source set system_id = $1").bind(&id).execute(&projections.write).await?;
        return Ok(());
    }
    if source == id && ahead == 0 {
        return Ok(());
    }
    tracing::warn!("the journal was restored from an older copy: its epoch is raised and the read tables are rebuilt");
    // Beyond every era that was ever seen, so that no position is given out twice.
    let seen: i32 =
        sqlx::query_scalar("select coalesce(max(era), 0) from consumers").fetch_one(&projections.write).await?;
    sqlx::query("update meta set epoch = epoch + 1, era = $1").bind(era.max(seen) + 1).execute(&journal.write).await?;
    let mut tx = projections.write.begin_with("begin immediate").await?;
    let lists = projections::EMPTY.iter().chain(&projections::tallies::EMPTY);
    let lists = lists.chain(&projections::hours::EMPTY).chain(&projections::alarms::EMPTY);
    for sql in lists.chain(&projections::notified::EMPTY).chain(&projections::search::EMPTY) {
        sqlx::query(*sql).execute(&mut *tx).await?;
    }
    sqlx::query("update consumers set era = 0, xid = 0, stream_id = $1, seq = 0")
        .bind(Uuid::nil())
        .execute(&mut *tx)
        .await?;
    sqlx::query("update source set system_id = $1").bind(&id).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}
