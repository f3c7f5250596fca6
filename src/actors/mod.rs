//! The live aggregates: one supervised actor each, and the directory as the only door to them.
//!
//! Only this room appends to the journal and speaks on the bus. It must never know HTTP, WebSockets, or how a person logs in.
//! To add a kind of aggregate: its rules in `domain`, a line in `handle.rs` and in `directory.rs` where the kinds are listed.

mod aggregate;
mod beside;
mod commands;
pub mod delivery;
pub mod directory;
mod encode;
mod facts;
mod failed;
mod follow;
mod hand_in;
mod handle;
mod load;
mod missed;
mod past;
mod peers;
mod profiles;
pub mod published;
mod pulse;
mod reads;
mod recall;
mod restart;
mod said;
mod saw;
mod shell;
mod shown;
mod slots;
mod supervisor;
mod sweep;

/// The state machine inside each actor and what surrounds it, for the simulator in `tests/sim`: it performs the effects itself, in
/// simulated time. Nothing else may drive a shell.
#[doc(hidden)]
pub mod simulated {
    pub use super::{
        beside::Beside,
        encode::{body_hash, told_lists},
        facts::{AccountFacts, Facts, Source},
        hand_in::{HAND_INS_MAX, HandIn},
        load::{StoredRef, head_and_guards, load, read_all},
        missed::Missed,
        shell::{Effect, Joining, Loaded, Message, Pending, Shell, failure, origin},
    };
}

pub use directory::{CommandKey, CommandRequest, Directory, JoinRequest, Services};
pub use encode::happened;
pub use load::verify;
pub use published::Published;
pub use said::Said;
pub use saw::Saw;
pub use shown::{Reader, Shown};
