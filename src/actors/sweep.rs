//! What a node does in the background for its live aggregates: passivates those nobody uses.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use lockstep_domain::access::Reach;
use lockstep_protocol::{
    ids::OrgId,
    position::Position,
    topic::{Kind, Topic},
};
use tokio::{sync::oneshot, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::{directory::Directory, handle::AnyHandle, shell::Message, slots::Slot};
use crate::steady::steadily;

/// How often idle aggregates are looked for. The budget is checked each time too.
const SWEEP: Duration = Duration::from_millis(200);
/// Aggregates that leave at the same time when the node stops, and how long all of them may take.
const LEAVING: usize = 32;
const LEAVING_ROUNDS: u32 = 3;
const LEAVING_PAUSE: Duration = Duration::from_millis(20);
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an aggregate may take to end after it agreed to.
pub(super) const END_TIMEOUT: Duration = Duration::from_secs(5);

impl Directory {
    /// Runs until cancelled.
    pub async fn run(&self, cancel: CancellationToken) {
        tokio::join!(steadily("sweep", || self.sweep(cancel.clone())), self.follow(cancel.clone()));
    }

    /// Some lists of an organization changed: those of its subscribers here whom it concerns are told.
    pub(super) fn lists_changed(&self, org: OrgId, hint: (Reach, Position)) {
        if let Some(AnyHandle::Organization(handle)) = self.live(org.into()) {
            handle.send(Message::Lists(Some(hint)));
        }
    }

    async fn sweep(&self, cancel: CancellationToken) {
        let mut ticks = tokio::time::interval(SWEEP);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let limits = self.services().limits.clone();
        // Per live aggregate: its last use as seen, and for how many sweeps that has not changed.
        let mut seen: std::collections::HashMap<Topic, (u64, u64)> = std::collections::HashMap::new();
        let idle_sweeps = (limits.passivate_idle_ms / SWEEP.as_millis() as u64).max(1);
        while next(&mut ticks, &cancel).await {
            let mut live = self.slots().live();
            seen.retain(|topic, _| live.iter().any(|(_, handle)| handle.topic() == *topic) || live.len() > 10_000);
            // Each asked once: they are used while this sorts.
            live.sort_by_cached_key(|(_, handle)| handle.vitals().used());
            let mut bytes: usize = live.iter().map(|(_, handle)| handle.vitals().bytes()).sum();
            for (slot, handle) in live {
                let used = handle.vitals().used();
                let entry = seen.entry(handle.topic()).or_insert((used, 0));
                *entry = if entry.0 == used { (used, entry.1 + 1) } else { (used, 0) };
                let idle = handle.vitals().idle() && handle.spare(limits.mailbox_permits_max);
                let wanted = bytes > limits.live_bytes_max || entry.1 >= idle_sweeps;
                if idle && wanted && self.passivate(&slot, &handle).await {
                    bytes = bytes.saturating_sub(handle.vitals().bytes());
                }
            }
        }
    }

    /// Ends every live aggregate: first those that nothing depends on, each with a snapshot of what it is, so that the next start
    /// reads little. Commands in flight are decided by the journal, not by this.
    pub async fn stop(&self) {
        let leaving = async {
            for kind in [Kind::Inbox, Kind::Board, Kind::Channel, Kind::Team, Kind::Organization, Kind::Account] {
                // Whoever depended on it may take a moment to be gone; who stays is ended with the rest.
                for _ in 0..LEAVING_ROUNDS {
                    let live = self.slots().live().into_iter().filter(|(_, handle)| handle.topic().kind == kind);
                    let gone = stream::iter(live)
                        .map(|(slot, handle)| async move { self.passivate(&slot, &handle).await })
                        .buffer_unordered(LEAVING)
                        // Each to its end: none may be left half closed.
                        .fold(true, |all, gone| async move { all && gone });
                    if gone.await {
                        break;
                    }
                    tokio::time::sleep(LEAVING_PAUSE).await;
                }
            }
            self.saving().close();
            self.saving().wait().await;
        };
        if tokio::time::timeout(STOP_TIMEOUT, leaving).await.is_err() {
            tracing::warn!("not every snapshot was stored in time; the next start reads more of the journal");
        }
        self.tree().fell().await;
    }

    /// Ends whatever is live here of an organization that was deleted for good, and waits for its end.
    pub async fn end_organization(&self, org: OrgId) {
        for (slot, handle) in self.live_of(org) {
            handle.end();
            if handle.cell().wait(Some(END_TIMEOUT)).await.is_err() {
                tracing::warn!(topic = %handle.topic(), "an aggregate of a deleted organization did not end");
                handle.cell().kill();
            }
            // Its supervisor frees the slot too, a moment later.
            self.slots().remove(handle.topic(), &slot);
        }
    }

    /// What is live here of an organization, itself the last.
    pub(super) fn live_of(&self, org: OrgId) -> Vec<(Arc<Slot>, AnyHandle)> {
        let mut of_it = self.slots().live();
        of_it.retain(|(_, handle)| handle.topic() == org.into() || handle.depends_on(org));
        of_it.sort_by_key(|(_, handle)| handle.topic() == org.into());
        of_it
    }

    /// Takes the slot out of use, asks the actor to go, and waits for its end; only then may it be loaded again.
    async fn passivate(&self, slot: &Arc<Slot>, handle: &AnyHandle) -> bool {
        if !slot.begin_closing() {
            return false;
        }
        let (answer, answered) = oneshot::channel();
        handle.passivate(answer);
        // No answer: it has ended already, which is as good.
        let goes = answered.await.unwrap_or(true);
        if goes {
            let ended = handle.cell().wait(Some(END_TIMEOUT)).await;
            if ended.is_err() {
                tracing::warn!(topic = %handle.topic(), "an aggregate agreed to end and did not");
                handle.cell().kill();
            }
            self.slots().remove(handle.topic(), slot);
        }
        slot.end_closing();
        goes
    }
}

async fn next(ticks: &mut tokio::time::Interval, cancel: &CancellationToken) -> bool {
    tokio::select! {
        _ = ticks.tick() => true,
        () = cancel.cancelled() => false,
    }
}
