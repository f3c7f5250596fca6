//! The thousand actions of the real export, undone and played.

use std::collections::{BTreeMap, HashMap, HashSet};

use lockstep_protocol::{
    command::BoardCommand,
    ids::{AccountId, OrgId},
};
use uuid::Uuid;

use super::{Cast, Player, Replay, actors, replay, undo, world::World};
use crate::{
    export::{Board, read},
    ids::Ids,
};

fn board() -> Board {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/trello-board.json");
    read(&std::fs::read(path).unwrap()).unwrap()
}

fn cast(board: &Board) -> Cast {
    let actors = actors(board);
    let account = |index: usize| AccountId(Uuid::from_u128(1_000 + index as u128));
    Cast(actors.into_iter().enumerate().map(|(index, actor)| (actor.id, account(index))).collect())
}

fn replayed() -> (Board, Replay) {
    let board = board();
    let ids = Ids::new(OrgId(Uuid::from_u128(1)), &board.id);
    let replay = replay(&board, &ids, &cast(&board));
    (board, replay)
}

#[test]
fn nine_in_ten_actions_are_mapped_and_every_other_is_named() {
    let (board, replay) = replayed();
    let unmapped: usize = replay.unmapped.values().map(|lost| lost.count).sum();
    assert_eq!(replay.played.len() + unmapped, board.actions.len(), "each action is either played or named");
    assert!(replay.played.len() >= 900, "{} mapped; {:#?}", replay.played.len(), replay.unmapped);
    for ((kind, why), lost) in &replay.unmapped {
        assert!(!why.is_empty() && lost.count > 0, "{kind}");
    }
}

#[test]
fn undone_and_played_again_the_world_is_as_it_was() {
    let board = board();
    let ids = Ids::new(OrgId(Uuid::from_u128(1)), &board.id);
    let (earliest, births) = undo::earliest(&board);
    let latest = World::latest(&board);
    assert!(earliest.cards.len() < latest.cards.len());
    assert_eq!(earliest.lists.len(), latest.lists.len() - 8);
    let mut player = Player { ids: &ids, cast: &cast(&board), births: &births, world: earliest };
    for (index, action) in board.actions.iter().enumerate().rev() {
        let _ = player.play(index, action);
    }
    for (id, card) in &latest.cards {
        let mut played = player.world.cards[id].clone();
        let mut wanted = card.clone();
        // Actions tell neither the order of people and checklists nor most changes of labels.
        for card in [&mut played, &mut wanted] {
            card.labels.clear();
            card.members.sort();
            card.checklists.sort_by(|a, b| a.id.cmp(&b.id));
        }
        assert_eq!(played, wanted, "card {id}");
    }
    assert_eq!(player.world.lists, latest.lists);
    assert_eq!(player.world.members, latest.members);
}

/// What commands name must be there when they come: made before, not thrown away, not put away.
#[test]
fn no_command_names_what_is_not_there() {
    let (_, replay) = replayed();
    let mut there: HashSet<String> = HashSet::new();
    let mut archived: HashSet<String> = HashSet::new();
    let played = replay.played.iter().flat_map(|played| &played.commands);
    for command in replay.founding.iter().chain(played) {
        let value = serde_json::to_value(command).unwrap();
        let id = |field: &str| value[field].as_str().map(str::to_owned);
        match command {
            BoardCommand::CreateTask(_) => {
                assert!(!archived.contains(&id("column_id").unwrap()), "into an archived column");
                there.extend(id("task_id"));
            }
            BoardCommand::CreateColumn(_) => there.extend(id("column_id")),
            BoardCommand::CreateLabel(_) => there.extend(id("label_id")),
            BoardCommand::CreateChecklist(_) => there.extend(id("checklist_id")),
            BoardCommand::AddChecklistItem(_) => there.extend(id("item_id")),
            BoardCommand::ArchiveTask(_) => archived.extend(id("task_id")),
            BoardCommand::ArchiveColumn(_) => archived.extend(id("column_id")),
            BoardCommand::UnarchiveTask(_) => assert!(archived.remove(&id("task_id").unwrap())),
            BoardCommand::UnarchiveColumn(_) => assert!(archived.remove(&id("column_id").unwrap())),
            BoardCommand::AddComment(_) => {}
            _ => {
                if let Some(task) = id("task_id") {
                    assert!(!archived.contains(&task), "{command:?} on an archived task");
                }
            }
        }
        for field in ["task_id", "column_id", "label_id", "checklist_id", "item_id"] {
            assert!(id(field).is_none_or(|id| there.contains(&id)), "{command:?} names no {field}");
        }
    }
}

#[test]
fn what_stands_on_an_action_waits_for_it() {
    let (_, replay) = replayed();
    let mut made: HashMap<String, usize> = HashMap::new();
    for (index, played) in replay.played.iter().enumerate() {
        assert!(played.waits_for.iter().all(|earlier| *earlier < index));
        for command in &played.commands {
            let value = serde_json::to_value(command).unwrap();
            let Some(task) = value["task_id"].as_str() else { continue };
            if let Some(earlier) = made.insert(task.to_owned(), index).filter(|earlier| *earlier != index) {
                assert!(played.waits_for.contains(&earlier), "{index} waits for {earlier}");
            }
        }
    }
}

#[test]
fn the_same_export_gives_the_same_replay() {
    assert_eq!(replayed().1, replayed().1);
}

#[test]
fn ten_authors_act_and_those_who_came_later_have_no_role_yet() {
    let actors = actors(&board());
    assert_eq!(actors.len(), 11);
    assert_eq!(actors.iter().filter(|actor| actor.acts).count(), 10);
    assert_eq!(actors.iter().filter(|actor| actor.role.is_none()).count(), 3);
    let by_role: BTreeMap<_, usize> = actors.iter().fold(BTreeMap::new(), |mut counts, actor| {
        *counts.entry(actor.role).or_default() += 1;
        counts
    });
    assert!(by_role.len() >= 2, "{by_role:?}");
}
