//! Histories that do not continue: restored files, other clusters, memory ahead of the database.

use std::fs;

use lockstep::store::{
    Store,
    journal::{Appended, Head, Snapshot},
    projections::{Change, OrganizationRow},
};
use lockstep_protocol::position::Position;
use uuid::Uuid;

use super::{Backend, add, append, on_both, part, stream};

on_both!(a_raised_epoch_refuses_what_was_decided_before);

async fn a_raised_epoch_refuses_what_was_decided_before(backend: Backend) {
    let (journal, stream) = (backend.journal(), stream());
    let (head, position) = add(&*journal, stream, &["a"]).await;
    let snapshot = Snapshot {
        stream: stream.topic,
        seq: 1,
        hash: head.hash,
        epoch: 1,
        state_version: 1,
        bytes: b"fold".as_slice().into(),
    };
    journal.save_snapshot(snapshot.clone()).await.expect("kept");
    assert_eq!(journal.load_snapshot(stream.topic, 1, 9).await, Ok(Some(snapshot)));
    assert_eq!(journal.raise_epoch(1).await, Ok(2));
    assert_eq!(journal.raise_epoch(1).await, Ok(2), "raised once, however many saw it");
    let now = Head { epoch: 2, ..head };
    assert_eq!(journal.head(stream.topic).await, Ok(now));
    assert_eq!(journal.head(super::stream().topic).await, Ok(Head { epoch: 2, ..Head::EMPTY }));
    assert_eq!(journal.load_snapshot(stream.topic, 1, 9).await, Ok(None), "a fold of the old epoch is not trusted");
    let answer = journal.append(append(vec![part(stream, head, &["b"])])).await;
    assert_eq!(answer, Ok(Appended::Conflict(vec![(stream.topic, now)])));
    let (_, later) = add(&*journal, stream, &["b"]).await;
    assert!(later.era > position.era && later > position);
    let tail = journal.tail(Position::START, 10).await.expect("a tail");
    assert_eq!(tail.iter().map(|event| event.position).collect::<Vec<_>>(), [position, later]);
    assert_eq!(journal.tail(position, 10).await.expect("a tail").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_another_cluster_or_timeline_raises_era_and_epoch_once() {
    let backend = Backend::postgres().await;
    let before = backend.store.about().await.expect("an answer");
    assert_eq!((before.era, before.epoch), (1, 1));
    assert!(before.system_id.ends_with("/00000001"), "{}", before.system_id);
    let stream = stream();
    let (head, position) = add(&*backend.journal(), stream, &["a"]).await;
    backend.tamper("update meta set system_id = '1234/00000003'").await;
    let (one, two) = (Store::open(&backend.options).await, Store::open(&backend.options).await);
    let (one, two) = (one.expect("a node"), two.expect("a node"));
    let after = two.about().await.expect("an answer");
    assert_eq!((after.era, after.epoch, &after.system_id), (2, 2, &before.system_id));
    let answer = one.journal().append(append(vec![part(stream, head, &["b"])])).await;
    assert!(matches!(answer, Ok(Appended::Conflict(_))), "{answer:?}");
    let (_, later) = add(&*one.journal(), stream, &["b"]).await;
    assert_eq!((position.era, later.era), (1, 2));
    let (changed, _) = two.journal().changed(Some((1 << 48) | position.transaction)).await.expect("a scan");
    assert_eq!(changed.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_a_journal_restored_from_an_older_copy_begins_an_epoch_and_rebuilds_its_tables() {
    let mut backend = Backend::sqlite().await;
    let stream = stream();
    add(&*backend.journal(), stream, &["kept"]).await;
    backend.store.close().await;
    let (live, copy) = (backend.folder().join("lockstep.db"), backend.folder().join("copy.db"));
    fs::copy(&live, &copy).expect("closed files can be copied");
    backend.reopen().await;
    let (_, lost) = add(&*backend.journal(), stream, &["lost", "lost too"]).await;
    let lease = backend.store.consumers().acquire("lists", Uuid::now_v7(), 60_000).await.expect("a database");
    let row = OrganizationRow { org: stream.org, name: "Lost".into(), state: "active".into(), seq: 3 };
    let change = [Change::Organization(row)];
    backend.store.projections().apply(&lease.expect("free"), &change, lost).await.expect("applied");
    backend.store.close().await;
    fs::copy(&copy, &live).expect("closed files can be replaced");
    for rest in ["lockstep.db-wal", "lockstep.db-shm"] {
        let _ = fs::remove_file(backend.folder().join(rest));
    }

    backend.reopen().await;
    let about = backend.store.about().await.expect("an answer");
    assert_eq!((about.era, about.epoch), (2, 2));
    assert_eq!(backend.store.projections().organization(stream.org).await, Ok(None));
    assert_eq!(backend.store.consumers().cursor("lists").await, Ok(Position::START));
    let (head, position) = add(&*backend.journal(), stream, &["new"]).await;
    assert_eq!(head.version, 2);
    assert!(position > lost, "no position is given out twice");
    backend.reopen().await;
    assert_eq!(backend.store.about().await.expect("an answer").epoch, 2, "raised once");
}
