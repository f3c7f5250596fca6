//! Long texts, out of the events that hold them: the description of a task, and what comments say.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::{event::BoardEvent, ids::CommentId};

use super::steps::{Step, TaskValue};
use crate::board::state::Board;

/// See the module. By the seq of the event and the comment; a description is of no comment.
#[derive(Clone, Debug, Default)]
pub struct Texts(BTreeMap<(u64, CommentId), String>);

impl Texts {
    pub fn of<'a>(events: impl IntoIterator<Item = (u64, &'a BoardEvent)>) -> Self {
        use BoardEvent as E;
        let mut texts = BTreeMap::new();
        for (seq, event) in events {
            match event {
                E::TaskCreated(event) => keep(&mut texts, seq, event.description.as_ref()),
                E::TaskUpdated(event) => keep(&mut texts, seq, event.description.as_ref()),
                E::TaskReceived(event) => keep(&mut texts, seq, event.description.as_ref()),
                E::TaskCommented(event) => _ = texts.insert((seq, event.comment_id), event.text.clone()),
                E::CommentEdited(event) => _ = texts.insert((seq, event.comment_id), event.text.clone()),
                E::CommentsReceived(event) => {
                    texts.extend(event.comments.iter().map(|said| ((seq, said.comment_id), said.text.clone())));
                }
                _ => {}
            }
        }
        Self(texts)
    }

    /// The description at this seq; that of nothing is empty. `None`: it was not handed in.
    pub fn description(&self, seq: Option<u64>) -> Option<&str> {
        seq.map_or(Some(""), |seq| self.0.get(&(seq, CommentId::NIL)).map(String::as_str))
    }

    /// What a comment said at this seq. `None`: it was not handed in.
    pub fn comment(&self, seq: u64, id: CommentId) -> Option<&str> {
        self.0.get(&(seq, id)).map(String::as_str)
    }

    /// Whether two events hold the same description, as far as is known.
    pub(super) fn same_description(&self, a: Option<u64>, b: Option<u64>) -> bool {
        a == b || matches!((self.description(a), self.description(b)), (Some(a), Some(b)) if a == b)
    }

    /// Whether a comment said the same at both, as far as is known. One that is not there says nothing; one that is there never does.
    pub(super) fn same_comment(&self, id: CommentId, a: Option<u64>, b: Option<u64>) -> bool {
        let text = |seq: Option<u64>| seq.map_or(Some(""), |seq| self.comment(seq, id));
        a == b || matches!((text(a), text(b)), (Some(a), Some(b)) if a == b)
    }
}

fn keep(texts: &mut BTreeMap<(u64, CommentId), String>, seq: u64, description: Option<&String>) {
    if let Some(description) = description {
        texts.insert((seq, CommentId::NIL), description.clone());
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
