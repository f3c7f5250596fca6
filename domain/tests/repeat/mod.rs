//! Tasks that repeat, over more than one step: what `table/repeat.txt` cannot name.

use lockstep_domain::{Board, board::Task};
use lockstep_protocol::{
    command::{Command, repeat::SetTaskRepeat, task::*},
    event::Event,
    ids::TaskId,
    values::{Audience, Due, Lifecycle, RepeatOn, RepeatRule},
};

use crate::support::{World, fold, id, principal};

fn world(rule: &str, due: &str, zone: &str) -> World {
    let mut world = World::usual();
    let task_id = TaskId(id("t1"));
    let at = due.parse::<jiff::Timestamp>().unwrap().as_microsecond();
    ask(&mut world, ScheduleTask { task_id, start_at: None, due: Some(Due { at, has_time: true }) });
    let repeat = Some(RepeatRule { rule: rule.into(), zone: zone.into(), on: RepeatOn::Done });
    ask(&mut world, SetTaskRepeat { task_id, repeat });
    world
}

fn ask(world: &mut World, command: impl Into<Command>) -> Vec<Event> {
    world.act(principal("owner"), command.into()).unwrap()
}

/// Tasks that repeat and are in use.
fn repeating(board: &Board) -> Vec<(TaskId, &Task)> {
    board.tasks().filter(|(_, task)| task.repeat.is_some() && task.lifecycle == Lifecycle::Active).collect()
}

fn the_one(board: &Board) -> (TaskId, &Task) {
    let found = repeating(board);
    assert_eq!(found.len(), 1, "one task repeats, not more and not less");
    found[0]
}

fn due(task: &Task) -> String {
    jiff::Timestamp::from_microsecond(task.due.unwrap().at).unwrap().to_string()
}

#[test]
fn done_opened_and_done_again_makes_one_next_task() {
    let mut world = world("FREQ=DAILY", "2026-11-23T08:00:00Z", "Europe/Berlin");
    let task_id = TaskId(id("t1"));
    for _ in 0..3 {
        ask(&mut world, CompleteTask { task_id });
        let (next, task) = the_one(&world.board.state);
        assert_ne!(next, task_id);
        assert_eq!(due(task), "2026-11-24T08:00:00Z");
        ask(&mut world, ReopenTask { task_id });
        assert_eq!(the_one(&world.board.state).0, task_id, "the next one was taken back");
        assert_eq!(due(the_one(&world.board.state).1), "2026-11-23T08:00:00Z");
    }
    let state = world.board.state.clone();
    assert_eq!(fold::<Board>(&world.board.history), state);
}

#[test]
fn what_somebody_touched_is_not_taken_back_and_not_made_twice() {
    let touches: [fn(TaskId) -> Command; 6] = [
        |task_id| UpdateTask { task_id, title: Some("Mine".into()), description: None, mentions: vec![] }.into(),
        |task_id| UpdateTask { task_id, title: None, description: Some("More".into()), mentions: vec![] }.into(),
        |task_id| ScheduleTask { task_id, start_at: None, due: None }.into(),
        |task_id| EstimateTask { task_id, points: Some(2), minutes: None }.into(),
        |task_id| AssignTask { task_id, account_id: lockstep_protocol::ids::AccountId(id("owner")) }.into(),
        |task_id| ArchiveTask { task_id }.into(),
    ];
    for touch in touches {
        let mut world = world("FREQ=DAILY", "2026-11-23T08:00:00Z", "Europe/Berlin");
        let task_id = TaskId(id("t1"));
        ask(&mut world, CompleteTask { task_id });
        let (next, _) = the_one(&world.board.state);
        ask(&mut world, touch(next));
        let before = world.board.state.tasks().count();
        assert_eq!(ask(&mut world, ReopenTask { task_id }).len(), 1);
        assert_eq!(ask(&mut world, CompleteTask { task_id }).len(), 1);
        assert_eq!(world.board.state.tasks().count(), before);
        assert!(world.board.state.task(next).unwrap().repeat.is_some());
    }
}

/// The next one in spring is due at the same hour on the clock, and one whose hour is left out does not move those after it.
#[test]
fn a_series_keeps_its_hour_when_clocks_change() {
    let mut world = world("FREQ=DAILY", "2027-03-27T01:30:00Z", "Europe/Berlin");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (task_id, task) = the_one(&world.board.state);
        seen.push(due(task));
        ask(&mut world, CompleteTask { task_id });
    }
    assert_eq!(seen, ["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"]);
}

#[test]
fn a_counted_series_ends_and_leaves_nothing_that_repeats() {
    let mut world = world("FREQ=MONTHLY;COUNT=3", "2027-01-31T08:00:00Z", "UTC");
    let mut seen = Vec::new();
    while let Some((task_id, task)) = repeating(&world.board.state).first().copied() {
        seen.push(due(task));
        ask(&mut world, CompleteTask { task_id });
    }
    assert_eq!(seen, ["2027-01-31T08:00:00Z", "2027-03-31T08:00:00Z", "2027-05-31T08:00:00Z"]);
}

/// The text stands in the event of the first of them, and the others find it there, also after that one has another.
#[test]
fn the_next_one_has_the_description_the_checklists_and_those_who_follow() {
    let mut world = world("FREQ=DAILY", "2026-11-23T08:00:00Z", "UTC");
    let task_id = TaskId(id("t1"));
    world.tell("member: task.watch task_id=t1 account_id=member");
    ask(&mut world, CompleteTask { task_id });
    let (next, _) = the_one(&world.board.state);
    world.tell("task.update task_id=t1 description=Otherwise");
    let detail = world.board.state.detail(next, Audience::Member).unwrap();
    let events: Vec<_> = world.board.history.iter().map(|happened| (happened.seq, &happened.event)).collect();
    let wanted: Vec<u64> = detail.body_seqs();
    let detail = detail.assemble(0, events.into_iter().filter(|(seq, _)| wanted.contains(seq))).unwrap();
    assert_eq!(detail.description, "The first");
    let items: Vec<(&str, bool)> =
        detail.checklists.iter().flat_map(|list| &list.items).map(|item| (item.text.as_str(), item.done)).collect();
    assert_eq!(items, [("First", false), ("Second", false)]);
    assert_eq!(detail.face.checklist, Some((0, 2)));
    assert_eq!(detail.watchers, [lockstep_protocol::ids::AccountId(id("member"))]);
    assert!(detail.comments.is_empty(), "what was said was said of the other");
    let ticked = world.board.state.task(task_id).unwrap();
    assert_eq!(ticked.checklist_counts(), (1, 2), "the one that is done keeps what was done");
}
