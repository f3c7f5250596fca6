//! Taking back: for any change in any history, what was taken back is as if it had never been, and done again as if it had not been
//! taken back; nobody's later change is lost.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_domain::{
    Aggregate, Board, Principal,
    board::{Task, Texts},
};
use lockstep_protocol::{
    codes::Code,
    command::{BoardCommand, Command, past::UndoChange},
    event::{BoardEvent, Happened},
    ids::{AccountId, CommentId, TaskId},
    values::Lifecycle,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::{
    history::{
        generate::{seldom, steps},
        tight,
    },
    support::{LAST, World, command, fixed, fold, other_seed, principal},
};

/// Of a comment, else the description.
fn text(world: &World, seq: Option<u64>, of: Option<CommentId>) -> Option<String> {
    let texts = Texts::of([(seq?, &world.board.history[seq? as usize - 1].event)]);
    let found = match of {
        Some(id) => texts.comment(seq?, id),
        None => texts.description(seq),
    };
    found.map(str::to_owned)
}

fn map(items: impl Iterator<Item = (String, Value)>) -> Value {
    Value::Object(items.collect())
}

fn set<T: serde::Serialize>(items: &[T]) -> Value {
    map(items.iter().map(|item| (serde_json::to_string(item).unwrap(), Value::Bool(true))))
}

/// What a task says, without what tells when and in which events it was said.
fn task_says(world: &World, board: &Board, id: TaskId, task: &Task) -> Value {
    let life = task.lifecycle;
    let place = board.order(task.column_id).position(|other| other == id);
    let comments = task.comments.iter().map(|(id, comment)| {
        let given = comment.reactions.iter().map(|given| (given.emoji.to_string(), set(&given.by)));
        let text = text(world, Some(comment.text_seq), Some(*id));
        let of = (comment.author_id, comment.original, comment.created_at);
        (id.to_string(), json!({"text": text, "of": of, "reply_to": comment.reply_to, "reactions": map(given)}))
    });
    let lists = task.checklists.iter().map(|list| {
        let items = list.items.iter().map(|item| (item.item_id.to_string(), json!([item.text.as_str(), item.done])));
        let order = list.items.iter().map(|item| item.item_id).collect::<Vec<_>>();
        (list.checklist_id.to_string(), json!({"name": list.name.as_str(), "items": map(items), "place": order}))
    });
    json!({
        "life": life, "column": task.column_id, "place": place, "title": task.title.as_str(),
        "description": text(world, task.description_seq, None), "labels": set(&task.labels), "assignees": set(&task.assignees),
        "priority": task.priority, "start": task.start_at, "due": task.due, "done": task.completed_at.is_some(),
        "lists": map(lists), "comments": map(comments), "parent": task.parent_id,
        "dependencies": set(&task.dependencies),
        "fields": map(task.fields.iter().map(|field| (field.field_id.to_string(), json!(field.value)))),
        "points": task.points, "minutes": task.minutes, "category": task.category_id, "cover": task.cover,
        "repeat": task.repeat.as_ref().map(|repeat| (repeat.rule.clone(), repeat.zone.clone(), repeat.on)),
        "reminders": set(&task.reminders().collect::<Vec<_>>()),
        "time": map(task.time_entries().map(|(id, entry)| {
            (id.to_string(), json!([entry.account_id, entry.started_at, entry.duration_s, entry.note.as_str()]))
        })),
    })
}

/// What a board says to whoever looks. Tasks in the trash say nothing: a task that was never made is like one that was thrown away.
fn says(world: &World, board: &Board) -> Value {
    let tasks = board.tasks().filter(|(_, task)| task.lifecycle != Lifecycle::Deleted);
    let tasks = tasks.map(|(id, task)| (id.to_string(), task_says(world, board, id, task)));
    let order: Vec<_> = board.columns().into_iter().map(|(id, _)| id).collect();
    let columns = board.columns().into_iter().map(|(id, column)| {
        let says = json!({
            "name": column.name.as_str(), "kind": column.kind, "colour": column.colour, "archived": column.archived,
            "workflow": column.workflow,
        });
        (id.to_string(), says)
    });
    let labels = board.labels().map(|(id, label)| (id.to_string(), json!([label.name.as_str(), label.colour])));
    let categories = board.categories().map(|(id, one)| (id.to_string(), json!([one.name.as_str(), one.colour])));
    let fields = board.fields().into_iter().map(|(id, field)| {
        (id.to_string(), json!({"name": field.name.as_str(), "kind": field.kind, "options": field.options}))
    });
    let fields =
        json!({"fields": map(fields), "place": board.fields().into_iter().map(|(id, _)| id).collect::<Vec<_>>()});
    json!({
        "fields": fields, "views": map(board.saved_views().map(|(id, view)| (id.to_string(), json!([view.name.as_str(), view.look])))),
        "links": set(&board.links().map(|(id, _)| id).collect::<Vec<_>>()),
        "name": board.name(), "visibility": board.visibility(), "template": board.is_template(), "life": board.lifecycle(),
        "members": map(board.members().map(|(id, role)| (id.to_string(), json!(role)))), "columns": map(columns), "place": order,
        "labels": map(labels), "categories": map(categories), "tasks": map(tasks),
    })
}

fn undo(seq: u64) -> Command {
    BoardCommand::from(UndoChange { seq }).into()
}

fn last_by(world: &World) -> Option<Principal> {
    world.board.history.last().map(|happened| Principal::Account(happened.by))
}

/// Where two things that were said differ.
fn difference(path: &str, a: &Value, b: &Value, found: &mut Vec<String>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let at = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                difference(&format!("{path}.{key}"), &at(a), &at(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                difference(&format!("{path}.{index}"), a, b, found);
            }
        }
        _ if a != b => found.push(format!("{path}: {a} is not {b}")),
        _ => {}
    }
}

/// Refused, or wrong.
#[derive(Debug)]
enum Not {
    Allowed(Code),
    Right(String),
}

fn same(what: &str, is: &Value, wanted: &Value) -> Result<(), Not> {
    let mut found = Vec::new();
    difference("", is, wanted, &mut found);
    if found.is_empty() { Ok(()) } else { Err(Not::Right(format!("{what}: {}", found.join("; ")))) }
}

/// Whether tasks that went away stood in columns that are gone or in the archive: such a task comes back to where it is seen.
fn was_out_of_sight(before: &Board, now: &Board, commit: &[Happened<BoardEvent>]) -> bool {
    let open = |board: &Board, id| board.column(id).is_some_and(|column| !column.archived);
    commit.iter().any(|happened| match &happened.event {
        BoardEvent::TaskTransferred(event) => {
            let column = before.task(event.task_id).map(|task| task.column_id);
            column.is_some_and(|id| !open(before, id) || !open(now, id))
        }
        _ => false,
    })
}

/// Whether tasks that went away were those of somebody who does not see the board any more: they are not given to them again.
fn was_of_strangers(world: &World, before: &Board, commit: &[Happened<BoardEvent>]) -> bool {
    let (org, team) = (Some(&world.org.state), Some(&world.team.state));
    let sees = |account: AccountId| world.board.state.audience(world.board.id, Principal::Account(account), org, team);
    commit.iter().any(|happened| match &happened.event {
        BoardEvent::TaskTransferred(event) => {
            let assigned = before.task(event.task_id).into_iter().flat_map(|task| task.assignees.iter());
            assigned.copied().any(|account| sees(account).is_none())
        }
        _ => false,
    })
}

/// A comment that was deleted is the same again to the last: by whom, when, whom it mentions, and every text it has had.
fn same_comments(before: &Board, after: &Board, back: &Board) -> Result<(), Not> {
    for (id, task) in before.tasks() {
        let gone = |comment_id: &CommentId| after.task(id).is_some_and(|task| !task.comments.contains_key(comment_id));
        for (comment_id, comment) in task.comments.iter().filter(|(comment_id, _)| gone(comment_id)) {
            let is = back.task(id).and_then(|task| task.comments.get(comment_id));
            if is != Some(comment) {
                return Err(Not::Right(format!("{comment:?} came back as {is:?}")));
            }
        }
    }
    Ok(())
}

/// Takes the newest change back, does it again and takes it back again. What became of the first try, with what happened by it alone.
fn there_and_back(world: &World, of_server: bool) -> Result<Vec<&'static str>, Not> {
    let by = last_by(world).expect("the board was founded");
    let first = world.board.commit(world.board.history.len() as u64)[0].clone();
    let before: Board = fold(&world.board.history[..first.seq as usize - 1]);
    let (was, is) = (says(world, &before), says(world, &world.board.state));
    let mut back = world.clone();
    back.act(by, undo(LAST)).map_err(|failure| Not::Allowed(failure.code))?;
    let commit = world.board.commit(first.seq);
    if was_out_of_sight(&before, &world.board.state, commit) || was_of_strangers(world, &before, commit) {
        return Err(Not::Allowed(Code::WrongState));
    }
    same("taken back", &says(&back, &back.board.state), &was)?;
    same_comments(&before, &world.board.state, &back.board.state)?;
    if of_server {
        // Rules of columns do not bind the server: who does it again by hand may come to another end.
        return Ok(vec![]);
    }
    let replayed: Board = fold(&back.board.history);
    assert!(replayed == back.board.state);
    if let Err(failure) = back.act(by, undo(LAST)) {
        // The right, the room or the rule may be gone with the change.
        let known = [
            Code::WrongState,
            Code::Forbidden,
            Code::NotFound,
            Code::LimitReached,
            Code::BoardFull,
            Code::WipLimit,
            Code::TransitionRefused,
            Code::FieldRequired,
            // A moment to be reminded at that has passed.
            Code::FieldInvalid,
        ];
        let why = format!("not done again: {failure:?}");
        return if known.contains(&failure.code) { Ok(vec![]) } else { Err(Not::Right(why)) };
    }
    same("done again", &says(&back, &back.board.state), &is)?;
    back.act(by, undo(LAST)).map_err(|failure| Not::Right(format!("{failure:?}")))?;
    same("taken back again", &says(&back, &back.board.state), &was)?;
    let only_so =
        back.board.history.iter().map(|happened| happened.event.tag()).filter(|tag| *tag == "comment.restored");
    Ok(only_so.collect())
}

/// A board that was made is deleted instead; a link that was revoked stays so; and what the server says of a task is nobody's change.
const NEVER: &[&str] = &[
    "board.created",
    "board.link.revoked",
    "task.reminder.due",
    "task.due.soon",
    "task.overdue",
    "task.escalated",
    "time.started",
];

#[test]
fn what_is_taken_back_is_as_if_it_had_never_been() {
    let mut runner = TestRunner::new(fixed(1));
    let (mut undone, mut refused, mut wrong) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for round in 0..1_000 {
        let steps = if round % 8 > 0 { steps(60).boxed() } else { seldom().boxed() };
        let steps = steps.new_tree(&mut runner).unwrap().current();
        let mut world = World::usual();
        world.limits = tight();
        for (who, asked) in steps {
            let before = world.board.history.len();
            let _ = world.act(principal(who), command(&asked));
            if world.board.history.len() == before {
                continue;
            }
            let tag = world.board.history[before].event.tag();
            let all: BTreeSet<_> = world.board.history[before..].iter().map(|happened| happened.event.tag()).collect();
            match there_and_back(&world, who.starts_with("server:")) {
                Ok(besides) => {
                    all.into_iter().chain(besides).for_each(|tag| *undone.entry(tag).or_insert(0) += 1);
                }
                Err(Not::Allowed(code)) => *refused.entry((tag, code.word())).or_insert(0) += 1,
                Err(Not::Right(why)) => _ = wrong.entry(tag).or_insert(format!("{who}: {asked}: {why}")),
            }
        }
        // A rare one may take many histories.
        if round >= 60 && BoardEvent::TAGS.iter().all(|tag| undone.contains_key(tag) || NEVER.contains(tag)) {
            break;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}\nrefused: {refused:?}");
    // Whoever may delete what another said may have it back.
    assert!(!refused.contains_key(&("comment.deleted", Code::WrongState.word())), "{refused:?}");
    if other_seed().is_some() {
        // Which come up at all is known of one seed alone.
        return;
    }
    let never: Vec<_> = BoardEvent::TAGS.iter().filter(|tag| !undone.contains_key(*tag)).collect();
    assert_eq!(never, NEVER.iter().collect::<Vec<_>>(), "refused: {refused:?}");
}

/// The paths of everything that is said, with what is said there. Where something stands among others is another matter.
fn leaves(path: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) => {
            let known = map.iter().filter(|(key, _)| *key != "place");
            known.for_each(|(key, value)| leaves(&format!("{path}.{key}"), value, found));
        }
        value => _ = found.insert(path.to_owned(), value.clone()),
    }
}

fn all(world: &World, board: &Board) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    leaves("", &says(world, board), &mut found);
    found
}

fn transferred(event: &BoardEvent) -> Option<TaskId> {
    match event {
        BoardEvent::TaskTransferred(event) => Some(event.task_id),
        _ => None,
    }
}

/// Whether anything happened on the other board since the task came there.
fn changed_there(world: &World, id: TaskId) -> bool {
    let came = |event: &BoardEvent| matches!(event, BoardEvent::TaskReceived(event) if event.face.task_id == id);
    let history = &world.yonder.history;
    history.iter().rposition(|happened| came(&happened.event)).is_some_and(|at| at + 1 < history.len())
}

/// What others changed since is as they left it; what the change changed is as it was before.
fn check_only_that(world: &World, seq: u64) -> Result<(), Not> {
    let commit = world.board.commit(seq);
    let (first, last, by) = (commit[0].seq as usize, commit.len(), Principal::Account(commit[0].by));
    let before: Board = fold(&world.board.history[..first - 1]);
    let after: Board = fold(&world.board.history[..first - 1 + last]);
    let mut back = world.clone();
    let counted = LAST - (world.board.history.len() as u64 - seq);
    back.act(by, undo(counted)).map_err(|failure| Not::Allowed(failure.code))?;
    if was_out_of_sight(&before, &world.board.state, commit) || was_of_strangers(world, &before, commit) {
        return Err(Not::Allowed(Code::WrongState));
    }
    let went: BTreeSet<TaskId> = commit.iter().filter_map(|happened| transferred(&happened.event)).collect();
    let elsewhere = went.iter().any(|id| changed_there(world, *id));
    let [before, after, now] = [&before, &after, &world.board.state].map(|board| all(world, board));
    let is = all(&back, &back.board.state);
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).chain(now.keys()).chain(is.keys()).collect();
    // What is in the trash says nothing: neither before, nor where it went back to.
    let of_task = |path: &str| path.strip_prefix(".tasks.").map(|rest| rest[..36].to_owned());
    let said: BTreeSet<String> = before.keys().chain(is.keys()).filter_map(|path| of_task(path)).collect();
    for path in paths {
        let task = of_task(path);
        if task.as_ref().is_some_and(|task| !said.contains(task)) {
            continue;
        }
        // What was changed of it on the other board stays so.
        if elsewhere && task.is_some_and(|task| went.iter().any(|id| id.to_string() == task)) {
            continue;
        }
        // A mark that it has got there, or that is gone here since, comes along.
        let mark = [".labels.", ".categories.", ".fields."].iter().any(|of| path.starts_with(of));
        if !went.is_empty() && mark && !now.contains_key(path) {
            continue;
        }
        let (old, new, now, is) = (before.get(path), after.get(path), now.get(path), is.get(path));
        let wanted = if old == new { now } else { old };
        if is != wanted {
            return Err(Not::Right(format!("{path}: {old:?} → {new:?} … {now:?} became {is:?}, not {wanted:?}")));
        }
    }
    Ok(())
}

#[test]
fn taking_back_changes_what_the_change_changed_and_nothing_else() {
    let mut runner = TestRunner::new(fixed(2));
    let (mut undone, mut stood, mut wrong) = (0, 0, BTreeMap::new());
    for _ in 0..150 {
        let steps = steps(60).new_tree(&mut runner).unwrap().current();
        let mut world = World::usual();
        world.limits = tight();
        let founded = world.board.history.len() as u64;
        for (who, asked) in steps {
            let _ = world.act(principal(who), command(&asked));
        }
        let begins: Vec<u64> = world.board.begins.iter().copied().filter(|begin| *begin > founded).collect();
        for begin in begins {
            match check_only_that(&world, begin) {
                Ok(()) => undone += 1,
                Err(Not::Allowed(Code::PreconditionFailed)) => stood += 1,
                Err(Not::Allowed(_)) => {}
                Err(Not::Right(why)) => {
                    let tag = world.board.history[begin as usize - 1].event.tag();
                    wrong.entry(tag).or_insert(why);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(undone > 100 && stood > 5, "{undone} were taken back, {stood} could not be");
}
