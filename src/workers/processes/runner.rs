//! Carries processes out: on one node at a time (a lease), some at once, again with growing pauses where something stands in the way.
//! One that cannot go on holds up no other.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use lockstep_protocol::codes::Failure;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Begun, Task, account, leaving};
use crate::{
    actors::Directory,
    auth::letters::Scribe,
    clock::Clock,
    store::{Store, StoreError, consumers::Lease, processes::Process},
    workers::Progress,
};

const NAME: &str = "processes-run";
const LEASE_MS: u64 = 10_000;
const RENEW: Duration = Duration::from_secs(3);
/// How often it is looked without being nudged.
const LOOK: Duration = Duration::from_millis(200);
const BATCH: u32 = 32;
const AT_ONCE: usize = 4;

/// What processes are carried out with. Cheap to clone.
#[derive(Clone)]
pub struct Runner {
    pub store: Store,
    pub directory: Directory,
    pub clock: Clock,
    pub scribe: Scribe,
    /// How far the read tables are.
    pub projected: Progress,
    pub node: Uuid,
    /// Notified when something begins.
    pub nudge: Arc<Notify>,
}

impl Runner {
    /// Runs until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            let turn = match self.store.consumers().acquire(NAME, self.node, LEASE_MS).await {
                Ok(Some(lease)) => self.work(lease, &cancel).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = turn {
                tracing::warn!(%error, "processes wait");
            }
            self.pause(&cancel).await;
        }
    }

    async fn pause(&self, cancel: &CancellationToken) {
        tokio::select! {
            () = self.nudge.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            () = cancel.cancelled() => {}
        }
    }

    async fn work(&self, lease: Lease, cancel: &CancellationToken) -> Result<(), StoreError> {
        let mut renewal = tokio::time::interval(RENEW);
        while !cancel.is_cancelled() {
            // The work ends with the lease: what another node holds is not done twice at once for long, and may be done twice.
            let carried = async {
                let due = self.store.processes().due(self.clock.now(), BATCH).await?;
                let count = due.len();
                let mut running = stream::iter(due).map(|process| self.carry(process)).buffer_unordered(AT_ONCE);
                while let Some(outcome) = running.next().await {
                    outcome?;
                }
                Ok::<usize, StoreError>(count)
            };
            tokio::pin!(carried);
            let count = loop {
                tokio::select! {
                    count = &mut carried => break count?,
                    _ = renewal.tick() => {
                        if !self.store.consumers().renew(&lease, LEASE_MS).await? {
                            return Err(StoreError::LeaseLost);
                        }
                    }
                    () = cancel.cancelled() => break 0,
                }
            };
            if count < BATCH as usize {
                self.pause(cancel).await;
            }
        }
        self.store.consumers().release(lease).await
    }

    async fn carry(&self, process: Process) -> Result<(), StoreError> {
        let now = self.clock.now();
        match self.perform(&process).await {
            Ok(()) => {
                tracing::info!(process = %process.id, kind = process.kind, "a process is done");
                self.store.processes().done(process.id, now).await
            }
            Err(failure) => {
                let error = failure.to_string();
                tracing::warn!(process = %process.id, kind = process.kind, attempts = process.attempts, error, "a process waits");
                self.store.processes().later(process.id, now + pause_us(process.attempts), &error).await
            }
        }
    }

    /// Does what is left to do of a process.
    async fn perform(&self, process: &Process) -> Result<(), Failure> {
        let Ok(Begun { task, position }) = serde_json::from_str::<Begun>(&process.data) else {
            // A newer version began it: one that understands it will go on.
            return Err(Failure::because(
                lockstep_protocol::codes::Code::Internal,
                "this version does not know the process",
            ));
        };
        self.caught_up(position).await?;
        match task {
            Task::MemberRemoved { org, account, by, reassign } => {
                leaving::member_removed(self, process.id, org, account, by, reassign).await
            }
            Task::RoleLowered { org, account, by } => leaving::role_lowered(self, org, account, by).await,
            Task::TeamMemberRemoved { org, team, account, by } => {
                leaving::team_member_removed(self, org, team, account, by).await
            }
            Task::TeamDeleted { org, team, by } => leaving::team_deleted(self, org, team, by).await,
            Task::AccountDeleted { account } => account::deleted(self, account).await,
        }
    }

    /// Waits until the read tables hold the event that began it.
    async fn caught_up(&self, position: lockstep_protocol::position::Position) -> Result<(), Failure> {
        let mut projected = self.projected.clone();
        let reached = projected.wait_for(|reached| *reached >= position);
        match tokio::time::timeout(Duration::from_secs(2), reached).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Failure::new(lockstep_protocol::codes::Code::Behind)),
        }
    }
}

/// How long after so many tries the next one is made: 0.1 s, 0.4 s, 1.6 s … at most five minutes.
fn pause_us(attempts: i32) -> i64 {
    const FIRST_US: i64 = 100_000;
    const LONGEST_US: i64 = 300_000_000;
    4_i64.saturating_pow(u32::try_from(attempts).unwrap_or(0)).saturating_mul(FIRST_US).min(LONGEST_US)
}

#[cfg(test)]
mod tests {
    use super::pause_us;

    #[test]
    fn pauses_grow_to_five_minutes() {
        assert_eq!([0, 1, 2].map(pause_us), [100_000, 400_000, 1_600_000]);
        assert_eq!(pause_us(60), 300_000_000);
    }
}
