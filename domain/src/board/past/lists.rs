//! Sets and checklists of a task: what is missing is put in, what is too much is taken out, what somebody else did stays.

use lockstep_protocol::{
    command::{
        BoardCommand,
        checklist::*,
        field::SetTaskField,
        reminder::{RemoveReminder, SetReminder},
        task::*,
    },
    ids::{ChecklistId, ChecklistItemId, TaskId},
    values::Place,
};

use super::steps::TaskValue;
use crate::board::state::{Checklist, ChecklistItem, Task};

/// What a set loses and gets back: what the change put in and is there, and what it took out and is missing. Where no change is taken back,
/// all that is there and was not, and all that was and is not.
pub(super) fn difference<T: PartialEq + Clone>(was: &[T], left: Option<&[T]>, is: &[T]) -> (Vec<T>, Vec<T>) {
    let mine = |item: &&T, had: bool| left.is_none_or(|left| left.contains(item) != had);
    let out = is.iter().filter(|item| !was.contains(item) && mine(item, false));
    let back = was.iter().filter(|item| !is.contains(item) && mine(item, true));
    (out.cloned().collect(), back.cloned().collect())
}

/// `left`: as the change left it.
pub(super) fn sets(task_id: TaskId, value: TaskValue, was: &Task, left: Option<&Task>, is: &Task) -> Vec<BoardCommand> {
    fn commands<T: PartialEq + Clone>(
        (was, left, is): (&[T], Option<&[T]>, &[T]),
        take_out: impl Fn(T) -> BoardCommand,
        put_in: impl Fn(T) -> BoardCommand,
    ) -> Vec<BoardCommand> {
        let (out, back) = difference(was, left, is);
        out.into_iter().map(take_out).chain(back.into_iter().map(put_in)).collect()
    }
    match value {
        TaskValue::Labels => commands(
            (&was.labels, left.map(|left| &*left.labels), &is.labels),
            |label_id| UnlabelTask { task_id, label_id }.into(),
            |label_id| LabelTask { task_id, label_id }.into(),
        ),
        TaskValue::Assignees => commands(
            (&was.assignees, left.map(|left| &*left.assignees), &is.assignees),
            |account_id| UnassignTask { task_id, account_id }.into(),
            |account_id| AssignTask { task_id, account_id }.into(),
        ),
        TaskValue::Watchers => {
            let list = |task: &Task| task.watchers.iter().copied().collect::<Vec<_>>();
            let left = left.map(list);
            commands(
                (&list(was), left.as_deref(), &list(is)),
                |account_id| UnwatchTask { task_id, account_id }.into(),
                |account_id| WatchTask { task_id, account_id }.into(),
            )
        }
        TaskValue::Reminders => {
            let list = |task: &Task| task.reminders().collect::<Vec<_>>();
            let left = left.map(list);
            commands(
                (&list(was), left.as_deref(), &list(is)),
                |reminder| RemoveReminder { task_id, reminder }.into(),
                |reminder| SetReminder { task_id, reminder }.into(),
            )
        }
        _ => commands(
            (&was.dependencies, left.map(|left| &*left.dependencies), &is.dependencies),
            |link| RemoveDependency { task_id, kind: link.kind, other_id: link.other_id }.into(),
            |link| AddDependency { task_id, kind: link.kind, other_id: link.other_id }.into(),
        ),
    }
}

pub(super) fn checklists(task_id: TaskId, value: TaskValue, was: &Task, is: &Task) -> Vec<BoardCommand> {
    match value {
        TaskValue::List(id) => list(task_id, id, was, is),
        TaskValue::Item(list_id, id) => item(task_id, (list_id, id), was, is),
        _ => what_came_since(task_id, was, is),
    }
}

fn list(task_id: TaskId, checklist_id: ChecklistId, was: &Task, is: &Task) -> Vec<BoardCommand> {
    match (was.checklist(checklist_id), is.checklist(checklist_id)) {
        (Some(old), None) => vec![CreateChecklist { task_id, checklist_id, name: old.name.to_string() }.into()],
        (Some(old), Some(_)) => vec![RenameChecklist { task_id, checklist_id, name: old.name.to_string() }.into()],
        (None, Some(_)) => vec![DeleteChecklist { task_id, checklist_id }.into()],
        (None, None) => vec![],
    }
}

fn item(
    task_id: TaskId,
    (checklist_id, item_id): (ChecklistId, ChecklistItemId),
    was: &Task,
    is: &Task,
) -> Vec<BoardCommand> {
    match (was.item(item_id), is.item(item_id)) {
        (Some(old), None) if is.checklist(checklist_id).is_some() => {
            let place = was.checklist(checklist_id).map_or(Place::END, |list| place(list, old, is));
            let text = old.text.to_string();
            vec![AddChecklistItem { task_id, checklist_id, item_id, text, done: old.done, place }.into()]
        }
        (Some(old), Some(_)) => {
            let (text, done) = (Some(old.text.to_string()), Some(old.done));
            vec![UpdateChecklistItem { task_id, item_id, text, done }.into()]
        }
        (None, Some(_)) => vec![RemoveChecklistItem { task_id, item_id }.into()],
        _ => vec![],
    }
}

/// Behind the nearest that stood before it and is there still, else before the nearest that stood behind it.
fn place(list: &Checklist, old: &ChecklistItem, is: &Task) -> Place<ChecklistItemId> {
    let there = |item: &&ChecklistItem| is.item(item.item_id).is_some();
    let at = list.items.iter().position(|item| item.item_id == old.item_id).unwrap_or(list.items.len());
    let after = list.items.iter().take(at).rev().find(there).map(|item| item.item_id);
    let before = list.items.iter().skip(at + 1).find(there).map(|item| item.item_id);
    Place { after, before }
}

fn what_came_since(task_id: TaskId, was: &Task, is: &Task) -> Vec<BoardCommand> {
    let new = is.fields.iter().filter(|field| was.value(field.field_id).is_none());
    let mut commands: Vec<BoardCommand> =
        new.map(|field| SetTaskField { task_id, field_id: field.field_id, value: None }.into()).collect();
    for list in &is.checklists {
        let checklist_id = list.checklist_id;
        if was.checklist(checklist_id).is_none() {
            commands.push(DeleteChecklist { task_id, checklist_id }.into());
            continue;
        }
        let new = list.items.iter().filter(|item| was.item(item.item_id).is_none());
        commands.extend(new.map(|item| RemoveChecklistItem { task_id, item_id: item.item_id }.into()));
    }
    commands
}
