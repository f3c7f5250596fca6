//! When a task has something to say by itself: that it is due soon, that it is overdue, a reminder, that its next one is to be made. Each
//! follows from the state alone, which also holds what was said already: so it is said once, whoever asks how often. Must never read a
//! clock.
//!
//! - A due date with a time is that moment. One without is a day in the zone of the task's own rule, else anywhere: it is over when it is
//!   over there, or at last everywhere (UTC-12), and for what comes before it, it counts as its 9:00 there, or UTC.
//! - Who the board names is told that it is overdue for so long, once for each due date and rule.
//! - That it is due soon is said a day before, or later, as long as it is not overdue; each is said once for each due date.
//! - On a board that is a template nothing is said: what stands there is no work yet.
//! - A task that is done, in the archive or in the trash says nothing; but the next one of a schedule is also made of one that is done and
//!   in the archive.

use std::sync::Arc;

use jiff::{Timestamp, civil::Time, tz::TimeZone};
use lockstep_protocol::{
    ids::TaskId,
    values::{Due, Escalation, Lifecycle, Micros, Reminder, Repeat, RepeatOn},
};
use serde::{Deserialize, Serialize};

use super::state::{Board, Head, Task};
use crate::recur::Local;

const MINUTE: Micros = 60_000_000;
const HOUR: Micros = 60 * MINUTE;
const DAY: Micros = 24 * HOUR;
/// How long before a task is due it is due soon.
const SOON: Micros = DAY;
/// The hour that a day without a time counts as.
const MORNING: i8 = 9;
/// When a day that began at midnight UTC is over on the last clocks of the earth.
const OVER_EVERYWHERE: Micros = DAY + 12 * HOUR;

/// What a task is to remind of, and what of it was said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// In their order, each with whether it was said for the due date as it is.
    pub reminders: Vec<(Reminder, bool)>,
    pub soon: bool,
    pub overdue: bool,
    /// Rules of the board by which somebody was told that it is overdue for long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalated: Vec<Escalation>,
}

/// Who is told of what is overdue for long. What was that late already when the rule was made is not brought before anybody: they would
/// be told of everything at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub escalation: Escalation,
    pub since: Micros,
}

/// Something that a task says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alarm {
    Reminder(Reminder),
    Soon(Due),
    Overdue(Due),
    Escalated(Due, Escalation),
    /// The next one of a schedule is to be made.
    Next,
}

impl Said {
    pub(super) fn weight(&self) -> usize {
        64 + 24 * self.reminders.len() + 24 * self.escalated.len()
    }

    /// What the next one of a task that repeats begins with: what counts from its due date.
    pub(super) fn for_next(&self) -> Option<Arc<Self>> {
        let before = self.reminders.iter().filter(|(reminder, _)| matches!(reminder, Reminder::Before { .. }));
        let reminders: Vec<_> = before.map(|(reminder, _)| (*reminder, false)).collect();
        (!reminders.is_empty()).then(|| Arc::new(Self { reminders, ..Self::default() }))
    }
}

impl Task {
    pub fn reminders(&self) -> impl Iterator<Item = Reminder> + '_ {
        self.said.iter().flat_map(|said| &said.reminders).map(|(reminder, _)| *reminder)
    }

    /// Changes what is to be said, or was. Nothing takes no room.
    pub(super) fn with_said(&mut self, change: impl FnOnce(&mut Said)) {
        let mut said = self.said.as_deref().cloned().unwrap_or_default();
        change(&mut said);
        self.said = (said != Said::default()).then(|| Arc::new(said));
    }

    /// Another due date is announced anew.
    pub(super) fn due_changed(&mut self) {
        if self.said.is_some() {
            self.with_said(|said| {
                (said.soon, said.overdue) = (false, false);
                said.escalated.clear();
                said.reminders.iter_mut().for_each(|(_, done)| *done = false);
            });
        }
    }

    /// All that it has to say some day, with when, in the order in which it is said.
    pub(super) fn alarms(&self, rules: &[Rule]) -> Vec<(Micros, Alarm)> {
        let mut alarms = Vec::new();
        if self.lifecycle == Lifecycle::Active && self.completed_at.is_none() {
            self.own_alarms(&mut alarms, rules);
        }
        let goes_on = match self.lifecycle {
            Lifecycle::Active => true,
            Lifecycle::Archived => self.completed_at.is_some(),
            Lifecycle::Deleted => false,
        };
        let scheduled = self.repeat.as_deref().filter(|repeat| goes_on && repeat.on == RepeatOn::Schedule);
        if let Some(at) = scheduled.and_then(turn) {
            alarms.push((at, Alarm::Next));
        }
        alarms
    }

    fn own_alarms(&self, alarms: &mut Vec<(Micros, Alarm)>, rules: &[Rule]) {
        let none = Said::default();
        let said = self.said.as_deref().unwrap_or(&none);
        // Once it is overdue there is nothing before it any more.
        let due = self.due.filter(|_| !said.overdue).map(|due| (due, self.moments(due)));
        for (reminder, done) in &said.reminders {
            let at = match reminder {
                Reminder::At { at } => Some(*at),
                Reminder::Before { minutes } => due.map(|(_, (counts, _))| counts - Micros::from(*minutes) * MINUTE),
            };
            if let Some(at) = at.filter(|_| !done) {
                alarms.push((at, Alarm::Reminder(*reminder)));
            }
        }
        if let Some((due, (counts, over))) = due {
            if !said.soon {
                alarms.push((counts - SOON, Alarm::Soon(due)));
            }
            alarms.push((over, Alarm::Overdue(due)));
        }
        let Some(due) = self.due.filter(|_| !rules.is_empty()) else { return };
        let (_, over) = self.moments(due);
        for Rule { escalation, since } in rules {
            let at = over.saturating_add(Micros::from(escalation.after_minutes) * MINUTE);
            if at > *since && !said.escalated.contains(escalation) {
                alarms.push((at, Alarm::Escalated(due, *escalation)));
            }
        }
    }

    /// The moment that what comes before the due date counts from, and the one at which it has passed.
    fn moments(&self, due: Due) -> (Micros, Micros) {
        if due.has_time {
            return (due.at, due.at);
        }
        let zone = self.repeat.as_deref().and_then(|repeat| TimeZone::get(&repeat.zone).ok());
        let date = Timestamp::from_microsecond(due.at).ok().map(|at| at.to_zoned(TimeZone::UTC).date());
        let there = zone.zip(date).and_then(|(zone, date)| {
            let morning = Local { date, time: Some(Time::constant(MORNING, 0, 0, 0)) }.instant(&zone)?;
            Some((morning.as_microsecond(), over(date, &zone)?))
        });
        there.unwrap_or((due.at + Micros::from(MORNING) * HOUR, due.at + OVER_EVERYWHERE))
    }
}

/// When a day is over on the clocks of a zone.
fn over(date: jiff::civil::Date, zone: &TimeZone) -> Option<Micros> {
    let tomorrow = Local { date: date.tomorrow().ok()?, time: None };
    tomorrow.instant(zone).map(Timestamp::as_microsecond)
}

/// When the next one of a schedule is made: when the one that the task stands for was due by the rule, wherever it was put off to.
fn turn(repeat: &Repeat) -> Option<Micros> {
    let (at, zone): (Local, _) = (repeat.at.parse().ok()?, TimeZone::get(&repeat.zone).ok()?);
    match at.time {
        Some(_) => at.instant(&zone).map(Timestamp::as_microsecond),
        None => over(at.date, &zone),
    }
}

impl Head {
    /// Whether the same people are told of what is overdue for as long.
    pub(super) fn escalates_as(&self, other: &Self) -> bool {
        let rules = |head: &Self| head.escalations.iter().map(|rule| rule.escalation).collect::<Vec<_>>();
        rules(self) == rules(other)
    }
}

impl Board {
    /// Whether its tasks say anything by themselves.
    pub(super) fn speaks(&self) -> bool {
        self.lifecycle() == Some(Lifecycle::Active) && !self.is_template()
    }

    pub fn is_template(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.template)
    }

    /// Who is told of what is overdue for long.
    pub(super) fn escalation_rules(&self) -> &[Rule] {
        self.head.as_ref().map_or(&[], |head| &head.escalations)
    }

    /// When a task next has something to say.
    pub(super) fn alarm_of(&self, task: &Task) -> Option<Micros> {
        task.alarms(self.escalation_rules()).into_iter().map(|(at, _)| at).min()
    }

    /// Other rules. Those that were there before hold since they were made.
    pub(super) fn escalate_by(&mut self, escalations: &[Escalation], at: Micros) {
        let Some(head) = self.head.as_mut().map(Arc::make_mut) else { return };
        let known = std::mem::take(&mut head.escalations);
        let since = |escalation| known.iter().find(|rule| rule.escalation == escalation).map_or(at, |rule| rule.since);
        let rules = escalations.iter().map(|escalation| Rule { escalation: *escalation, since: since(*escalation) });
        head.escalations = rules.collect();
        let alarms = self.tasks.iter().filter_map(|(id, task)| Some((self.alarm_of(task)?, *id))).collect();
        self.alarms = alarms;
    }

    /// Tasks that have something to say by then, those that wait longest first. A board that is not in use says nothing.
    pub fn alarms_until(&self, until: Micros) -> impl Iterator<Item = TaskId> + '_ {
        let silent = !self.speaks();
        self.alarms.iter().take_while(move |(at, _)| !silent && *at <= until).map(|(_, id)| *id)
    }

    /// When something is next to be said after this.
    pub fn next_alarm(&self, after: Micros) -> Option<Micros> {
        let first = (after.checked_add(1)?, TaskId::NIL);
        self.alarms.range(first..).next().filter(|_| self.speaks()).map(|(at, _)| *at)
    }
}
