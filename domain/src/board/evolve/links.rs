//! What an event changes among the public links of a board.

use std::sync::Arc;

use compact_str::CompactString;
use lockstep_protocol::event::{BoardEvent, Happened};

use crate::board::state::{Board, Link};

pub(super) fn evolve(board: &mut Board, happened: &Happened<BoardEvent>) {
    match &happened.event {
        BoardEvent::BoardLinkCreated(event) => {
            let name = event.name.as_deref().map(CompactString::new);
            let (by, at, expires_at) = (happened.by, happened.at, event.expires_at);
            board.links.insert(event.link_id, Arc::new(Link { name, by, at, expires_at }));
        }
        BoardEvent::BoardLinkRevoked(event) => {
            board.links.remove(&event.link_id);
            board.ended_links.insert(event.link_id);
        }
        _ => {}
    }
}
