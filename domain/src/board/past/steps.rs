//! What a change did, value by value, in the order in which it is taken back: first what others need is there again, then values, then
//! what the change had made goes. Knows nothing of how.

use imbl::ordmap::DiffItem;
use lockstep_protocol::{
    ids::{
        AccountId, CategoryId, ChecklistId, ChecklistItemId, ColumnId, CommentId, FieldId, LabelId, LinkId, TaskId,
        TimeEntryId, ViewId,
    },
    values::Lifecycle,
};

use super::{Change, Past, crossing, shared, within};
use crate::board::state::{Board, Column, Task};

/// One thing to have back.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Board(BoardValue),
    Member(AccountId),
    /// The change deleted it.
    MakeColumn(ColumnId),
    Column(ColumnId, ColumnValue),
    ColumnOrder,
    Label(LabelId),
    Category(CategoryId),
    /// A custom field: there again, or as it was.
    Field(FieldId),
    FieldOrder,
    /// A shared view: there again, or as it was.
    View(ViewId),
    ViewOrder,
    Task(TaskId, TaskValue),
    /// The change made it.
    UnmakeTask(TaskId),
    UnmakeColumn(ColumnId),
    UnmakeLabel(LabelId),
    UnmakeCategory(CategoryId),
    UnmakeField(FieldId),
    UnmakeView(ViewId),
    UnmakeLink(LinkId),
    /// The change took it to another board.
    Refit(TaskId),
    /// The change brought it from another board.
    SendBack(TaskId),
    /// Nothing brings that about.
    Never(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoardValue {
    Name,
    Visibility,
    Template,
    Escalations,
    Life,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnValue {
    Name,
    Kind,
    Colour,
    Workflow,
    Archived,
}

/// What can be so or otherwise of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TaskValue {
    Revive,
    Title,
    Description,
    Priority,
    Start,
    Due,
    Estimate,
    Parent,
    Category,
    Cover,
    Labels,
    Assignees,
    Watchers,
    Dependencies,
    Place,
    Done,
    Repeat,
    Reminders,
    List(ChecklistId),
    Item(ChecklistId, ChecklistItemId),
    Comment(CommentId),
    Reactions(CommentId),
    /// What it has in a custom field.
    Field(FieldId),
    /// Time that was spent on it.
    Time(TimeEntryId),
    /// Checklists, items and values in custom fields that it did not have go.
    Since,
    PutAway,
}

/// In the order in which they are had back: the due date before what repeats from it; the place before done, which may follow from it.
pub(super) const VALUES: &[TaskValue] = &[
    TaskValue::Revive,
    TaskValue::Title,
    TaskValue::Description,
    TaskValue::Priority,
    TaskValue::Start,
    TaskValue::Due,
    TaskValue::Estimate,
    TaskValue::Parent,
    TaskValue::Category,
    TaskValue::Cover,
    TaskValue::Labels,
    TaskValue::Assignees,
    TaskValue::Watchers,
    TaskValue::Dependencies,
    TaskValue::Place,
    TaskValue::Done,
    TaskValue::Repeat,
    TaskValue::Reminders,
];

pub(super) fn of_change(past: &Past) -> Vec<Step> {
    let Some(change) = &past.change else { return Vec::new() };
    let (before, after) = (&past.before, &past.after);
    if let Some(crossing) = change.crossing {
        let mut steps = crossing::steps(crossing, before, after);
        // Others lost a part, or what they had to do with it.
        for diff in before.tasks.diff(&after.tasks) {
            if let DiffItem::Update { old: (id, old), new: (_, new) } = diff {
                of_values(change, *id, old, new, &mut steps);
            }
        }
        // What it needed here and was not there.
        let labels = after.labels.keys().filter(|id| before.label(**id).is_none());
        steps.extend(labels.map(|id| Step::UnmakeLabel(*id)));
        let categories = after.categories.keys().filter(|id| before.category(**id).is_none());
        steps.extend(categories.map(|id| Step::UnmakeCategory(*id)));
        return steps;
    }
    let mut steps = of_board(before, after);
    let mut unmake = Vec::new();
    // Rules of columns may ask for fields.
    of_fields(change, before, after, (&mut steps, &mut unmake));
    shared::of_views(change, before, after, (&mut steps, &mut unmake));
    shared::of_links(before, after, (&mut steps, &mut unmake));
    of_columns(change, before, after, &mut steps);
    for diff in before.labels.diff(&after.labels) {
        match diff {
            DiffItem::Add(id, _) => unmake.push(Step::UnmakeLabel(*id)),
            DiffItem::Update { old: (id, _), .. } | DiffItem::Remove(id, _) => steps.push(Step::Label(*id)),
        }
    }
    for diff in before.categories.diff(&after.categories) {
        match diff {
            DiffItem::Add(id, _) => unmake.push(Step::UnmakeCategory(*id)),
            DiffItem::Update { old: (id, _), .. } | DiffItem::Remove(id, _) => steps.push(Step::Category(*id)),
        }
    }
    let mut made = Vec::new();
    for diff in before.tasks.diff(&after.tasks) {
        match diff {
            DiffItem::Add(id, _) => made.push(Step::UnmakeTask(*id)),
            DiffItem::Update { old: (id, old), new: (_, new) } => of_values(change, *id, old, new, &mut steps),
            DiffItem::Remove(..) => {}
        }
    }
    steps.extend(made);
    for diff in before.columns.diff(&after.columns) {
        if let DiffItem::Add(id, _) = diff {
            unmake.push(Step::UnmakeColumn(*id));
        }
    }
    steps.extend(unmake);
    steps
}

fn of_fields(change: &Change, before: &Board, after: &Board, (steps, unmake): (&mut Vec<Step>, &mut Vec<Step>)) {
    for diff in before.fields.diff(&after.fields) {
        match diff {
            DiffItem::Add(id, _) => unmake.push(Step::UnmakeField(*id)),
            DiffItem::Remove(id, _) => steps.push(Step::Field(*id)),
            DiffItem::Update { old: (id, old), new: (_, new) } => {
                if (&old.name, &old.options) != (&new.name, &new.options) {
                    steps.push(Step::Field(*id));
                }
            }
        }
    }
    let deleted = before.fields.keys().any(|id| after.field(*id).is_none());
    let reordered = change.fields_moved && field_order(before, after) != field_order(after, before);
    if deleted || reordered {
        steps.push(Step::FieldOrder);
    }
}

/// The ids of custom fields in their order, of those that both have.
pub(super) fn field_order(board: &Board, other: &Board) -> Vec<FieldId> {
    board.fields().into_iter().map(|(id, _)| id).filter(|id| other.field(*id).is_some()).collect()
}

fn of_board(before: &Board, after: &Board) -> Vec<Step> {
    let mut steps = Vec::new();
    match (&before.head, &after.head) {
        (Some(old), Some(new)) => {
            let values = [
                (old.lifecycle != new.lifecycle, BoardValue::Life),
                (old.name != new.name, BoardValue::Name),
                (old.visibility != new.visibility, BoardValue::Visibility),
                (old.template != new.template, BoardValue::Template),
                (!old.escalates_as(new), BoardValue::Escalations),
            ];
            steps.extend(values.into_iter().filter(|(changed, _)| *changed).map(|(_, value)| Step::Board(value)));
        }
        (None, Some(_)) => return vec![Step::Never("A board that was made is deleted, not taken back.")],
        _ => {}
    }
    for diff in before.members.diff(&after.members) {
        match diff {
            DiffItem::Add(id, _) | DiffItem::Remove(id, _) | DiffItem::Update { old: (id, _), .. } => {
                steps.push(Step::Member(*id));
            }
        }
    }
    steps
}

/// The ids of columns in their order, of those that both have.
pub(super) fn common_order(board: &Board, other: &Board) -> Vec<ColumnId> {
    let columns = board.columns().into_iter().map(|(id, _)| id);
    columns.filter(|id| other.column(*id).is_some()).collect()
}

fn of_columns(change: &Change, before: &Board, after: &Board, steps: &mut Vec<Step>) {
    let mut values = Vec::new();
    for diff in before.columns.diff(&after.columns) {
        match diff {
            DiffItem::Add(..) => {}
            DiffItem::Remove(id, _) => {
                steps.push(Step::MakeColumn(*id));
                values.extend([ColumnValue::Colour, ColumnValue::Workflow, ColumnValue::Archived].map(|v| (*id, v)));
            }
            DiffItem::Update { old: (id, old), new: (_, new) } => {
                values.extend(COLUMN_VALUES.iter().filter(|value| value.differs(old, new)).map(|value| (*id, *value)));
            }
        }
    }
    steps.extend(values.into_iter().map(|(id, value)| Step::Column(id, value)));
    let deleted = before.columns.keys().any(|id| after.column(*id).is_none());
    let reordered = !change.columns_moved.is_empty() && common_order(before, after) != common_order(after, before);
    if deleted || reordered {
        steps.push(Step::ColumnOrder);
    }
}

const COLUMN_VALUES: &[ColumnValue] =
    &[ColumnValue::Name, ColumnValue::Kind, ColumnValue::Colour, ColumnValue::Workflow, ColumnValue::Archived];

impl ColumnValue {
    pub(super) fn differs(self, a: &Column, b: &Column) -> bool {
        match self {
            Self::Name => a.name != b.name,
            Self::Kind => a.kind != b.kind,
            Self::Colour => a.colour != b.colour,
            Self::Workflow => a.workflow != b.workflow,
            Self::Archived => a.archived != b.archived,
        }
    }
}

/// Whether two lists hold the same, in whatever order.
fn same<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().all(|item| b.contains(item))
}

impl TaskValue {
    /// Whether two states of a task differ in it; for a text: whether it was said by another event.
    pub(super) fn differs(self, a: &Task, b: &Task) -> bool {
        let repeats =
            |task: &Task| task.repeat.as_ref().map(|repeat| (repeat.rule.clone(), repeat.zone.clone(), repeat.on));
        match self {
            Self::Revive | Self::PutAway => a.lifecycle != b.lifecycle,
            Self::Title => a.title != b.title,
            Self::Description => a.description_seq != b.description_seq,
            Self::Priority => a.priority != b.priority,
            Self::Start => a.start_at != b.start_at,
            Self::Due => a.due != b.due,
            Self::Estimate => (a.points, a.minutes) != (b.points, b.minutes),
            Self::Parent => a.parent_id != b.parent_id,
            Self::Category => a.category_id != b.category_id,
            Self::Cover => a.cover != b.cover,
            Self::Labels => !same(&a.labels, &b.labels),
            Self::Assignees => !same(&a.assignees, &b.assignees),
            Self::Watchers => a.watchers != b.watchers,
            Self::Dependencies => !same(&a.dependencies, &b.dependencies),
            Self::Place => (a.column_id, &a.rank) != (b.column_id, &b.rank),
            Self::Done => a.completed_at.is_some() != b.completed_at.is_some(),
            Self::Repeat => repeats(a) != repeats(b),
            Self::Reminders => !a.reminders().eq(b.reminders()),
            Self::List(id) => a.checklist(id).map(|list| &list.name) != b.checklist(id).map(|list| &list.name),
            Self::Item(_, id) => {
                let says = |task: &Task| task.item(id).map(|item| (item.text.clone(), item.done));
                says(a) != says(b)
            }
            Self::Comment(id) => {
                let said = |task: &Task| task.comments.get(&id).map(|comment| comment.text_seq);
                said(a) != said(b)
            }
            Self::Field(id) => a.value(id) != b.value(id),
            Self::Time(id) => a.time_entry(id) != b.time_entry(id),
            Self::Since => (&a.checklists, &a.fields) != (&b.checklists, &b.fields),
            Self::Reactions(id) => {
                let given = |task: &Task| task.comments.get(&id).map(|comment| comment.reactions.clone());
                given(a) != given(b)
            }
        }
    }
}

fn of_values(change: &Change, id: TaskId, old: &Task, new: &Task, steps: &mut Vec<Step>) {
    let first = steps.len();
    for value in VALUES {
        let moved = *value != TaskValue::Place || change.moved.contains(&id);
        if value.differs(old, new) && moved {
            steps.push(Step::Task(id, *value));
        }
    }
    within::of_task(id, old, new, steps);
    // That somebody follows who was mentioned came along with something else, and stays.
    if steps.len() - first > 1 {
        steps.retain(|step| *step != Step::Task(id, TaskValue::Watchers));
    }
    if old.lifecycle != new.lifecycle && old.lifecycle != Lifecycle::Active {
        // Worked on first where it can be, then put away.
        let revive = Step::Task(id, TaskValue::Revive);
        steps.retain(|step| *step != revive);
        steps.push(Step::Task(id, TaskValue::PutAway));
    }
}

/// Everything that is said of one task, as it was then: neither where it stands nor what people said about it.
pub(super) fn of_task(past: &Past, id: TaskId) -> Vec<Step> {
    let Some(then) = past.before.task(id) else { return Vec::new() };
    let said = |value: &&TaskValue| !matches!(value, TaskValue::Revive | TaskValue::Place | TaskValue::Watchers);
    let mut steps: Vec<Step> = VALUES.iter().filter(said).map(|value| Step::Task(id, *value)).collect();
    for list in &then.checklists {
        steps.push(Step::Task(id, TaskValue::List(list.checklist_id)));
        let items = list.items.iter().map(|item| TaskValue::Item(list.checklist_id, item.item_id));
        steps.extend(items.map(|value| Step::Task(id, value)));
    }
    steps.push(Step::Task(id, TaskValue::Since));
    steps.extend(then.fields.iter().map(|field| Step::Task(id, TaskValue::Field(field.field_id))));
    steps
}
