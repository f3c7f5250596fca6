//! Work that one node at a time does: under a lease, which is renewed while it is done and given back in the end. It must never go on
//! with work whose lease was lost.

use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::store::{Store, StoreError, consumers::Lease};

/// Some work.
pub(super) trait Leased: Send {
    /// Its name: of its lease, and in logs.
    const NAME: &'static str;
    const LEASE_MS: u64 = 10_000;
    /// How often it is looked whether there is something to do, without being nudged. Less than the lease.
    const LOOK: Duration;

    /// Does what is to be done now and answers whether there may be more at once. Ended half way when the lease is lost; it sees to
    /// `cancel` itself, so that what must not be cut off is not.
    fn turn(&mut self, cancel: &CancellationToken) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Does the work in turns until cancelled, whenever this node has the lease. `nudge` says that there may be something to do.
pub(super) async fn in_turns<L: Leased>(
    mut work: L,
    store: &Store,
    node: Uuid,
    nudge: &Notify,
    cancel: &CancellationToken,
) {
    while !cancel.is_cancelled() {
        let held = match store.consumers().acquire(L::NAME, node, L::LEASE_MS).await {
            Ok(Some(lease)) => hold(&mut work, store, lease, nudge, cancel).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = held {
            tracing::warn!(work = L::NAME, %error, "work waits");
        }
        pause::<L>(nudge, cancel).await;
    }
}

async fn hold<L: Leased>(
    work: &mut L,
    store: &Store,
    lease: Lease,
    nudge: &Notify,
    cancel: &CancellationToken,
) -> Result<(), StoreError> {
    let mut renewal = tokio::time::interval(Duration::from_millis(L::LEASE_MS / 3));
    while !cancel.is_cancelled() {
        // Both go on at the same time: the one may hold the connection that the other waits for.
        let more = tokio::select! {
            more = work.turn(cancel) => more?,
            lost = keep_on::<L>(store, &lease, &mut renewal) => return Err(lost),
        };
        if !more {
            pause::<L>(nudge, cancel).await;
        }
    }
    store.consumers().release(lease).await
}

/// Renews a lease until it is lost.
async fn keep_on<L: Leased>(store: &Store, lease: &Lease, renewal: &mut tokio::time::Interval) -> StoreError {
    loop {
        renewal.tick().await;
        match store.consumers().renew(lease, L::LEASE_MS).await {
            Ok(true) => {}
            Ok(false) => return StoreError::LeaseLost,
            Err(error) => return error,
        }
    }
}

async fn pause<L: Leased>(nudge: &Notify, cancel: &CancellationToken) {
    tokio::select! {
        () = nudge.notified() => {}
        () = tokio::time::sleep(L::LOOK) => {}
        () = cancel.cancelled() => {}
    }
}
