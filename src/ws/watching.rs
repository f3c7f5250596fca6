//! The watch of a connection on its own account, for as long as the connection holds it. It must never know a socket.

use std::sync::Arc;

use lockstep_protocol::{
    ids::{AccountId, ConnectionId},
    topic::Topic,
};

use super::door::{Door, JoinAsk};
use crate::live::watch::Watch;

/// A watch on the account; ends when dropped.
pub struct Watching {
    watch: Arc<Watch>,
    topic: Topic,
    id: ConnectionId,
    door: Arc<dyn Door>,
}

impl Watching {
    pub fn new(watch: Arc<Watch>, account: AccountId, id: ConnectionId, door: Arc<dyn Door>) -> Self {
        Self { watch, topic: account.into(), id, door }
    }

    /// How it is joined.
    pub fn ask(&self) -> JoinAsk {
        JoinAsk { topic: self.topic, reference: 0, after: None, presence: false, subscriber: self.watch.clone() }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.door.leave(self.topic, self.id);
    }
}
