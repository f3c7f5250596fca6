//! Carries processes out: on one node at a time (a lease), some at once, again with growing pauses where something stands in the way.
//! One that cannot go on holds up no other.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use lockstep_protocol::codes::Failure;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    super::leased::{Leased, in_turns},
    Begun, Task, account, ending, leaving,
};
use crate::{
    actors::Directory,
    auth::letters::Scribe,
    clock::Clock,
    steps::steps_of,
    store::{Store, StoreError, processes::Process},
    workers::Progress,
};

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
    /// How far what is counted is.
    pub tallied: Progress,
    pub node: Uuid,
    /// Notified when something begins.
    pub nudge: Arc<Notify>,
}

impl Runner {
    /// Runs until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let (store, nudge) = (self.store.clone(), self.nudge.clone());
        in_turns(Rounds(self.clone()), &store, self.node, &nudge, &cancel).await;
    }

    /// Carries out whose turn it is; answers whether there may be more at once.
    async fn round(&self) -> Result<bool, StoreError> {
        let due = self.store.processes().due(self.clock.now(), BATCH).await?;
        let mut more = due.len() >= BATCH as usize;
        let carried = stream::iter(due).map(|process| async move {
            let kind = process.kind.clone();
            steps_of(&kind, self.carry(process)).await
        });
        let mut running = carried.buffer_unordered(AT_ONCE);
        while let Some(outcome) = running.next().await {
            more |= outcome? == Carried::Part;
        }
        Ok(more)
    }

    async fn carry(&self, process: Process) -> Result<Carried, StoreError> {
        match self.perform(&process).await {
            Ok(Carried::Part) => return Ok(Carried::Part),
            Ok(Carried::Whole) => {
                self.store.processes().done(process.id, self.clock.now()).await?;
                tracing::info!(process = %process.id, kind = process.kind, "a process is done");
            }
            Err(failure) => {
                let error = failure.to_string();
                tracing::warn!(process = %process.id, kind = process.kind, attempts = process.attempts, error, "a process waits");
                let next_at = self.clock.now() + pause_us(process.attempts);
                self.store.processes().later(process.id, next_at, &error).await?;
            }
        }
        Ok(Carried::Whole)
    }

    /// Does what is left to do of a process.
    async fn perform(&self, process: &Process) -> Result<Carried, Failure> {
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
                leaving::member_removed(self, process.id, org, account, by, reassign).await?;
            }
            Task::RoleLowered { org, account, by } => leaving::role_lowered(self, org, account, by).await?,
            Task::TeamMemberRemoved { org, team, account, by } => {
                leaving::team_member_removed(self, org, team, account, by).await?;
            }
            Task::TeamDeleted { org, team, by } => leaving::team_deleted(self, org, team, by).await?,
            Task::ChannelDeleted { org, channel, by } => leaving::channel_deleted(self, org, channel, by).await?,
            Task::AccountDeleted { account } => account::deleted(self, account).await?,
            Task::OrganizationDeleted { org, by, deleted_at } => {
                return ending::organization_deleted(self, org, by, deleted_at).await;
            }
        }
        Ok(Carried::Whole)
    }

    /// Waits until the read tables hold the event that began it.
    pub(super) async fn caught_up(&self, position: lockstep_protocol::position::Position) -> Result<(), Failure> {
        come(&self.projected, position).await
    }

    /// Waits until everything that is kept beside the journal holds an event: what is erased after it, nobody needs to read any more.
    pub(super) async fn all_caught_up(&self, position: lockstep_protocol::position::Position) -> Result<(), Failure> {
        self.caught_up(position).await?;
        come(&self.tallied, position).await
    }
}

/// Not for long: what lags is asked for again later.
async fn come(how_far: &Progress, position: lockstep_protocol::position::Position) -> Result<(), Failure> {
    let mut how_far = how_far.clone();
    let reached = how_far.wait_for(|reached| *reached >= position);
    match tokio::time::timeout(Duration::from_secs(2), reached).await {
        Ok(Ok(_)) => Ok(()),
        _ => Err(Failure::new(lockstep_protocol::codes::Code::Behind)),
    }
}

/// Processes as leased work.
struct Rounds(Runner);

impl Leased for Rounds {
    const NAME: &'static str = "processes-run";
    const LOOK: Duration = Duration::from_millis(200);

    // What is cut off half way goes on with the next life.
    async fn turn(&mut self, cancel: &CancellationToken) -> Result<bool, StoreError> {
        tokio::select! {
            more = self.0.round() => more,
            () = cancel.cancelled() => Ok(false),
        }
    }
}

/// How far a process was carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    /// To its end, or it waits.
    Whole,
    /// It goes on in the next turn: one that is long keeps the others waiting for no longer than this.
    Part,
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
