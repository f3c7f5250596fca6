//! The engine without any transport: store, bus, live aggregates and workers, started and stopped in order. Everything that
//! runs Lockstep, from the server to an import, begins here.

use std::{path::Path, sync::Arc};

use lockstep_protocol::{codes::Failure, event::FEATURE_LEVEL, limits::Limits, position::Position};
use secrecy::ExposeSecret;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    actors::{Directory, Services},
    bus::{SharedBus, local::Alone},
    clock::Clock,
    config::StoreFlags,
    steady::steadily,
    store::{Location, Options, Store, StoreError},
    workers::{self, Progress, Worker, hours::Timekeeper, projections::Projector, search::Indexer, tallies::Teller},
};

/// Why it does not start, for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the database cannot be used: {0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Failure(#[from] Failure),
    #[error("{doing}: {error}")]
    Io { doing: String, error: std::io::Error },
    #[error("{0}")]
    Other(String),
}

/// Where the flags say that the data is.
pub fn options(flags: &StoreFlags) -> Options {
    Options::new(match &flags.database_url {
        Some(url) => Location::Postgres(url.expose_secret().to_owned()),
        None => Location::Sqlite(flags.data_dir.clone()),
    })
}

/// Makes the data folder if it is not there, for its owner alone.
pub fn make_folder(folder: &Path) -> Result<(), StartError> {
    let failed = |error| StartError::Io { doing: format!("cannot make the data folder {}", folder.display()), error };
    if folder.is_dir() {
        return Ok(());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)
    }
    #[cfg(not(unix))]
    {
        std::fs::create_dir_all(folder).map_err(failed)
    }
}

/// See the module.
pub struct Engine {
    pub store: Store,
    pub directory: Directory,
    pub clock: Clock,
    pub limits: Arc<Limits>,
    /// How far the read tables have come.
    pub listed: Progress,
    /// How far what is counted has come.
    pub tallied: Progress,
    /// How far it is known who has time where.
    pub clocked: Progress,
    /// How far it is known by which words messages are found.
    pub searched: Progress,
    cancel: CancellationToken,
    tasks: TaskTracker,
}

/// Runs a consumer that looks by itself: the nudge of a commit wakes one, which is that of the lists.
fn looks<W: Worker + Clone>(
    worker: W,
    store: &Store,
    node: Uuid,
    cancel: &CancellationToken,
    tasks: &TaskTracker,
) -> Progress {
    let (progress, told) = watch::channel(Position::START);
    let (store, token) = (store.clone(), cancel.clone());
    let work =
        move || workers::run(worker.clone(), store.clone(), node, Arc::default(), progress.clone(), token.clone());
    tasks.spawn(steadily(W::NAME, work));
    told
}

impl Engine {
    /// An engine that is alone on its database.
    pub async fn alone(flags: &StoreFlags, limits: Limits) -> Result<Self, StartError> {
        make_folder(&flags.data_dir)?;
        let store = Store::open(&options(flags)).await?;
        Self::start(store, Arc::new(Alone), limits, Clock::system(), Uuid::nil()).await
    }

    pub async fn start(
        store: Store,
        bus: SharedBus,
        limits: Limits,
        clock: Clock,
        node: Uuid,
    ) -> Result<Self, StartError> {
        let limits = Arc::new(limits);
        let committed = Arc::default();
        let services = Services {
            journal: store.journal(),
            bus,
            clock: clock.clone(),
            limits: limits.clone(),
            committed: Arc::clone(&committed),
        };
        let directory = Directory::start(services).await?;
        let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (background, token) = (directory.clone(), cancel.clone());
        tasks.spawn(async move { background.run(token).await });
        let node = if node.is_nil() { clock.fresh_id() } else { node };
        let common = directory.common_level().clone();
        let (beside, token) = (store.clone(), cancel.clone());
        let beat = move || workers::nodes::run(beside.clone(), node, FEATURE_LEVEL, common.clone(), token.clone());
        tasks.spawn(steadily("nodes", beat));
        let (progress, listed) = watch::channel(Position::START);
        let (beside, token) = (store.clone(), cancel.clone());
        let project = move || {
            let (store, committed) = (beside.clone(), Arc::clone(&committed));
            workers::run(Projector, store, node, committed, progress.clone(), token.clone())
        };
        tasks.spawn(steadily("projections", project));
        let tallied = looks(Teller, &store, node, &cancel, &tasks);
        let clocked = looks(Timekeeper, &store, node, &cancel, &tasks);
        let searched = looks(Indexer, &store, node, &cancel, &tasks);
        Ok(Self { store, directory, clock, limits, listed, tallied, clocked, searched, cancel, tasks })
    }

    /// Runs a consumer of the journal until the engine ends, and tells how far it has come.
    pub fn looks<W: Worker + Clone>(&self, worker: W, node: Uuid) -> Progress {
        looks(worker, &self.store, node, &self.cancel, &self.tasks)
    }

    /// Runs something in the background until the engine ends; when it panics it begins again.
    pub fn beside<F>(&self, name: &'static str, work: impl Fn(CancellationToken) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let token = self.cancel.clone();
        self.tasks.spawn(steadily(name, move || work(token.clone())));
    }

    /// Ends in order: workers, then live aggregates, then the store. What was acknowledged is durable already.
    pub async fn stop(self) {
        self.cancel.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.directory.stop().await;
        self.store.close().await;
    }
}
