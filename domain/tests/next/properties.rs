//! What the order promises, over generated boards: see docs/NEXT.md.

use jiff::tz::TimeZone;
use lockstep_domain::{
    next::{Asker, Next, Part, Why, Work, order, weights},
    rank::Rank,
};
use lockstep_protocol::{
    ids::{AccountId, TaskId},
    limits::Limits,
    values::{Due, Micros, Priority},
};
use proptest::{prelude::*, sample::Index};
use uuid::Uuid;

use crate::support::{MIDNIGHT, fixed};

const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;
const PRIORITIES: [Priority; 5] = [Priority::None, Priority::Low, Priority::Medium, Priority::High, Priority::Urgent];
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "Pacific/Auckland", "America/St_Johns"];

#[derive(Clone, Debug)]
struct Made {
    mine: bool,
    rank: Rank,
    priority: usize,
    due: Option<(i64, bool)>,
    minutes_left: Option<u32>,
    active: bool,
    started: bool,
    starts: Option<i64>,
    age: i64,
    part: Option<(usize, usize)>,
    blocks: Vec<usize>,
}

fn id(at: usize) -> TaskId {
    TaskId(Uuid::from_u128(at as u128 + 1))
}

fn due_of((hours, has_time): (i64, bool)) -> Due {
    let at = if has_time { MIDNIGHT + hours * HOUR } else { MIDNIGHT + hours.div_euclid(24) * DAY };
    Due { at, has_time }
}

fn one() -> impl Strategy<Value = Made> {
    let dates = (
        proptest::option::of((-400_i64..800, any::<bool>())),
        proptest::option::of(0_u32..6_000),
        proptest::option::weighted(0.2, -100_i64..100),
        0_i64..150,
    );
    let rest = (
        proptest::bool::weighted(0.8),
        0_usize..4,
        0_usize..5,
        any::<bool>(),
        any::<bool>(),
        proptest::option::of((1_usize..4, 1_usize..8)),
        proptest::collection::vec(0_usize..12, 0..3),
    );
    (dates, rest).prop_map(
        |((due, minutes_left, starts, age), (mine, rank, priority, active, started, part, blocks))| {
            let rank = Rank::trusted(["a0", "a1", "a1V", "b00"][rank]);
            Made { mine, rank, priority, due, minutes_left, active, started, starts, age, part, blocks }
        },
    )
}

/// Tasks that wait for one another, never in a circle: each for earlier ones alone, in an order that the ids do not tell.
fn board() -> impl Strategy<Value = Vec<Made>> {
    proptest::collection::vec(one(), 1..12).prop_map(|mut made| {
        for (at, one) in made.iter_mut().enumerate() {
            one.blocks.retain(|other| shuffled(*other) > shuffled(at));
        }
        made
    })
}

const fn shuffled(at: usize) -> usize {
    at * 7 % 13
}

fn work(made: &[Made]) -> Vec<Work<'_>> {
    let works = made.iter().enumerate().map(|(at, one)| Work {
        id: id(at),
        mine: one.mine,
        rank: &one.rank,
        priority: PRIORITIES[one.priority],
        due: one.due.map(due_of),
        minutes_left: one.minutes_left,
        active: one.active,
        started: one.started,
        start_at: one.starts.map(|hours| MIDNIGHT + hours * HOUR),
        created_at: MIDNIGHT - one.age * DAY,
        part: one.part.map(|(left, of)| Part { parent_id: id(99), left, of: of.max(left) }),
        blocks: one.blocks.iter().map(|other| id(*other)).collect(),
    });
    works.collect()
}

fn ordered(work: Vec<Work<'_>>, zone: &str) -> Vec<Next> {
    let zone = TimeZone::get(zone).unwrap();
    order(work, &Asker { me: AccountId::NIL, resolve: &|id| id, now: MIDNIGHT, zone })
}

fn place(order: &[Next], task: usize) -> usize {
    order.iter().position(|next| next.task_id == id(task)).expect("it is there")
}

/// One of the asker's.
fn chosen(made: &mut [Made], which: Index) -> usize {
    let at = which.index(made.len());
    made[at].mine = true;
    at
}

/// Whether something that is open waits for something that is open.
fn waits(made: &[Made], task: usize) -> bool {
    made.iter().enumerate().any(|(at, one)| at != task && one.blocks.contains(&task))
}

proptest! {
    #![proptest_config(fixed(2_000))]

    #[test]
    fn a_higher_priority_never_lowers_a_task(made in board(), which in any::<Index>(), to in 0_usize..5) {
        let mut made = made;
        let at = chosen(&mut made, which);
        let before = ordered(work(&made), "UTC");
        made[at].priority = made[at].priority.max(to);
        let after = ordered(work(&made), "UTC");
        prop_assert!(place(&after, at) <= place(&before, at), "{before:#?}\n{after:#?}");
        prop_assert!(after[place(&after, at)].score >= before[place(&before, at)].score);
    }

    #[test]
    fn an_earlier_due_date_never_lowers_a_task(
        made in board(), which in any::<Index>(), sooner in 0_i64..500, anew in -400_i64..800, zone in 0_usize..4
    ) {
        let mut made = made;
        let at = chosen(&mut made, which);
        let before = ordered(work(&made), ZONES[zone]);
        // Where there was none, any is sooner.
        made[at].due = Some(made[at].due.map_or((anew, true), |(hours, has_time)| (hours - sooner, has_time)));
        let after = ordered(work(&made), ZONES[zone]);
        prop_assert!(place(&after, at) <= place(&before, at), "{before:#?}\n{after:#?}");
        prop_assert!(after[place(&after, at)].score >= before[place(&before, at)].score);
    }

    #[test]
    fn a_blocker_stands_above_all_that_it_blocks(made in board(), zone in 0_usize..4) {
        let order = ordered(work(&made), ZONES[zone]);
        for (at, one) in made.iter().enumerate().filter(|(_, one)| one.mine) {
            for other in one.blocks.iter().filter(|other| made.get(**other).is_some_and(|other| other.mine)) {
                prop_assert!(place(&order, at) < place(&order, *other), "{order:#?}");
            }
        }
    }

    #[test]
    fn what_waits_stands_below_all_that_does_not(made in proptest::collection::vec(one(), 1..12)) {
        let order = ordered(work(&made), "UTC");
        let waiting: Vec<bool> = (0..made.len()).map(|at| waits(&made, at)).collect();
        let places: Vec<bool> = order.iter().map(|next| {
            let at = (0..made.len()).find(|at| id(*at) == next.task_id).expect("one of them");
            let said = next.reasons.iter().any(|reason| matches!(reason.why, Why::Blocked { .. }));
            assert_eq!(said, waiting[at]);
            said
        }).collect();
        prop_assert!(places.is_sorted(), "{order:#?}");
    }

    /// Also where tasks wait for one another in circles.
    #[test]
    fn the_order_in_which_tasks_come_changes_nothing(
        (made, turned) in proptest::collection::vec(one(), 1..12)
            .prop_flat_map(|made| { let at = (0..made.len()).collect::<Vec<_>>(); (Just(made), Just(at).prop_shuffle()) })
    ) {
        let one = work(&made);
        let other = turned.iter().map(|at| one[*at].clone()).collect();
        let order = ordered(one, "Europe/Berlin");
        prop_assert_eq!(&order, &ordered(other, "Europe/Berlin"));
        prop_assert_eq!(order.len(), made.iter().filter(|one| one.mine).count(), "each once");
        prop_assert!(order.is_sorted_by(|a, b| a.place() < b.place()), "no two have one place");
        for next in &order {
            prop_assert_eq!(next.score, next.reasons.iter().map(|reason| reason.points).sum::<i64>());
        }
    }
}

/// The longest chain there may be, which is also the deepest: each presses on the one before, and what waits for nothing stays apart.
#[test]
fn a_full_board_of_tasks_that_wait_for_one_another_is_put_in_order() {
    let most = Limits::default().tasks_per_board_max;
    assert!(i64::try_from(most).unwrap() <= weights::CHAIN_MAX);
    let rank = Rank::trusted("a0");
    let blank = |at: usize| Work {
        id: id(at),
        mine: true,
        rank: &rank,
        priority: PRIORITIES[at * 5 / (most + 1)],
        due: None,
        minutes_left: None,
        active: false,
        started: false,
        start_at: Some(MIDNIGHT + DAY),
        created_at: MIDNIGHT,
        part: None,
        blocks: if at + 1 < most { vec![id(at + 1)] } else { vec![] },
    };
    let mut all: Vec<Work<'_>> = (0..most).map(blank).collect();
    all.push(Work { blocks: vec![], priority: Priority::None, ..blank(most) });
    let order = ordered(all, "UTC");
    let first: Vec<TaskId> = order.iter().take(3).map(|next| next.task_id).collect();
    assert_eq!(first, [id(0), id(most), id(1)]);
    assert_eq!(order.last().unwrap().task_id, id(most - 1));
}
