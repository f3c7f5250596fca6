//! What the events of custom fields change on the model of a board. It must never import the server's rules.

use lockstep_protocol::{event::BoardEvent, ids::FieldId, values::FieldValue};

use super::{Board, Field};

impl Board {
    /// Custom fields and what tasks have in them; other events change nothing here.
    pub(super) fn apply_fields(&mut self, event: &BoardEvent) {
        match event {
            BoardEvent::FieldCreated(event) => {
                let (name, rank) = (event.name.clone(), event.rank.clone());
                let field = Field { name, kind: event.kind, rank, options: event.options.clone() };
                self.fields.insert(event.field_id, field);
            }
            BoardEvent::FieldUpdated(event) => {
                let Some(field) = self.fields.get_mut(&event.field_id) else { return };
                if let Some(name) = &event.name {
                    field.name.clone_from(name);
                }
                if let Some(options) = &event.options {
                    field.options.clone_from(options);
                    self.lose(event.field_id, |value| match value {
                        FieldValue::Select { option_id } => options.iter().all(|left| left.option_id != *option_id),
                        _ => false,
                    });
                }
            }
            BoardEvent::FieldMoved(event) => {
                if let Some(field) = self.fields.get_mut(&event.field_id) {
                    field.rank.clone_from(&event.rank);
                }
            }
            BoardEvent::FieldDeleted(event) => {
                self.fields.remove(&event.field_id);
                self.lose(event.field_id, |_| true);
                for column in self.columns.values_mut() {
                    column.workflow.required_fields.retain(|field| *field != event.field_id);
                }
            }
            BoardEvent::TaskFieldChanged(event) => {
                if let Some(task) = self.tasks.get_mut(&event.task_id) {
                    match &event.value {
                        Some(value) => task.fields.insert(event.field_id, value.clone()),
                        None => task.fields.remove(&event.field_id),
                    };
                }
            }
            _ => {}
        }
    }

    fn lose(&mut self, field_id: FieldId, goes: impl Fn(&FieldValue) -> bool) {
        for task in self.tasks.values_mut() {
            if task.fields.get(&field_id).is_some_and(&goes) {
                task.fields.remove(&field_id);
            }
        }
    }
}
