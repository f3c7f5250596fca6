//! What an aggregate shows to everyone on its node: its committed state, whole, behind an `Arc`. Reads never queue behind
//! commands.

use lockstep_domain::Aggregate;
use lockstep_protocol::position::{Bookmark, Position};

use crate::store::journal::{Hash, Head};

/// A committed state and where it stands.
#[derive(Clone, Debug)]
pub struct Published<A: Aggregate> {
    pub state: A,
    pub bookmark: Bookmark,
    /// Of the stream up to there.
    pub hash: Hash,
    /// Of the stream's last event; [`Position::START`] when this node has not seen it (loaded from a snapshot).
    pub position: Position,
    /// The stream is damaged: this is its last good state, and it takes no commands.
    pub quarantined: bool,
}

impl<A: Aggregate> Published<A> {
    /// What an append to this stream expects to find.
    pub const fn head(&self) -> Head {
        Head { version: self.bookmark.seq, hash: self.hash, epoch: self.bookmark.epoch }
    }
}
