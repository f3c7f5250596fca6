//! Long texts of the past, out of the events that hold them: each holds at most one.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::event::BoardEvent;

use super::steps::{Step, TaskValue};
use crate::board::state::Board;

#[derive(Clone, Debug, Default)]
pub(super) struct Texts(BTreeMap<u64, String>);

impl Texts {
    pub fn of<'a>(events: impl IntoIterator<Item = (u64, &'a BoardEvent)>) -> Self {
        use BoardEvent as E;
        let text = |event: &BoardEvent| match event {
            E::TaskCreated(event) => event.description.clone(),
            E::TaskUpdated(event) => event.description.clone(),
            E::TaskCommented(event) => Some(event.text.clone()),
            E::CommentEdited(event) => Some(event.text.clone()),
            _ => None,
        };
        Self(events.into_iter().filter_map(|(seq, event)| Some((seq, text(event)?))).collect())
    }

    /// The text at this seq; that of nothing is empty. `None`: it was not handed in.
    pub fn at(&self, seq: Option<u64>) -> Option<&str> {
        seq.map_or(Some(""), |seq| self.0.get(&seq).map(String::as_str))
    }

    /// Whether two events hold the same text, as far as is known.
    pub fn same(&self, a: Option<u64>, b: Option<u64>) -> bool {
        a == b || matches!((self.at(a), self.at(b)), (Some(a), Some(b)) if a == b)
    }
}

/// The seqs of the texts that these steps compare or need.
pub(super) fn wanted(steps: &[Step], boards: &[&Board]) -> Vec<u64> {
    let mut seqs = BTreeSet::new();
    for step in steps {
        for board in boards {
            match step {
                Step::Task(id, TaskValue::Description) | Step::UnmakeTask(id) => {
                    seqs.extend(board.task(*id).and_then(|task| task.description_seq));
                }
                Step::Task(id, TaskValue::Comment(comment)) => {
                    let comment = board.task(*id).and_then(|task| task.comments.get(comment));
                    seqs.extend(comment.map(|comment| comment.text_seq));
                }
                _ => {}
            }
        }
    }
    seqs.into_iter().collect()
}
