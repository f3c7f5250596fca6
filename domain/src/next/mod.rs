//! What somebody should do next: which of their open tasks come in which order, and why. docs/NEXT.md says what the order promises.
//!
//! Pure: who asks, when and where comes in as [`Asker`]. The reasons are data, and their points are the score: whoever shows the order
//! need never guess. Must never look at what is not on the board, nor hold words of any language.

mod facts;
mod own;
mod pressure;
pub mod weights;

use std::cmp::Reverse;

pub use facts::{Part, Work};
use jiff::tz::TimeZone;
use lockstep_protocol::{
    ids::{AccountId, TaskId},
    values::{Micros, Priority},
};

use crate::{board::Board, rank::Rank};

/// Who asks, and when.
pub struct Asker<'a> {
    pub me: AccountId,
    /// Who somebody is now who was a stand-in once.
    pub resolve: &'a dyn Fn(AccountId) -> AccountId,
    pub now: Micros,
    pub zone: TimeZone,
}

/// A task, where it stands, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Next {
    pub task_id: TaskId,
    /// The sum of what the reasons are worth.
    pub score: i64,
    /// The weightiest first; that it waits for another before all.
    pub reasons: Vec<Reason>,
    due_at: Option<Micros>,
    rank: Rank,
}

/// Something that puts a task up or down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub why: Why,
    pub points: i64,
}

/// What it is. Days are those of the asker's calendar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It waits for these, and as many more.
    Blocked {
        by: Vec<TaskId>,
        more: usize,
    },
    /// Its time is over; none: since today.
    Overdue {
        days: i64,
    },
    DueToday,
    DueIn {
        days: i64,
    },
    /// So much work is left that it has to be begun sooner.
    WorkLeft {
        minutes: u32,
    },
    Priority(Priority),
    /// So many wait for it, and as many of them are urgent or due soon.
    Blocks {
        tasks: usize,
        urgent: usize,
        due: usize,
    },
    /// It is in a column of work in progress.
    Active,
    /// Somebody has spent time on it.
    Started,
    /// So many parts are left of what it is a part of.
    LastParts {
        parent_id: TaskId,
        left: usize,
        of: usize,
    },
    /// It was made so long ago.
    Waiting {
        days: i64,
    },
    /// It is to be begun then.
    StartsIn {
        days: i64,
    },
}

impl Next {
    /// The place of a task among those of any boards: the first comes first, and no two are equal.
    pub fn place(&self) -> (Reverse<i64>, Micros, &Rank, TaskId) {
        (Reverse(self.score), self.due_at.unwrap_or(Micros::MAX), &self.rank, self.task_id)
    }
}

/// The open tasks of the asker on a board in their order. It looks at each task of the board and at each dependency once.
pub fn next(board: &Board, asker: &Asker<'_>) -> Vec<Next> {
    order(facts::of_board(board, asker), asker)
}

/// Those of these that are the asker's, in their order. `work` are all that are open: also of others, since some wait for them.
pub fn order(mut work: Vec<Work<'_>>, asker: &Asker<'_>) -> Vec<Next> {
    work.sort_unstable_by_key(|one| one.id);
    work.dedup_by_key(|one| one.id);
    let mut reasons: Vec<Vec<Reason>> = work.iter().map(|one| own::reasons(one, asker)).collect();
    let own: Vec<i64> = reasons.iter().map(|reasons| sum(reasons)).collect();
    for (at, more) in pressure::reasons(&work, &own, asker) {
        reasons[at].push(more);
    }
    let mine = work.iter().zip(reasons).filter(|(one, _)| one.mine);
    let mut order: Vec<Next> = mine
        .map(|(one, mut reasons)| {
            reasons.sort_unstable_by(|a, b| (Reverse(a.points.abs()), &a.why).cmp(&(Reverse(b.points.abs()), &b.why)));
            let due_at = one.due.map(|due| own::due_at(due, asker));
            Next { task_id: one.id, score: sum(&reasons), reasons, due_at, rank: one.rank.clone() }
        })
        .collect();
    order.sort_unstable_by(|a, b| a.place().cmp(&b.place()));
    order
}

fn sum(reasons: &[Reason]) -> i64 {
    reasons.iter().map(|reason| reason.points).sum()
}
