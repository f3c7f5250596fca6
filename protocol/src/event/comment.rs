//! Events of what is said about a task.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    event::transfer::ReceivedComment,
    ids::{AccountId, CommentId, TaskId},
    values::Original,
};

/// Somebody commented.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskCommented {
    pub task_id: TaskId,
    pub comment_id: CommentId,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reply_to: Option<CommentId>,
    /// Who is mentioned in the text, by id: names change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub original: Option<Original>,
}

/// A comment's text changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CommentEdited {
    pub task_id: TaskId,
    pub comment_id: CommentId,
    pub text: String,
    /// Who is mentioned in the text as it is now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
}

/// A comment is gone, with what was answered to it by emoji; comments that answer it stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CommentDeleted {
    pub task_id: TaskId,
    pub comment_id: CommentId,
}

/// A comment that was deleted is there again as it was: by whom and when it was said, and what was answered to it. It comes about when
/// somebody takes back that they deleted it; nobody can ask for it in words of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CommentRestored {
    pub task_id: TaskId,
    pub comment: Box<ReceivedComment>,
    /// The seqs of the events that hold its texts, ascending, the first included.
    #[ts(type = "Array<number>")]
    pub text_seqs: Vec<u64>,
    /// The comment that it stands before; otherwise it is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub before: Option<CommentId>,
}

/// Whoever did it answered a comment with an emoji.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CommentReacted {
    pub task_id: TaskId,
    pub comment_id: CommentId,
    pub emoji: String,
}

/// Whoever did it took their emoji back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CommentUnreacted {
    pub task_id: TaskId,
    pub comment_id: CommentId,
    pub emoji: String,
}
