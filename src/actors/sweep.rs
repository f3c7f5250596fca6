//! What a node does in the background for its live aggregates: passivates those nobody uses.

use std::{sync::Arc, time::Duration};

use lockstep_domain::access::Reach;
use lockstep_protocol::{ids::OrgId, position::Position, topic::Topic};
use tokio::{sync::oneshot, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::{directory::Directory, handle::AnyHandle, shell::Message, slots::Slot};

/// How often idle aggregates are looked for. The budget is checked each time too.
const SWEEP: Duration = Duration::from_millis(200);
/// How long an aggregate may take to end after it agreed to.
const END_TIMEOUT: Duration = Duration::from_secs(5);

impl Directory {
    /// Runs until cancelled.
    pub async fn run(&self, cancel: CancellationToken) {
        tokio::join!(self.sweep(cancel.clone()), self.follow(cancel));
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
            live.sort_by_key(|(_, handle)| handle.vitals().used());
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
