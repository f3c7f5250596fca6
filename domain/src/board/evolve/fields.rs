//! What an event changes on the custom fields of a board, and on what its tasks have in them.

use std::sync::Arc;

use compact_str::CompactString;
use lockstep_protocol::{
    event::{BoardEvent, field::*},
    ids::{ColumnId, FieldId, TaskId},
    values::{FieldOption, FieldValue, TaskField},
};

use super::{with_column, with_task};
use crate::{
    board::state::{Board, CustomField, Task},
    rank::Rank,
};

pub(super) fn evolve(board: &mut Board, event: &BoardEvent) {
    match event {
        BoardEvent::FieldCreated(event) => {
            let field = CustomField {
                name: CompactString::new(&event.name),
                kind: event.kind,
                rank: Rank::trusted(&event.rank),
                options: event.options.clone(),
            };
            board.fields.insert(event.field_id, Arc::new(field));
        }
        BoardEvent::FieldUpdated(event) => updated(board, event),
        BoardEvent::FieldMoved(event) => {
            with_field(board, event.field_id, |field| field.rank = Rank::trusted(&event.rank));
        }
        BoardEvent::FieldDeleted(event) => deleted(board, event.field_id),
        _ => {}
    }
}

fn with_field(board: &mut Board, id: FieldId, change: impl FnOnce(&mut CustomField)) {
    if let Some(field) = board.fields.get_mut(&id) {
        change(Arc::make_mut(field));
    }
}

fn updated(board: &mut Board, event: &FieldUpdated) {
    if !board.fields.contains_key(&event.field_id) {
        return;
    }
    with_field(board, event.field_id, |field| {
        if let Some(name) = &event.name {
            field.name = CompactString::new(name);
        }
        if let Some(options) = &event.options {
            field.options.clone_from(options);
        }
    });
    if let Some(options) = &event.options {
        clear(board, event.field_id, |value| is_gone(options, value));
    }
}

fn is_gone(options: &[FieldOption], value: &FieldValue) -> bool {
    match value {
        FieldValue::Select { option_id } => !options.iter().any(|option| option.option_id == *option_id),
        _ => false,
    }
}

/// No column asks for it any more.
fn deleted(board: &mut Board, field_id: FieldId) {
    board.fields.remove(&field_id);
    clear(board, field_id, |_| true);
    let asking = board.columns.iter().filter(|(_, column)| column.workflow.required_fields.contains(&field_id));
    let asking: Vec<ColumnId> = asking.map(|(id, _)| *id).collect();
    for id in asking {
        with_column(board, id, |column| column.workflow.required_fields.retain(|id| *id != field_id));
    }
}

/// Takes values of this field away from the tasks, in whatever state of their lives.
fn clear(board: &mut Board, field_id: FieldId, goes: impl Fn(&FieldValue) -> bool) {
    let losing = board.tasks.iter().filter(|(_, task)| task.value(field_id).is_some_and(&goes));
    let losing: Vec<TaskId> = losing.map(|(id, _)| *id).collect();
    for id in losing {
        with_task(board, id, |task| task.fields.retain(|held| held.field_id != field_id));
    }
}

/// Values are kept in the order of their fields' ids.
pub(super) fn changed(task: &mut Task, event: &TaskFieldChanged) {
    let at = task.fields.binary_search_by_key(&event.field_id, |held| held.field_id);
    match (at, &event.value) {
        (Ok(at), Some(value)) => task.fields[at].value = value.clone(),
        (Ok(at), None) => {
            task.fields.remove(at);
        }
        (Err(at), Some(value)) => {
            // Few have any, and of those few have many.
            task.fields.reserve_exact(1);
            task.fields.insert(at, TaskField { field_id: event.field_id, value: value.clone() });
        }
        (Err(_), None) => {}
    }
}
