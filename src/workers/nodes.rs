//! Says that this node runs and what it understands, and hears what all nodes do. It must never decide what is written: that is
//! asked of the level it keeps.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::store::Store;

const BEAT: Duration = Duration::from_secs(2);

/// Runs until cancelled; `common` is the level that every node understands.
pub async fn run(store: Store, node: Uuid, level: u32, common: Arc<AtomicU32>, cancel: CancellationToken) {
    let nodes = store.nodes();
    loop {
        match nodes.beat(node, level).await {
            Ok(all) => {
                if common.swap(all, Ordering::AcqRel) != all {
                    tracing::info!(level = all, "events up to this level are understood by every node");
                }
            }
            Err(error) => tracing::debug!(%error, "the other nodes cannot be told of this one"),
        }
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = cancel.cancelled() => break,
        }
    }
    if let Err(error) = nodes.leave(node).await {
        tracing::debug!(%error, "the other nodes will notice that this one is gone");
    }
}
