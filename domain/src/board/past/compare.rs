//! Two moments of a board side by side, and which of somebody's changes would be taken back next.

use std::collections::BTreeMap;

use imbl::ordmap::DiffItem;
use lockstep_protocol::{
    event::{BoardEvent, Happened},
    ids::{AccountId, TaskId},
    values::{Aspect, Audience, Lifecycle},
    view::{OwnChange, OwnChanges, TaskDifference},
};

use super::steps::TaskValue;
use crate::board::{
    evolve::task_of,
    state::{Board, Task},
};

/// In what two states of a task differ.
fn aspects(a: &Task, b: &Task, then: &Board, now: &Board, id: TaskId) -> Vec<Aspect> {
    use TaskValue as V;
    let differs = |value: V| value.differs(a, b);
    let comments = |task: &Task| task.comments.iter().map(|(id, said)| (*id, said.text_seq)).collect::<Vec<_>>();
    let all = [
        (differs(V::Revive), Aspect::Lifecycle),
        (differs(V::Title), Aspect::Title),
        (differs(V::Description), Aspect::Description),
        (!super::way::stands(id, b, a, now, then), Aspect::Place),
        (differs(V::Done), Aspect::Done),
        (differs(V::Priority), Aspect::Priority),
        (differs(V::Labels), Aspect::Labels),
        (differs(V::Assignees), Aspect::Assignees),
        (differs(V::Start), Aspect::Start),
        (differs(V::Due), Aspect::Due),
        (differs(V::Estimate), Aspect::Estimate),
        (differs(V::Category), Aspect::Category),
        (differs(V::Cover), Aspect::Cover),
        (differs(V::Repeat), Aspect::Repeat),
        (differs(V::Reminders), Aspect::Reminders),
        (differs(V::Parent), Aspect::Parent),
        (differs(V::Dependencies), Aspect::Dependencies),
        (a.checklists != b.checklists, Aspect::Checklists),
        (a.fields != b.fields, Aspect::Fields),
        (comments(a) != comments(b), Aspect::Comments),
        (a.time.as_ref().map(|time| &time.entries) != b.time.as_ref().map(|time| &time.entries), Aspect::Time),
    ];
    all.into_iter().filter(|(differ, _)| *differ).map(|(_, aspect)| aspect).collect()
}

/// The tasks that are not as they were, in the order of their ids; what is in the trash at both moments is left out.
pub fn differences(then: &Board, now: &Board, audience: Audience) -> Vec<TaskDifference> {
    let there = |task: &Task| task.lifecycle != Lifecycle::Deleted;
    let mut found = Vec::new();
    for diff in then.tasks.diff(&now.tasks) {
        let (task_id, old, new) = match diff {
            DiffItem::Add(id, new) => (*id, None, Some(new)),
            DiffItem::Update { old: (id, old), new: (_, new) } => (*id, Some(old), Some(new)),
            DiffItem::Remove(id, old) => (*id, Some(old), None),
        };
        let (was, is) = (old.filter(|task| there(task)), new.filter(|task| there(task)));
        let aspects = match (was, is) {
            (Some(was), Some(is)) => aspects(was, is, then, now, task_id),
            (None, None) => continue,
            _ => Vec::new(),
        };
        if was.is_some() && is.is_some() && aspects.is_empty() {
            continue;
        }
        let face = |task: Option<_>, board: &Board| task.and_then(|_: &_| board.face(task_id, audience));
        found.push(TaskDifference { task_id, before: face(was, then), after: face(is, now), aspects });
    }
    found
}

/// The events of one commit.
type Commit<'a> = &'a [Happened<BoardEvent>];

/// What would be taken back next and what done again by this person, as far as these events show: newest commits of a board, each with all its
/// events, oldest first.
pub fn own_changes(commits: &[Vec<Happened<BoardEvent>>], account: AccountId) -> OwnChanges {
    let (mut undo, mut redo) = (Vec::<Commit<'_>>::new(), Vec::<Commit<'_>>::new());
    let first = |commit: Commit<'_>| commit.first().map_or(0, |happened| happened.seq);
    for commit in commits {
        let Some(head) = commit.first().filter(|head| head.by == account) else { continue };
        match &head.event {
            BoardEvent::BoardCreated(_) => {}
            // A timer is not started or thrown away by going back.
            BoardEvent::TimeStarted(_) | BoardEvent::TimeStopped(_) if commit.iter().all(of_timer) => {}
            BoardEvent::ChangeUndone(event) => {
                let again = redo.iter().any(|commit| first(commit) == event.seq);
                let (from, to) = if again { (&mut redo, &mut undo) } else { (&mut undo, &mut redo) };
                from.retain(|commit| first(commit) != event.seq);
                to.push(commit);
            }
            _ => {
                undo.push(commit);
                // Whoever goes on from there has nothing to do again.
                redo.clear();
            }
        }
    }
    OwnChanges { undo: undo.last().and_then(|commit| told(commit)), redo: redo.last().and_then(|commit| told(commit)) }
}

fn of_timer(happened: &Happened<BoardEvent>) -> bool {
    matches!(happened.event, BoardEvent::TimeStarted(_) | BoardEvent::TimeStopped(_))
}

fn told(commit: &[Happened<BoardEvent>]) -> Option<OwnChange> {
    let head = commit.first()?;
    let mut events: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, happened) in commit.iter().enumerate() {
        events.entry(happened.event.tag()).or_insert(index);
    }
    let mut tags: Vec<(&str, usize)> = events.into_iter().collect();
    tags.sort_by_key(|(_, index)| *index);
    let mut tasks = commit.iter().filter_map(|happened| task_of(&happened.event));
    let task_id = tasks.next().filter(|first| tasks.all(|other| other == *first));
    Some(OwnChange {
        seq: head.seq,
        at: head.at,
        events: tags.into_iter().map(|(tag, _)| tag.to_owned()).collect(),
        task_id,
    })
}
