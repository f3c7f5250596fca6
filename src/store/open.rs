//! Opens a store: connects, checks that the database keeps what it is given, migrates, starts the committers. It must
//! never open a database that may lose an acknowledged write.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    Store, StoreError,
    accounts::Accounts,
    consumers::Consumers,
    db::{Db, on_db},
    deliveries::Deliveries,
    devices::Devices,
    drops::Drops,
    invitations::Invitations,
    journal::SharedJournal,
    kept::Keeps,
    letters::LetterWords,
    links::Links,
    mails::Mails,
    members::Members,
    nodes::Nodes,
    phones::Phones,
    pictures::Pictures,
    postgres::{self, PostgresJournal},
    processes::Processes,
    projections::Projections,
    rows,
    sqlite::{self, SqliteJournal},
    webhooks::Webhooks,
};

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// `postgres://user:password@host/database`.
    Postgres(String),
    /// A folder.
    Sqlite(PathBuf),
}

/// Never with a password.
impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(_) => f.write_str("PostgreSQL"),
            Self::Sqlite(folder) => write!(f, "{}", folder.display()),
        }
    }
}

/// How to open a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub location: Location,
    /// PostgreSQL: connections that commit, 1 to 8. More than four only contend.
    pub lanes: usize,
    /// PostgreSQL: connections for everything else.
    pub pool_connections: u32,
}

impl Options {
    pub fn new(location: Location) -> Self {
        Self { location, lanes: 3, pool_connections: 10 }
    }
}

/// `postgres://…` and `postgresql://…` name a server, anything else a data folder.
impl FromStr for Options {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::new(Location::Postgres(text.to_owned())));
        }
        if text.is_empty() || text.contains("://") {
            return Err(StoreError::Unsuitable("a database is postgres://… or a data folder".into()));
        }
        Ok(Self::new(Location::Sqlite(text.into())))
    }
}

/// What this journal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub era: u32,
    pub epoch: u32,
    pub system_id: String,
    pub feature_level: u32,
}

/// What has to be ended.
#[derive(Clone)]
pub(super) struct Handle {
    db: Db,
    projections: Db,
    stop: CancellationToken,
    committers: Arc<tokio::sync::Mutex<Vec<JoinHandle<()>>>>,
    /// Held until the last clone is gone, or the store was closed.
    lock: sqlite::open::SharedLock,
}

impl Store {
    /// Opens, migrates and starts. The reason why not is a text for the operator.
    pub async fn open(options: &Options) -> Result<Self, StoreError> {
        let stop = CancellationToken::new();
        match &options.location {
            Location::Postgres(url) => {
                let opened = postgres::open::open(url, options).await?;
                let db = Db::Postgres(opened.pool.clone());
                let (journal, tasks) = PostgresJournal::start(opened, options.lanes, &stop);
                Ok(Self::assemble(Arc::new(journal), db.clone(), db, stop, tasks, sqlite::open::SharedLock::default()))
            }
            Location::Sqlite(folder) => {
                let lock = sqlite::open::take_folder(folder)?;
                let files = sqlite::open::files(folder).await?;
                let (journal, task) = SqliteJournal::start(files.journal.clone(), lock.clone(), stop.clone());
                let (db, projections) = (Db::Sqlite(files.journal), Db::Sqlite(files.projections));
                Ok(Self::assemble(Arc::new(journal), db, projections, stop, vec![task], lock))
            }
        }
    }

    fn assemble(
        journal: SharedJournal,
        db: Db,
        projections: Db,
        stop: CancellationToken,
        tasks: Vec<JoinHandle<()>>,
        lock: sqlite::open::SharedLock,
    ) -> Self {
        Self {
            journal,
            accounts: Accounts { db: db.clone() },
            members: Members { db: db.clone() },
            invitations: Invitations { db: db.clone() },
            keeps: Keeps { db: db.clone() },
            links: Links { db: db.clone() },
            pictures: Pictures { db: db.clone() },
            consumers: Consumers { db: projections.clone() },
            projections: Projections { db: projections.clone() },
            nodes: Nodes { db: db.clone() },
            mails: Mails { db: db.clone() },
            phones: Phones { db: db.clone() },
            letters: LetterWords { db: db.clone() },
            devices: Devices { db: db.clone() },
            processes: Processes { db: db.clone() },
            drops: Drops { db: db.clone() },
            deliveries: Deliveries { db: db.clone() },
            webhooks: Webhooks { db: db.clone() },
            handle: Handle { db, projections, stop, committers: Arc::new(tokio::sync::Mutex::new(tasks)), lock },
        }
    }

    /// What this journal is, for readiness checks and the doctor.
    pub async fn about(&self) -> Result<About, StoreError> {
        let sql = "select era, epoch, system_id, feature_level from meta";
        let (era, epoch, system_id, feature_level): (i32, i32, String, i32) =
            on_db!(&self.handle.db, read, pool => sqlx::query_as(sql).fetch_one(pool).await?);
        Ok(About {
            era: rows::unsigned_small(era),
            epoch: rows::unsigned_small(epoch),
            system_id,
            feature_level: rows::unsigned_small(feature_level),
        })
    }

    /// Decides what was handed in, then lets go of everything. Appends after this are refused as unavailable.
    pub async fn close(&self) {
        self.handle.stop.cancel();
        for task in self.handle.committers.lock().await.drain(..) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a committer did not end well");
            }
        }
        for db in [&self.handle.db, &self.handle.projections] {
            match db {
                Db::Postgres(pool) => pool.close().await,
                Db::Sqlite(file) => {
                    file.read.close().await;
                    file.write.close().await;
                }
            }
        }
        // Only now may another process have the folder.
        let lock = self.handle.lock.lock().map(|mut lock| lock.take());
        drop(lock);
    }
}
