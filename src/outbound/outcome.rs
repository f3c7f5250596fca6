//! What came of handing something to whoever delivers it.

use std::time::Duration;

/// The texts are for the operator: one line of bounded length, without a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is theirs to deliver now.
    Taken,
    /// They are away, busy or set up wrongly. `after`: not before that, where they said so.
    Later { error: String, after: Option<Duration> },
    /// This is refused whenever it is sent.
    Never { error: String },
    /// There is no way to this person: no address that was proved to be theirs, no device.
    NoWay(&'static str),
}
