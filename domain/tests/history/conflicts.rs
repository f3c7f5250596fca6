//! Nobody goes over what they have not seen without being told.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_domain::{Aggregate, Board};
use lockstep_protocol::{
    command::{BoardCommand, Command},
    event::{BoardEvent, Event},
    ids::{AccountId, ClientId},
    values::{Audience, Conflict, Field},
    view::ViewPart,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{generate::step_of, tight};
use crate::support::{World, command, fixed, fold, id, principal, value};

/// What overwrites, on few things, so that it does so often.
const ASKED: &[&str] = &[
    "board.template.set template=true",
    "board.template.set template=false",
    "board.escalations.set escalations=60/owners",
    "board.escalations.set escalations=60/owners,90/viewer",
    "board.update name=?x",
    "board.update visibility=?v",
    "board.member.set account_id=viewer role=?b",
    "board.member.set account_id=viewer role=editor",
    "board.member.remove account_id=viewer",
    "column.move column_id=?c place.after=?c",
    "column.update column_id=todo name=?x kind=?h colour=?g",
    "column.update column_id=todo clear_colour=true",
    "column.update column_id=todo kind=?h",
    "column.workflow.set column_id=doing workflow.wip.limit=3 workflow.wip.mode=warn",
    "column.workflow.set column_id=doing",
    "label.update label_id=red name=?x",
    "label.update label_id=red colour=?g",
    "category.update category_id=bug name=?x",
    "category.update category_id=bug colour=?g",
    "view.update view_id=v1 name=?x",
    "view.update view_id=v1 look.lanes.by=?L",
    "view.create view_id=v2 name=?x look={}",
    "view.move view_id=v1 place.after=v2",
    "view.move view_id=v1 place.before=v2",
    "task.repeat.set task_id=?T repeat.rule=FREQ=DAILY repeat.zone=UTC",
    "task.repeat.set task_id=?T repeat.rule=FREQ=WEEKLY repeat.zone=UTC",
    "task.repeat.set task_id=?T",
    "task.categorize task_id=?T category_id=bug",
    "task.categorize task_id=?T",
    "task.cover.set task_id=?T colour=?g",
    "task.cover.set task_id=?T",
    "field.update field_id=size name=?x",
    "field.update field_id=size options=[small,large:Big]",
    "field.update field_id=size options=[large,small]",
    "field.move field_id=?S place.after=?S",
    "task.field.set task_id=?T field_id=size value.kind=select value.option_id=?Q",
    "task.field.set task_id=?T field_id=cost value.kind=number value.number=?N",
    "task.field.set task_id=?T field_id=?S",
    "task.update task_id=?T title=?x",
    "task.update task_id=?T description=?x",
    "task.update task_id=?T title=?x description=?x",
    "task.move task_id=?T column_id=?c place.after=?t",
    "task.move task_id=?T column_id=done",
    "task.prioritize task_id=?T priority=?y",
    "task.schedule task_id=?T start_at=?n",
    "task.schedule task_id=?T due.at=86400000000 due.has_time=false",
    "task.schedule task_id=?T",
    "task.estimate task_id=?T points=3 minutes=90",
    "task.estimate task_id=?T",
    "task.parent.set task_id=?T parent_id=?t",
    "task.parent.set task_id=?T",
    "task.complete task_id=?T",
    "task.reopen task_id=?T",
    "task.archive task_id=?T",
    "task.unarchive task_id=?T",
    "checklist.rename task_id=t1 checklist_id=list name=?x",
    "checklist.item.update task_id=t1 item_id=?i text=?x done=true",
    "checklist.item.update task_id=t1 item_id=?i done=false",
    "time.log task_id=t1 entry_id=?H started_at=?U duration_s=60",
    "time.update task_id=t1 entry_id=?H duration_s=?n",
    "time.update task_id=t1 entry_id=?H note=?e",
    "time.update task_id=t1 entry_id=?H started_at=?U",
    "comment.edit task_id=t1 comment_id=k2 text=?x",
    "comment.edit task_id=t1 comment_id=k2 text=?x",
];

/// Events that overwrite nothing: they make something, put it away or take it back, or put one thing into a set or take it out. The
/// order stays as it was where ranks are spread anew.
const MERGE: &[&str] = &[
    "board.created",
    "change.undone",
    "board.archived",
    "board.unarchived",
    "board.deleted",
    "board.restored",
    "column.created",
    "column.archived",
    "column.unarchived",
    "column.deleted",
    "label.created",
    "label.deleted",
    "category.created",
    "category.deleted",
    "field.created",
    "field.deleted",
    "view.created",
    "view.deleted",
    "board.link.created",
    "board.link.revoked",
    "comment.reacted",
    "comment.unreacted",
    "task.created",
    "tasks.reranked",
    "task.assigned",
    "task.unassigned",
    "task.reassigned",
    "task.labelled",
    "task.unlabelled",
    "task.dependency.added",
    "task.dependency.removed",
    "task.reminder.set",
    "task.reminder.removed",
    "task.reminder.due",
    "task.due.soon",
    "task.escalated",
    "task.overdue",
    "task.watched",
    "task.unwatched",
    "task.archived",
    "task.unarchived",
    "task.deleted",
    "task.restored",
    "checklist.created",
    "checklist.deleted",
    "checklist.item.added",
    "checklist.item.removed",
    "task.commented",
    "task.received",
    "comments.received",
    "comment.deleted",
    "comment.restored",
    "time.logged",
    "time.removed",
    "time.started",
    "time.stopped",
];

type Values = BTreeMap<(String, Field), Value>;

/// Every value of the board that a person can overwrite, by what it belongs to.
fn values(board: &Board) -> Values {
    let mut all = Values::new();
    let ViewPart::Board(part) = board.view(Uuid::nil(), Audience::Member, usize::MAX).remove(0) else { panic!() };
    let head = value(&part)["board"].take();
    let mut take = |of: &Value, id: &str, fields: &[(Field, &str)]| {
        for (field, name) in fields {
            all.insert((of[id].as_str().unwrap_or("the board").to_owned(), *field), of[*name].clone());
        }
    };
    take(&head, "", &[(Field::Name, "name"), (Field::Visibility, "visibility")]);
    let lists = [
        (
            "columns",
            "column_id",
            &[(Field::Name, "name"), (Field::Kind, "kind"), (Field::Colour, "colour"), (Field::Workflow, "workflow")][..],
        ),
        ("labels", "label_id", &[(Field::Name, "name"), (Field::Colour, "colour")]),
        ("categories", "category_id", &[(Field::Name, "name"), (Field::Colour, "colour")]),
        ("fields", "field_id", &[(Field::Name, "name"), (Field::Options, "options")]),
        ("views", "view_id", &[(Field::Name, "name"), (Field::Look, "look")]),
        ("members", "account_id", &[(Field::Role, "role")]),
    ];
    for (list, id, fields) in lists {
        head[list].as_array().into_iter().flatten().for_each(|one| take(one, id, fields));
    }
    board.tasks().for_each(|(task_id, task)| {
        for (field_id, _) in board.fields() {
            all.insert((format!("{task_id}/{field_id}"), Field::Value), json!(task.value(field_id)));
        }
        // The next one of a task that repeats has its checklists under the same ids.
        for list in &task.checklists {
            all.insert((format!("{task_id}/{}", list.checklist_id), Field::Name), json!(list.name));
            for item in &list.items {
                let id = format!("{task_id}/{}", item.item_id);
                all.insert((id.clone(), Field::Text), json!(item.text));
                all.insert((id, Field::Done), json!(item.done));
            }
        }
        for (entry_id, entry) in task.time_entries() {
            let id = format!("{task_id}/{entry_id}");
            all.insert((id.clone(), Field::Time), json!([entry.started_at, entry.duration_s]));
            all.insert((id, Field::Text), json!(entry.note));
        }
        let mut put = |id: Uuid, field, value: Value| {
            all.insert((id.to_string(), field), value);
        };
        put(task_id.0, Field::Title, json!(task.title));
        put(task_id.0, Field::Description, json!(task.description_seq));
        put(task_id.0, Field::Priority, json!(task.priority));
        put(task_id.0, Field::Start, json!(task.start_at));
        put(task_id.0, Field::Due, json!(task.due));
        put(task_id.0, Field::Estimate, json!((task.points, task.minutes)));
        put(task_id.0, Field::Category, json!(task.category_id));
        put(task_id.0, Field::Cover, json!(task.cover));
        put(task_id.0, Field::Repeat, json!(task.repeat.as_ref().map(|repeat| &repeat.rule)));
        put(task_id.0, Field::Parent, json!(task.parent_id));
        put(task_id.0, Field::Done, json!(task.completed_at.is_some()));
        // Of its place the column alone: ranks are spread anew where the order stays.
        put(task_id.0, Field::Place, json!(task.column_id));
        task.comments.iter().for_each(|(id, comment)| put(id.0, Field::Text, json!(comment.text_seq)));
    });
    all
}

fn own(events: &[Event]) -> Vec<BoardEvent> {
    let own = events.iter().map(|event| match event {
        Event::Board(event) => event.clone(),
        _ => panic!("not of a board"),
    });
    own.collect()
}

fn ask(world: &World, who: &str, asked: &str) -> Vec<BoardEvent> {
    own(&world.ask(principal(who), command(asked)).expect("is allowed"))
}

proptest! {
    #![proptest_config(fixed(96))]

    /// Whatever somebody had seen: each value that their command changes is as they saw it, or they are told who changed it.
    #[test]
    fn whoever_goes_over_what_they_have_not_seen_is_told(
        steps in prop::collection::vec(step_of(&["owner", "own_owner", "editor"], ASKED), 1..60),
        looks in prop::collection::vec(any::<prop::sample::Index>(), 60),
    ) {
        let mut world = World::usual();
        world.limits = tight();
        // What the board showed at first and after each commit.
        let shown = |world: &World| (world.board.history.len(), values(&world.board.state));
        let mut pictures = vec![shown(&world)];
        for ((who, asked), look) in steps.iter().zip(looks) {
            let (asker, asked) = (principal(who), command(asked));
            let before = world.board.clone();
            let Ok(events) = world.act(asker, asked.clone()) else { continue };
            let (Command::Board(asked), Some(account)) = (asked, asker.account()) else { continue };
            let (saw, seen) = look.get(&pictures).clone();
            let told = before.state.conflicts(&own(&events), saw as u64, (account, None));
            let (_, found) = pictures.last().cloned().expect("there is a first");
            pictures.push(shown(&world));
            // What comes out of the archive goes where it can: nobody said where.
            if matches!(asked, BoardCommand::UnarchiveTask(_)) {
                continue;
            }
            for (key, is) in &pictures.last().expect("the newest").1 {
                let (Some(was), Some(seen)) = (found.get(key), seen.get(key)) else { continue };
                if was != is && seen != was {
                    prop_assert!(told.iter().any(|told| told.field == key.1), "{asked:?}: nobody told of {key:?}");
                }
            }
            for Conflict { seq, by, .. } in told {
                prop_assert!(seq > saw as u64);
                prop_assert_eq!(before.history[seq as usize - 1].by, by);
            }
        }
    }
}

/// Every kind of event either merges or is told of when it overwrites.
#[test]
fn every_event_that_overwrites_is_told_of() {
    let mut runner = TestRunner::new(fixed(1));
    let mut told = BTreeSet::new();
    let wanted: BTreeSet<_> =
        BoardEvent::TAGS.iter().copied().filter(|tag| !MERGE.contains(tag) && *tag != "task.transferred").collect();
    for _ in 0..2_000 {
        let steps = prop::collection::vec(step_of(&["owner", "own_owner"], ASKED), 40);
        let mut world = World::usual();
        for (who, asked) in steps.new_tree(&mut runner).expect("a history").current() {
            let before = world.board.state.clone();
            let Ok(events) = world.act(principal(who), command(&asked)) else { continue };
            for event in own(&events) {
                if !before.conflicts(std::slice::from_ref(&event), 0, (AccountId::NIL, None)).is_empty() {
                    assert!(!MERGE.contains(&event.tag()), "{} overwrites something", event.tag());
                    if wanted.contains(event.tag()) {
                        told.insert(event.tag());
                    }
                }
            }
        }
        if told == wanted {
            return;
        }
    }
    panic!("nobody is told of {:?}", wanted.difference(&told).collect::<Vec<_>>());
}

/// Two people give a card a title; one of them has two devices.
#[test]
fn a_client_knows_what_it_did_itself_and_no_other_does() {
    let mut world = World::usual();
    let (editor, owner) = (AccountId(id("editor")), AccountId(id("owner")));
    let (here, there) = (ClientId(Uuid::from_u128(1)), ClientId(Uuid::from_u128(2)));
    let saw = world.board.history.len() as u64;
    world.act(principal("editor"), command("task.update task_id=t1 title=Uno")).expect("is allowed");
    world.board.history.last_mut().expect("it happened").client_id = Some(here);
    world.board.state = fold(&world.board.history);
    let events = ask(&world, "editor", "task.update task_id=t1 title=Due");
    let told = |saw, account, client| world.board.state.conflicts(&events, saw, (account, client));
    assert_eq!(told(saw, editor, Some(here)), []);
    let conflict = Conflict { field: Field::Title, by: editor, seq: saw + 1 };
    assert_eq!(told(saw, editor, Some(there)), [conflict]);
    assert_eq!(told(saw, editor, None), [conflict]);
    assert_eq!(told(saw, owner, Some(here)), [conflict]);
    assert_eq!(told(saw + 1, owner, Some(here)), [], "it was seen");
    let other = ask(&world, "owner", "task.update task_id=t1 description=Other");
    assert_eq!(world.board.state.conflicts(&other, saw, (owner, None)), [], "another field");
}

/// Both dates are said at once; told is of the one that is changed.
#[test]
fn of_two_dates_the_one_that_changes_counts() {
    let mut world = World::usual();
    let owner = AccountId(id("owner"));
    let saw = world.board.history.len() as u64;
    world.act(principal("editor"), command("task.schedule task_id=t2 start_at=5")).expect("is allowed");
    let told = |asked: &str| {
        let events = ask(&world, "owner", asked);
        world.board.state.conflicts(&events, saw, (owner, None)).iter().map(|told| told.field).collect::<Vec<_>>()
    };
    assert_eq!(told("task.schedule task_id=t2 start_at=5 due.at=86400000000 due.has_time=false"), []);
    assert_eq!(told("task.schedule task_id=t2 due.at=86400000000 due.has_time=false"), [Field::Start]);
}

/// What one puts into a custom field stands in nobody's way who fills in another one, or the same one of another task.
#[test]
fn each_custom_field_of_a_task_is_a_value_of_its_own() {
    let mut world = World::usual();
    let saw = world.board.history.len() as u64;
    let cost = |task: &str, number: u8| {
        format!("task.field.set task_id={task} field_id=cost value.kind=number value.number=\"{number}\"")
    };
    world.act(principal("editor"), command(&cost("t2", 5))).expect("is allowed");
    let told = |asked: &str| {
        let events = ask(&world, "owner", asked);
        let told = world.board.state.conflicts(&events, saw, (AccountId(id("owner")), None));
        told.iter().map(|told| told.field).collect::<Vec<_>>()
    };
    assert_eq!(told("task.field.set task_id=t2 field_id=size value.kind=select value.option_id=small"), []);
    assert_eq!(told(&cost("t1", 7)), []);
    assert_eq!(told(&cost("t2", 7)), [Field::Value]);
    assert_eq!(told("task.field.set task_id=t2 field_id=cost"), [Field::Value]);
    // A field that is deleted and made again under its id was touched by nobody.
    world.act(principal("owner"), command("field.delete field_id=cost")).expect("is allowed");
    world.act(principal("owner"), command("field.create field_id=cost name=Cost kind=number")).expect("is allowed");
    let events = ask(&world, "owner", &cost("t2", 7));
    assert_eq!(world.board.state.conflicts(&events, saw, (AccountId(id("owner")), None)), []);
}

/// Labels, assignees and watchers are sets: what two people put in is all in there, and nobody stands in anybody's way.
#[test]
fn sets_merge() {
    let mut world = World::usual();
    let saw = world.board.history.len() as u64;
    world.act(principal("editor"), command("task.label task_id=t2 label_id=red")).expect("is allowed");
    let events = ask(&world, "owner", "task.label task_id=t2 label_id=blue");
    assert_eq!(world.board.state.conflicts(&events, saw, (AccountId(id("owner")), None)), []);
    world.act(principal("owner"), command("task.label task_id=t2 label_id=blue")).expect("is allowed");
    let labels = &world.board.state.task(id("t2").into()).expect("is there").labels;
    assert_eq!(*labels, [id("red").into(), id("blue").into()]);
}

/// It has to be taken away, brought back and taken away again before that goes over anything: rarer than the histories above are long.
#[test]
fn whoever_takes_a_task_away_again_is_told_of_the_first_time() {
    let mut world = World::usual();
    let mut told = Vec::new();
    for line in [
        "task.transfer task_id=t3 to_board_id=yonder column_id=far",
        "task.transfer task_id=t3 to_board_id=board column_id=todo",
        "task.transfer task_id=t3 to_board_id=yonder column_id=far",
    ] {
        let before = world.board.state.clone();
        let events = own(&world.act(principal("owner"), command(line)).expect("is allowed"));
        told.push(before.conflicts(&events, 0, (AccountId::NIL, None)).len());
    }
    // The second happens on the other board.
    assert_eq!((told[0], told[2]), (0, 1));
}
