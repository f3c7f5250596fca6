//! The board as it was: what a change did to it, and what has to be asked for to have that back. Live state does not know; whoever reads
//! the journal folds it and hands it in with the command (`Ctx::past`). Pure: what was cannot change, so that a command decided again comes
//! to the same.

mod back;
mod compare;
mod crossing;
mod lists;
mod said;
mod shared;
mod steps;
mod texts;
mod way;
mod within;

use std::collections::BTreeSet;

pub use compare::{differences, own_changes};
pub use crossing::Crossing;
pub(in crate::board) use crossing::there;
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, past::RevertTask},
    event::{BoardEvent, Happened, past::ChangeUndone},
    ids::{AccountId, ColumnId, TaskId},
    values::{Conflict, Field, Lifecycle, Micros, Repeat},
};
use steps::Step;
pub use texts::Texts;
use uuid::Uuid;

use super::{
    decide::{Ask, Decided},
    state::{Board, Task},
};
use crate::{
    aggregate::{Aggregate, Ctx, FollowUp},
    refuse::{full, missing, wrong_state},
};

/// How many changes that were taken back a board remembers, the newest.
pub(in crate::board) const UNDONE_MAX: usize = 1_000;

/// A moment of the past that a command goes back to.
#[derive(Clone, Debug)]
pub struct Past {
    before: Board,
    /// What the change made of it; as `before` where no change is taken back.
    after: Board,
    change: Option<Change>,
    texts: Texts,
}

/// A change that is to be taken back.
#[derive(Clone, Debug)]
struct Change {
    by: AccountId,
    at: Micros,
    /// The seq of its first event.
    first: u64,
    /// It took that change back.
    undid: Option<u64>,
    /// What was put elsewhere: others may have got new ranks for that, and stay where they are.
    moved: BTreeSet<TaskId>,
    columns_moved: BTreeSet<ColumnId>,
    fields_moved: bool,
    views_moved: bool,
    /// A task went to another board, or came from one.
    crossing: Option<Crossing>,
    steps: Vec<Step>,
}

impl Past {
    /// `events` are those of one commit, which made the rest of a board that was `before`.
    pub fn of_change(before: Board, events: &[Happened<BoardEvent>]) -> Option<Self> {
        let first = events.first()?;
        let mut after = before.clone();
        let (mut moved, mut columns_moved) = (BTreeSet::new(), BTreeSet::new());
        let (mut fields_moved, mut views_moved) = (false, false);
        for happened in events {
            after.evolve(happened);
            match &happened.event {
                BoardEvent::TaskMoved(event) => _ = moved.insert(event.task_id),
                BoardEvent::ColumnMoved(event) => _ = columns_moved.insert(event.column_id),
                BoardEvent::FieldMoved(_) => fields_moved = true,
                BoardEvent::ViewMoved(_) => views_moved = true,
                _ => {}
            }
        }
        let undid = match &first.event {
            BoardEvent::ChangeUndone(event) => Some(event.seq),
            _ => None,
        };
        let (by, at, first) = (first.by, first.at, first.seq);
        let change = Change {
            by,
            at,
            first,
            undid,
            moved,
            columns_moved,
            fields_moved,
            views_moved,
            crossing: Crossing::of(events),
            steps: Vec::new(),
        };
        let mut past = Self { before, after, change: Some(change), texts: Texts::default() };
        let steps = steps::of_change(&past);
        past.change.as_mut()?.steps = steps;
        Some(past)
    }

    /// A board as it was at a moment.
    pub fn of_moment(then: Board) -> Self {
        Self { after: then.clone(), before: then, change: None, texts: Texts::default() }
    }

    /// Whether it goes back behind what only those decide who manage the board: a token needs the scope for that.
    pub fn manages(&self) -> bool {
        let manages = |step: &Step| matches!(step, Step::Board(_) | Step::Member(_) | Step::UnmakeLink(_));
        self.change.as_ref().is_some_and(|change| change.steps.iter().any(manages))
    }

    /// Of which account the change is, and which seq it began with; `None` where no change is taken back.
    pub fn author(&self) -> Option<(AccountId, u64)> {
        self.change.as_ref().map(|change| (change.by, change.first))
    }

    /// The task that goes to another board by that, or comes back from one.
    pub fn crossing(&self) -> Option<Crossing> {
        self.change.as_ref().and_then(|change| change.crossing)
    }

    /// The one that this task had made by being done, and what that repeated by, where it lies in the trash `now` and comes out of it
    /// by what is taken back.
    pub(in crate::board) fn next_of(&self, id: TaskId, now: &Board) -> Option<(TaskId, &Repeat)> {
        self.change.as_ref()?;
        let (next_id, _) = self.before.task(id)?.passed_on.as_ref()?;
        let lies = now.task(*next_id)?.lifecycle == Lifecycle::Deleted;
        let repeat =
            self.before.task(*next_id).filter(|next| next.lifecycle == Lifecycle::Active)?.repeat.as_deref()?;
        lies.then_some((*next_id, repeat))
    }

    /// Whether the change that is taken back made this task done, as it is there now.
    pub(in crate::board) fn made_done(&self, id: TaskId, there: &Task) -> bool {
        let open = self.before.task(id).is_some_and(|was| was.completed_at.is_none());
        open && self.change.as_ref().is_some_and(|change| there.completed_at == Some(change.at))
    }

    fn takes_back(&self, step: &Step) -> bool {
        self.change.as_ref().is_some_and(|change| change.steps.contains(step))
    }

    /// A task as the change that is taken back left it.
    fn left(&self, id: TaskId) -> Option<&Task> {
        self.change.as_ref().and_then(|_| self.after.task(id))
    }

    fn steps(&self, command: &BoardCommand) -> Vec<Step> {
        match command {
            BoardCommand::RevertTask(command) => steps::of_task(self, command.task_id),
            _ => self.change.as_ref().map_or_else(Vec::new, |change| change.steps.clone()),
        }
    }

    /// The seqs of the events that hold texts which are needed to go back from the board as it is `now`, ascending.
    pub fn text_seqs(&self, now: &Board, command: &BoardCommand) -> Vec<u64> {
        texts::wanted(&self.steps(command), &[&self.before, &self.after, now])
    }

    /// With the texts of those events.
    pub fn with_texts<'a>(mut self, events: impl IntoIterator<Item = (u64, &'a BoardEvent)>) -> Self {
        self.texts = Texts::of(events);
        self
    }
}

fn past<'a>(ctx: &Ctx<'a>) -> Result<&'a Past, Failure> {
    // The shells look it up; without it nothing can be said.
    ctx.past.ok_or_else(|| Failure::new(Code::Unavailable).retry_after_ms(1_000))
}

pub(in crate::board) fn decide(ask: &Ask<'_>, command: &BoardCommand) -> Decided {
    match command {
        BoardCommand::RevertTask(command) => revert(ask, command),
        _ => undo(ask),
    }
}

fn undo(ask: &Ask<'_>) -> Decided {
    let past = past(ask.ctx())?;
    let change = past.change.as_ref().ok_or_else(|| missing("seq"))?;
    if change.by != ask.account() {
        return Err(Failure::because(Code::Forbidden, "Only one's own changes are taken back.").field("seq"));
    }
    let age_ms = u64::try_from(ask.ctx().now.saturating_sub(change.at)).unwrap_or(0) / 1_000;
    if age_ms > ask.ctx().limits.undo_ms {
        return Err(wrong_state("It is too long ago.").field("seq"));
    }
    if ask.board().undone.contains(&change.first) {
        return Err(wrong_state("It was taken back already.").field("seq"));
    }
    if change.steps.is_empty() {
        return Err(wrong_state("That cannot be taken back.").field("seq"));
    }
    let most = ask.ctx().limits.undo_steps_max;
    if change.steps.len() > most {
        return Err(full("seq", most));
    }
    let mut standing = Vec::new();
    for step in &change.steps {
        if let Some((id, field)) = way::stands_in_the_way(step, past, ask.board()) {
            standing.push((id, field));
        }
    }
    if let Some((_, field)) = standing.first() {
        let conflicts = standing.iter().filter_map(|(id, field)| who_changed(ask.board(), *id, *field)).collect();
        let why = "Somebody has changed it since.";
        return Err(Failure { conflicts, ..Failure::because(Code::PreconditionFailed, why).field(field.word()) });
    }
    let mut events = vec![ChangeUndone { seq: change.first, redone: change.undid }.into()];
    events.extend(crossing::here(past, ask.board(), ask.ctx())?);
    Ok(events)
}

fn who_changed(board: &Board, id: Uuid, field: Field) -> Option<Conflict> {
    board.changes.last(id, field)
}

fn revert(ask: &Ask<'_>, command: &RevertTask) -> Decided {
    let past = past(ask.ctx())?;
    ask.active_task(command.task_id)?;
    if past.before.task(command.task_id).is_none() {
        return Err(wrong_state("There was no such task then.").field("seq"));
    }
    Ok(vec![])
}

/// What follows from a command of this file, one thing after another, each on what those before it left; `None`: that was all.
pub(in crate::board) fn follow_up(
    board: &Board,
    command: &BoardCommand,
    ctx: &Ctx<'_>,
    index: usize,
) -> Result<Option<FollowUp<Board>>, Failure> {
    if !matches!(command, BoardCommand::UndoChange(_) | BoardCommand::RevertTask(_)) {
        return Ok(None);
    }
    let past = past(ctx)?;
    let step = match (command, &past.change) {
        (BoardCommand::UndoChange(_), Some(change)) => change.steps.get(index).cloned(),
        _ => past.steps(command).get(index).cloned(),
    };
    step.map(|step| back::follow_up(&step, past, board, ctx)).transpose()
}
