//! Short names for the refusals that rules give. Must never say more than the asker may know.

use lockstep_protocol::codes::{Code, Failure};

/// What was asked about does not exist, or the asker may not know of it: always the same words.
pub fn not_found() -> Failure {
    Failure::new(Code::NotFound)
}

/// Something that the command names is not there.
pub fn missing(field: &str) -> Failure {
    not_found().field(field)
}

pub fn forbidden() -> Failure {
    Failure::new(Code::Forbidden)
}

pub fn invalid(field: &str, why: &str) -> Failure {
    Failure::because(Code::FieldInvalid, why).field(field)
}

pub fn wrong_state(why: &str) -> Failure {
    Failure::because(Code::WrongState, why)
}

pub fn exists(field: &str) -> Failure {
    Failure::new(Code::AlreadyExists).field(field)
}

/// What is known is older than what it is decided on: it goes when it is tried again.
pub fn behind() -> Failure {
    Failure::new(Code::Contended)
}

/// One more would be over the limit.
pub fn full(field: &str, limit: usize) -> Failure {
    Failure::new(Code::LimitReached).field(field).limit(limit as u64)
}
