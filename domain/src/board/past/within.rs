//! What a change did to what stands within a task: checklists, values in custom fields, what was said about it, and the time that was spent.
//! Knows nothing of how it goes back.

use std::collections::BTreeSet;

use imbl::ordmap::DiffItem;
use lockstep_protocol::ids::{ChecklistId, FieldId, TaskId, TimeEntryId};

use super::steps::{Step, TaskValue};
use crate::board::state::{Checklist, Task};

pub(super) fn of_task(id: TaskId, old: &Task, new: &Task, steps: &mut Vec<Step>) {
    of_lists(id, old, new, steps);
    let fields: BTreeSet<FieldId> = old.fields.iter().chain(&new.fields).map(|field| field.field_id).collect();
    let changed = fields.into_iter().map(TaskValue::Field).filter(|value| value.differs(old, new));
    steps.extend(changed.map(|value| Step::Task(id, value)));
    of_comments(id, old, new, steps);
    let entries: BTreeSet<TimeEntryId> = old.time_entries().chain(new.time_entries()).map(|(entry, _)| entry).collect();
    let changed = entries.into_iter().map(TaskValue::Time).filter(|value| value.differs(old, new));
    steps.extend(changed.map(|value| Step::Task(id, value)));
}

fn of_lists(id: TaskId, old: &Task, new: &Task, steps: &mut Vec<Step>) {
    let lists = |a: &Task, b: &Task| -> Vec<ChecklistId> {
        let ids = a.checklists.iter().chain(&b.checklists).map(|list| list.checklist_id);
        ids.collect::<BTreeSet<_>>().into_iter().collect()
    };
    if old.checklists == new.checklists {
        return;
    }
    for list_id in lists(old, new) {
        let (was, is) = (old.checklist(list_id), new.checklist(list_id));
        if TaskValue::List(list_id).differs(old, new) {
            steps.push(Step::Task(id, TaskValue::List(list_id)));
        }
        // A list that goes takes its items along.
        let items = |list: Option<&Checklist>| {
            list.map_or(&[][..], |list| &list.items).iter().map(|item| item.item_id).collect::<Vec<_>>()
        };
        let mut seen = BTreeSet::new();
        for item in items(was).into_iter().chain(items(is)).filter(|item| seen.insert(*item)) {
            if was.is_some() && TaskValue::Item(list_id, item).differs(old, new) {
                steps.push(Step::Task(id, TaskValue::Item(list_id, item)));
            }
        }
    }
}

fn of_comments(id: TaskId, old: &Task, new: &Task, steps: &mut Vec<Step>) {
    for diff in old.comments.diff(&new.comments) {
        let comment = match diff {
            DiffItem::Add(comment, _) | DiffItem::Remove(comment, _) => *comment,
            DiffItem::Update { old: (comment, _), .. } => *comment,
        };
        for value in [TaskValue::Comment(comment), TaskValue::Reactions(comment)] {
            let both = old.comments.contains_key(&comment) && new.comments.contains_key(&comment);
            if value.differs(old, new) && (both || matches!(value, TaskValue::Comment(_))) {
                steps.push(Step::Task(id, value));
            }
        }
    }
}
