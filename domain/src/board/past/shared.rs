//! What a change did to what is shared of a board: views that everybody sees, and public links. Knows nothing of how it is taken back.

use imbl::ordmap::DiffItem;
use lockstep_protocol::ids::ViewId;

use super::{Change, steps::Step};
use crate::board::state::Board;

pub(super) fn of_views(
    change: &Change,
    before: &Board,
    after: &Board,
    (steps, unmake): (&mut Vec<Step>, &mut Vec<Step>),
) {
    for diff in before.views.diff(&after.views) {
        match diff {
            DiffItem::Add(id, _) => unmake.push(Step::UnmakeView(*id)),
            DiffItem::Remove(id, _) => steps.push(Step::View(*id)),
            DiffItem::Update { old: (id, old), new: (_, new) } => {
                if (&old.name, &old.look) != (&new.name, &new.look) {
                    steps.push(Step::View(*id));
                }
            }
        }
    }
    let deleted = before.views.keys().any(|id| after.saved_view(*id).is_none());
    if deleted || (change.views_moved && view_order(before, after) != view_order(after, before)) {
        steps.push(Step::ViewOrder);
    }
}

pub(super) fn of_links(before: &Board, after: &Board, (steps, unmake): (&mut Vec<Step>, &mut Vec<Step>)) {
    for diff in before.links.diff(&after.links) {
        match diff {
            DiffItem::Add(id, _) => unmake.push(Step::UnmakeLink(*id)),
            DiffItem::Remove(..) => steps.push(Step::Never("A link that was revoked stays revoked.")),
            DiffItem::Update { .. } => {}
        }
    }
}

/// The ids of shared views in their order, of those that both have.
pub(super) fn view_order(board: &Board, other: &Board) -> Vec<ViewId> {
    let mut views: Vec<_> = board.saved_views().filter(|(id, _)| other.saved_view(*id).is_some()).collect();
    views.sort_by(|(a_id, a), (b_id, b)| (&a.rank, a_id).cmp(&(&b.rank, b_id)));
    views.into_iter().map(|(id, _)| id).collect()
}
