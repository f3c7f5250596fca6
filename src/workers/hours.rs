//! Keeps on which boards people have time, so that what somebody has worked is asked of those boards alone. A consumer of its own, so that a
//! journal that was there before is read for it from its start.

use lockstep_protocol::{
    event::{BoardEvent, time::*, transfer::TaskReceived},
    ids::BoardId,
    position::Position,
    topic::Kind,
};

use super::{Worker, projections::decode};
use crate::store::{Store, StoreError, consumers::Lease, journal::Recorded, projections::Worked};

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Timekeeper;

impl Worker for Timekeeper {
    const NAME: &'static str = "hours";

    async fn take(
        &self,
        store: &Store,
        lease: &Lease,
        events: &[Recorded],
        cursor: Position,
    ) -> Result<(), StoreError> {
        let changes: Vec<Worked> = events.iter().flat_map(hours).collect();
        store.projections().note_hours(lease, &changes, cursor).await
    }
}

/// What an event changes in who has time where. Most are not even decoded.
pub fn hours(recorded: &Recorded) -> Vec<Worked> {
    let (org, board) = (recorded.org, BoardId(recorded.stream.id));
    match (recorded.stream.kind, recorded.tag.as_str()) {
        (Kind::Board, "time.logged" | "time.updated" | "task.received") => match decode(recorded) {
            Some(BoardEvent::TimeLogged(TimeLogged { account_id, started_at, .. })) => {
                vec![Worked::At(org, board, account_id, started_at)]
            }
            Some(BoardEvent::TimeUpdated(TimeUpdated { started_at: Some(at), .. })) => vec![Worked::MovedTo(board, at)],
            // It brings its time along.
            Some(BoardEvent::TaskReceived(TaskReceived { time, .. })) => {
                time.iter().map(|entry| Worked::At(org, board, entry.account_id, entry.started_at)).collect()
            }
            _ => Vec::new(),
        },
        (Kind::Organization, "organization.dropped") => vec![Worked::Dropped(org)],
        _ => Vec::new(),
    }
}
