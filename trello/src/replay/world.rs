//! A board as Trello had it at some moment: what is undone action by action from the export's end to its beginning, and then changed
//! again as the actions are played.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::export::{Action, Board, Card, Checklist};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    pub lists: BTreeMap<String, List>,
    pub cards: BTreeMap<String, CardState>,
    pub members: BTreeSet<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    pub name: String,
    pub closed: bool,
    pub pos: f64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CardState {
    pub name: String,
    pub desc: String,
    pub closed: bool,
    pub list: String,
    pub pos: f64,
    pub due: Option<String>,
    pub start: Option<String>,
    pub due_complete: bool,
    pub labels: Vec<String>,
    pub members: Vec<String>,
    pub checklists: Vec<ChecklistState>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChecklistState {
    pub id: String,
    pub name: String,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    pub id: String,
    pub name: String,
    pub done: bool,
}

impl World {
    /// As the export ends.
    pub fn latest(board: &Board) -> Self {
        let list = |list: &crate::export::List| {
            (list.id.clone(), List { name: list.name.clone(), closed: list.closed, pos: list.pos })
        };
        let lists: BTreeMap<_, _> = board.lists.iter().map(list).collect();
        // A card whose list is not in the export has no place to stand.
        let cards = board.cards.iter().filter(|card| lists.contains_key(&card.id_list));
        Self {
            cards: cards.map(|card| (card.id.clone(), card_state(card, &board.checklists))).collect(),
            lists,
            members: board.memberships.iter().map(|member| member.id_member.clone()).collect(),
        }
    }

    /// The cards that can be seen in a list, in order.
    pub fn order(&self, list: &str) -> Vec<(&str, &CardState)> {
        let in_list = self.cards.iter().filter(|(_, card)| card.list == list && !card.closed);
        let mut cards: Vec<_> = in_list.map(|(id, card)| (id.as_str(), card)).collect();
        cards.sort_by(|a, b| a.1.pos.total_cmp(&b.1.pos).then_with(|| a.0.cmp(b.0)));
        cards
    }

    pub fn checklist(&mut self, card: &str, checklist: &str) -> Option<&mut ChecklistState> {
        self.cards.get_mut(card)?.checklists.iter_mut().find(|state| state.id == checklist)
    }

    /// Sets what an action says about a card or list: `values` is the new or the old side of it.
    pub fn set(&mut self, action: &Action, values: &Value) {
        let Some(values) = values.as_object() else { return };
        if let Some(list) = action.text(&["list", "id"]).and_then(|id| self.lists.get_mut(id))
            && action.kind == "updateList"
        {
            for (field, value) in values {
                list.set(field, value);
            }
        }
        if let Some(card) = action.card().and_then(|id| self.cards.get_mut(id))
            && action.kind == "updateCard"
        {
            for (field, value) in values {
                card.set(field, value);
            }
        }
    }
}

impl List {
    fn set(&mut self, field: &str, value: &Value) {
        match field {
            "name" => self.name = text(value),
            "closed" => self.closed = value.as_bool().unwrap_or_default(),
            "pos" => self.pos = value.as_f64().unwrap_or(self.pos),
            _ => {}
        }
    }
}

impl CardState {
    fn set(&mut self, field: &str, value: &Value) {
        match field {
            "name" => self.name = text(value),
            "desc" => self.desc = text(value),
            "closed" => self.closed = value.as_bool().unwrap_or_default(),
            "idList" => self.list = text(value),
            "pos" => self.pos = value.as_f64().unwrap_or(self.pos),
            "due" => self.due = value.as_str().map(str::to_owned),
            "start" => self.start = value.as_str().map(str::to_owned),
            "dueComplete" => self.due_complete = value.as_bool().unwrap_or_default(),
            "idLabels" => self.labels = texts(value),
            "idMembers" => self.members = texts(value),
            _ => {}
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().map(|list| list.iter().map(text).collect()).unwrap_or_default()
}

fn card_state(card: &Card, checklists: &[Checklist]) -> CardState {
    let mut own: Vec<_> = checklists.iter().filter(|checklist| checklist.id_card == card.id).collect();
    own.sort_by(|a, b| a.pos.total_cmp(&b.pos).then_with(|| a.id.cmp(&b.id)));
    CardState {
        name: card.name.clone(),
        desc: card.desc.clone(),
        closed: card.closed,
        list: card.id_list.clone(),
        pos: card.pos,
        due: card.due.clone(),
        start: card.start.clone(),
        due_complete: card.due_complete,
        labels: card.id_labels.clone(),
        members: card.id_members.clone(),
        checklists: own.into_iter().map(checklist_state).collect(),
    }
}

fn checklist_state(checklist: &Checklist) -> ChecklistState {
    let mut items: Vec<_> = checklist.check_items.iter().collect();
    items.sort_by(|a, b| a.pos.total_cmp(&b.pos).then_with(|| a.id.cmp(&b.id)));
    let items =
        items.into_iter().map(|item| Item { id: item.id.clone(), name: item.name.clone(), done: item.is_done() });
    ChecklistState { id: checklist.id.clone(), name: checklist.name.clone(), items: items.collect() }
}
