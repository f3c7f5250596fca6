//! Keeps what is counted: whose open tasks there are, and who is in which team. A consumer beside that of the lists, so that a journal
//! that was there before is counted without the lists being built anew.

use lockstep_protocol::{
    event::{BoardEvent, TeamEvent, task::*, transfer::TaskReceived},
    ids::{BoardId, TaskId, TeamId},
    position::Position,
    topic::Kind,
    values::Lifecycle,
};

use super::{Worker, projections::decode};
use crate::store::{Store, StoreError, consumers::Lease, journal::Recorded, projections::Tally};

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Teller;

impl Worker for Teller {
    const NAME: &'static str = "tallies";

    async fn take(
        &self,
        store: &Store,
        lease: &Lease,
        events: &[Recorded],
        cursor: Position,
    ) -> Result<(), StoreError> {
        let changes: Vec<Tally> = events.iter().flat_map(tallies).collect();
        store.projections().count(lease, &changes, cursor).await
    }
}

/// What an event changes in what is counted.
pub fn tallies(recorded: &Recorded) -> Vec<Tally> {
    match recorded.stream.kind {
        Kind::Team => decode(recorded).map(|event| of_team(recorded, event)),
        Kind::Board if counted(&recorded.tag) => decode(recorded).map(|event| of_board(recorded, event)),
        Kind::Organization if recorded.tag == "organization.dropped" => Some(vec![Tally::Dropped(recorded.org)]),
        Kind::Organization | Kind::Board | Kind::Account | Kind::Channel | Kind::Inbox => None,
    }
    .unwrap_or_default()
}

/// Whether a board's event can matter to a count: most are not even decoded.
fn counted(tag: &str) -> bool {
    matches!(
        tag,
        "task.created"
            | "task.assigned"
            | "task.unassigned"
            | "task.reassigned"
            | "task.completed"
            | "task.reopened"
            | "task.archived"
            | "task.unarchived"
            | "task.deleted"
            | "task.restored"
    )
}

fn of_team(recorded: &Recorded, event: TeamEvent) -> Vec<Tally> {
    let (org, team) = (recorded.org, TeamId(recorded.stream.id));
    match event {
        TeamEvent::TeamCreated(event) => vec![Tally::TeamJoined(event.org_id, team, event.lead_id)],
        TeamEvent::TeamMemberAdded(event) => vec![Tally::TeamJoined(org, team, event.account_id)],
        TeamEvent::TeamMemberRemoved(event) => vec![Tally::TeamLeft(team, event.account_id)],
        TeamEvent::TeamUpdated(_)
        | TeamEvent::TeamDeleted(_)
        | TeamEvent::TeamSettingsUpdated(_)
        | TeamEvent::TeamPermissionGranted(_)
        | TeamEvent::TeamPermissionRevoked(_)
        | TeamEvent::TeamLeadChanged(_) => Vec::new(),
    }
}

fn of_board(recorded: &Recorded, event: BoardEvent) -> Vec<Tally> {
    let board = BoardId(recorded.stream.id);
    let state = |task: TaskId, done: Option<bool>, lifecycle: Option<Lifecycle>| {
        let state = lifecycle.map(|lifecycle| lifecycle.word().to_owned());
        vec![Tally::TaskState(board, task, done, state), Tally::TaskSettled(board, task)]
    };
    match event {
        BoardEvent::TaskCreated(TaskCreated { task_id, assignees, .. }) => {
            let assigned = assignees.into_iter().map(|account| Tally::Assigned(board, task_id, account));
            [Tally::TaskMade(recorded.org, board, task_id)].into_iter().chain(assigned).collect()
        }
        // Nothing of it is counted here any more.
        BoardEvent::TaskTransferred(event) => vec![Tally::TaskGone(board, event.task_id)],
        BoardEvent::TaskReceived(TaskReceived { face, archived, .. }) => {
            let task_id = face.task_id;
            let assigned = face.assignees.into_iter().map(|account| Tally::Assigned(board, task_id, account));
            let lifecycle = archived.then_some(Lifecycle::Archived);
            let made = [Tally::TaskMade(recorded.org, board, task_id)].into_iter().chain(assigned);
            made.chain(state(task_id, Some(face.completed_at.is_some()), lifecycle)).collect()
        }
        BoardEvent::TaskAssigned(event) => vec![Tally::Assigned(board, event.task_id, event.account_id)],
        BoardEvent::TaskUnassigned(event) => vec![Tally::Unassigned(board, event.task_id, event.account_id)],
        // As the board takes it: whoever gets it has it once.
        BoardEvent::TaskReassigned(TaskReassigned { task_id, from_id, to_id }) => {
            vec![Tally::Unassigned(board, task_id, to_id), Tally::Handed(board, task_id, from_id, to_id)]
        }
        BoardEvent::TaskCompleted(TaskCompleted { task_id }) => state(task_id, Some(true), None),
        BoardEvent::TaskReopened(TaskReopened { task_id }) => state(task_id, Some(false), None),
        BoardEvent::TaskArchived(TaskArchived { task_id }) => state(task_id, None, Some(Lifecycle::Archived)),
        BoardEvent::TaskDeleted(TaskDeleted { task_id }) => state(task_id, None, Some(Lifecycle::Deleted)),
        BoardEvent::TaskUnarchived(TaskUnarchived { task_id, .. })
        | BoardEvent::TaskRestored(TaskRestored { task_id, .. }) => state(task_id, None, Some(Lifecycle::Active)),
        _ => Vec::new(),
    }
}
