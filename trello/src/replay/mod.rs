//! The board as it was, and what happened to it since. An export tells the last thousand actions: undone one by one they lead back to
//! the earliest state they imply; from there they are played again as commands, each by its author.

mod play;
#[cfg(test)]
mod tests;
mod undo;
mod world;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lockstep_protocol::{
    command::{BoardCommand, board::*, task::*},
    ids::{AccountId, BoardId},
    values::{BoardRole, Place},
};
use play::Player;
use serde_json::Value;
use world::World;

use crate::{export::Board, guess, ids::Ids, report::Lost, text};

/// Someone who acts, or is given something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Trello's id.
    pub id: String,
    pub name: String,
    /// Whether any action is theirs.
    pub acts: bool,
    /// Their role when the replay begins; later members have none.
    pub role: Option<BoardRole>,
}

/// Which account plays whom, by Trello's id.
#[derive(Clone, Debug, Default)]
pub struct Cast(pub HashMap<String, AccountId>);

impl Cast {
    pub fn account(&self, member: &str) -> Option<AccountId> {
        self.0.get(member).copied()
    }
}

/// What to do, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    pub board_id: BoardId,
    pub name: String,
    pub key: String,
    /// Builds the earliest state.
    pub founding: Vec<BoardCommand>,
    /// What happened since, oldest first.
    pub played: Vec<Played>,
    /// All actions there were.
    pub actions: usize,
    /// Kinds of actions that no command stands for, with the reason.
    pub unmapped: BTreeMap<(String, &'static str), Lost>,
}

/// An action as commands of its author.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// Trello's id of who did it.
    pub author: String,
    /// Trello's word for it.
    pub kind: String,
    pub commands: Vec<BoardCommand>,
    /// Earlier actions, by their index, whose effect this one stands on: they must have taken effect before it is sent.
    pub waits_for: Vec<usize>,
}

/// Everyone who is needed to play.
pub fn actors(board: &Board) -> Vec<Actor> {
    let (earliest, _) = undo::earliest(board);
    let acting: BTreeSet<_> = board.actions.iter().map(|action| action.id_member_creator.as_str()).collect();
    let creators = board.actions.iter().map(|action| &action.member_creator);
    let mut actors: BTreeMap<&str, Actor> = BTreeMap::new();
    for member in board.members.iter().chain(creators).filter(|member| !member.id.is_empty()) {
        actors.entry(&member.id).or_insert_with(|| Actor {
            id: member.id.clone(),
            name: play::name(if member.full_name.is_empty() { &member.username } else { &member.full_name }),
            acts: acting.contains(member.id.as_str()),
            role: None,
        });
    }
    for membership in board.memberships.iter().filter(|member| earliest.members.contains(&member.id_member)) {
        if let Some(actor) = actors.get_mut(membership.id_member.as_str()) {
            actor.role = Some(guess::role(&membership.member_type));
        }
    }
    // In Trello whoever is on a board may invite to it; here that takes an owner.
    for inviting in board.actions.iter().filter(|action| action.kind == "addMemberToBoard") {
        if let Some(actor) = actors.get_mut(inviting.id_member_creator.as_str()) {
            actor.role = Some(BoardRole::Owner);
        }
    }
    actors.into_values().collect()
}

/// Works the replay out.
pub fn replay(board: &Board, ids: &Ids, cast: &Cast) -> Replay {
    let (earliest, births) = undo::earliest(board);
    let mut player = Player { ids, cast, births: &births, world: earliest };
    let founding = found(board, &player);
    let (mut played, mut unmapped) = (Vec::new(), BTreeMap::<_, Lost>::new());
    let mut touched = Touched::default();
    // The export has the newest first.
    for (index, action) in board.actions.iter().enumerate().rev() {
        match player.play(index, action) {
            Ok(commands) if !commands.is_empty() => {
                let waits_for = touched.next(played.len(), &commands);
                let (author, kind) = (action.id_member_creator.clone(), action.kind.clone());
                played.push(Played { author, kind, commands, waits_for });
            }
            Ok(_) => lose(&mut unmapped, action.kind.clone(), "it changed nothing", &action.id),
            Err((kind, why)) => lose(&mut unmapped, kind, why, &action.id),
        }
    }
    Replay {
        board_id: ids.board(),
        name: play::name(&board.name),
        key: guess::key(&board.name),
        founding,
        played,
        actions: board.actions.len(),
        unmapped,
    }
}

fn lose(unmapped: &mut BTreeMap<(String, &'static str), Lost>, kind: String, why: &'static str, action: &str) {
    let lost = || Lost { count: 0, why, example: format!("action {action}") };
    unmapped.entry((kind, why)).or_insert_with(lost).count += 1;
}

/// The commands that build the world the player stands in.
fn found(board: &Board, player: &Player<'_>) -> Vec<BoardCommand> {
    let World { lists, cards, .. } = &player.world;
    let mut commands: Vec<BoardCommand> = Vec::new();
    for label in &board.labels {
        let name = text::fit(&text::line(&label.name), 120, 480).0;
        let label_id = player.ids.label(&label.id);
        commands.push(CreateLabel { label_id, name, colour: guess::colour(&label.color) }.into());
    }
    for id in forgotten_labels(board) {
        let label_id = player.ids.label(&id);
        commands.push(CreateLabel { label_id, name: String::new(), colour: guess::colour("") }.into());
    }
    let mut columns: Vec<_> = lists.iter().collect();
    columns.sort_by(|a, b| a.1.pos.total_cmp(&b.1.pos).then_with(|| a.0.cmp(b.0)));
    for (id, list) in &columns {
        let (name, kind) = (play::name(&list.name), guess::column_kind(&list.name));
        commands.push(CreateColumn { column_id: player.ids.column(id), name, kind, place: Place::END }.into());
    }
    let mut ordered: Vec<_> = cards.iter().collect();
    ordered.sort_by(|a, b| a.1.pos.total_cmp(&b.1.pos).then_with(|| a.0.cmp(b.0)));
    commands.extend(ordered.iter().flat_map(|(id, card)| player.create(id, card, Place::END)));
    for (id, _) in ordered.iter().filter(|(_, card)| card.closed) {
        commands.push(ArchiveTask { task_id: player.ids.task(id) }.into());
    }
    for (id, _) in columns.iter().filter(|(_, list)| list.closed) {
        commands.push(ArchiveColumn { column_id: player.ids.column(id) }.into());
    }
    commands
}

/// Labels that cards wore and that are no more: their names are lost with them.
fn forgotten_labels(board: &Board) -> BTreeSet<String> {
    let worn = |path: &[&str], action: &crate::export::Action| -> Vec<String> {
        let labels = action.at(path).and_then(Value::as_array);
        labels.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let updates = board.actions.iter().filter(|action| action.kind == "updateCard");
    let all =
        updates.flat_map(|action| [worn(&["card", "idLabels"], action), worn(&["old", "idLabels"], action)].concat());
    let on_cards = board.cards.iter().flat_map(|card| card.id_labels.iter().cloned());
    all.chain(on_cards).filter(|id| !board.labels.iter().any(|label| label.id == *id)).collect()
}

/// Which action last changed or used a thing.
#[derive(Default)]
struct Touched {
    changed: HashMap<String, usize>,
    used: HashMap<String, Vec<usize>>,
}

impl Touched {
    /// What this action has to wait for: whoever changed what it uses, and whoever used what it changes.
    fn next(&mut self, index: usize, commands: &[BoardCommand]) -> Vec<usize> {
        let mut waits_for = BTreeSet::new();
        for command in commands {
            let (changes, uses) = touches(command);
            for thing in uses.iter().chain(&changes) {
                waits_for.extend(self.changed.get(thing).copied());
            }
            for thing in &changes {
                waits_for.extend(self.used.remove(thing).unwrap_or_default());
            }
            for thing in uses {
                self.used.entry(thing).or_default().push(index);
            }
            for thing in changes {
                self.changed.insert(thing, index);
            }
        }
        waits_for.remove(&index);
        waits_for.into_iter().collect()
    }
}

/// What a command changes, and what it takes for granted.
fn touches(command: &BoardCommand) -> (Vec<String>, Vec<String>) {
    let value = serde_json::to_value(command).unwrap_or_default();
    let id = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
    let place = value.get("place").cloned().unwrap_or_default();
    let neighbours = [id(&place, "after"), id(&place, "before")].into_iter().flatten();
    let (task, column) = (id(&value, "task_id"), id(&value, "column_id"));
    match task {
        Some(task) => (vec![task], column.into_iter().chain(neighbours).collect()),
        None => (column.or_else(|| id(&value, "account_id")).into_iter().collect(), neighbours.collect()),
    }
}
