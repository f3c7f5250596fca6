//! The time that was spent on a board, or on several, out of what is noted on its tasks: each entry, or what comes together by task, person or day. Tasks in
//! the trash count for nothing until they are taken out. It must never be asked for the public.

use std::collections::{BTreeMap, HashSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use lockstep_protocol::{
    ids::{AccountId, TaskId, TimeEntryId},
    values::{Lifecycle, Micros},
};

use super::state::{Board, Task, TimeEntry};

/// What is asked about: all that began within these ends, of these.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    pub from: Option<Micros>,
    /// The first moment that does not count any more.
    pub to: Option<Micros>,
    pub account: Option<AccountId>,
    pub task: Option<TaskId>,
}

/// What comes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub total_s: u64,
    pub entries: u32,
}

impl Sum {
    fn add(&mut self, duration_s: u32) {
        self.total_s += u64::from(duration_s);
        self.entries = self.entries.saturating_add(1);
    }
}

/// A time on one of several boards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Across {
    pub started_at: Micros,
    pub task_id: TaskId,
    pub entry_id: TimeEntryId,
    /// Which of the boards it is on.
    pub board: usize,
    pub duration_s: u32,
}

/// The times on several boards, each once, in the order in which they began. Boards are read one after the other: a task that goes from one
/// to another meanwhile may stand on both, and its times count on the first of them.
pub fn across<'a>(
    boards: impl IntoIterator<Item = (&'a Board, &'a dyn Fn(AccountId) -> AccountId)>,
    asked: Spent,
) -> Vec<Across> {
    let (mut times, mut counted) = (Vec::new(), HashSet::new());
    for (at, (board, person)) in boards.into_iter().enumerate() {
        for (task_id, _, entry_id, entry) in board.spent(asked, person) {
            // Whoever notes a time names it, and it is one of its kind on its task alone: two tasks may have one of the same name.
            if counted.insert((task_id, entry_id)) {
                let TimeEntry { started_at, duration_s, .. } = *entry;
                times.push(Across { started_at, task_id, entry_id, board: at, duration_s });
            }
        }
    }
    times.sort_unstable();
    times
}

/// What comes together by a key; what has none is left out.
pub fn sums<K: Ord>(times: &[Across], key: impl Fn(&Across) -> Option<K>) -> BTreeMap<K, Sum> {
    let mut sums: BTreeMap<K, Sum> = BTreeMap::new();
    for time in times {
        if let Some(key) = key(time) {
            sums.entry(key).or_default().add(time.duration_s);
        }
    }
    sums
}

/// The day on which something began, in this zone.
pub fn day_of(at: Micros, zone: &TimeZone) -> Option<Date> {
    Timestamp::from_microsecond(at).ok().map(|at| zone.to_datetime(at).date())
}

impl Board {
    /// What counts, in the order of tasks. `person`: who somebody is; whoever claimed a placeholder is whom it stands for.
    pub fn spent<'a>(
        &'a self,
        asked: Spent,
        person: &'a dyn Fn(AccountId) -> AccountId,
    ) -> impl Iterator<Item = (TaskId, &'a Task, TimeEntryId, &'a TimeEntry)> + 'a {
        let whose = asked.account.map(person);
        let tasks = self.tasks().filter(move |(id, task)| {
            task.lifecycle != Lifecycle::Deleted && asked.task.is_none_or(|wanted| wanted == *id)
        });
        let entries =
            tasks.flat_map(|(id, task)| task.time_entries().map(move |(entry_id, entry)| (id, task, entry_id, entry)));
        entries.filter(move |(_, _, _, entry)| {
            asked.from.is_none_or(|from| entry.started_at >= from)
                && asked.to.is_none_or(|to| entry.started_at < to)
                && whose.is_none_or(|whose| person(entry.account_id) == whose)
        })
    }

    /// All of it in one.
    pub fn spent_in_all(&self, asked: Spent, person: &dyn Fn(AccountId) -> AccountId) -> Sum {
        let mut sum = Sum::default();
        self.spent(asked, person).for_each(|(_, _, _, entry)| sum.add(entry.duration_s));
        sum
    }

    pub fn spent_by_task(&self, asked: Spent, person: &dyn Fn(AccountId) -> AccountId) -> BTreeMap<TaskId, Sum> {
        self.spent_by(asked, person, |task_id, _| Some(task_id))
    }

    pub fn spent_by_member(&self, asked: Spent, person: &dyn Fn(AccountId) -> AccountId) -> BTreeMap<AccountId, Sum> {
        self.spent_by(asked, person, |_, entry| Some(person(entry.account_id)))
    }

    /// By the day on which it began, in this zone.
    pub fn spent_by_day(
        &self,
        asked: Spent,
        person: &dyn Fn(AccountId) -> AccountId,
        zone: &TimeZone,
    ) -> BTreeMap<Date, Sum> {
        self.spent_by(asked, person, |_, entry| day_of(entry.started_at, zone))
    }

    fn spent_by<K: Ord>(
        &self,
        asked: Spent,
        person: &dyn Fn(AccountId) -> AccountId,
        key: impl Fn(TaskId, &TimeEntry) -> Option<K>,
    ) -> BTreeMap<K, Sum> {
        let mut sums: BTreeMap<K, Sum> = BTreeMap::new();
        for (task_id, _, _, entry) in self.spent(asked, person) {
            if let Some(key) = key(task_id, entry) {
                sums.entry(key).or_default().add(entry.duration_s);
            }
        }
        sums
    }
}
