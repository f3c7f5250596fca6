//! The real export, planned.

use std::collections::{HashMap, HashSet};

use lockstep_protocol::{
    command::BoardCommand,
    ids::{ColumnId, OrgId, TaskId},
};
use uuid::Uuid;

use super::{Plan, plan};
use crate::export::{Board, ReadError, read};

fn bytes() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/trello-board.json")).unwrap()
}

fn org(number: u128) -> OrgId {
    OrgId(Uuid::from_u128(number))
}

fn planned() -> (Board, Plan) {
    let bytes = bytes();
    (read(&bytes).unwrap(), plan(&bytes, org(1)).unwrap())
}

fn count(plan: &Plan, tag: &str) -> usize {
    plan.steps.iter().filter(|step| step.command.tag() == tag).count()
}

#[test]
fn everything_of_the_export_has_its_command() {
    let (board, plan) = planned();
    assert_eq!(plan.steps[0].command.tag(), "board.create");
    assert_eq!(count(&plan, "task.create"), 122);
    assert_eq!(count(&plan, "column.create"), 18);
    assert_eq!(count(&plan, "column.archive"), 12);
    assert_eq!(count(&plan, "task.archive"), 78);
    assert_eq!(count(&plan, "label.create"), 8);
    assert_eq!(count(&plan, "checklist.create"), 14);
    let items: usize = board.checklists.iter().map(|checklist| checklist.check_items.len()).sum();
    assert_eq!(count(&plan, "checklist.item.add"), items);
    assert_eq!(count(&plan, "comment.add"), 93);
    assert_eq!(count(&plan, "task.complete"), 0, "all complete cards are in a column that says so");
    assert_eq!(plan.report.kept["completed cards"], 15);
    assert_eq!(count(&plan, "board.member.set"), 11);
    let due = plan
        .steps
        .iter()
        .filter(|step| matches!(&step.command, BoardCommand::CreateTask(create) if create.due.is_some()))
        .count();
    assert_eq!(due, 25);
    assert_eq!(plan.people.len(), 12, "eleven members and whoever made what is older than the export's actions");
}

#[test]
fn the_same_bytes_give_the_same_plan_and_another_organization_other_ids() {
    let bytes = bytes();
    let first = plan(&bytes, org(1)).unwrap();
    assert_eq!(first, plan(&bytes, org(1)).unwrap());
    let other = plan(&bytes, org(2)).unwrap();
    assert_ne!(first.board_id, other.board_id);
    assert_ne!(first.client_id, other.client_id);
    assert_eq!(first.board_id.0.get_version_num(), 7);
}

#[test]
fn cards_end_in_the_order_of_the_export_and_are_numbered_by_age() {
    let (board, plan) = planned();
    let mut orders: HashMap<ColumnId, Vec<TaskId>> = HashMap::new();
    for step in &plan.steps {
        let BoardCommand::CreateTask(create) = &step.command else { continue };
        let order = orders.entry(create.column_id).or_default();
        let at = match (create.place.after, create.place.before) {
            (Some(after), _) => order.iter().position(|task| *task == after).unwrap() + 1,
            (None, Some(before)) => order.iter().position(|task| *task == before).unwrap(),
            (None, None) => order.len(),
        };
        // Both neighbours are named, and are neighbours.
        assert_eq!(order.get(at).copied(), create.place.before);
        order.insert(at, create.task_id);
    }
    let ids = crate::ids::Ids::new(org(1), &board.id);
    for list in &board.lists {
        let mut cards: Vec<_> = board.cards.iter().filter(|card| card.id_list == list.id).collect();
        cards.sort_by(|a, b| a.pos.total_cmp(&b.pos).then_with(|| a.id.cmp(&b.id)));
        let wanted: Vec<_> = cards.iter().map(|card| ids.task(&card.id)).collect();
        assert_eq!(orders.remove(&ids.column(&list.id)).unwrap_or_default(), wanted, "{}", list.name);
    }
    let created: Vec<_> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.command {
            BoardCommand::CreateTask(create) => create.original.map(|original| original.original_at),
            _ => None,
        })
        .collect();
    let late = created.windows(2).filter(|pair| pair[0] > pair[1] + 1_000_000).count();
    assert_eq!(late, 0, "older cards come first");
}

#[test]
fn comments_keep_author_and_time_oldest_first() {
    let (board, plan) = planned();
    let people: HashSet<_> = plan.people.iter().map(|person| person.account_id).collect();
    let mut last: HashMap<TaskId, i64> = HashMap::new();
    for step in &plan.steps {
        let BoardCommand::AddComment(comment) = &step.command else { continue };
        let original = comment.original.expect("each comment has its author and time");
        assert!(people.contains(&original.original_author));
        assert!(last.insert(comment.task_id, original.original_at).unwrap_or_default() <= original.original_at);
    }
    let latest = board.actions.iter().find(|action| action.kind == "commentCard").unwrap();
    assert!(last.values().any(|at| Some(*at) == crate::ids::instant(&latest.date)));
}

#[test]
fn what_cannot_be_kept_is_counted_with_its_reason() {
    let (_, plan) = planned();
    let lost = |what| plan.report.lost.get(what).map(|lost| lost.count);
    assert_eq!(lost("attached files"), Some(19));
    assert_eq!(lost("attached links"), Some(40));
    assert_eq!(lost("covers"), Some(5));
    assert_eq!(lost("due reminders"), Some(15));
    let text = plan.report.to_string();
    assert!(text.contains("does not hold them") && text.contains("44 cards"), "{text}");
}

#[test]
fn strange_exports_are_read_or_refused_with_the_reason() {
    assert!(matches!(read(b"not json"), Err(ReadError::NotJson(_))));
    assert!(matches!(read(b"{}"), Err(ReadError::NotBoard("id"))));
    let odd = br#"{"id":"b","name":null,"unknown":[1],"lists":[{"id":"l","pos":"12.5"}],
        "cards":[{"id":"c1","idList":"l","name":"a\nb","due":"never"},{"id":"c2","idList":"gone","name":""}]}"#;
    let plan = plan(odd, org(1)).unwrap();
    let titles: Vec<_> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.command {
            BoardCommand::CreateTask(create) => Some(create.title.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(titles, ["a b", "Untitled"]);
    assert_eq!(count(&plan, "column.create"), 2, "the list that is gone has a stand-in");
    assert_eq!(plan.report.lost["due dates"].count, 1);
}

#[test]
fn long_texts_are_kept_in_parts_or_cut_and_said() {
    let long = "x".repeat(40_000);
    let title = "word ".repeat(200);
    let export = serde_json::json!({
        "id": "b", "name": "B", "lists": [{"id": "l"}],
        "cards": [{"id": "c", "idList": "l", "name": title}],
        "actions": [{"id": "5ca3d99a0378a65090e676ca", "type": "commentCard", "date": "2019-06-12T22:19:30.762Z",
                     "data": {"text": long, "card": {"id": "c"}}}],
    });
    let plan = plan(export.to_string().as_bytes(), org(1)).unwrap();
    assert_eq!(count(&plan, "comment.add"), 3);
    let BoardCommand::CreateTask(create) =
        &plan.steps.iter().find(|step| step.command.tag() == "task.create").unwrap().command
    else {
        panic!("a task")
    };
    assert_eq!(create.title.chars().count(), 500);
    assert!(create.description.as_deref().unwrap().starts_with(title.trim()), "the whole title opens the description");
}
