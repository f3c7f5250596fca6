//! Time that is spent, in any history: what events say is what the entries come to, and every way of putting times together comes to the same.

use jiff::tz::TimeZone;
use lockstep_domain::{
    Aggregate, Board,
    board::{Spent, Sum, across, day_of, sums},
};
use lockstep_protocol::{
    event::{BoardEvent, Happened},
    ids::AccountId,
    values::Lifecycle,
};
use proptest::prelude::*;

use super::{
    generate::{many_steps, seldom},
    tight,
};
use crate::support::{World, command, fixed, principal};

/// What events say is spent on a task is what the entries come to that are there after them; and nobody works on more than one task.
fn check_time(history: &[Happened<BoardEvent>]) {
    let mut board = Board::default();
    for happened in history {
        board.evolve(happened);
        let said = match &happened.event {
            BoardEvent::TimeLogged(event) => (event.task_id, event.tracked_s),
            BoardEvent::TimeUpdated(event) => (event.task_id, event.tracked_s),
            BoardEvent::TimeRemoved(event) => (event.task_id, event.tracked_s),
            BoardEvent::TimeStarted(event) => {
                let on = board.tasks().filter(|(_, task)| task.working().any(|one| one == event.account_id));
                assert_eq!(on.count(), 1, "somebody works on two tasks");
                continue;
            }
            _ => continue,
        };
        let task = board.task(said.0).expect("it is there");
        let sum: u64 = task.time_entries().map(|(_, entry)| u64::from(entry.duration_s)).sum();
        assert_eq!(sum, said.1);
        assert_eq!(task.tracked_s().unwrap_or(0), sum);
        let spent = board.spent_in_all(Spent { task: Some(said.0), ..Spent::default() }, &|account| account);
        let counts = if task.lifecycle == Lifecycle::Deleted { 0 } else { sum };
        assert_eq!(spent.total_s, counts);
    }
}

/// Of several boards: the times of each, each once however often a board is asked, and every way of putting them together comes to the same.
fn check_across(world: &World) {
    let person = |account| account;
    let person: &dyn Fn(AccountId) -> AccountId = &person;
    let boards = [&world.board.state, &world.yonder.state];
    let total = |asked: Spent| -> u64 { boards.iter().map(|board| board.spent_in_all(asked, person).total_s).sum() };
    let people = ["owner", "editor", "mate"].map(|who| Spent { account: principal(who).account(), ..Spent::default() });
    for asked in people.into_iter().chain([Spent::default()]) {
        let times = across(boards.map(|board| (board, person)), asked);
        let twice = across([boards[0], boards[1], boards[0], boards[1]].map(|board| (board, person)), asked);
        assert_eq!(times, twice);
        assert!(times.is_sorted());
        let all: u64 = times.iter().map(|time| u64::from(time.duration_s)).sum();
        assert_eq!(all, total(asked));
        let sum = |sums: Vec<Sum>| -> (u64, usize) {
            (sums.iter().map(|sum| sum.total_s).sum(), sums.iter().map(|sum| sum.entries as usize).sum())
        };
        let (by_board, by_task) = (sums(&times, |time| Some(time.board)), sums(&times, |time| Some(time.task_id)));
        let by_day = sums(&times, |time| day_of(time.started_at, &TimeZone::UTC));
        for sums in [by_board.into_values().collect(), by_task.into_values().collect(), by_day.into_values().collect()]
        {
            assert_eq!(sum(sums), (all, times.len()));
        }
    }
}

proptest! {
    #![proptest_config(fixed(192))]

    #[test]
    fn every_sum_of_time_is_what_its_entries_come_to(steps in prop_oneof![seldom(), many_steps()]) {
        let mut world = World::usual();
        world.limits = tight();
        for (who, asked) in steps {
            let _ = world.act(principal(who), command(&asked));
        }
        check_time(&world.board.history);
        check_across(&world);
    }
}

/// An entry is named by whoever notes it, and is one of its kind on its task alone: one of the same name on another task is another time.
#[test]
fn times_of_one_name_on_two_tasks_are_two_times() {
    let mut world = World::usual();
    for (task, seconds) in [("t1", 3_600), ("t2", 60)] {
        let asked = format!("time.log task_id={task} entry_id=w1 started_at=1795200000000000 duration_s={seconds}");
        world.act(principal("editor"), command(&asked)).expect("it is noted");
    }
    let person = |account| account;
    let person: &dyn Fn(AccountId) -> AccountId = &person;
    let asked = Spent { account: principal("editor").account(), ..Spent::default() };
    let times = across([(&world.board.state, person)], asked);
    assert_eq!(times.iter().map(|time| time.duration_s).sum::<u32>(), 3_660);
    check_across(&world);
}
