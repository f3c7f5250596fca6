//! What boards say by themselves when its time has come: a task is due soon, overdue, late for long, to be reminded of, or the next one of
//! a schedule is to be made. A consumer of the journal notes which boards may have something to say; whoever holds the lease asks them at
//! their time, by commands that say only what was not said: killed at any point, or done by two at once, each thing is said once. It must
//! never decide what is due: the board does.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt, stream};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{Command, bulk::Bulk, reminder::AnnounceTask},
    event::BoardEvent,
    ids::{AccountId, BoardId, OrgId, TaskId},
    position::Position,
    topic::Kind,
    values::{Micros, OnFailure},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Worker,
    leased::{Leased, in_turns},
    projections::decode,
};
use crate::{
    actors::{CommandRequest, Directory, Saw},
    clock::Clock,
    steps::steps_of,
    store::{
        Store, StoreError,
        consumers::Lease,
        journal::Recorded,
        projections::{Alarm, Asked, NEVER},
    },
};

/// Boards asked in one turn, and at the same time.
const BATCH: u32 = 64;
const AT_ONCE: usize = 4;
/// How often a task is asked in one turn: what it cannot do it may do later.
const ASKS: u8 = 2;
/// When a board is asked again that could not do all of it: the next one of a schedule finds no column with room, or another node would
/// not understand it.
const LATER_US: Micros = 5 * 60_000_000;
/// The same where it could not be asked at all for the moment.
const SOON_US: Micros = 2_000_000;

/// Notes which boards may have something to say.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Notified when there is one.
    pub nudge: Arc<Notify>,
}

impl Worker for Listener {
    const NAME: &'static str = "alarms";

    async fn take(
        &self,
        store: &Store,
        lease: &Lease,
        events: &[Recorded],
        cursor: Position,
    ) -> Result<(), StoreError> {
        store.projections().alarm(lease, &alarms(events), cursor).await?;
        self.nudge.notify_one();
        Ok(())
    }
}

/// What these events mean for when boards are asked: each board once, what was dropped last.
pub fn alarms(events: &[Recorded]) -> Vec<Alarm> {
    let dropped =
        |event: &&Recorded| (event.stream.kind, event.tag.as_str()) == (Kind::Organization, "organization.dropped");
    let dropped: BTreeSet<OrgId> = events.iter().filter(dropped).map(|event| event.org).collect();
    let changed = events.iter().filter(|event| event.stream.kind == Kind::Board && matters(event));
    let changed: BTreeSet<(OrgId, BoardId)> = changed.map(|event| (event.org, BoardId(event.stream.id))).collect();
    let changed = changed.into_iter().filter(|(org, _)| !dropped.contains(org));
    changed
        .map(|(org, board)| Alarm::Changed(org, board))
        .chain(dropped.iter().map(|org| Alarm::Dropped(*org)))
        .collect()
}

/// Whether a board may have something to say sooner after this. What takes it back needs no look: asked in vain it says nothing.
fn matters(recorded: &Recorded) -> bool {
    match recorded.tag.as_str() {
        "task.reopened"
        | "task.unarchived"
        | "task.restored"
        | "task.repeat.changed"
        | "task.repeated"
        | "task.received"
        | "task.reminder.set"
        | "board.template.changed"
        | "board.escalations.changed"
        | "board.unarchived"
        | "board.restored" => true,
        "task.created" | "task.scheduled" => match decode(recorded) {
            Some(BoardEvent::TaskCreated(event)) => event.due.is_some(),
            Some(BoardEvent::TaskScheduled(event)) => event.due.is_some(),
            _ => false,
        },
        _ => false,
    }
}

/// Asks boards at their time.
#[derive(Clone)]
pub struct Announcer {
    pub store: Store,
    pub directory: Directory,
    pub clock: Clock,
    pub node: Uuid,
    pub nudge: Arc<Notify>,
}

impl Announcer {
    /// Runs until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let (store, nudge) = (self.store.clone(), self.nudge.clone());
        in_turns(Rounds(self.clone()), &store, self.node, &nudge, &cancel).await;
    }

    /// Asks those whose time has come; answers whether there may be more at once.
    async fn round(&self) -> Result<bool, StoreError> {
        let due = self.store.projections().alarms_due(self.clock.now(), BATCH).await?;
        let more = due.len() >= BATCH as usize;
        let mut asking = stream::iter(due)
            .map(|asked| async move { steps_of("alarms", self.look(asked)).await })
            .buffer_unordered(AT_ONCE);
        while let Some(outcome) = asking.next().await {
            outcome?;
        }
        Ok(more)
    }

    async fn look(&self, asked: Asked) -> Result<(), StoreError> {
        let next = match self.announce(asked).await {
            Ok(next) => next,
            // A board that was never founded, or is gone.
            Err(failure) if failure.code == Code::NotFound => NEVER,
            Err(failure) => {
                tracing::warn!(board = %asked.board.0, %failure, "what is due on a board is said later");
                self.clock.now() + if failure.temporary { SOON_US } else { LATER_US }
            }
        };
        self.store.projections().ask_again(asked, next).await
    }

    /// Has a board say all that is due, some at a time, and answers when it is to be asked next.
    async fn announce(&self, asked: Asked) -> Result<Micros, Failure> {
        let most = self.directory.services().limits.bulk_commands_max;
        let now = self.clock.now();
        let mut asks: BTreeMap<TaskId, u8> = BTreeMap::new();
        loop {
            let board = self.directory.board_now(asked.board).await?;
            let left = |id: &TaskId| asks.get(id).is_none_or(|asks| *asks < ASKS);
            let tasks: Vec<TaskId> = board.state.alarms_until(now).filter(left).take(most).collect();
            if tasks.is_empty() {
                let next = board.state.next_alarm(now).unwrap_or(NEVER);
                let stuck = board.state.alarms_until(now).next().is_some();
                return Ok(if stuck { next.min(now + LATER_US) } else { next });
            }
            // It is silent while nobody may see it.
            if self.directory.organization_now(asked.org).await?.state.is_deleted() {
                return Ok(now + LATER_US);
            }
            let commands = tasks.iter().map(|task_id| AnnounceTask { task_id: *task_id }.into()).collect();
            let body = Command::from(Bulk { commands, on_failure: OnFailure::Rest });
            let (topic, principal) = (asked.board.into(), Principal::System(AccountId::NIL));
            let request = CommandRequest { topic, principal, session: None, key: None, body, saw: Saw::default() };
            self.directory.command(request).await?;
            for task_id in tasks {
                *asks.entry(task_id).or_default() += 1;
            }
        }
    }
}

/// Asking as leased work.
struct Rounds(Announcer);

impl Leased for Rounds {
    const NAME: &'static str = "alarms-say";
    const LOOK: Duration = Duration::from_millis(500);

    // What is cut off half way goes on with the next life.
    async fn turn(&mut self, cancel: &CancellationToken) -> Result<bool, StoreError> {
        tokio::select! {
            more = self.0.round() => more,
            () = cancel.cancelled() => Ok(false),
        }
    }
}
