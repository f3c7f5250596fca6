//! What comes next, on the usual board: which tasks, in which order, and the reasons with their points.

mod properties;

use jiff::tz::TimeZone;
use lockstep_domain::next::{Asker, Next, Why, next};
use lockstep_protocol::{
    ids::{AccountId, TaskId},
    values::{Micros, Priority},
};

use crate::support::{MIDNIGHT, World, id};

const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;

fn asked(world: &World, me: &str, now: Micros, zone: &str) -> Vec<Next> {
    let resolve = |account| world.org.state.resolve(account);
    let zone = TimeZone::get(zone).unwrap();
    next(&world.board.state, &Asker { me: AccountId(id(me)), resolve: &resolve, now, zone })
}

fn task(name: &str) -> TaskId {
    TaskId(id(name))
}

fn ids(order: &[Next]) -> Vec<TaskId> {
    order.iter().map(|next| next.task_id).collect()
}

/// The reasons of a task, which are its score.
fn why(order: &[Next], name: &str) -> Vec<(Why, i64)> {
    let next = order.iter().find(|next| next.task_id == task(name)).unwrap();
    let reasons: Vec<_> = next.reasons.iter().map(|reason| (reason.why.clone(), reason.points)).collect();
    assert_eq!(reasons.iter().map(|(_, points)| points).sum::<i64>(), next.score);
    reasons
}

/// A board where three tasks are the member's.
fn world() -> World {
    let mut world = World::usual();
    world.tell("owner: task.assign task_id=t2 account_id=member");
    world.tell("owner: task.assign task_id=t3 account_id=member");
    world
}

#[test]
fn what_is_open_and_the_askers_comes_and_nothing_else() {
    let mut world = World::usual();
    let now = MIDNIGHT + DAY;
    assert_eq!(ids(&asked(&world, "member", now, "UTC")), [task("t1")]);
    assert!(asked(&world, "owner", now, "UTC").is_empty(), "what nobody has is nobody's next");
    // Of a stand-in that somebody turned out to be.
    world.tell("owner: task.assign task_id=t3 account_id=ghost");
    assert_eq!(ids(&asked(&world, "ghost", now, "UTC")), [task("t3")]);
    world.tell("admin: member.claim placeholder_id=ghost account_id=member");
    assert_eq!(ids(&asked(&world, "member", now, "UTC")), [task("t1"), task("t3")]);
    // Where nobody sees it, it is not next.
    world.tell("owner: task.assign task_id=d1 account_id=mate");
    assert!(asked(&world, "mate", now, "UTC").is_empty(), "done");
    world.tell("owner: task.archive task_id=t3");
    assert_eq!(ids(&asked(&world, "member", now, "UTC")), [task("t1")]);
    world.tell("owner: column.archive column_id=todo");
    assert!(asked(&world, "member", now, "UTC").is_empty(), "a column that was put away");
    world.tell("owner: column.unarchive column_id=todo");
    world.tell("owner: board.archive");
    assert!(asked(&world, "member", now, "UTC").is_empty());
}

#[test]
fn each_reason_is_said_and_the_points_are_the_score() {
    let mut world = world();
    let now = MIDNIGHT + 10 * HOUR;
    assert_eq!(why(&asked(&world, "member", now, "UTC"), "t1"), [(Why::Priority(Priority::High), 240)]);
    assert_eq!(why(&asked(&world, "member", now, "UTC"), "t2"), []);
    world.tell("owner: task.move task_id=t2 column_id=doing");
    world.tell(&format!("member: time.log task_id=t2 entry_id=w1 started_at={} duration_s=3600", MIDNIGHT - DAY));
    assert_eq!(why(&asked(&world, "member", now, "UTC"), "t2"), [(Why::Active, 60), (Why::Started, 40)]);
    world.tell(&format!("owner: task.schedule task_id=t3 start_at={}", now + 3 * DAY));
    let order = asked(&world, "member", now, "UTC");
    assert_eq!(why(&order, "t3"), [(Why::StartsIn { days: 3 }, -500)]);
    assert_eq!(ids(&order), [task("t1"), task("t2"), task("t3")]);
    let order = asked(&world, "member", now + 16 * DAY, "UTC");
    assert_eq!(why(&order, "t3"), [(Why::Waiting { days: 16 }, 6)]);
}

#[test]
fn a_due_date_weighs_by_the_time_that_is_to_spare_where_the_asker_is() {
    let mut world = world();
    world.tell(&format!("owner: task.schedule task_id=t2 due={{\"at\":{MIDNIGHT},\"has_time\":false}}"));
    let of = |now, zone| why(&asked(&world, "member", now, zone), "t2");
    assert_eq!(of(MIDNIGHT + 10 * HOUR, "UTC")[0].0, Why::DueToday);
    assert_eq!(of(MIDNIGHT - DAY, "UTC"), [(Why::DueIn { days: 1 }, 150)], "two days are to spare");
    assert_eq!(of(MIDNIGHT + DAY, "UTC"), [(Why::Overdue { days: 1 }, 300)]);
    assert_eq!(of(MIDNIGHT + 4 * DAY, "UTC"), [(Why::Overdue { days: 4 }, 360)]);
    // The day is over in Auckland long before it is in Honolulu.
    assert_eq!(of(MIDNIGHT + 12 * HOUR, "Pacific/Auckland")[0].0, Why::Overdue { days: 1 });
    assert_eq!(of(MIDNIGHT + 30 * HOUR, "Pacific/Honolulu")[0].0, Why::DueToday);
    // A time is a moment, and the work that is left has to be done before.
    let at = MIDNIGHT + 2 * DAY;
    world.tell(&format!("owner: task.schedule task_id=t2 due={{\"at\":{at},\"has_time\":true}}"));
    world.tell("owner: task.estimate task_id=t2 minutes=480");
    let now = MIDNIGHT;
    let order = asked(&world, "member", now, "UTC");
    assert_eq!(why(&order, "t2"), [(Why::DueIn { days: 2 }, 150), (Why::WorkLeft { minutes: 480 }, 50)]);
    world.tell(&format!("member: time.log task_id=t2 entry_id=w1 started_at={} duration_s=14400", now - DAY));
    let order = asked(&world, "member", now, "UTC");
    assert!(why(&order, "t2").contains(&(Why::WorkLeft { minutes: 240 }, 21)), "{order:?}");
    let order = asked(&world, "member", at, "UTC");
    assert_eq!(why(&order, "t2")[0], (Why::Overdue { days: 0 }, 300));
}

#[test]
fn what_waits_presses_on_what_it_waits_for_and_stands_below() {
    let mut world = world();
    let now = MIDNIGHT + HOUR;
    world.tell("owner: task.prioritize task_id=t2 priority=low");
    world.tell("owner: task.prioritize task_id=t1 priority=urgent");
    world.tell("owner: task.dependency.add task_id=t2 kind=blocks other_id=t1");
    let order = asked(&world, "member", now, "UTC");
    assert_eq!(ids(&order), [task("t2"), task("t3"), task("t1")]);
    let blocks = Why::Blocks { tasks: 1, urgent: 1, due: 0 };
    assert_eq!(why(&order, "t2"), [(blocks, 361), (Why::Priority(Priority::Low), 40)]);
    let blocked = Why::Blocked { by: vec![task("t2")], more: 0 };
    assert_eq!(why(&order, "t1")[0], (blocked, -100_000));
    // Of somebody else as well, and not once that is done.
    world.tell("owner: task.unassign task_id=t2 account_id=member");
    assert_eq!(ids(&asked(&world, "member", now, "UTC")), [task("t3"), task("t1")]);
    world.tell("owner: task.complete task_id=t2");
    assert_eq!(ids(&asked(&world, "member", now, "UTC")), [task("t1"), task("t3")]);
}

#[test]
fn the_last_parts_of_something_come_sooner() {
    let mut world = world();
    let now = MIDNIGHT + HOUR;
    for part in ["t2", "t3"] {
        world.tell(&format!("owner: task.parent.set task_id={part} parent_id=t1"));
    }
    assert_eq!(why(&asked(&world, "member", now, "UTC"), "t2"), [], "none is done");
    world.tell("owner: task.complete task_id=t3");
    let last = Why::LastParts { parent_id: task("t1"), left: 1, of: 2 };
    assert_eq!(why(&asked(&world, "member", now, "UTC"), "t2"), [(last, 40)]);
    world.tell("owner: task.complete task_id=t1");
    assert_eq!(why(&asked(&world, "member", now, "UTC"), "t2"), []);
}
