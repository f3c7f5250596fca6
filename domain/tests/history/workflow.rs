//! Limits of columns against any history: however commands follow one another, none makes a column fuller than it may be.

use std::collections::BTreeMap;

use lockstep_domain::{Board, Principal};
use lockstep_protocol::{
    codes::Code,
    ids::ColumnId,
    values::{Wip, WipMode, Workflow},
};
use proptest::prelude::*;

use super::{
    generate::{Step, steps},
    tight,
};
use crate::support::{World, command, fixed, id, principal};

/// Commands that have to do with columns that are full, so that the histories are about little else.
fn crowded() -> impl Strategy<Value = Step> {
    let who = prop::sample::select(&["owner", "editor", "contributor", "admin", "server:owner"][..]);
    let asked = prop::sample::select(
        &[
            "task.move task_id=?t column_id=?c",
            "task.move task_id=?t column_id=?c",
            "task.move task_id=?t column_id=?c",
            "task.move task_id=?t column_id=doing",
            "task.move task_id=?t column_id=?c place.before=t1",
            "task.create task_id=?n column_id=?c title=New",
            "task.create task_id=?n column_id=?c title=New original.original_author=ghost original.original_at=5",
            "task.archive task_id=?t",
            "task.unarchive task_id=?t",
            "task.unarchive task_id=?t",
            "task.delete task_id=?t",
            "task.restore task_id=?t",
            "task.restore task_id=?t",
            "task.complete task_id=?t",
            "task.reopen task_id=?t",
            "column.archive column_id=?c",
            "column.unarchive column_id=?c",
            "column.delete column_id=?c",
            "column.create column_id=?c name=New kind=active",
            "column.workflow.set column_id=?c workflow.wip.limit=?l workflow.wip.mode=refuse",
            "column.workflow.set column_id=?c workflow.wip.limit=?l workflow.wip.mode=warn",
        ][..],
    );
    let pick = |names: &'static [&'static str]| prop::sample::select(names);
    let task = pick(&["t1", "t2", "t3", "d1", "a1", "put_away", "trash", "n1", "n2", "n3"]);
    let (new, column, limit) = (pick(&["n1", "n2", "n3"]), pick(&["todo", "doing", "done"]), pick(&["1", "2", "3"]));
    (who, asked, task, new, column, limit).prop_map(|(who, asked, task, new, column, limit)| {
        let said = asked.replace("?t", task).replace("?n", new).replace("?c", column).replace("?l", limit);
        (who, said)
    })
}

/// Columns with a limit that refuses: the limit, and how many tasks are there.
fn limited(board: &Board) -> BTreeMap<ColumnId, (usize, usize)> {
    let columns = board.columns().into_iter();
    let limited = columns.filter_map(|(id, column)| match column.workflow {
        Workflow { wip: Some(Wip { limit, mode: WipMode::Refuse }), .. } => {
            Some((id, (limit as usize, board.order(id).count())))
        }
        _ => None,
    });
    limited.collect()
}

/// Does it all, looking at every column after each command; says how many were refused for a limit.
fn never_fuller(world: &mut World, history: &[Step]) -> usize {
    let mut refused = 0;
    for (who, asked) in history {
        let before = limited(&world.board.state);
        match world.act(principal(who), command(asked)) {
            Err(failure) => refused += usize::from(failure.code == Code::WipLimit),
            Ok(_) if matches!(principal(who), Principal::System(_)) || asked.contains("original") => {}
            Ok(_) => {
                for (column, (limit, count)) in limited(&world.board.state) {
                    let was = before.get(&column).map_or(count, |(_, was)| *was);
                    assert!(
                        count <= limit || count <= was,
                        "{who}: {asked}: {count} where {limit} may be, {was} before"
                    );
                }
            }
        }
    }
    refused
}

fn limited_world() -> World {
    let mut world = World::usual();
    for column in ["todo limit=3", "doing limit=1", "done limit=2"] {
        let (column, limit) = column.split_once(' ').unwrap();
        world.tell(&format!("column.workflow.set column_id={column} workflow.wip.{limit} workflow.wip.mode=refuse"));
    }
    world
}

proptest! {
    #![proptest_config(fixed(192))]

    #[test]
    fn no_history_makes_a_column_fuller_than_its_limit(crowd in prop::collection::vec(crowded(), 1..120), any in steps(60)) {
        let mut world = limited_world();
        never_fuller(&mut world, &crowd);
        world.limits = tight();
        never_fuller(&mut world, &any);
    }
}

/// The property above says nothing where nothing is refused.
#[test]
fn crowded_histories_meet_their_limits() {
    let mut runner = proptest::test_runner::TestRunner::new(fixed(1));
    let mut refused = 0;
    for _ in 0..40 {
        use proptest::strategy::ValueTree;
        let history = prop::collection::vec(crowded(), 100).new_tree(&mut runner).unwrap().current();
        refused += never_fuller(&mut limited_world(), &history);
    }
    assert!(refused > 100, "{refused}");
}

/// Everything that a board is sent names no one who may bring tasks in, where the public sees it.
#[test]
fn the_public_is_not_told_who_may_bring_tasks_in() {
    use lockstep_domain::Aggregate;
    use lockstep_protocol::values::Audience;
    let mut world = World::usual();
    world.tell("board.update visibility=public");
    world.tell("column.workflow.set column_id=doing workflow.enter.by=people workflow.enter.people=[editor]");
    let last = world.board.history.last().unwrap();
    let told = |audience| {
        let event = serde_json::to_string(&Board::show(last, audience)).unwrap();
        let view = serde_json::to_string(&world.board.state.view(world.board.id, audience, 10_000)).unwrap();
        let editor = id("editor").to_string();
        (event.contains(&editor), view.contains(&editor), event.contains("\"by\":\"people\""))
    };
    assert_eq!(told(Audience::Public), (false, false, true));
    assert_eq!(told(Audience::Member), (true, true, true));
}
