//! Moves against a list: whatever the ranks, the order is the one that the words about neighbours say.

use lockstep_domain::Aggregate;
use lockstep_protocol::{
    command::{
        Command,
        task::{CreateTask, MoveTask},
    },
    event::{BoardEvent, Event},
    ids::{ColumnId, TaskId},
    limits::Limits,
    values::Place,
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::{World, fixed, id, principal};

fn task(number: usize) -> TaskId {
    TaskId(Uuid::from_u128(0x0190_0000_0000_7000_9000_0000_0000_0000 + number as u128))
}

fn column() -> ColumnId {
    ColumnId(id("doing"))
}

/// The rule, on a list.
fn place(order: &mut Vec<TaskId>, moved: TaskId, place: Place<TaskId>) {
    order.retain(|id| *id != moved);
    let find = |named: Option<TaskId>| named.and_then(|named| order.iter().position(|id| *id == named));
    let at = find(place.after).map(|at| at + 1).or_else(|| find(place.before)).unwrap_or(order.len());
    order.insert(at, moved);
}

fn create(world: &mut World, task_id: TaskId, place: Place<TaskId>) {
    let command = CreateTask {
        task_id,
        column_id: column(),
        title: "T".into(),
        description: None,
        place,
        labels: vec![],
        assignees: vec![],
        priority: None,
        start_at: None,
        due: None,
        parent_id: None,
        points: None,
        minutes: None,
        repeat: None,
        category_id: None,
        cover: None,
        fields: Vec::new(),
        original: None,
    };
    world.act(principal("owner"), Command::from(command)).unwrap();
}

fn order(world: &World) -> Vec<TaskId> {
    world.board.state.order(column()).collect()
}

proptest! {
    #![proptest_config(fixed(96))]

    /// Neighbours are picked from all tasks that ever were, so most of them are stale: two people moving at once.
    #[test]
    fn moves_on_any_neighbours_keep_the_order_of_the_list(
        count in 1usize..40,
        moves in prop::collection::vec((0usize..40, 0usize..60, 0usize..60), 1..120),
        rank_bytes_max in 2usize..7,
    ) {
        let mut world = World::usual();
        world.limits = Limits { rank_bytes_max, ..Limits::default() };
        let mut model = Vec::new();
        for number in 0..count {
            create(&mut world, task(number), Place::END);
            place(&mut model, task(number), Place::END);
        }
        for (moved, after, before) in moves {
            let moved = task(moved % count);
            let neighbours = Place {
                after: (after < 50).then(|| task(after)),
                before: (before < 50).then(|| task(before)),
            };
            // A task named as its own neighbour is no neighbour.
            let heeded = Place {
                after: neighbours.after.filter(|id| *id != moved),
                before: neighbours.before.filter(|id| *id != moved),
            };
            let before_move = order(&world);
            let command = MoveTask { task_id: moved, column_id: column(), place: neighbours };
            let events = world.act(principal("owner"), command.into()).unwrap();
            place(&mut model, moved, heeded);
            prop_assert_eq!(&order(&world), &model);
            // Nothing happened only if nothing had to.
            prop_assert_eq!(events.is_empty(), before_move == model);
        }
    }
}

/// The worst case: always into the same gap.
#[test]
fn ranks_stay_short_in_a_gap_that_is_halved_for_ever() {
    let mut world = World::usual();
    let limit = world.limits.rank_bytes_max;
    let (mut model, mut spreads, mut spread_tasks) = (Vec::new(), 0, 0);
    for number in 0..2_000 {
        // Right after the first, then right before that, in turns: the gap is halved from both sides.
        let neighbours = match number {
            0 | 1 => Place::END,
            _ if number % 2 == 0 => Place { after: Some(task(0)), before: None },
            _ => Place { after: None, before: Some(task(number - 1)) },
        };
        let history = world.board.history.len();
        create(&mut world, task(number), neighbours);
        place(&mut model, task(number), neighbours);
        for happened in &world.board.history[history..] {
            if let BoardEvent::TasksReranked(reranked) = &happened.event {
                assert!(reranked.ranks.len() <= 64);
                (spreads, spread_tasks) = (spreads + 1, spread_tasks + reranked.ranks.len());
            }
        }
        let longest = world.board.state.tasks().map(|(_, task)| task.rank.as_str().len()).max();
        assert!(longest <= Some(limit), "{longest:?} bytes at {number}");
    }
    assert_eq!(order(&world), model);
    assert!(spreads > 0, "this test did not reach the limit");
    assert!(spread_tasks < 2_000 * 4, "{spread_tasks} tasks were given new ranks {spreads} times");
}

/// Two people move at the same time, each seeing the board as it was: both moves happen.
#[test]
fn two_who_move_at_once_both_get_their_way() {
    let mut world = World::usual();
    for (first, second) in [("t1", "t2"), ("t2", "t1"), ("t3", "t1")] {
        let seen: Vec<TaskId> = world.board.state.order(ColumnId(id("todo"))).collect();
        let one = MoveTask { task_id: TaskId(id(first)), column_id: column(), place: Place::END };
        let two = MoveTask {
            task_id: TaskId(id(second)),
            column_id: ColumnId(id("todo")),
            place: Place { after: seen.last().copied(), before: seen.first().copied() },
        };
        world.act(principal("editor"), one.into()).unwrap();
        world.act(principal("owner"), two.into()).unwrap();
        assert!(world.board.state.exists());
    }
}

/// Each event alone is enough for a client that knows the place: the rank in it is the rank in the state.
#[test]
fn the_last_event_of_a_move_says_where_the_task_is() {
    let mut world = World::usual();
    world.limits.rank_bytes_max = 2;
    for number in 0..70 {
        create(&mut world, task(number), Place { after: None, before: (number > 0).then(|| task(0)) });
        let Some(Event::Board(BoardEvent::TaskCreated(created))) =
            world.board.history.last().map(|happened| Event::Board(happened.event.clone()))
        else {
            panic!("not created last");
        };
        assert_eq!(world.board.state.task(created.task_id).unwrap().rank.as_str(), created.rank);
    }
}
