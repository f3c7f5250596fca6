//! What an event changes on the categories of a board.

use compact_str::CompactString;
use lockstep_protocol::{
    event::{BoardEvent, category::CategoryUpdated},
    ids::{CategoryId, TaskId},
};

use super::with_task;
use crate::board::state::{Board, Category};

pub(super) fn evolve(board: &mut Board, event: &BoardEvent) {
    match event {
        BoardEvent::CategoryCreated(event) => {
            let category = Category { name: CompactString::new(&event.name), colour: event.colour };
            board.categories.insert(event.category_id, category);
        }
        BoardEvent::CategoryUpdated(event) => updated(board, event),
        BoardEvent::CategoryDeleted(event) => deleted(board, event.category_id),
        _ => {}
    }
}

fn updated(board: &mut Board, event: &CategoryUpdated) {
    if let Some(category) = board.categories.get_mut(&event.category_id) {
        if let Some(name) = &event.name {
            category.name = CompactString::new(name);
        }
        category.colour = event.colour.unwrap_or(category.colour);
    }
}

fn deleted(board: &mut Board, category_id: CategoryId) {
    board.categories.remove(&category_id);
    let of_it = board.tasks.iter().filter(|(_, task)| task.category_id == Some(category_id));
    let of_it: Vec<TaskId> = of_it.map(|(id, _)| *id).collect();
    for id in of_it {
        with_task(board, id, |task| task.category_id = None);
    }
}
