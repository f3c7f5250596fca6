//! Tasks that went from one board to another: told on both, in one commit.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, BoardId, CommentId, TaskId},
    values::{Micros, Original, Reminder, Repeat},
    view::{ChecklistView, ReactionView, TaskFace, TimeEntryView},
};

/// It is on another board from now on, under the same id and another number. Whoever looks for it here is sent there, if they may see that.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskTransferred {
    pub task_id: TaskId,
    /// Absent for those who are not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub to_board_id: Option<BoardId>,
    /// The one that it has there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub to_number: Option<u32>,
}

/// It came from another board, whole. What is said about it follows in events of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskReceived {
    /// As it is here, without comments.
    pub face: Box<TaskFace>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from_board_id: Option<BoardId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from_number: Option<u32>,
    /// It is in the archive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub archived: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    /// Whom the description mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<ChecklistView>>")]
    pub checklists: Vec<ChecklistView>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub watchers: Vec<AccountId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Reminder>>")]
    pub reminders: Vec<Reminder>,
    /// Time that was spent on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<TimeEntryView>>")]
    pub time: Vec<TimeEntryView>,
    /// How it repeats, with what only the server needs of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub repeat: Option<Box<Repeat>>,
    pub created_by: AccountId,
    #[ts(type = "number")]
    pub created_at: Micros,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub original: Option<Original>,
    /// The names of labels, categories and fields that it had and that this board has not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub left_behind: Vec<String>,
}

/// What was said about it on the board that it came from, in the order in which it was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CommentsReceived {
    pub task_id: TaskId,
    pub comments: Vec<ReceivedComment>,
}

/// A comment as it is now; what it said before stays behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ReceivedComment {
    pub comment_id: CommentId,
    pub author_id: AccountId,
    pub text: String,
    #[ts(type = "number")]
    pub created_at: Micros,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub edited_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reply_to: Option<CommentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub original: Option<Original>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<ReactionView>>")]
    pub reactions: Vec<ReactionView>,
}
