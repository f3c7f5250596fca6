//! Consumers of the journal: each reads it in order behind a cursor of its own, on one node at a time (a lease), and may be
//! killed at any point: what it does is repeatable.
//!
//! A worker changes things only by commands through the directory, or in its own tables. It must never append, and nobody
//! may wait for it to be told the truth.

pub mod alarms;
pub mod deliver;
pub mod hooks;
pub mod hours;
mod leased;
pub mod mail;
pub mod nodes;
pub mod notify;
pub mod processes;
pub mod projections;
pub mod search;
pub mod tallies;

use std::{sync::Arc, time::Duration};

use lockstep_protocol::position::Position;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::store::{Store, StoreError, consumers::Lease, journal::Recorded};

/// How long a lease holds without being renewed: so long are lists behind after the node that kept them was killed. One that
/// lost its lease in a pause notices by the fence when it saves.
const LEASE_MS: u64 = 3_000;
const RENEW: Duration = Duration::from_millis(LEASE_MS / 3);
/// How often a worker looks without being nudged.
const LOOK: Duration = Duration::from_millis(100);
/// How long it waits after a failure.
const BACK_OFF: Duration = Duration::from_millis(500);
/// How often, and how many times in a row, it is looked how far another node has come.
const FOLLOW: Duration = Duration::from_millis(50);
const FOLLOWS: u32 = 20;
/// Events taken at once.
const BATCH: usize = 1_000;

/// What a worker does with events.
pub trait Worker: Send + Sync + 'static {
    /// Its name: of its cursor and lease.
    const NAME: &'static str;

    /// Takes events in journal order and saves the cursor with their effects, all or nothing.
    fn take(
        &self,
        store: &Store,
        lease: &Lease,
        events: &[Recorded],
        cursor: Position,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// How far a worker has come; readers wait on it.
pub type Progress = watch::Receiver<Position>;

/// Runs a worker until cancelled. `nudge` is notified when this node commits something.
pub async fn run<W: Worker>(
    worker: W,
    store: Store,
    node: Uuid,
    nudge: Arc<Notify>,
    progress: watch::Sender<Position>,
    cancel: CancellationToken,
) {
    while !cancel.is_cancelled() {
        let turn = async {
            match store.consumers().acquire(W::NAME, node, LEASE_MS).await {
                Ok(Some(lease)) => work(&worker, &store, lease, &nudge, &progress, &cancel).await,
                Ok(None) => follow::<W>(&store, &progress, &cancel).await,
                Err(error) => Err(error),
            }
        };
        if let Err(error) = turn.await {
            tracing::warn!(worker = W::NAME, %error, "a worker stopped; it tries again");
        }
        tokio::select! {
            () = tokio::time::sleep(BACK_OFF) => {}
            () = cancel.cancelled() => {}
        }
    }
}

/// Another node works: its readers here wait for how far it has come, until the lease is looked at again.
async fn follow<W: Worker>(
    store: &Store,
    progress: &watch::Sender<Position>,
    cancel: &CancellationToken,
) -> Result<(), StoreError> {
    for _ in 0..FOLLOWS {
        advance(progress, store.consumers().cursor(W::NAME).await?);
        tokio::select! {
            () = tokio::time::sleep(FOLLOW) => {}
            () = cancel.cancelled() => break,
        }
    }
    Ok(())
}

fn advance(progress: &watch::Sender<Position>, cursor: Position) {
    progress.send_if_modified(|kept| {
        let further = cursor > *kept;
        *kept = cursor.max(*kept);
        further
    });
}

async fn keep(store: &Store, lease: &Lease) -> Result<(), StoreError> {
    match store.consumers().renew(lease, LEASE_MS).await? {
        true => Ok(()),
        false => Err(StoreError::LeaseLost),
    }
}

/// Renews a lease until it is lost.
async fn keep_on(store: &Store, lease: &Lease) -> StoreError {
    loop {
        tokio::time::sleep(RENEW).await;
        if let Err(error) = keep(store, lease).await {
            return error;
        }
    }
}

async fn work<W: Worker>(
    worker: &W,
    store: &Store,
    lease: Lease,
    nudge: &Notify,
    progress: &watch::Sender<Position>,
    cancel: &CancellationToken,
) -> Result<(), StoreError> {
    let journal = store.journal();
    let mut cursor = store.consumers().cursor(W::NAME).await?;
    advance(progress, cursor);
    let mut renewed = tokio::time::Instant::now();
    while !cancel.is_cancelled() {
        if renewed.elapsed() > RENEW {
            keep(store, &lease).await?;
            renewed = tokio::time::Instant::now();
        }
        let tail = journal.tail(cursor, BATCH).await;
        let events = tail.map_err(|error| StoreError::Unavailable(error.to_string().into()))?;
        if let Some(last) = events.last().map(|event| event.position) {
            // A batch may take longer than a lease holds: two thousand people may be told of one message.
            // Both go on at the same time: the one may hold the connection that the other waits for.
            tokio::select! {
                taken = worker.take(store, &lease, &events, last) => taken?,
                lost = keep_on(store, &lease) => return Err(lost),
            }
            cursor = last;
            advance(progress, cursor);
        }
        if events.len() < BATCH {
            tokio::select! {
                () = nudge.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                () = cancel.cancelled() => {}
            }
        }
    }
    store.consumers().release(lease).await
}
