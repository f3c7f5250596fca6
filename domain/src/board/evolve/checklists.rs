//! What an event changes on the checklists of a task.

use std::sync::Arc;

use compact_str::CompactString;
use lockstep_protocol::event::BoardEvent;

use crate::{
    board::state::{Checklist, ChecklistItem, Task},
    rank::Rank,
};

pub(super) fn evolve(task: &mut Task, event: &BoardEvent) {
    use BoardEvent as E;
    match event {
        E::ChecklistCreated(event) => task.checklists.push(Arc::new(Checklist {
            checklist_id: event.checklist_id,
            name: CompactString::new(&event.name),
            items: Vec::new(),
        })),
        E::ChecklistRenamed(event) => {
            if let Some(list) = task.checklists.iter_mut().find(|list| list.checklist_id == event.checklist_id) {
                Arc::make_mut(list).name = CompactString::new(&event.name);
            }
        }
        E::ChecklistDeleted(event) => task.checklists.retain(|list| list.checklist_id != event.checklist_id),
        E::ChecklistItemAdded(event) => {
            if let Some(list) = task.checklists.iter_mut().find(|list| list.checklist_id == event.checklist_id) {
                let (item_id, rank) = (event.item_id, Rank::trusted(&event.rank));
                let items = &mut Arc::make_mut(list).items;
                let at = items.partition_point(|item| (&item.rank, item.item_id) < (&rank, item_id));
                items.insert(
                    at,
                    ChecklistItem { item_id, text: CompactString::new(&event.text), done: event.done, rank },
                );
            }
        }
        E::ChecklistItemUpdated(event) => {
            let has = |list: &&mut Arc<Checklist>| list.items.iter().any(|item| item.item_id == event.item_id);
            let Some(list) = task.checklists.iter_mut().find(has) else { return };
            for item in Arc::make_mut(list).items.iter_mut().filter(|item| item.item_id == event.item_id) {
                if let Some(text) = &event.text {
                    item.text = CompactString::new(text);
                }
                item.done = event.done.unwrap_or(item.done);
            }
        }
        E::ChecklistItemRemoved(event) => {
            for list in
                task.checklists.iter_mut().filter(|list| list.items.iter().any(|item| item.item_id == event.item_id))
            {
                Arc::make_mut(list).items.retain(|item| item.item_id != event.item_id);
            }
        }
        _ => {}
    }
}
