//! What a board remembers. Maps are persistent (a clone costs nothing and shares all that does not change) and ordered by key, so
//! that equal boards serialize to equal bytes. Must never be changed but by `evolve`.

mod away;
mod link;
mod task;
mod time;

use std::sync::Arc;

pub use away::Away;
use compact_str::CompactString;
use imbl::{OrdMap, OrdSet};
pub use link::Link;
use lockstep_protocol::{
    ids::{AccountId, CategoryId, ColumnId, FieldId, LabelId, LinkId, OptionId, OrgId, TaskId, TeamId, ViewId},
    values::{
        BoardRole, Colour, ColumnKind, Entry, FieldKind, FieldOption, Lifecycle, Look, Micros, Visibility, Workflow,
    },
};
use serde::{Deserialize, Serialize};
pub use task::*;
pub use time::*;

use super::{alarms::Rule, changes::Changes};
use crate::{filter, rank::Rank};

/// The live state of a board.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Board {
    /// Absent until the board is founded.
    pub(crate) head: Option<Arc<Head>>,
    pub(in crate::board) members: OrdMap<AccountId, BoardRole>,
    pub(in crate::board) columns: OrdMap<ColumnId, Arc<Column>>,
    pub(in crate::board) labels: OrdMap<LabelId, Label>,
    pub(in crate::board) tasks: OrdMap<TaskId, Arc<Task>>,
    /// The number of the newest task; numbers are never given twice.
    pub(in crate::board) last_number: u32,
    pub(in crate::board) access_version: u64,
    pub(in crate::board) changes: Changes,
    pub(in crate::board) categories: OrdMap<CategoryId, Category>,
    /// The first seqs of the newest changes that were taken back and not done again.
    #[serde(skip_serializing_if = "OrdSet::is_empty")]
    pub(in crate::board) undone: OrdSet<u64>,
    pub(in crate::board) fields: OrdMap<FieldId, Arc<CustomField>>,
    pub(in crate::board) views: OrdMap<ViewId, Arc<View>>,
    /// Tasks that went to other boards.
    #[serde(skip_serializing_if = "OrdMap::is_empty")]
    pub(in crate::board) away: OrdMap<TaskId, Away>,
    /// Public links that were not revoked.
    #[serde(skip_serializing_if = "OrdMap::is_empty")]
    pub(in crate::board) links: OrdMap<LinkId, Arc<Link>>,
    /// Those that were: none of them ever opens anything again.
    #[serde(skip_serializing_if = "OrdSet::is_empty")]
    pub(in crate::board) ended_links: OrdSet<LinkId>,
    /// Active tasks of each column in their order. Follows from `tasks`.
    #[serde(skip)]
    pub(in crate::board) orders: OrdMap<ColumnId, OrdSet<(Rank, TaskId)>>,
    /// Follows from `tasks`.
    #[serde(skip)]
    pub(in crate::board) active_count: usize,
    /// The parts of each task that has any, in whatever state of their lives. Follows from `tasks`.
    #[serde(skip)]
    pub(in crate::board) parts: OrdMap<TaskId, OrdSet<TaskId>>,
    /// When tasks next have something to say by themselves. Follows from `tasks`.
    #[serde(skip)]
    pub(in crate::board) alarms: OrdSet<(Micros, TaskId)>,
    /// Estimated bytes of all tasks. Follows from `tasks`.
    #[serde(skip)]
    pub(in crate::board) task_bytes: usize,
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
    #[serde(default)]
    categories: OrdMap<CategoryId, Category>,
    #[serde(default)]
    views: OrdMap<ViewId, Arc<View>>,
    #[serde(default)]
    links: OrdMap<LinkId, Arc<Link>>,
    #[serde(default)]
    ended_links: OrdSet<LinkId>,
    #[serde(default)]
    changes: Changes,
    #[serde(default)]
    undone: OrdSet<u64>,
    #[serde(default)]
    away: OrdMap<TaskId, Away>,
    fields: OrdMap<FieldId, Arc<CustomField>>,
}

impl From<Stored> for Board {
    fn from(stored: Stored) -> Self {
        let Stored {
            head,
            members,
            columns,
            labels,
            tasks,
            last_number,
            access_version,
            categories,
            changes,
            undone,
            fields,
            views,
            away,
            links,
            ended_links,
        } = stored;
        let mut board = Self {
            head,
            members,
            columns,
            labels,
            last_number,
            access_version,
            changes,
            categories,
            undone,
            fields,
            views,
            away,
            links,
            ended_links,
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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub template: bool,
    /// Who is told of what is overdue for long, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalations: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub name: CompactString,
    pub kind: ColumnKind,
    pub rank: Rank,
    pub colour: Option<Colour>,
    pub archived: bool,
    #[serde(default)]
    pub workflow: Workflow,
}

impl Column {
    /// The ids that its rules name.
    pub(in crate::board) fn named(&self) -> usize {
        let people = match &self.workflow.enter {
            Entry::People { people } => people.len(),
            Entry::Editors | Entry::Owners => 0,
        };
        people + self.workflow.next.as_ref().map_or(0, Vec::len) + self.workflow.required_fields.len()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub name: CompactString,
    pub colour: Colour,
}

/// What kind of work a task is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Category {
    pub name: CompactString,
    pub colour: Colour,
}

/// A field that the board's people gave its tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomField {
    pub name: CompactString,
    pub kind: FieldKind,
    pub rank: Rank,
    /// What may be chosen, in its order.
    pub options: Vec<FieldOption>,
}

impl CustomField {
    pub fn option(&self, id: OptionId) -> Option<&FieldOption> {
        self.options.iter().find(|option| option.option_id == id)
    }

    fn weight(&self) -> usize {
        160 + self.options.iter().map(|option| 56 + option.name.len()).sum::<usize>()
    }
}

/// A view that everybody shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub name: CompactString,
    pub rank: Rank,
    pub look: Look,
}

impl Board {
    /// Forgets who changed what last; what is so stays.
    pub fn forget_changes(&mut self) {
        self.changes.clear();
    }

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

    pub fn category(&self, id: CategoryId) -> Option<&Category> {
        self.categories.get(&id)
    }

    /// Categories in the order of their ids, which is that of their making.
    pub fn categories(&self) -> impl Iterator<Item = (CategoryId, &Category)> + '_ {
        self.categories.iter().map(|(id, category)| (*id, category))
    }

    pub fn field(&self, id: FieldId) -> Option<&CustomField> {
        self.fields.get(&id).map(AsRef::as_ref)
    }

    /// Custom fields in their order.
    pub fn fields(&self) -> Vec<(FieldId, &CustomField)> {
        let mut fields: Vec<_> = self.fields.iter().map(|(id, field)| (*id, field.as_ref())).collect();
        fields.sort_by(|(a_id, a), (b_id, b)| (&a.rank, a_id).cmp(&(&b.rank, b_id)));
        fields
    }

    pub fn saved_view(&self, id: ViewId) -> Option<&View> {
        self.views.get(&id).map(AsRef::as_ref)
    }

    /// Shared views in the order of their ids.
    pub fn saved_views(&self) -> impl Iterator<Item = (ViewId, &View)> + '_ {
        self.views.iter().map(|(id, view)| (*id, view.as_ref()))
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

    pub(in crate::board) fn weight(&self) -> usize {
        let columns: usize = self.columns.values().map(|column| 240 + 16 * column.named()).sum();
        let marks = self.labels.len() + self.categories.len();
        let fields: usize = self.fields.values().map(|field| field.weight()).sum();
        let views: usize = self.views.values().map(|view| 200 + filter::size(&view.look)).sum();
        512 + self.task_bytes
            + 32 * self.alarms.len()
            + 64 * self.members.len()
            + columns
            + 96 * marks
            + fields
            + views
            + self.changes.weight()
            + 16 * self.undone.len()
            + 72 * self.away.len()
            + 240 * self.links.len()
            + 32 * self.ended_links.len()
    }

    pub(in crate::board) fn count_in(&mut self, id: TaskId, task: &Task) {
        self.task_bytes += task.weight();
        if let Some(at) = self.alarm_of(task) {
            self.alarms.insert((at, id));
        }
        if let Some(parent) = task.parent_id {
            self.parts.entry(parent).or_default().insert(id);
        }
        if task.lifecycle == Lifecycle::Active {
            self.active_count += 1;
            self.orders.entry(task.column_id).or_default().insert((task.rank.clone(), id));
        }
    }

    pub(in crate::board) fn count_out(&mut self, id: TaskId, task: &Task) {
        self.task_bytes = self.task_bytes.saturating_sub(task.weight());
        if let Some(at) = self.alarm_of(task) {
            self.alarms.remove(&(at, id));
        }
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
