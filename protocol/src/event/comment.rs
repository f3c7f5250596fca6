//! Events of what is said about a task.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{CommentId, TaskId},
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
}

/// A comment is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CommentDeleted {
    pub task_id: TaskId,
    pub comment_id: CommentId,
}
