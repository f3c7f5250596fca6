//! A board as large as it may be: what it costs must not grow with it.

use std::time::Duration;

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    command::{Command, task::MoveTask},
    event::{BoardEvent, task::TaskCreated},
    ids::{AccountId, ColumnId, TaskId},
    values::{Audience, Place},
};
use uuid::Uuid;

use crate::support::{World, id, principal};

fn task(number: u128) -> TaskId {
    TaskId(Uuid::from_u128(0x0190_0000_0000_7000_9000_0000_0000_0000 + number))
}

fn board_of(count: u32) -> World {
    let mut world = World::usual();
    let column_id = ColumnId(id("doing"));
    let ranks = lockstep_domain::rank::spread(count as usize, None, None).unwrap();
    let created = ranks.into_iter().enumerate().map(|(number, rank)| {
        BoardEvent::from(TaskCreated {
            task_id: task(number as u128),
            number: number as u32 + 100,
            column_id,
            rank: rank.into(),
            title: format!("Task number {number}"),
            description: None,
            labels: vec![],
            assignees: vec![],
            priority: None,
            start_at: None,
            due: None,
            parent_id: None,
            original: None,
        })
    });
    world.board.apply(AccountId(id("owner")), 1, created.collect());
    world
}

#[expect(clippy::disallowed_methods, reason = "the test is about time that passes")]
fn fastest(times: usize, mut work: impl FnMut(usize)) -> Duration {
    let runs = (0..5).map(|_| {
        let start = std::time::Instant::now();
        (0..times).for_each(&mut work);
        start.elapsed()
    });
    runs.min().unwrap_or_default()
}

/// A hundred times the tasks may cost a few times the work, not a hundred.
#[test]
fn a_move_and_a_clone_cost_the_same_on_a_full_board() {
    let cost = |count: u32| {
        let world = board_of(count);
        let moves: Vec<Command> = (0..50u32)
            .map(|n| {
                let moved = u128::from(n * 7 % count);
                let after = u128::from((n * 13 + count / 2) % count);
                MoveTask {
                    task_id: task(moved),
                    column_id: ColumnId(id("doing")),
                    place: Place { after: Some(task(after)), before: None },
                }
                .into()
            })
            .collect();
        let decide = fastest(1_000, |n| {
            world.ask(principal("owner"), moves[n % moves.len()].clone()).unwrap();
        });
        let clone = fastest(1_000, |_| {
            std::hint::black_box(world.board.state.clone());
        });
        (decide, clone)
    };
    let (small, large) = (cost(100), cost(10_000));
    // A hundred times the tasks: a cost per task would show as a hundred, depth and caches as up to ten.
    assert!(large.0 < small.0 * 25, "decide: {:?} against {:?} for 1,000", large.0, small.0);
    assert!(large.1 < small.1 * 25 + Duration::from_millis(1), "clone: {:?} against {:?} for 1,000", large.1, small.1);
}

/// A batch evolves a copy: the copy shares what it does not change, and the original stays as it was.
#[test]
fn a_copy_that_changes_leaves_the_original_alone() {
    let mut world = board_of(2_000);
    let before = world.board.state.clone();
    let digest = before.digest();
    world.tell("owner: task.move task_id=t1 column_id=doing");
    world.tell("owner: label.delete label_id=red");
    assert_eq!(before.digest(), digest);
    assert_ne!(world.board.state.digest(), digest);
    assert_eq!(before.task(TaskId(id("t1"))).unwrap().labels.len(), 1);
}

/// The estimate of memory follows what is there, up and down.
#[test]
fn the_estimate_of_memory_follows_the_board() {
    let mut world = World::usual();
    let empty = world.board.state.memory_bytes();
    world.tell("owner: checklist.create task_id=t2 checklist_id=new name=More");
    world.tell("owner: checklist.item.add task_id=t2 checklist_id=new item_id=i3 text=x*500");
    let full = world.board.state.memory_bytes();
    assert!(full >= empty + 500, "{full} against {empty}");
    world.tell("owner: checklist.delete task_id=t2 checklist_id=new");
    assert_eq!(world.board.state.memory_bytes(), empty);
    let large = board_of(10_000);
    let bytes = large.board.state.memory_bytes();
    assert!((2_000_000..20_000_000).contains(&bytes), "{bytes}");
    assert_eq!(large.board.state.view(large.board.id, Audience::Member, 256 * 1024).len(), 14);
}
