//! What an event changes on the shared views of a board.

use std::sync::Arc;

use compact_str::CompactString;
use lockstep_protocol::event::BoardEvent;

use crate::{
    board::state::{Board, View},
    rank::Rank,
};

pub(super) fn evolve(board: &mut Board, event: &BoardEvent) {
    match event {
        BoardEvent::ViewCreated(event) => {
            let (name, rank) = (CompactString::new(&event.name), Rank::trusted(&event.rank));
            board.views.insert(event.view_id, Arc::new(View { name, rank, look: event.look.clone() }));
        }
        BoardEvent::ViewUpdated(event) => {
            let Some(view) = board.views.get_mut(&event.view_id).map(Arc::make_mut) else { return };
            if let Some(name) = &event.name {
                view.name = CompactString::new(name);
            }
            if let Some(look) = &event.look {
                view.look.clone_from(look);
            }
        }
        BoardEvent::ViewMoved(event) => {
            if let Some(view) = board.views.get_mut(&event.view_id).map(Arc::make_mut) {
                view.rank = Rank::trusted(&event.rank);
            }
        }
        BoardEvent::ViewDeleted(event) => {
            board.views.remove(&event.view_id);
        }
        _ => {}
    }
}
