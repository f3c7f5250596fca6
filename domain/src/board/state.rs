//! What a board remembers. Maps are persistent (a clone costs nothing and shares all that does not change) and ordered by key, so
//! that equal boards serialize to equal bytes. Must never be changed but by `evolve`.

use std::sync::Arc;

use compact_str::CompactString;
use imbl::{OrdMap, OrdSet};
use lockstep_protocol::{
    ids::{AccountId, ChecklistId, ChecklistItemId, ColumnId, CommentId, LabelId, OrgId, TaskId, TeamId},
    values::{BoardRole, Colour, ColumnKind, Dependency, Due, Lifecycle, Micros, Original, Priority, Visibility},
};
use serde::{Deserialize, Serialize};

use crate::rank::Rank;

/// The live state of a board.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Board {
    /// Absent until the board is founded.
    pub(crate) head: Option<Arc<Head>>,
    pub(super) members: OrdMap<AccountId, BoardRole>,
    pub(super) columns: OrdMap<ColumnId, Arc<Column>>,
    pub(super) labels: OrdMap<LabelId, Label>,
    pub(super) tasks: OrdMap<TaskId, Arc<Task>>,
    /// The number of the newest task; numbers are never given twice.
    pub(super) last_number: u32,
    pub(super) access_version: u64,
    /// Active tasks of each column in their order. Follows from `tasks`.
    #[serde(skip)]
    pub(super) orders: OrdMap<ColumnId, OrdSet<(Rank, TaskId)>>,
    /// Follows from `tasks`.
    #[serde(skip)]
    pub(super) active_count: usize,
    /// The parts of each task that has any, in whatever state of their lives. Follows from `tasks`.
    #[serde(skip)]
    pub(super) parts: OrdMap<TaskId, OrdSet<TaskId>>,
    /// Estimated bytes of all tasks. Follows from `tasks`.
    #[serde(skip)]
    pub(super) task_bytes: usize,
}

/// A board as it is written to a snapshot: without what follows from the rest.
#[derive(Deserialize)]
struct Stored {
    head: Option<Arc<Head>>,
    members: OrdMap<AccountId, BoardRole>,
    columns: OrdMap<ColumnId, Arc<Column>>,
    labels: OrdMap<LabelId, Label>,
    tasks: OrdMap<TaskId, Arc<Task>>,
    last_number: u32,
    access_version: u64,
}

impl From<Stored> for Board {
    fn from(stored: Stored) -> Self {
        let Stored { head, members, columns, labels, tasks, last_number, access_version } = stored;
        let mut board = Self {
            head,
            members,
            columns,
            labels,
            last_number,
            access_version,
            tasks: tasks.clone(),
            ..Self::default()
        };
        for (id, task) in &tasks {
            board.count_in(*id, task);
        }
        board
    }
}

/// The board's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub org_id: OrgId,
    pub team_id: Option<TeamId>,
    pub name: String,
    pub key: String,
    pub visibility: Visibility,
    pub lifecycle: Lifecycle,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub name: CompactString,
    pub kind: ColumnKind,
    pub rank: Rank,
    pub colour: Option<Colour>,
    pub archived: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub name: CompactString,
    pub colour: Colour,
}

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

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comment {
    pub author_id: AccountId,
    /// The seq of the event that holds the text as it is now.
    pub text_seq: u64,
    pub created_seq: u64,
    pub created_at: Micros,
    pub edited_at: Option<Micros>,
    pub reply_to: Option<CommentId>,
    pub original: Option<Original>,
}

impl Comment {
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

    /// An item of any of its checklists.
    pub fn item(&self, id: ChecklistItemId) -> Option<&ChecklistItem> {
        self.checklists.iter().flat_map(|checklist| &checklist.items).find(|item| item.item_id == id)
    }

    /// Roughly how much memory it takes.
    fn weight(&self) -> usize {
        let items: usize = self
            .checklists
            .iter()
            .map(|checklist| 96 + checklist.items.iter().map(|item| 96 + item.text.len()).sum::<usize>())
            .sum();
        // The task, its place in two trees, and what it holds.
        let links = self.labels.len() + self.assignees.len() + self.watchers.len() + 2 * self.dependencies.len();
        440 + self.title.len() + 16 * links + items + 160 * self.comments.len()
    }
}

impl Board {
    pub fn visibility(&self) -> Option<Visibility> {
        self.head.as_ref().map(|head| head.visibility)
    }

    pub fn lifecycle(&self) -> Option<Lifecycle> {
        self.head.as_ref().map(|head| head.lifecycle)
    }

    pub fn name(&self) -> &str {
        self.head.as_ref().map_or("", |head| &head.name)
    }

    /// The prefix of its tasks' keys.
    pub fn key(&self) -> &str {
        self.head.as_ref().map_or("", |head| &head.key)
    }

    /// The role that the board itself gives to this id.
    pub fn member(&self, account: AccountId) -> Option<BoardRole> {
        self.members.get(&account).copied()
    }

    /// People with a role of their own, in the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = (AccountId, BoardRole)> + '_ {
        self.members.iter().map(|(account, role)| (*account, *role))
    }

    pub fn column(&self, id: ColumnId) -> Option<&Column> {
        self.columns.get(&id).map(AsRef::as_ref)
    }

    /// All columns, archived ones included, in their order.
    pub fn columns(&self) -> Vec<(ColumnId, &Column)> {
        let mut columns: Vec<_> = self.columns.iter().map(|(id, column)| (*id, column.as_ref())).collect();
        columns.sort_by(|(a_id, a), (b_id, b)| (&a.rank, a_id).cmp(&(&b.rank, b_id)));
        columns
    }

    pub fn label(&self, id: LabelId) -> Option<&Label> {
        self.labels.get(&id)
    }

    /// Labels in the order of their ids, which is that of their making.
    pub fn labels(&self) -> impl Iterator<Item = (LabelId, &Label)> + '_ {
        self.labels.iter().map(|(id, label)| (*id, label))
    }

    /// A task in whatever state of its life.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id).map(AsRef::as_ref)
    }

    /// All tasks in whatever state, in the order of their ids.
    pub fn tasks(&self) -> impl Iterator<Item = (TaskId, &Task)> + '_ {
        self.tasks.iter().map(|(id, task)| (*id, task.as_ref()))
    }

    /// Active tasks of a column, in their order.
    pub fn order(&self, column: ColumnId) -> impl Iterator<Item = TaskId> + '_ {
        self.orders.get(&column).into_iter().flat_map(|order| order.iter().map(|(_, id)| *id))
    }

    pub fn active_count(&self) -> usize {
        self.active_count
    }

    /// Tasks that are archived or in the trash.
    pub fn inactive_count(&self) -> usize {
        self.tasks.len() - self.active_count
    }

    /// The tasks that are parts of this one, in whatever state of their lives.
    pub fn parts(&self, task: TaskId) -> impl Iterator<Item = TaskId> + '_ {
        self.parts.get(&task).into_iter().flat_map(|parts| parts.iter().copied())
    }

    pub(super) fn weight(&self) -> usize {
        512 + self.task_bytes + 64 * self.members.len() + 160 * self.columns.len() + 96 * self.labels.len()
    }

    pub(super) fn count_in(&mut self, id: TaskId, task: &Task) {
        self.task_bytes += task.weight();
        if let Some(parent) = task.parent_id {
            self.parts.entry(parent).or_default().insert(id);
        }
        if task.lifecycle == Lifecycle::Active {
            self.active_count += 1;
            self.orders.entry(task.column_id).or_default().insert((task.rank.clone(), id));
        }
    }

    pub(super) fn count_out(&mut self, id: TaskId, task: &Task) {
        self.task_bytes = self.task_bytes.saturating_sub(task.weight());
        if let Some(parent) = task.parent_id
            && let Some(parts) = self.parts.get_mut(&parent)
        {
            parts.remove(&id);
            if parts.is_empty() {
                self.parts.remove(&parent);
            }
        }
        if task.lifecycle == Lifecycle::Active {
            self.active_count = self.active_count.saturating_sub(1);
            if let Some(order) = self.orders.get_mut(&task.column_id) {
                order.remove(&(task.rank.clone(), id));
                if order.is_empty() {
                    self.orders.remove(&task.column_id);
                }
            }
        }
    }
}
