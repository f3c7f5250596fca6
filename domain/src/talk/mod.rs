//! What everything that people say to each other has in common, comments and messages alike: emoji, reactions, whom a text means. Must
//! never know where it was said.

pub(crate) mod emoji;
pub mod mention;
pub(crate) mod reactions;
