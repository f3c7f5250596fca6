//! What each reason is worth, in points. docs/NEXT.md says why, and where it comes from. Must never hold a rule: only numbers.

use lockstep_protocol::values::{Micros, Priority};

pub(super) const MINUTE: Micros = 60_000_000;
pub(super) const DAY: Micros = 24 * 60 * MINUTE;
pub(super) const WEEK: Micros = 7 * DAY;

/// What somebody said it is worth. The steps grow: two of the middle do not make one that is urgent.
pub const fn priority(priority: Priority) -> i64 {
    match priority {
        Priority::None => 0,
        Priority::Low => 40,
        Priority::Medium => 120,
        Priority::High => 240,
        Priority::Urgent => PRIORITY_MAX,
    }
}
const PRIORITY_MAX: i64 = 400;

/// No time left until it is due.
pub const DUE_NOW: i64 = 300;
/// With so much time to spare it is half of that, with twice as much a third.
pub const DUE_HALF_MINUTES: i64 = 2 * 24 * 60;
/// Each day that it is late.
pub const OVERDUE_PER_DAY: i64 = 20;
/// Days that count; what is later than that is as late as can be.
pub const OVERDUE_DAYS_MAX: i64 = 10;
/// How much of the calendar an hour of work takes: eight of twenty-four hours are worked.
pub const CALENDAR_PER_WORK: i64 = 3;

/// It stands in a column of work in progress.
pub const ACTIVE: i64 = 60;
/// Somebody has spent time on it.
pub const STARTED: i64 = 40;
/// Its start date is still to come.
pub const STARTS_LATER: i64 = -500;
/// Each week that it has been waiting.
pub const WAITING_PER_WEEK: i64 = 3;
/// Fewer weeks do not count.
pub const WAITING_WEEKS_MIN: i64 = 2;
/// More do not count.
pub const WAITING_WEEKS_MAX: i64 = 10;
/// It is one of the last parts of something.
pub const LAST_PARTS: i64 = 40;
/// So many parts are the last ones, where at least as many are done.
pub const LAST_PARTS_MAX: usize = 2;

/// Each task that waits for it.
pub const BLOCKS_EACH: i64 = 8;
/// More do not count.
pub const BLOCKS_MAX: usize = 5;
/// What waits for it and is due within so many days is due soon.
pub const PRESSING_DAYS: i64 = 3;
/// So much above the weightiest that waits for it.
pub const ABOVE_BLOCKED: i64 = 1;
/// It waits for another: below all that does not.
pub const BLOCKED: i64 = -100_000;
/// Tasks that a reason names; of more it says how many.
pub const NAMED_MAX: usize = 3;

/// The longest chain of tasks that wait for one another which still stays apart from what waits for nothing. A board holds fewer tasks.
pub const CHAIN_MAX: i64 = 90_000;
const OWN_MAX: i64 = PRIORITY_MAX
    + DUE_NOW
    + OVERDUE_PER_DAY * OVERDUE_DAYS_MAX
    + ACTIVE
    + STARTED
    + WAITING_PER_WEEK * WAITING_WEEKS_MAX
    + LAST_PARTS
    + BLOCKS_EACH * BLOCKS_MAX as i64;
const _: () = assert!(BLOCKED + OWN_MAX + CHAIN_MAX * ABOVE_BLOCKED < STARTS_LATER, "what waits stands below all else");
