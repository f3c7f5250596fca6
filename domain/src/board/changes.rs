//! Who changed which value last, so that the author of a command can be told what they had not seen. To add an
//! event that changes a value: its arm in `touched`.
//!
//! What is put in and taken out one by one is not noted: two people who label a task do not stand in each other's way.

use imbl::OrdMap;
use lockstep_protocol::{
    event::{BoardEvent, Happened},
    ids::{AccountId, ClientId, TaskId},
    values::{Conflict, Field},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::state::Board;

/// The last change of each value that has been changed since it was made, by the id of what it belongs to; the board's own are under
/// the nil id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Changes(OrdMap<(Uuid, Field), Changed>);

/// The last change of one value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Changed {
    seq: u64,
    by: AccountId,
    client: Option<ClientId>,
}

/// Roughly how much memory one of them takes.
const ENTRY_BYTES: usize = 96;

impl Changes {
    pub fn weight(&self) -> usize {
        ENTRY_BYTES * self.0.len()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What of this was changed after `saw`, and not by the same client of the same person: that one knows what it did.
    fn since(
        &self,
        saw: u64,
        author: (AccountId, Option<ClientId>),
        values: impl IntoIterator<Item = (Uuid, Field)>,
    ) -> Vec<Conflict> {
        let changed = values.into_iter().filter_map(|(id, field)| Some((field, self.0.get(&(id, field))?)));
        let unseen = changed.filter(|(_, changed)| {
            changed.seq > saw && !(changed.client.is_some() && (changed.by, changed.client) == author)
        });
        unseen.map(|(field, changed)| Conflict { field, by: changed.by, seq: changed.seq }).collect()
    }

    /// Who changed this value last, and when.
    pub fn last(&self, id: Uuid, field: Field) -> Option<Conflict> {
        let changed = self.0.get(&(id, field))?;
        Some(Conflict { field, by: changed.by, seq: changed.seq })
    }

    fn forget(&mut self, id: Uuid) {
        for field in Field::ALL {
            self.0.remove(&(id, *field));
        }
    }
}

/// What these events, decided on this board, would overwrite that another client changed after `saw`.
pub(super) fn conflicts(
    board: &Board,
    events: &[BoardEvent],
    saw: u64,
    author: (AccountId, Option<ClientId>),
) -> Vec<Conflict> {
    board.changes.since(saw, author, events.iter().flat_map(|event| touched(board, event)))
}

/// Notes what this event is about to change on the board.
pub(super) fn note(board: &mut Board, happened: &Happened<BoardEvent>) {
    use BoardEvent as E;
    let changed = Changed { seq: happened.seq, by: happened.by, client: happened.client_id };
    let touched = touched(board, &happened.event);
    for key in touched {
        board.changes.0.insert(key, changed);
    }
    match &happened.event {
        E::ColumnDeleted(event) => board.changes.forget(event.column_id.0),
        E::LabelDeleted(event) => board.changes.forget(event.label_id.0),
        E::CategoryDeleted(event) => board.changes.forget(event.category_id.0),
        E::FieldDeleted(event) => {
            board.changes.forget(event.field_id.0);
            for task_id in board.tasks.keys() {
                board.changes.0.remove(&(within(*task_id, event.field_id.0), Field::Value));
            }
        }
        E::ViewDeleted(event) => board.changes.forget(event.view_id.0),
        E::ChecklistItemRemoved(event) => board.changes.forget(within(event.task_id, event.item_id.0)),
        E::CommentDeleted(event) => board.changes.forget(event.comment_id.0),
        E::TimeRemoved(event) => board.changes.forget(within(event.task_id, event.entry_id.0)),
        E::ChecklistDeleted(event) => {
            let list = board.task(event.task_id).and_then(|task| task.checklist(event.checklist_id));
            let items: Vec<Uuid> = list.into_iter().flat_map(|list| &list.items).map(|item| item.item_id.0).collect();
            let gone = items.into_iter().chain([event.checklist_id.0]);
            gone.for_each(|id| board.changes.forget(within(event.task_id, id)));
        }
        _ => {}
    }
}

/// What stands for something in a task whose id alone does not name it: its value in a custom field, time that was spent on it, and its
/// checklists and their items, which the next one of a task that repeats has under the same ids.
pub(super) fn within(task_id: TaskId, id: Uuid) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key("lockstep: something of a task");
    hasher.update(task_id.0.as_bytes()).update(id.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Those of these that are so.
fn where_so<const N: usize>(id: Uuid, fields: [(bool, Field); N]) -> Vec<(Uuid, Field)> {
    fields.into_iter().filter(|(so, _)| *so).map(|(_, field)| (id, field)).collect()
}

/// The values that an event is about to change on this board.
fn touched(board: &Board, event: &BoardEvent) -> Vec<(Uuid, Field)> {
    use BoardEvent as E;
    use Field as F;
    match event {
        E::BoardUpdated(event) => {
            where_so(Uuid::nil(), [(event.name.is_some(), F::Name), (event.visibility.is_some(), F::Visibility)])
        }
        E::BoardTemplateChanged(_) => vec![(Uuid::nil(), F::Template)],
        E::BoardEscalationsChanged(_) => vec![(Uuid::nil(), F::Escalations)],
        E::BoardMemberAdded(event) => vec![(event.account_id.0, F::Role)],
        E::BoardMemberRoleChanged(event) => vec![(event.account_id.0, F::Role)],
        E::BoardMemberRemoved(event) => vec![(event.account_id.0, F::Role)],
        E::ColumnUpdated(event) => {
            let coloured = event.colour.is_some() || event.clear_colour;
            let changed = [(event.name.is_some(), F::Name), (event.kind.is_some(), F::Kind), (coloured, F::Colour)];
            where_so(event.column_id.0, changed)
        }
        E::ColumnWorkflowChanged(event) => vec![(event.column_id.0, F::Workflow)],
        E::ColumnMoved(event) => vec![(event.column_id.0, F::Place)],
        E::LabelUpdated(event) => {
            where_so(event.label_id.0, [(event.name.is_some(), F::Name), (event.colour.is_some(), F::Colour)])
        }
        E::TaskUpdated(event) => where_so(
            event.task_id.0,
            [(event.title.is_some(), F::Title), (event.description.is_some(), F::Description)],
        ),
        E::CategoryUpdated(event) => {
            where_so(event.category_id.0, [(event.name.is_some(), F::Name), (event.colour.is_some(), F::Colour)])
        }
        E::FieldUpdated(event) => {
            where_so(event.field_id.0, [(event.name.is_some(), F::Name), (event.options.is_some(), F::Options)])
        }
        E::FieldMoved(event) => vec![(event.field_id.0, F::Place)],
        E::TaskFieldChanged(event) => vec![(within(event.task_id, event.field_id.0), F::Value)],
        E::ViewUpdated(event) => {
            where_so(event.view_id.0, [(event.name.is_some(), F::Name), (event.look.is_some(), F::Look)])
        }
        E::ViewMoved(event) => vec![(event.view_id.0, F::Place)],
        // Whoever had something in hand there is told who took it away.
        E::TaskTransferred(event) => vec![(event.task_id.0, F::Lifecycle)],
        E::TaskRepeatChanged(event) => vec![(event.task_id.0, F::Repeat)],
        // The rule goes from the one to the other.
        E::TaskRepeated(event) => vec![(event.from_id.0, F::Repeat)],
        E::TaskCategorized(event) => vec![(event.task_id.0, F::Category)],
        E::TaskCoverChanged(event) => vec![(event.task_id.0, F::Cover)],
        E::TaskMoved(event) => vec![(event.task_id.0, F::Place)],
        E::TaskPriorityChanged(event) => vec![(event.task_id.0, F::Priority)],
        // It holds both as they are now; often one of them is as it was.
        E::TaskScheduled(event) => board.task(event.task_id).map_or_else(Vec::new, |task| {
            let (start, due) = (task.start_at != event.start_at, task.due != event.due);
            where_so(event.task_id.0, [(start, F::Start), (due, F::Due)])
        }),
        E::TaskEstimated(event) => vec![(event.task_id.0, F::Estimate)],
        E::TaskParentChanged(event) => vec![(event.task_id.0, F::Parent)],
        E::TaskCompleted(event) => vec![(event.task_id.0, F::Done)],
        E::TaskReopened(event) => vec![(event.task_id.0, F::Done)],
        E::ChecklistRenamed(event) => vec![(within(event.task_id, event.checklist_id.0), F::Name)],
        E::ChecklistItemUpdated(event) => where_so(
            within(event.task_id, event.item_id.0),
            [(event.text.is_some(), F::Text), (event.done.is_some(), F::Done)],
        ),
        E::CommentEdited(event) => vec![(event.comment_id.0, F::Text)],
        E::TimeUpdated(event) => {
            let spent = event.started_at.is_some() || event.duration_s.is_some();
            where_so(within(event.task_id, event.entry_id.0), [(spent, F::Time), (event.note.is_some(), F::Text)])
        }
        // The rest makes something, puts it away or takes it back, or puts one thing into a set or takes it out: the tests list it.
        _ => Vec::new(),
    }
}
