//! What the two databases do differently, and the journal over either. It must never know which one it has: that is the
//! whole of [`Backend`].

use std::{future::Future, time::Duration};

use lockstep_protocol::{
    ids::{AccountId, ClientId, OrgId},
    position::Position,
    topic::Topic,
};
use uuid::Uuid;

use super::{
    chain::{self, Prepared},
    db::Db,
    journal::{
        Append, Appended, Guard, Head, Journal, JournalError, JournalFuture, Known, Marked, MarkedBy, Recorded,
        Snapshot,
    },
    reads, snapshots,
};

const READ_TIMEOUT: Duration = Duration::from_secs(6);

/// One database: how it commits, and the order in which it shows commits to those who follow. What these must do is said
/// at the methods of [`Journal`] with the same names.
pub(super) trait Backend: Send + Sync + 'static {
    /// For everything whose text is the same on both.
    fn db(&self) -> &Db;

    fn append(&self, append: Prepared) -> impl Future<Output = Result<Appended, JournalError>> + Send;

    fn tail(&self, after: Position, limit: usize) -> impl Future<Output = Result<Vec<Recorded>, JournalError>> + Send;

    fn changed(
        &self,
        since: Option<u64>,
    ) -> impl Future<Output = Result<(Vec<(Topic, Head)>, u64), JournalError>> + Send;
}

/// A read that has not answered by now is one of a server that cannot be heard: its own limit on a statement is shorter.
async fn in_time<T>(read: impl Future<Output = Result<T, JournalError>>) -> Result<T, JournalError> {
    let late = || JournalError::Unavailable("the database does not answer".into());
    tokio::time::timeout(READ_TIMEOUT, read).await.unwrap_or_else(|_| Err(late()))
}

fn timed<'a, T: 'a>(read: impl Future<Output = Result<T, JournalError>> + Send + 'a) -> JournalFuture<'a, T> {
    Box::pin(in_time(read))
}

impl<B: Backend> Journal for B {
    fn append(&self, append: Append) -> JournalFuture<'_, Appended> {
        Box::pin(async move { Backend::append(self, chain::prepare(append)?).await })
    }

    fn head(&self, stream: Topic) -> JournalFuture<'_, Head> {
        timed(reads::head(self.db(), stream))
    }

    fn org_of(&self, stream: Topic) -> JournalFuture<'_, Option<OrgId>> {
        timed(reads::org_of(self.db(), stream))
    }

    fn read(&self, stream: Topic, after: u64, limit: usize) -> JournalFuture<'_, Vec<Recorded>> {
        timed(reads::read(self.db(), stream, after, limit))
    }

    fn read_at(&self, stream: Topic, seqs: Vec<u64>) -> JournalFuture<'_, Vec<Recorded>> {
        timed(async move { reads::read_at(self.db(), stream, &seqs).await })
    }

    fn marked(
        &self,
        stream: Topic,
        by: MarkedBy,
        marks: Vec<u64>,
        after: u64,
        limit: usize,
    ) -> JournalFuture<'_, Vec<Marked>> {
        timed(async move { reads::marked(self.db(), (stream, by), &marks, after, limit).await })
    }

    fn known(&self, stream: Topic, actor: AccountId, client: ClientId, limit: usize) -> JournalFuture<'_, Vec<Known>> {
        timed(reads::known(self.db(), stream, actor, client, limit))
    }

    fn known_one(
        &self,
        stream: Topic,
        actor: AccountId,
        client: ClientId,
        client_seq: u64,
    ) -> JournalFuture<'_, Option<Known>> {
        timed(reads::known_one(self.db(), stream, actor, client, client_seq))
    }

    fn access(&self, subjects: Vec<Uuid>) -> JournalFuture<'_, Vec<Guard>> {
        timed(async move { reads::access(self.db(), &subjects).await })
    }

    fn tail(&self, after: Position, limit: usize) -> JournalFuture<'_, Vec<Recorded>> {
        timed(Backend::tail(self, after, limit))
    }

    fn changed(&self, since: Option<u64>) -> JournalFuture<'_, (Vec<(Topic, Head)>, u64)> {
        timed(Backend::changed(self, since))
    }

    fn raise_epoch(&self, seen: u32) -> JournalFuture<'_, u32> {
        timed(reads::raise_epoch(self.db(), seen))
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> JournalFuture<'_, ()> {
        timed(async move { snapshots::save(self.db(), &snapshot).await })
    }

    fn load_snapshot(&self, stream: Topic, state_version: u32, at_most: u64) -> JournalFuture<'_, Option<Snapshot>> {
        timed(snapshots::load(self.db(), stream, state_version, at_most))
    }
}
