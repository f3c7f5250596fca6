//! What has to be asked for to make a board like another: commands as anybody could give them, so that what is refused to people is refused
//! to a copy. Must never copy who may do what, who said what, or what happened: a copy begins anew.

use lockstep_protocol::{
    command::{
        BoardCommand,
        board::{CreateColumn, CreateLabel, SetEscalations, UpdateColumn},
        category::CreateCategory,
        checklist::{AddChecklistItem, CreateChecklist},
        field::CreateField,
        task::{AddDependency, CreateTask, SetTaskParent},
        view::CreateView,
        workflow::SetColumnWorkflow,
    },
    ids::{AccountId, TaskId},
    values::{
        ColumnKind, Condition, Entry, EscalateTo, Escalation, FieldOption, FieldTest, FieldValue, Lanes, Lifecycle,
        Look, Place, Priority, RepeatRule, SortBy, SortKey, TaskField, Workflow,
    },
};
use uuid::Uuid;

use super::{
    Rule,
    past::Texts,
    state::{Board, Task},
};

/// Gives what is copied its id on the copy.
pub struct CopyIds<'a>(pub &'a (dyn Fn(Uuid) -> Uuid + Sync));

impl CopyIds<'_> {
    fn of<I: From<Uuid> + Into<Uuid>>(&self, id: I) -> I {
        (self.0)(id.into()).into()
    }

    fn all<I: From<Uuid> + Into<Uuid> + Copy>(&self, ids: &[I]) -> Vec<I> {
        ids.iter().map(|id| self.of(*id)).collect()
    }
}

impl Board {
    /// Its columns, labels, categories, custom fields and shared views: what is there before there are tasks.
    pub fn shape(&self, ids: &CopyIds<'_>) -> Vec<BoardCommand> {
        let mut commands: Vec<BoardCommand> = Vec::new();
        for (field_id, field) in self.fields() {
            let option = |option: &FieldOption| FieldOption { option_id: ids.of(option.option_id), ..option.clone() };
            let options = field.options.iter().map(option).collect();
            let (name, kind) = (field.name.to_string(), field.kind);
            commands.push(CreateField { field_id: ids.of(field_id), name, kind, options, place: Place::END }.into());
        }
        for (label_id, label) in self.labels() {
            let (name, colour) = (label.name.to_string(), label.colour);
            commands.push(CreateLabel { label_id: ids.of(label_id), name, colour }.into());
        }
        for (category_id, category) in self.categories() {
            let (name, colour) = (category.name.to_string(), category.colour);
            commands.push(CreateCategory { category_id: ids.of(category_id), name, colour }.into());
        }
        let columns: Vec<_> = self.columns().into_iter().filter(|(_, column)| !column.archived).collect();
        for (id, column) in &columns {
            let (column_id, name) = (ids.of(*id), column.name.to_string());
            commands.push(CreateColumn { column_id, name, kind: column.kind, place: Place::END }.into());
            if column.colour.is_some() {
                commands.push(
                    UpdateColumn { column_id, name: None, kind: None, colour: column.colour, clear_colour: false }
                        .into(),
                );
            }
        }
        let mut views: Vec<_> = self.saved_views().collect();
        views.sort_by(|(a_id, a), (b_id, b)| (&a.rank, a_id).cmp(&(&b.rank, b_id)));
        for (view_id, view) in views {
            let look = look(&view.look, ids);
            let name = view.name.to_string();
            commands.push(CreateView { view_id: ids.of(view_id), name, look, place: Place::END }.into());
        }
        commands
    }

    /// The rules of its columns.
    pub fn rules(&self, ids: &CopyIds<'_>) -> Vec<BoardCommand> {
        let columns: Vec<_> = self.columns().into_iter().filter(|(_, column)| !column.archived).collect();
        let mut commands: Vec<BoardCommand> = Vec::new();
        let kept = |id: &_| columns.iter().any(|(column, _)| column == id);
        for (id, column) in columns.iter().filter(|(_, column)| column.workflow != Workflow::default()) {
            let next = column.workflow.next.as_ref();
            let next = next.map(|next| next.iter().copied().filter(kept).map(|id| ids.of(id)).collect());
            // Those who may bring tasks in there are people of that board.
            let enter = match &column.workflow.enter {
                Entry::People { .. } => Entry::Owners,
                entry => entry.clone(),
            };
            let required_fields = ids.all(&column.workflow.required_fields);
            let workflow = Workflow { next, enter, required_fields, ..column.workflow.clone() };
            commands.push(SetColumnWorkflow { column_id: ids.of(*id), workflow }.into());
        }
        let rules = self.escalation_rules();
        if !rules.is_empty() {
            // As above: people of that board.
            let owners = |rule: &Rule| Escalation { to: EscalateTo::Owners, ..rule.escalation };
            commands.push(SetEscalations { escalations: rules.iter().map(owners).collect() }.into());
        }
        commands
    }

    /// The active tasks in columns that are copied, in the order in which they can be made: columns from left to right.
    pub fn tasks_to_copy(&self) -> Vec<TaskId> {
        let columns = self.columns();
        let open = columns.iter().filter(|(_, column)| !column.archived);
        open.flat_map(|(id, _)| self.order(*id)).collect()
    }

    /// The event that holds the description of a task.
    pub fn description_seq(&self, task_id: TaskId) -> Option<u64> {
        self.task(task_id)?.description_seq
    }

    /// What makes this task on a board that was shaped like this one, at the end of its column; `sees`: who may be named there.
    pub fn task_copy(
        &self,
        task_id: TaskId,
        texts: &Texts,
        ids: &CopyIds<'_>,
        sees: &dyn Fn(AccountId) -> bool,
    ) -> Vec<BoardCommand> {
        let Some(task) = self.task(task_id) else { return Vec::new() };
        let copy = ids.of(task_id);
        let repeats = task
            .repeat
            .as_deref()
            .filter(|_| self.column(task.column_id).is_none_or(|column| column.kind != ColumnKind::Done));
        let create = CreateTask {
            description: texts.description(task.description_seq).filter(|text| !text.is_empty()).map(ToOwned::to_owned),
            labels: ids.all(&task.labels),
            assignees: task.assignees.iter().copied().filter(|account| sees(*account)).collect(),
            priority: Some(task.priority).filter(|priority| *priority != Priority::None),
            start_at: task.start_at,
            due: task.due,
            points: task.points,
            minutes: task.minutes,
            repeat: repeats.map(|repeat| {
                Box::new(RepeatRule { rule: repeat.rule.clone(), zone: repeat.zone.clone(), on: repeat.on })
            }),
            category_id: task.category_id.map(|category| ids.of(category)),
            cover: task.cover,
            fields: fields(task, ids, sees),
            ..CreateTask::of(copy, ids.of(task.column_id), task.title.to_string())
        };
        let mut commands = vec![create.into()];
        commands.extend(lists(copy, task, ids));
        commands
    }

    /// What two copied tasks have to do with one another: asked for when both are there.
    pub fn links_copy(&self, task_id: TaskId, ids: &CopyIds<'_>) -> Vec<BoardCommand> {
        let Some(task) = self.task(task_id) else { return Vec::new() };
        let there = |id: TaskId| self.task(id).is_some_and(|task| task.lifecycle == Lifecycle::Active);
        let copy = ids.of(task_id);
        let parent = task.parent_id.filter(|parent| there(*parent));
        let parent = parent.map(|parent| SetTaskParent { task_id: copy, parent_id: Some(ids.of(parent)) }.into());
        let said = task.dependencies.iter().filter(|said| there(said.other_id));
        let said =
            said.map(|said| AddDependency { task_id: copy, kind: said.kind, other_id: ids.of(said.other_id) }.into());
        parent.into_iter().chain(said).collect()
    }
}

fn fields(task: &Task, ids: &CopyIds<'_>, sees: &dyn Fn(AccountId) -> bool) -> Vec<TaskField> {
    let value = |value: &FieldValue| match value {
        FieldValue::Select { option_id } => Some(FieldValue::Select { option_id: ids.of(*option_id) }),
        FieldValue::Person { account_id } => sees(*account_id).then(|| value.clone()),
        value => Some(value.clone()),
    };
    let held = task.fields.iter();
    held.filter_map(|held| Some(TaskField { field_id: ids.of(held.field_id), value: value(&held.value)? })).collect()
}

/// Its checklists, with nothing ticked.
fn lists(copy: TaskId, task: &Task, ids: &CopyIds<'_>) -> Vec<BoardCommand> {
    let mut commands: Vec<BoardCommand> = Vec::new();
    for list in &task.checklists {
        let checklist_id = ids.of(list.checklist_id);
        commands.push(CreateChecklist { task_id: copy, checklist_id, name: list.name.to_string() }.into());
        commands.extend(list.items.iter().map(|item| {
            AddChecklistItem {
                task_id: copy,
                checklist_id,
                item_id: ids.of(item.item_id),
                text: item.text.to_string(),
                done: false,
                place: Place::END,
            }
            .into()
        }));
    }
    commands
}

fn look(look: &Look, ids: &CopyIds<'_>) -> Look {
    let lanes = look.lanes.map(|lanes| match lanes {
        Lanes::Field { field_id } => Lanes::Field { field_id: ids.of(field_id) },
        lanes => lanes,
    });
    let key = |key: &SortKey| match key.by {
        SortBy::Field { field_id } => SortKey { by: SortBy::Field { field_id: ids.of(field_id) }, ..*key },
        _ => *key,
    };
    let mut copy = look.clone();
    copy.filter = look.filter.iter().map(|one| condition(one, ids)).collect();
    copy.lanes = lanes;
    copy.sort = look.sort.iter().map(key).collect();
    copy
}

fn condition(condition: &Condition, ids: &CopyIds<'_>) -> Condition {
    match condition.clone() {
        Condition::Label { any, bare, all, none } => {
            Condition::Label { any: ids.all(&any), bare, all: ids.all(&all), none: ids.all(&none) }
        }
        Condition::Category { none, categories } => Condition::Category { none, categories: ids.all(&categories) },
        Condition::Column { columns } => Condition::Column { columns: ids.all(&columns) },
        Condition::Parent { none, parents } => Condition::Parent { none, parents: ids.all(&parents) },
        Condition::Field { field_id, test: FieldTest::Options { none, options } } => Condition::Field {
            field_id: ids.of(field_id),
            test: FieldTest::Options { none, options: ids.all(&options) },
        },
        Condition::Field { field_id, test } => Condition::Field { field_id: ids.of(field_id), test },
        condition => condition,
    }
}
