//! What a journal that could not be read means to whoever asked. It must never carry the text of a database.

use lockstep_protocol::codes::{Code, Failure};

use crate::store::journal::JournalError;

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        use JournalError as E;
        match error {
            E::Unavailable(_) | E::Unknown(_) => Self::new(Code::Unavailable).retry_after_ms(500),
            E::Full => Self::new(Code::StorageFull),
            E::Damaged { stream, .. } => {
                tracing::error!(%stream, %error, "the journal is damaged");
                Self::new(Code::Quarantined)
            }
            E::Dropped(_) => Self::new(Code::NotFound),
            E::TooNew { .. } => Self::new(Code::GoingAway).retry_after_ms(1_000),
            E::Refused(_) => {
                tracing::error!(%error, "the journal refused a read");
                Self::new(Code::Internal)
            }
        }
    }
}
