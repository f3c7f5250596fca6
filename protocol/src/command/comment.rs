//! Commands of what is said about a task.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{CommentId, TaskId},
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reply_to: Option<CommentId>,
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
}

/// Deletes a comment: one's own, or any for those who manage the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteComment {
    pub task_id: TaskId,
    pub comment_id: CommentId,
}
