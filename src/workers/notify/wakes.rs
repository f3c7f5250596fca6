//! Brings back what was put off, when its time has come: whoever holds the lease asks the inbox, which does nothing before the time or twice.
//! It must never decide what comes back: the inbox does.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::inbox::WakeEntries,
    topic::Topic,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    actors::{CommandRequest, Directory, Saw},
    clock::Clock,
    steps::steps_of,
    store::{Store, StoreError, projections::Wake},
    workers::leased::{Leased, in_turns},
};

/// Inboxes asked in one turn, and at the same time.
const BATCH: u32 = 256;
const AT_ONCE: usize = 8;

/// See the module.
#[derive(Clone)]
pub struct Waker {
    pub store: Store,
    pub directory: Directory,
    pub clock: Clock,
    pub node: Uuid,
}

impl Waker {
    /// Runs until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let (store, node) = (self.store.clone(), self.node);
        in_turns(Rounds(self), &store, node, &Notify::new(), &cancel).await;
    }

    /// Asks those whose time has come; answers whether there may be more at once.
    async fn round(&self) -> Result<bool, StoreError> {
        let due = self.store.projections().wakes_due(self.clock.now(), BATCH).await?;
        let more = due.len() >= BATCH as usize;
        let mut waking = stream::iter(due)
            .map(|wake| async move { steps_of("wakes", self.look(wake)).await })
            .buffer_unordered(AT_ONCE);
        // One that cannot be asked for the moment waits for the next turn, and holds up no other.
        let mut waits = false;
        while let Some(outcome) = waking.next().await {
            waits |= !outcome?;
        }
        Ok(more && !waits)
    }

    /// Whether it is done with.
    async fn look(&self, wake: Wake) -> Result<bool, StoreError> {
        match self.wake(wake).await {
            Err(failure) if failure.temporary => {
                tracing::warn!(account = %wake.account, %failure, "what was put off comes back later");
                return Ok(false);
            }
            Err(failure) if failure.code != Code::NotFound => {
                tracing::error!(account = %wake.account, %failure, "what was put off cannot come back");
            }
            _ => {}
        }
        self.store.projections().woke(wake).await?;
        Ok(true)
    }

    async fn wake(&self, wake: Wake) -> Result<(), Failure> {
        let inbox = self.directory.inbox_now(wake.account).await?;
        let mut numbers: Vec<u64> = inbox.state.wakes_until(self.clock.now()).collect();
        let most = self.directory.services().limits.inbox_numbers_max;
        while !numbers.is_empty() {
            let rest = numbers.split_off(numbers.len().min(most));
            let (topic, principal) = (Topic::inbox(wake.account), Principal::System(wake.account));
            let body = WakeEntries { numbers }.into();
            let request = CommandRequest { topic, principal, session: None, key: None, body, saw: Saw::default() };
            self.directory.command(request).await?;
            numbers = rest;
        }
        Ok(())
    }
}

/// Waking as leased work.
struct Rounds(Waker);

impl Leased for Rounds {
    const NAME: &'static str = "wakes";
    const LOOK: Duration = Duration::from_millis(500);

    // What is cut off half way goes on with the next life.
    async fn turn(&mut self, cancel: &CancellationToken) -> Result<bool, StoreError> {
        tokio::select! {
            more = self.0.round() => more,
            () = cancel.cancelled() => Ok(false),
        }
    }
}
