//! What tasks say by themselves, over histories in which time passes: each thing once, nothing before its time and nothing left out.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_domain::Board;
use lockstep_protocol::{
    command::{Command, reminder::AnnounceTask},
    event::{BoardEvent, Happened},
    ids::TaskId,
    values::{Due, Escalation, Lifecycle, Micros, Reminder, RepeatOn},
};
use proptest::prelude::*;

use super::generate::step_of;
use crate::support::{World, command, fixed, fold, principal};

/// What decides about it, on few tasks, so that it meets often.
const ASKED: &[&str] = &[
    "task.schedule task_id=?T due.at=?D due.has_time=true",
    "task.schedule task_id=?T due.at=1795219200000000 due.has_time=false",
    "task.schedule task_id=?T",
    "task.reminder.set task_id=?T reminder.kind=before reminder.minutes=?n",
    "task.reminder.set task_id=?T reminder.kind=at reminder.at=?D",
    "task.reminder.remove task_id=?T reminder.kind=before reminder.minutes=?n",
    "task.repeat.set task_id=?T repeat.rule=FREQ=DAILY repeat.zone=?Z repeat.on=schedule",
    "task.repeat.set task_id=?T repeat.rule=FREQ=DAILY repeat.zone=UTC",
    "task.repeat.set task_id=?T",
    "task.complete task_id=?T",
    "task.reopen task_id=?T",
    "task.archive task_id=?T",
    "task.unarchive task_id=?T",
    "task.delete task_id=?T",
    "task.restore task_id=?T",
    "task.announce task_id=?T",
    "board.archive",
    "board.unarchive",
    "board.escalations.set escalations=60/owners,600/viewer",
    "board.escalations.set escalations=60/owners,30/owners",
    "board.escalations.set escalations=",
    "column.workflow.set column_id=todo workflow.wip.limit=?n workflow.wip.mode=refuse",
    "column.workflow.set column_id=todo",
];
const ASKERS: &[&str] = &["owner", "owner", "owner", "server:nil"];

/// Says what is to be said now, as the server does: whatever has its time, until nothing changes. Answers who could not.
fn announce(world: &mut World) -> BTreeSet<TaskId> {
    let mut stuck = BTreeSet::new();
    for _ in 0..1_000 {
        let now = world.now;
        let next = world.board.state.alarms_until(now).find(|id| !stuck.contains(id));
        let Some(task_id) = next else { return stuck };
        // A decision takes no time here, so that what is due stays the same.
        match world.act(principal("server:nil"), Command::from(AnnounceTask { task_id })) {
            Ok(events) => assert!(!events.is_empty(), "what was due was not said"),
            Err(_) => {
                stuck.insert(task_id);
            }
        }
        world.now = now;
    }
    panic!("there is always something left to say");
}

/// What was said of a due date is not said again before there was another one; nothing is said of what is done or away.
fn check_said(history: &[Happened<BoardEvent>]) {
    let mut board = Board::default();
    let mut said: BTreeSet<(TaskId, &str, Option<Reminder>)> = BTreeSet::new();
    let mut escalated: BTreeSet<(TaskId, Escalation)> = BTreeSet::new();
    let mut rules: BTreeMap<Escalation, Micros> = BTreeMap::new();
    for happened in history {
        let mut once = |task_id: TaskId, what: &'static str, reminder: Option<Reminder>, due: Option<Due>| {
            let task = board.task(task_id).unwrap();
            assert!(task.lifecycle == Lifecycle::Active && task.completed_at.is_none(), "said of what is done or away");
            assert!(due.is_none_or(|due| task.due == Some(due)), "said of another due date");
            assert!(said.insert((task_id, what, reminder)), "{what} was said twice");
        };
        match &happened.event {
            BoardEvent::TaskDueSoon(event) => once(event.task_id, "soon", None, Some(event.due)),
            BoardEvent::TaskOverdue(event) => {
                once(event.task_id, "overdue", None, Some(event.due));
                assert!(event.due.at <= happened.at, "said before its time");
            }
            BoardEvent::TaskEscalated(event) => {
                once(event.task_id, "", None, Some(event.due));
                said.remove(&(event.task_id, "", None));
                let since = rules[&event.escalation];
                let late = Micros::from(event.escalation.after_minutes) * 60_000_000;
                assert!(event.due.at + late <= happened.at, "said before its time");
                assert!(!event.due.has_time || event.due.at + late > since, "it was that late before the rule");
                assert!(escalated.insert((event.task_id, event.escalation)), "brought before them twice");
            }
            BoardEvent::BoardEscalationsChanged(event) => {
                let since = |escalation| rules.get(&escalation).copied().unwrap_or(happened.at);
                rules = event.escalations.iter().map(|escalation| (*escalation, since(*escalation))).collect();
            }
            BoardEvent::TaskReminderDue(event) => once(event.task_id, "reminder", Some(event.reminder), None),
            BoardEvent::TaskScheduled(event) if board.task(event.task_id).is_some_and(|task| task.due != event.due) => {
                said.retain(|(task_id, _, _)| *task_id != event.task_id);
                escalated.retain(|(task_id, _)| *task_id != event.task_id);
            }
            BoardEvent::TaskReminderSet(event) => {
                said.retain(|(id, _, reminder)| (*id, *reminder) != (event.task_id, Some(event.reminder)));
            }
            BoardEvent::TaskRepeated(event) => {
                let from = board.task(event.from_id).unwrap();
                let repeat = from.repeat.as_deref().expect("who passes the rule on has it");
                assert_eq!(repeat.on, event.repeat.on);
                assert!(repeat.on == RepeatOn::Done || repeat.at < event.repeat.at, "the next one lies ahead");
            }
            _ => {}
        }
        lockstep_domain::Aggregate::evolve(&mut board, happened);
    }
}

proptest! {
    #![proptest_config(fixed(192))]

    #[test]
    fn what_has_come_due_is_said_once_and_not_before(
        steps in prop::collection::vec((step_of(ASKERS, ASKED), 0..4_u8), 1..60),
    ) {
        let mut world = World::usual();
        for ((who, asked), pause) in steps {
            let _ = world.act(principal(who), command(&asked));
            let passes: Micros = [0, 60_000_000, 3_600_000_000, 40_000_000_000][usize::from(pause)];
            world.now += passes;
            if pause > 0 {
                let stuck = announce(&mut world);
                let left: BTreeSet<TaskId> = world.board.state.alarms_until(world.now).collect();
                assert_eq!(left, stuck, "nothing that can be said is left");
                let next = world.board.state.next_alarm(world.now);
                assert!(next.is_none_or(|next| next > world.now));
            }
        }
        check_said(&world.board.history);
        assert_eq!(fold::<Board>(&world.board.history), world.board.state);
    }
}
