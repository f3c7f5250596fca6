//! Back in time: from the export's end to the moment before its oldest action, one action after the other. What an action made is taken
//! away and kept aside, because with its undone state it is exactly what the action made.

use std::collections::HashMap;

use super::world::{CardState, ChecklistState, Item, List, World};
use crate::export::{Action, Board};

/// What an action brought into being, as it was then, by the action's place in the export.
#[derive(Debug, Default)]
pub struct Births {
    pub cards: HashMap<usize, CardState>,
    pub lists: HashMap<usize, List>,
    pub checklists: HashMap<usize, ChecklistState>,
    /// Where a card stood after a change that did not tell it: moved to another list it gets a new place there in silence.
    pub places: HashMap<usize, f64>,
}

/// The actions that put a card on the board.
pub const MAKING: [&str; 4] = ["createCard", "copyCard", "emailCard", "convertToCardFromCheckItem"];

/// The board before its oldest known action. Values that no action tells are those of the end: nothing changed them.
pub fn earliest(board: &Board) -> (World, Births) {
    let (mut world, mut births) = (World::latest(board), Births::default());
    // The export has the newest first.
    for (index, action) in board.actions.iter().enumerate() {
        undo(board, index, action, &mut world, &mut births);
    }
    (world, births)
}

fn undo(board: &Board, index: usize, action: &Action, world: &mut World, births: &mut Births) {
    let card = action.card().unwrap_or_default().to_owned();
    match action.kind.as_str() {
        "updateCard" | "updateList" => {
            if let Some(state) = world.cards.get(&card) {
                births.places.insert(index, state.pos);
            }
            if let Some(old) = action.at(&["old"]) {
                world.set(action, old);
            }
        }
        kind if MAKING.contains(&kind) => {
            if let Some(state) = world.cards.remove(&card) {
                births.cards.insert(index, state);
            }
            unconvert(action, world);
        }
        "deleteCard" => {
            if let Some(state) = resurrect(board, index, action, world) {
                world.cards.insert(card, state);
            }
        }
        "createList" => {
            let list = action.text(&["list", "id"]).unwrap_or_default();
            if let Some(state) = world.lists.remove(list) {
                births.lists.insert(index, state);
            }
        }
        "addMemberToCard" => with_member(world, action, |members, member| members.retain(|id| id != member)),
        "removeMemberFromCard" => with_member(world, action, add),
        "addMemberToBoard" => {
            world.members.remove(action.text(&["idMemberAdded"]).unwrap_or_default());
        }
        "addChecklistToCard" => {
            let checklist = action.text(&["checklist", "id"]).unwrap_or_default();
            if let Some(state) = world.cards.get_mut(&card)
                && let Some(at) = state.checklists.iter().position(|state| state.id == checklist)
            {
                births.checklists.insert(index, state.checklists.remove(at));
            }
        }
        "updateCheckItemStateOnCard" => {
            let done = action.text(&["checkItem", "state"]) == Some("complete");
            set_item(world, action, !done);
        }
        _ => {}
    }
}

/// An item that became a card was an item before.
fn unconvert(action: &Action, world: &mut World) {
    let source = action.text(&["cardSource", "id"]).unwrap_or_default();
    let checklist = action.text(&["checklist", "id"]).unwrap_or_default();
    if let Some(state) = world.checklist(source, checklist) {
        let text = |path| action.text(path).unwrap_or_default().to_owned();
        state.items.push(Item { id: text(&["card", "id"]), name: text(&["card", "name"]), done: false });
    }
}

/// A deleted card, out of what older actions say about it.
fn resurrect(board: &Board, index: usize, action: &Action, world: &World) -> Option<CardState> {
    let card = action.card()?;
    let list = action.text(&["list", "id"]).filter(|list| world.lists.contains_key(*list))?;
    let mut state = CardState { list: list.to_owned(), pos: f64::MAX, ..CardState::default() };
    let older = board.actions[index + 1..].iter().rev().filter(|older| older.card() == Some(card));
    for older in older {
        if let Some(name) = older.text(&["card", "name"]) {
            name.clone_into(&mut state.name);
        }
        let member = older.text(&["idMember"]).unwrap_or_default();
        match older.kind.as_str() {
            "addMemberToCard" => add(&mut state.members, member),
            "removeMemberFromCard" => state.members.retain(|id| id != member),
            "updateCard" => {
                if let Some(closed) = older.at(&["card", "closed"]).and_then(serde_json::Value::as_bool) {
                    state.closed = closed;
                }
            }
            _ => {}
        }
    }
    Some(state)
}

pub fn set_item(world: &mut World, action: &Action, done: bool) {
    let (card, checklist) = (action.card().unwrap_or_default(), action.text(&["checklist", "id"]).unwrap_or_default());
    let item = action.text(&["checkItem", "id"]).unwrap_or_default();
    if let Some(state) = world.checklist(card, checklist)
        && let Some(item) = state.items.iter_mut().find(|state| state.id == item)
    {
        item.done = done;
    }
}

pub fn with_member(world: &mut World, action: &Action, change: impl FnOnce(&mut Vec<String>, &str)) {
    let card = action.card().and_then(|card| world.cards.get_mut(card));
    if let (Some(card), Some(member)) = (card, action.text(&["idMember"])) {
        change(&mut card.members, member);
    }
}

pub fn add(members: &mut Vec<String>, member: &str) {
    if !members.iter().any(|id| id == member) {
        members.push(member.to_owned());
    }
}
