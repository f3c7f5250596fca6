//! Whose turn it is: webhooks are sent to beside one another, each alone in its order. Those that have come as far as each other read the
//! journal together, so what happens is read once for all that wait for it. It must never begin one that is under way.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use lockstep_protocol::position::Position;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{AT_ONCE, Hooks, LOOK, filter::Filter};
use crate::{
    steps::steps_of,
    store::{StoreError, journal::Recorded, webhooks::Webhook},
    workers::leased::Leased,
};

/// Events read at once.
const BATCH: usize = 500;
/// Things that were asked for, begun at once.
const ASKED: u32 = 16;
/// How often it is written down how far those have come for which there is nothing.
const SAVE: Duration = Duration::from_secs(10);

/// How far a webhook has come for which there was nothing to send: that is not written down each time.
struct Passed {
    revision: u32,
    written: Position,
    cursor: Position,
    saved: tokio::time::Instant,
}

/// Sending as leased work.
pub(super) struct Rounds {
    hooks: Hooks,
    passed: BTreeMap<Uuid, Passed>,
}

/// What ended: a webhook with how far it has come, or something that was asked for.
type Ended = (Uuid, Result<Option<Webhook>, StoreError>);
type UnderWay = FuturesUnordered<BoxFuture<'static, Ended>>;

impl Rounds {
    pub fn new(hooks: Hooks) -> Self {
        Self { hooks, passed: BTreeMap::new() }
    }

    /// Begins whatever is not under way.
    async fn begin(&mut self, busy: &mut BTreeSet<Uuid>, under_way: &mut UnderWay) -> Result<(), StoreError> {
        for asked in self.hooks.store.webhooks().asked(ASKED).await? {
            if busy.len() < AT_ONCE && busy.insert(asked.id) {
                let (hooks, id) = (self.hooks.clone(), asked.id);
                under_way.push(async move { (id, hooks.run_asked(asked).await.map(|()| None)) }.boxed());
            }
        }
        let due = self.hooks.store.webhooks().due(self.hooks.clock.now()).await?;
        let mut read: BTreeMap<Position, Arc<[Recorded]>> = BTreeMap::new();
        for mut webhook in due {
            if busy.contains(&webhook.id) {
                continue;
            }
            let written = webhook.cursor;
            self.catch_up(&mut webhook);
            let batch = match read.get(&webhook.cursor) {
                Some(batch) => batch.clone(),
                None => {
                    let batch: Arc<[Recorded]> = self.tail(webhook.cursor).await?.into();
                    read.insert(webhook.cursor, batch.clone());
                    batch
                }
            };
            let Some(last) = batch.last().map(|last| last.position) else { continue };
            let filter = Filter::of(&webhook);
            if !batch.iter().any(|recorded| filter.wants(&webhook, recorded)) {
                webhook.cursor = last;
                self.pass(&webhook, written).await?;
                continue;
            }
            if busy.len() < AT_ONCE && busy.insert(webhook.id) {
                let (hooks, id) = (self.hooks.clone(), webhook.id);
                let run = async move { (id, steps_of("webhooks", hooks.run_one(webhook, batch)).await.map(Some)) };
                under_way.push(run.boxed());
            }
        }
        Ok(())
    }

    async fn tail(&self, cursor: Position) -> Result<Vec<Recorded>, StoreError> {
        let tail = self.hooks.store.journal().tail(cursor, BATCH).await;
        tail.map_err(|error| StoreError::Unavailable(error.to_string().into()))
    }

    /// How far it has come beyond what is written down, unless somebody changed it.
    fn catch_up(&mut self, webhook: &mut Webhook) {
        match self.passed.get(&webhook.id) {
            Some(passed) if passed.revision == webhook.revision && passed.written == webhook.cursor => {
                webhook.cursor = passed.cursor;
            }
            _ => drop(self.passed.remove(&webhook.id)),
        }
    }

    /// There was nothing for it behind what is `written` down.
    async fn pass(&mut self, webhook: &Webhook, written: Position) -> Result<(), StoreError> {
        let now = tokio::time::Instant::now();
        let passed = self.passed.entry(webhook.id).or_insert_with(|| Passed {
            revision: webhook.revision,
            written,
            cursor: webhook.cursor,
            saved: now,
        });
        passed.cursor = webhook.cursor;
        if passed.saved.elapsed() >= SAVE && self.hooks.store.webhooks().came(webhook).await? {
            (passed.written, passed.saved) = (webhook.cursor, now);
        }
        Ok(())
    }
}

impl Leased for Rounds {
    const NAME: &'static str = "webhooks";
    const LOOK: Duration = LOOK;

    // What is cut off half way is sent once more, under the same id.
    async fn turn(&mut self, cancel: &CancellationToken) -> Result<bool, StoreError> {
        let (mut busy, mut under_way) = (BTreeSet::new(), UnderWay::new());
        // Another node may have sent meanwhile.
        self.passed.clear();
        loop {
            self.begin(&mut busy, &mut under_way).await?;
            tokio::select! {
                Some((id, ended)) = under_way.next() => {
                    busy.remove(&id);
                    ended?;
                }
                () = tokio::time::sleep(LOOK) => {}
                () = cancel.cancelled() => return Ok(false),
            }
        }
    }
}
