//! What all clients of a run share: what they are told, and what is counted of them. Nothing here decides anything.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use lockstep_protocol::topic::Topic;

/// What all clients are told.
#[derive(Clone, Debug, Default)]
pub struct Control {
    pub phase: Phase,
    /// Raised to make all connect again at once.
    pub herd: u64,
}

#[derive(Clone, Debug, Default)]
pub enum Phase {
    #[default]
    Run,
    /// Nothing new; what is unanswered is asked until it is answered.
    Drain,
    /// Come to these ends, note where you stand, and go. Only what is refused for this long is out of reach.
    Finish(Arc<BTreeMap<Topic, u64>>, Duration),
}

/// Counted by all clients together, for whoever watches.
#[derive(Debug, Default)]
pub struct Counters {
    pub acknowledged: AtomicU64,
    pub unresolved: AtomicU64,
    pub connected: AtomicU64,
}
