//! A lane: one connection that commits batches. It must never answer "not committed" when it does not know: a connection
//! that breaks after the statement was sent leaves the outcome unknown.

use std::{collections::HashSet, future::Future, time::Duration};

use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;
use uuid::Uuid;

use super::{commit, open};
use crate::store::{
    StoreError, error,
    journal::JournalError,
    queue::{Committer, Failed, Verdict, Work},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Longer than the server's own limit on a statement: reached only when the server cannot be heard any more.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(8);

/// For one plan, made once, that looks rows up by key.
const SETTINGS: &str =
    "set plan_cache_mode = force_generic_plan; set enable_hashjoin = off; set enable_mergejoin = off";

pub(super) struct Connection {
    options: PgConnectOptions,
    open: Option<PgConnection>,
}

impl Connection {
    pub fn new(options: PgConnectOptions) -> Self {
        Self { options, open: None }
    }

    /// The connection, made anew if the last one broke. What fails here was certainly not committed.
    async fn connection(&mut self) -> Result<&mut PgConnection, Failed> {
        let unavailable = |text: String| Failed { error: JournalError::Unavailable(text.into()), value: false };
        if self.open.is_none() {
            let made = timeout(CONNECT_TIMEOUT, connect(&self.options)).await;
            let made = made.unwrap_or_else(|_| Err(StoreError::Unavailable("no connection in time".into())));
            self.open = Some(made.map_err(|error| unavailable(error.to_string()))?);
        }
        self.open.as_mut().ok_or_else(|| unavailable("no connection".into()))
    }

    /// Runs one statement. A connection that broke or fell silent is given up.
    async fn run<T>(
        &mut self,
        statement: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, Failed> {
        let connection = self.connection().await?;
        let failed = match timeout(STATEMENT_TIMEOUT, statement(connection)).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => {
                let meaning = error::meaning(&error);
                if meaning == error::Meaning::Lost {
                    self.open = None;
                }
                Failed { error: error::of_append(&error), value: meaning == error::Meaning::Value }
            }
            Err(_) => {
                self.open = None;
                Failed { error: JournalError::Unknown("the database does not answer".into()), value: false }
            }
        };
        Err(failed)
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let mut connection = options.connect().await?;
    open::assert_durable(&mut connection).await?;
    open::recognise(&mut connection).await?;
    sqlx::raw_sql(SETTINGS).execute(&mut connection).await?;
    Ok(connection)
}

impl Committer for Connection {
    // So that no append decided with the old version gets the same position as the raise.
    const RAISES_ALONE: bool = true;

    fn commit(&mut self, batch: &[Work]) -> impl Future<Output = Result<Vec<Verdict>, Failed>> + Send {
        self.commit_batch(batch)
    }
}

impl Connection {
    async fn commit_batch(&mut self, batch: &[Work]) -> Result<Vec<Verdict>, Failed> {
        let new: Vec<_> =
            batch.iter().flat_map(|work| &work.append.streams).filter(|part| part.expected.version == 0).collect();
        if !new.is_empty() {
            self.run(async |connection| commit::make_heads(connection, new).await).await.map_err(not_committed)?;
        }
        let raises: HashSet<Uuid> =
            batch.iter().flat_map(|work| work.append.raises.iter().map(|raise| raise.subject)).collect();
        self.make_subjects(raises).await?;
        let statement = commit::Statement::new(batch);
        let found = self.run(async |connection| statement.run(connection).await).await?;
        let decided = commit::Decided::new(found);
        self.make_subjects(decided.missing_subjects(batch)).await.or_else(|failed| {
            // The batch was committed: what lacks a row goes into the next one and fails there, if it must.
            tracing::warn!(error = %failed.error, "an access row could not be made");
            Ok(())
        })?;
        Ok(batch.iter().map(|work| decided.verdict(&work.append)).collect())
    }

    /// Makes the access rows of these subjects: only a row can be locked.
    async fn make_subjects(&mut self, subjects: HashSet<Uuid>) -> Result<(), Failed> {
        if subjects.is_empty() {
            return Ok(());
        }
        let mut subjects: Vec<Uuid> = subjects.into_iter().collect();
        subjects.sort_unstable();
        self.run(async |connection| commit::make_subjects(connection, subjects).await).await.map_err(not_committed)
    }
}

/// Rows made beforehand are no append: if that failed, none was committed.
fn not_committed(failed: Failed) -> Failed {
    match failed.error {
        JournalError::Unknown(text) => Failed { error: JournalError::Unavailable(text), value: false },
        _ => failed,
    }
}
