//! What a client does next: a mix of everything with known shares of what must be refused, the giving and taking of access, a script
//! out of a real board's history, or only looking. It decides by dice and by what the client holds; it never sends anything itself.

mod crossings;
mod manage;
mod mix;
mod script;
mod talking;

use std::{collections::BTreeMap, time::Duration};

use lockstep_protocol::{command::Command, frame::Outcome as Said, ids::TaskId, topic::Topic};
pub use manage::Manage;
pub use mix::{Mix, Part};
pub use script::{Progress, Script};

use super::client::{Followed, Me};
use crate::{dice::Dice, history::Intent};

/// A command to be sent, and what is expected of it.
pub struct Proposal {
    pub topic: Topic,
    pub body: Command,
    /// Text that no other command has.
    pub mark: Option<String>,
    pub intent: Intent,
}

pub enum Next {
    Command(Proposal),
    /// Joins what must be refused.
    Join(Topic),
    /// An answered command once more.
    Again,
    /// This body under the number of another command.
    Variant(Command),
    Read(Topic),
    /// Starts the person's timer on a task of this board, or stops the one that counts.
    Timer(Topic, Option<TaskId>),
}

pub enum Plan {
    Mix(Mix),
    Manage(Manage),
    Script(Script),
    Watch,
}

impl Plan {
    /// Until the next thing is due.
    pub fn pause(&self) -> Duration {
        match self {
            Self::Mix(mix) => mix.pause,
            Self::Manage(manage) => manage.pause,
            Self::Script(_) => Duration::from_millis(5),
            Self::Watch => Duration::from_secs(1),
        }
    }

    /// `idle`: nothing of this client awaits an answer.
    pub fn next(&mut self, me: &Me, topics: &BTreeMap<Topic, Followed>, dice: &mut Dice, idle: bool) -> Option<Next> {
        match self {
            Self::Mix(mix) => mix.next(me, topics, dice),
            Self::Manage(manage) => manage.next(me, topics, dice),
            Self::Script(script) => script.next(idle),
            Self::Watch => dice.pick(&topics.keys().copied().collect::<Vec<_>>()).copied().map(Next::Read),
        }
    }

    /// A command has its last answer.
    pub fn answered(&mut self, topic: Topic, body: &Command, said: &Said) {
        match self {
            Self::Manage(manage) => manage.answered(body, said),
            Self::Script(script) => script.answered(),
            Self::Mix(mix) => mix.answered(topic, body, said),
            Self::Watch => {}
        }
    }
}
