//! What the author of a command had seen.

use lockstep_protocol::values::IfChanged;

/// What the author of a command had seen, and what is to happen when that is not how it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saw {
    /// The topic's seq; `None`: nobody asks what changed since.
    pub seq: Option<u64>,
    pub refuse: bool,
}

impl Saw {
    pub fn new(seq: Option<u64>, if_changed: Option<IfChanged>) -> Self {
        Self { seq, refuse: if_changed == Some(IfChanged::Refuse) }
    }
}
