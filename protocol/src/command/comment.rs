//! Commands of what is said about a task.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, CommentId, TaskId},
    values::Original,
};

/// Comments on a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddComment {
    pub task_id: TaskId,
    pub comment_id: CommentId,
    /// Markdown.
    pub text: String,
    /// A comment that this one answers. An answer to an answer belongs to the comment that began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reply_to: Option<CommentId>,
    /// Who is mentioned in the text, each as `@[account_id]`; they see the board, and follow the task from then on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
    /// Only for those who may import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub original: Option<Original>,
}

/// Changes the text of one's own comment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EditComment {
    pub task_id: TaskId,
    pub comment_id: CommentId,
    pub text: String,
    /// Who is mentioned in the text as it is then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
}

/// Deletes a comment: one's own, or any for those who manage the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteComment {
    pub task_id: TaskId,
    pub comment_id: CommentId,
}

/// Answers a comment with an emoji: each person each emoji once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReactToComment {
    pub task_id: TaskId,
    pub comment_id: CommentId,
    /// One emoji.
    pub emoji: String,
}

/// Takes one's own emoji back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnreactToComment {
    pub task_id: TaskId,
    pub comment_id: CommentId,
    pub emoji: String,
}
