//! What answers of push services come to. It must never repeat more of an answer than a line for the operator.

use super::Outcome;
pub(super) use crate::outbound::answers::{passes, retry_after, said};
use crate::outbound::egress::EgressError;

/// There was no answer. Where requests may not go they will not go later either.
pub(super) fn unanswered(error: EgressError) -> Outcome {
    match error {
        EgressError::Refused(error) => Outcome::Never { error },
        error @ (EgressError::Failed(_) | EgressError::TooLarge(_)) => later(error.to_string()),
    }
}

pub(super) fn later(error: impl Into<String>) -> Outcome {
    Outcome::Later { error: error.into(), after: None }
}
