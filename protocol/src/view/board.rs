//! How a board and its tasks are shown.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{
        AccountId, BoardId, CategoryId, ChecklistId, ChecklistItemId, ColumnId, CommentId, FieldId, LabelId, OrgId,
        TaskId, TeamId, TimeEntryId, ViewId,
    },
    values::{
        BoardRole, Colour, ColumnKind, Dependency, Due, Escalation, FieldKind, FieldOption, Lifecycle, Look, Micros,
        Original, Priority, Reminder, RepeatRule, TaskField, Visibility, Workflow,
    },
};

/// What a task shows on the board. Fields at their default are absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskFace {
    pub task_id: TaskId,
    pub number: u32,
    pub column_id: ColumnId,
    pub rank: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<LabelId>>")]
    pub labels: Vec<LabelId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub assignees: Vec<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub priority: Option<Priority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub start_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub due: Option<Due>,
    /// Done items and all items of its checklists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub checklist: Option<(u32, u32)>,
    #[serde(default, skip_serializing_if = "is_zero")]
    #[ts(optional, as = "Option<u32>")]
    pub comments: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub has_description: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub completed_at: Option<Micros>,
    /// The task that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub parent_id: Option<TaskId>,
    /// What it has to do with other tasks, as said on this side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Dependency>>")]
    pub dependencies: Vec<Dependency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub points: Option<u32>,
    /// How long it will take, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub category_id: Option<CategoryId>,
    /// The colour of its card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cover: Option<Colour>,
    /// By what it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub repeat: Option<RepeatRule>,
    /// What it has in the board's custom fields, in the order of their ids. The public is shown none that name people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<TaskField>>")]
    pub fields: Vec<TaskField>,
    /// How much time was spent on it, in seconds; the public is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub tracked_s: Option<u64>,
    /// Whose timer counts on it, in the order of their ids; nobody, for the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub working: Vec<AccountId>,
}

const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A column with its own fields. Its tasks name it; their ranks order them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ColumnView {
    pub column_id: ColumnId,
    pub name: String,
    pub kind: ColumnKind,
    pub rank: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub colour: Option<Colour>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub archived: bool,
    #[serde(default, skip_serializing_if = "Workflow::is_free")]
    #[ts(optional, as = "Option<Workflow>")]
    pub workflow: Workflow,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LabelView {
    pub label_id: LabelId,
    pub name: String,
    pub colour: Colour,
}

/// A category: a task is of one or of none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CategoryView {
    pub category_id: CategoryId,
    pub name: String,
    pub colour: Colour,
}

/// A custom field. Their ranks order them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldView {
    pub field_id: FieldId,
    pub name: String,
    pub kind: FieldKind,
    pub rank: String,
    /// What may be chosen, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<FieldOption>>")]
    pub options: Vec<FieldOption>,
}

/// A view that everybody shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SavedView {
    pub view_id: ViewId,
    pub name: String,
    pub rank: String,
    pub look: Look,
}

/// A person's own role on a board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardMemberView {
    pub account_id: AccountId,
    pub role: BoardRole,
}

/// A board without its tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardHead {
    pub board_id: BoardId,
    pub org_id: OrgId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub team_id: Option<TeamId>,
    pub name: String,
    pub key: String,
    pub visibility: Visibility,
    pub lifecycle: Lifecycle,
    /// Others are made of it; it reminds nobody of anything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub template: bool,
    /// Empty for the public.
    pub members: Vec<BoardMemberView>,
    pub columns: Vec<ColumnView>,
    pub labels: Vec<LabelView>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<CategoryView>>")]
    pub categories: Vec<CategoryView>,
    /// Custom fields, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<FieldView>>")]
    pub fields: Vec<FieldView>,
    /// Views that everybody shares, in the order of their ids; none for the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<SavedView>>")]
    pub views: Vec<SavedView>,
    /// Who is told of what is overdue for long; none for the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Escalation>>")]
    pub escalations: Vec<Escalation>,
    /// How many active tasks the whole view holds, over all parts.
    pub task_count: u32,
}

/// Part of a board's view: the head in the first part, then tasks. Only active tasks, those of archived columns included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BoardPart {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub board: Option<Box<BoardHead>>,
    pub tasks: Vec<TaskFace>,
}

/// A task whole, as its detail page shows it: read over REST, kept up to date by the board's events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskDetail {
    pub face: TaskFace,
    pub lifecycle: Lifecycle,
    /// Markdown; empty when there is none.
    pub description: String,
    pub checklists: Vec<ChecklistView>,
    pub comments: Vec<CommentView>,
    /// Who follows what happens to it, in the order of their ids; nobody, for the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub watchers: Vec<AccountId>,
    /// When they and those who work on it are reminded of it, in their order; none for the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Reminder>>")]
    pub reminders: Vec<Reminder>,
    /// Time that was spent on it, in the order in which it began; none for the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<TimeEntryView>>")]
    pub time: Vec<TimeEntryView>,
    pub created_by: AccountId,
    #[ts(type = "number")]
    pub created_at: Micros,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub original: Option<Original>,
    /// The board's seq that this answers for.
    #[ts(type = "number")]
    pub seq: u64,
}

/// Time that somebody spent on a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TimeEntryView {
    pub entry_id: TimeEntryId,
    pub account_id: AccountId,
    #[ts(type = "number")]
    pub started_at: Micros,
    /// In seconds.
    pub duration_s: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChecklistView {
    pub checklist_id: ChecklistId,
    pub name: String,
    pub items: Vec<ChecklistItemView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChecklistItemView {
    pub item_id: ChecklistItemId,
    pub text: String,
    pub done: bool,
    pub rank: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CommentView {
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
    /// Emoji that it was answered with, in the order in which they were first given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<ReactionView>>")]
    pub reactions: Vec<ReactionView>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub original: Option<Original>,
}

/// An emoji that a comment or a message was answered with, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ReactionView {
    pub emoji: String,
    /// In the order in which they gave it.
    pub by: Vec<AccountId>,
}

/// One text that a comment has had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CommentVersion {
    /// The board's seq at which it got this text.
    #[ts(type = "number")]
    pub seq: u64,
    #[ts(type = "number")]
    pub at: Micros,
    /// Who wrote it.
    pub by: AccountId,
    pub text: String,
}
