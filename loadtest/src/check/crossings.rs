//! What changes two streams in one commit: tasks that go to another board, and timers whose time is noted on one. Judged by the journal
//! alone. A commit is all or nothing, so where each of its halves stands beside the other, no position of the global order shows a task on
//! two boards or on none. It must never take one half's word for the other.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::{
    event::{
        AccountEvent, BoardEvent, Event,
        time::TimeLogged,
        timer::UserTimerStopped,
        transfer::{TaskReceived, TaskTransferred},
    },
    ids::{CommitId, TaskId, TimeEntryId},
    topic::Topic,
};

use super::{Findings, Kind};
use crate::history::{History, journal::Row};

/// What one half of a move says of the whole: commit, task, from where, to where, and its numbers there and here.
type Move = (CommitId, TaskId, Topic, Topic, u32, Option<u32>);

pub fn check(history: &History, findings: &mut Findings) {
    let mut crossings = Crossings::default();
    for (stream, rows) in &history.journal.streams {
        let mut running = None;
        for row in rows {
            // What does not decode is told by the checks of the journal.
            let Ok(happened) = row.happened() else { continue };
            match happened.event {
                Event::Board(event) => crossings.board(*stream, row, event, findings),
                Event::Account(event) => crossings.account(row, &event, &mut running, findings),
                Event::Organization(_) | Event::Team(_) | Event::Channel(_) | Event::Inbox(_) => {}
            }
        }
    }
    crossings.judge(findings);
}

#[derive(Default)]
struct Crossings {
    /// Where each task is, by what every stream says for itself.
    standing: BTreeMap<TaskId, BTreeSet<Topic>>,
    /// Every move, as the board says that it left and as the board says that it came to.
    left: BTreeMap<Move, u32>,
    came: BTreeMap<Move, u32>,
    numbers: BTreeMap<(Topic, TaskId), u32>,
    stopped: Vec<(Topic, CommitId, UserTimerStopped)>,
    /// Of timers: those that were ever started.
    started: BTreeSet<TimeEntryId>,
    logged: BTreeMap<TimeEntryId, Vec<(Topic, CommitId, TimeLogged)>>,
}

impl Crossings {
    fn board(&mut self, stream: Topic, row: &Row, event: BoardEvent, findings: &mut Findings) {
        match event {
            BoardEvent::TaskCreated(event) => {
                self.numbers.insert((stream, event.task_id), event.number);
                self.comes(stream, row, event.task_id, findings);
            }
            BoardEvent::TaskReceived(event) => {
                let TaskReceived { face, from_board_id, from_number, .. } = event;
                let told = from_board_id.is_some() && from_number.is_some();
                findings.expect(Kind::TornTransfer, told, || {
                    format!("{stream} {}: {} came from nowhere", row.seq, face.task_id)
                });
                self.numbers.insert((stream, face.task_id), face.number);
                self.comes(stream, row, face.task_id, findings);
                if let Some(from) = from_board_id {
                    let came = (row.commit, face.task_id, from.into(), stream, face.number, from_number);
                    *self.came.entry(came).or_default() += 1;
                }
            }
            BoardEvent::TaskTransferred(TaskTransferred { task_id, to_board_id, to_number }) => {
                let here = self.standing.get_mut(&task_id).is_some_and(|boards| boards.remove(&stream));
                findings.expect(Kind::TornTransfer, here, || {
                    format!("{stream} {}: {task_id} left a board that it was not on", row.seq)
                });
                let number = self.numbers.get(&(stream, task_id)).copied();
                let whole = to_board_id.zip(to_number);
                findings.expect(Kind::TornTransfer, whole.is_some(), || {
                    format!("{stream} {}: {task_id} left for nowhere", row.seq)
                });
                if let Some((to, to_number)) = whole {
                    let left = (row.commit, task_id, stream, to.into(), to_number, number);
                    *self.left.entry(left).or_default() += 1;
                }
            }
            BoardEvent::TimeLogged(event) => {
                self.logged.entry(event.entry_id).or_default().push((stream, row.commit, event));
            }
            _ => {}
        }
    }

    fn comes(&mut self, stream: Topic, row: &Row, task_id: TaskId, findings: &mut Findings) {
        let new = self.standing.entry(task_id).or_default().insert(stream);
        findings.expect(Kind::TornTransfer, new, || {
            format!("{stream} {}: {task_id} came to a board that it was on", row.seq)
        });
    }

    /// The timer in the order of its account's stream, which is the order in which it counts.
    fn account(&mut self, row: &Row, event: &AccountEvent, running: &mut Option<TimeEntryId>, findings: &mut Findings) {
        let place = || format!("{} {}", row.stream, row.seq);
        match event {
            AccountEvent::UserTimerStarted(event) => {
                let before = running.replace(event.entry_id);
                findings.expect(Kind::TwoTimers, before.is_none(), || {
                    format!("{}: {} was started while {before:?} counted", place(), event.entry_id)
                });
                let new = self.started.insert(event.entry_id);
                findings.expect(Kind::TwoTimers, new, || format!("{}: {} was started again", place(), event.entry_id));
            }
            AccountEvent::UserTimerStopped(event) => {
                let before = running.take();
                findings.expect(Kind::TwoTimers, before == Some(event.entry_id), || {
                    format!("{}: {} was stopped while {before:?} counted", place(), event.entry_id)
                });
                self.stopped.push((row.stream, row.commit, *event));
            }
            AccountEvent::UserTimerDiscarded(event) => {
                let before = running.take();
                findings.expect(Kind::TwoTimers, before == Some(event.entry_id), || {
                    format!("{}: {} was discarded while {before:?} counted", place(), event.entry_id)
                });
            }
            _ => {}
        }
    }

    fn judge(self, findings: &mut Findings) {
        for (whole, count) in &self.left {
            findings.expect(Kind::TornTransfer, *count == 1 && self.came.get(whole) == Some(count), || {
                format!("left, and did not come in the same commit: {whole:?}")
            });
        }
        for (whole, count) in &self.came {
            findings.expect(Kind::TornTransfer, *count == 1 && self.left.get(whole) == Some(count), || {
                format!("came, and did not leave in the same commit: {whole:?}")
            });
        }
        for (task_id, boards) in &self.standing {
            findings.expect(Kind::TornTransfer, boards.len() == 1, || format!("{task_id} is in the end on {boards:?}"));
        }
        let mut noted = BTreeSet::new();
        for (account, commit, event) in &self.stopped {
            let found = self.logged.get(&event.entry_id).map_or(&[][..], Vec::as_slice);
            let holds = match (event.lost, found) {
                (None, [(_, of, log)]) => of == commit && same(*account, event, log),
                (Some(_), []) => true,
                _ => false,
            };
            findings.expect(Kind::TimeMiscounted, holds, || {
                format!("{account}: {event:?} in {commit}, noted as {found:?}")
            });
            noted.insert(event.entry_id);
        }
        for entry_id in self.started.difference(&noted) {
            findings.expect(Kind::TimeMiscounted, !self.logged.contains_key(entry_id), || {
                format!("{entry_id} was noted and never stopped")
            });
        }
    }
}

/// What was noted is what the timer counted.
fn same(account: Topic, stopped: &UserTimerStopped, logged: &TimeLogged) -> bool {
    logged.account_id.0 == account.id
        && (logged.task_id, logged.started_at, logged.duration_s)
            == (stopped.task_id, stopped.started_at, stopped.duration_s)
}
