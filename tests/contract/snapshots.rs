//! Snapshots: kept along the history, trusted only when whole.

use lockstep::store::journal::Snapshot;
use lockstep_protocol::topic::Topic;

use super::{Backend, on_both, stream};

on_both!(the_newest_fitting_snapshot_is_loaded, a_poisoned_snapshot_is_absent);

fn snapshot(stream: Topic, seq: u64, state_version: u32) -> Snapshot {
    let bytes = format!("fold {seq}").into_bytes().into();
    Snapshot { stream, seq, hash: [7; 32], epoch: 1, state_version, bytes }
}

async fn the_newest_fitting_snapshot_is_loaded(backend: Backend) {
    let (journal, topic) = (backend.journal(), stream().topic);
    assert_eq!(journal.load_snapshot(topic, 1, u64::MAX).await, Ok(None));
    for seq in [300, 600, 900] {
        journal.save_snapshot(snapshot(topic, seq, 1)).await.expect("kept");
    }
    journal.save_snapshot(snapshot(topic, 1200, 2)).await.expect("kept");
    assert_eq!(journal.load_snapshot(topic, 1, u64::MAX).await, Ok(Some(snapshot(topic, 900, 1))));
    assert_eq!(journal.load_snapshot(topic, 1, 899).await, Ok(Some(snapshot(topic, 600, 1))));
    assert_eq!(journal.load_snapshot(topic, 1, 299).await, Ok(None));
    assert_eq!(journal.load_snapshot(topic, 3, u64::MAX).await, Ok(None));
    assert_eq!(journal.load_snapshot(stream().topic, 1, u64::MAX).await, Ok(None));
    // Kept again: the newer bytes count.
    let newer = Snapshot { bytes: b"other".as_slice().into(), ..snapshot(topic, 900, 1) };
    journal.save_snapshot(newer.clone()).await.expect("kept");
    assert_eq!(journal.load_snapshot(topic, 1, u64::MAX).await, Ok(Some(newer)));
}

async fn a_poisoned_snapshot_is_absent(backend: Backend) {
    let (journal, topic) = (backend.journal(), stream().topic);
    for seq in [300, 600] {
        journal.save_snapshot(snapshot(topic, seq, 1)).await.expect("kept");
    }
    let swap = "update snapshots set bytes = (select bytes from snapshots where seq = 300) where seq = 600";
    backend.tamper(swap).await;
    assert_eq!(journal.load_snapshot(topic, 1, 900).await, Ok(Some(snapshot(topic, 300, 1))));
    backend.tamper("update snapshots set hash = checksum where seq = 300").await;
    assert_eq!(journal.load_snapshot(topic, 1, 900).await, Ok(None));
}
