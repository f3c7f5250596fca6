//! Consumers of the journal get on, however long one batch takes.

use lockstep::{
    store::{Store, StoreError, consumers::Lease, journal::Recorded, projections::Wake},
    workers::{self, Worker},
};
use lockstep_protocol::{ids::AccountId, position::Position};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::App;
use crate::support::DEADLINE;

/// Writes for longer than a lease holds, in one transaction.
struct Heavy;

impl Worker for Heavy {
    const NAME: &'static str = "heavy";

    async fn take(&self, store: &Store, lease: &Lease, _: &[Recorded], cursor: Position) -> Result<(), StoreError> {
        let wakes: Vec<Wake> = (0..150_000).map(|at| Wake { account: AccountId::NIL, at: i64::MAX - at }).collect();
        store.projections().follow(lease, &[], &wakes, cursor).await
    }
}

/// The lease is renewed over the one connection that the batch itself may hold at that moment.
#[tokio::test]
async fn a_batch_that_takes_longer_than_its_lease_is_taken() {
    let app = App::start().await;
    app.person("Ana").await.organization().await;
    let (progress, mut come) = watch::channel(Position::START);
    let (store, cancel) = (app.server.engine.store.clone(), CancellationToken::new());
    let work = workers::run(Heavy, store, Uuid::now_v7(), Default::default(), progress, cancel.clone());
    let working = tokio::spawn(work);
    let taken = come.wait_for(|cursor| *cursor > Position::START);
    tokio::time::timeout(DEADLINE, taken).await.expect("in time").expect("it runs");
    cancel.cancel();
    working.await.expect("it ended");
    app.stop().await;
}
