//! What the author of a command had seen.

use lockstep_protocol::values::IfChanged;

/// What the author of a command had seen, and what is to happen when that is not how it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saw {
    /// The topic's seq; `None`: nobody asks what changed since.
    pub seq: Option<u64>,
    pub refuse: bool,
    /// Only if the topic stands at this seq when the command is decided.
    pub exactly: Option<u64>,
}

impl Saw {
    pub fn new(seq: Option<u64>, if_changed: Option<IfChanged>) -> Self {
        Self { seq, refuse: if_changed == Some(IfChanged::Refuse), exactly: None }
    }

    /// How far a replica must be, at least, for a decision.
    pub fn at_least(self) -> u64 {
        self.seq.max(self.exactly).unwrap_or(0)
    }
}
