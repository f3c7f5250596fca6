//! What a board remembers of a task.

use std::sync::Arc;

use compact_str::CompactString;
use imbl::{OrdMap, OrdSet};
use lockstep_protocol::{
    ids::{AccountId, CategoryId, ChecklistId, ChecklistItemId, ColumnId, CommentId, FieldId, LabelId, TaskId},
    values::{Colour, Dependency, Due, FieldValue, Lifecycle, Micros, Original, Priority, Repeat, TaskField},
};
use serde::{Deserialize, Serialize};

use super::Tracked;
use crate::{
    board::alarms::Said,
    rank::Rank,
    talk::reactions::{self, Reaction},
};

/// A task, with all that a rule may ask about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub number: u32,
    /// Where it stands; where it stood, while it is archived or in the trash.
    pub column_id: ColumnId,
    pub rank: Rank,
    pub title: CompactString,
    /// In the order in which they were put on.
    pub labels: Vec<LabelId>,
    /// In the order in which they were given it.
    pub assignees: Vec<AccountId>,
    pub priority: Priority,
    pub start_at: Option<Micros>,
    pub due: Option<Due>,
    pub completed_at: Option<Micros>,
    pub lifecycle: Lifecycle,
    /// The seq of the event that holds the description.
    pub description_seq: Option<u64>,
    pub checklists: Vec<Arc<Checklist>>,
    pub comments: OrdMap<CommentId, Comment>,
    pub created_by: AccountId,
    pub created_at: Micros,
    pub original: Option<Original>,
    #[serde(default)]
    pub parent_id: Option<TaskId>,
    /// As said on this side, in the order in which it was said.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    #[serde(default)]
    pub watchers: OrdSet<AccountId>,
    #[serde(default)]
    pub points: Option<u32>,
    /// How long it will take.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// Whom its description mentions.
    #[serde(default)]
    pub mentions: Vec<AccountId>,
    #[serde(default)]
    pub category_id: Option<CategoryId>,
    #[serde(default)]
    pub cover: Option<Colour>,
    #[serde(default)]
    pub repeat: Option<Arc<Repeat>>,
    /// The next one that was made when this was done, and how this had repeated.
    #[serde(default)]
    pub passed_on: Option<(TaskId, Arc<Repeat>)>,
    /// What it has in custom fields, in the order of their ids.
    #[serde(default)]
    pub fields: Vec<TaskField>,
    /// Reminders, and what of them and of its due date was said.
    #[serde(default)]
    pub said: Option<Arc<Said>>,
    /// Time that was spent on it.
    #[serde(default)]
    pub time: Option<Arc<Tracked>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checklist {
    pub checklist_id: ChecklistId,
    pub name: CompactString,
    /// In their order.
    pub items: Vec<ChecklistItem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChecklistItem {
    pub item_id: ChecklistItemId,
    pub text: CompactString,
    pub done: bool,
    pub rank: Rank,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comment {
    pub author_id: AccountId,
    /// The seq of the event that holds the text as it is now.
    pub text_seq: u64,
    pub created_seq: u64,
    pub created_at: Micros,
    pub edited_at: Option<Micros>,
    pub reply_to: Option<CommentId>,
    pub original: Option<Original>,
    /// The seqs of the events that changed its text, ascending.
    #[serde(default)]
    pub edits: Vec<u64>,
    /// Whom its text mentions.
    #[serde(default)]
    pub mentions: Vec<AccountId>,
    /// In the order in which each emoji was first given.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
}

impl Comment {
    /// Whether this account answered it with this emoji.
    pub fn reacted(&self, emoji: &str, account: AccountId) -> bool {
        reactions::has(&self.reactions, emoji, account)
    }

    /// The seqs of the events that hold its texts, the first included, ascending.
    pub fn text_seqs(&self) -> Vec<u64> {
        let mut seqs: Vec<u64> =
            [self.created_seq, self.text_seq].into_iter().chain(self.edits.iter().copied()).collect();
        seqs.sort_unstable();
        seqs.dedup();
        seqs
    }

    /// Where it stands among what is said about its task: those that came from another board keep their times.
    pub fn order(&self, id: CommentId) -> (Micros, u64, CommentId) {
        (self.created_at, self.created_seq, id)
    }

    fn weight(&self) -> usize {
        let given: usize = self.reactions.iter().map(|reaction| 64 + 16 * reaction.by.len()).sum();
        232 + 8 * self.edits.len() + 16 * self.mentions.len() + given
    }

    /// Who said it: the person an import says it was, else who wrote it here.
    pub fn said_by(&self) -> AccountId {
        self.original.map_or(self.author_id, |original| original.original_author)
    }
}

impl Checklist {
    /// Done items and all items.
    pub fn counts(&self) -> (usize, usize) {
        (self.items.iter().filter(|item| item.done).count(), self.items.len())
    }

    /// The same with nothing done.
    pub(in crate::board) fn unticked(list: &Arc<Self>) -> Arc<Self> {
        let mut list = Arc::clone(list);
        if list.counts().0 > 0 {
            Arc::make_mut(&mut list).items.iter_mut().for_each(|item| item.done = false);
        }
        list
    }
}

impl Task {
    /// Done items and all items of all its checklists.
    pub fn checklist_counts(&self) -> (usize, usize) {
        let counts = self.checklists.iter().map(|list| list.counts());
        counts.fold((0, 0), |(done, all), (list_done, list_all)| (done + list_done, all + list_all))
    }

    pub fn checklist(&self, id: ChecklistId) -> Option<&Checklist> {
        self.checklists.iter().find(|checklist| checklist.checklist_id == id).map(AsRef::as_ref)
    }

    /// What it has in a custom field.
    pub fn value(&self, field: FieldId) -> Option<&FieldValue> {
        let at = self.fields.binary_search_by_key(&field, |held| held.field_id).ok()?;
        Some(&self.fields[at].value)
    }

    /// An item of any of its checklists.
    pub fn item(&self, id: ChecklistItemId) -> Option<&ChecklistItem> {
        self.checklists.iter().flat_map(|checklist| &checklist.items).find(|item| item.item_id == id)
    }

    /// Roughly how much memory it takes.
    pub(super) fn weight(&self) -> usize {
        let items: usize = self
            .checklists
            .iter()
            .map(|checklist| 96 + checklist.items.iter().map(|item| 96 + item.text.len()).sum::<usize>())
            .sum();
        // The task, its place in two trees, and what it holds.
        let links = self.labels.len()
            + self.assignees.len()
            + self.watchers.len()
            + 2 * self.dependencies.len()
            + self.mentions.len();
        let comments: usize = self.comments.values().map(Comment::weight).sum();
        let kept = self.repeat.iter().chain(self.passed_on.as_ref().map(|(_, repeat)| repeat));
        let repeats: usize = kept.map(|repeat| 200 + repeat.rule.len() + repeat.zone.len()).sum();
        let fields: usize = self.fields.iter().map(|held| 64 + held.value.text_bytes()).sum();
        let said = self.said.as_ref().map_or(0, |said| said.weight());
        let time = self.time.as_ref().map_or(0, |time| time.weight());
        568 + self.title.len() + 16 * links + items + comments + repeats + fields + said + time
    }
}
