//! What an import did: what was taken, what was there already, what was refused and what the export holds that no board can.

use std::{collections::BTreeMap, fmt};

use lockstep_protocol::{codes::Failure, command::Command, ids::BoardId};
use lockstep_trello::report::Report;

#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub board_id: BoardId,
    pub board_name: String,
    /// Whether the board is not what it was before.
    pub changed: bool,
    /// Steps that took effect, now or in an earlier run.
    pub taken: usize,
    /// Things that another import had made already; left as they are.
    pub found: usize,
    /// Steps that were refused for good, by command and code.
    pub refused: BTreeMap<(&'static str, &'static str), Refused>,
    pub report: Report,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub count: usize,
    /// What the first of them was told.
    pub message: String,
}

impl Outcome {
    pub(super) fn new(board_id: BoardId, board_name: String, report: Report) -> Self {
        Self { board_id, board_name, changed: false, taken: 0, found: 0, refused: BTreeMap::new(), report }
    }

    pub(super) fn refuse(&mut self, command: &Command, failure: &Failure) {
        let refused = self
            .refused
            .entry((command.tag(), failure.code.word()))
            .or_insert_with(|| Refused { count: 0, message: failure.message.clone() });
        refused.count += 1;
    }

    /// Whether everything that can be kept was kept.
    pub fn is_whole(&self) -> bool {
        self.refused.is_empty()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = if self.changed { "Imported" } else { "Already imported, nothing changed:" };
        writeln!(f, "{done} \"{}\" as board {}", self.board_name, self.board_id)?;
        write!(f, "{}", self.report)?;
        if self.found > 0 {
            writeln!(f, "{} things were there from another import and stayed as they are.", self.found)?;
        }
        for ((command, code), refused) in &self.refused {
            writeln!(f, "Refused: {} × {command}: {code}: {}", refused.count, refused.message)?;
        }
        Ok(())
    }
}
