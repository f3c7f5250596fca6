//! What an event changes on a task, its checklists and comments aside.

use std::sync::Arc;

use compact_str::CompactString;
use lockstep_protocol::{
    event::{
        BoardEvent, Happened, category::*, checklist::*, comment::*, field::*, reminder::*, task::*, time::*,
        transfer::*,
    },
    ids::TaskId,
    values::{Dependency, Lifecycle, Priority},
};

use crate::{
    board::state::{Board, Task},
    rank::Rank,
};

pub(super) fn created(board: &mut Board, event: &TaskCreated, happened: &Happened<BoardEvent>) {
    if board.tasks.contains_key(&event.task_id) {
        return;
    }
    let task = Task {
        number: event.number,
        column_id: event.column_id,
        rank: Rank::trusted(&event.rank),
        title: CompactString::new(&event.title),
        labels: event.labels.clone(),
        assignees: event.assignees.clone(),
        priority: event.priority.unwrap_or(Priority::None),
        start_at: event.start_at,
        due: event.due,
        completed_at: None,
        lifecycle: Lifecycle::Active,
        description_seq: body_seq(event.description.as_deref(), happened.seq),
        checklists: Vec::new(),
        comments: imbl::OrdMap::new(),
        created_by: happened.by,
        created_at: happened.at,
        original: event.original,
        parent_id: event.parent_id,
        dependencies: Vec::new(),
        watchers: imbl::OrdSet::new(),
        points: None,
        minutes: None,
        mentions: Vec::new(),
        category_id: None,
        cover: None,
        repeat: None,
        passed_on: None,
        fields: Vec::new(),
        said: None,
        time: None,
    };
    board.last_number = board.last_number.max(event.number);
    board.count_in(event.task_id, &task);
    board.tasks.insert(event.task_id, Arc::new(task));
}

/// Where a body is: nowhere when it is empty.
pub(super) fn body_seq(body: Option<&str>, seq: u64) -> Option<u64> {
    body.filter(|body| !body.is_empty()).map(|_| seq)
}

/// The task that an event of a task is about.
pub(in crate::board) fn task_of(event: &BoardEvent) -> Option<TaskId> {
    use BoardEvent as E;
    Some(match event {
        E::TaskUpdated(TaskUpdated { task_id, .. })
        | E::TaskMoved(TaskMoved { task_id, .. })
        | E::TaskAssigned(TaskAssigned { task_id, .. })
        | E::TaskUnassigned(TaskUnassigned { task_id, .. })
        | E::TaskReassigned(TaskReassigned { task_id, .. })
        | E::TaskLabelled(TaskLabelled { task_id, .. })
        | E::TaskUnlabelled(TaskUnlabelled { task_id, .. })
        | E::TaskPriorityChanged(TaskPriorityChanged { task_id, .. })
        | E::TaskScheduled(TaskScheduled { task_id, .. })
        | E::TaskEstimated(TaskEstimated { task_id, .. })
        | E::TaskParentChanged(TaskParentChanged { task_id, .. })
        | E::TaskDependencyAdded(TaskDependencyAdded { task_id, .. })
        | E::TaskDependencyRemoved(TaskDependencyRemoved { task_id, .. })
        | E::TaskWatched(TaskWatched { task_id, .. })
        | E::TaskUnwatched(TaskUnwatched { task_id, .. })
        | E::TaskCompleted(TaskCompleted { task_id })
        | E::TaskReopened(TaskReopened { task_id })
        | E::TaskArchived(TaskArchived { task_id })
        | E::TaskUnarchived(TaskUnarchived { task_id, .. })
        | E::TaskDeleted(TaskDeleted { task_id })
        | E::TaskRestored(TaskRestored { task_id, .. })
        | E::ChecklistCreated(ChecklistCreated { task_id, .. })
        | E::ChecklistRenamed(ChecklistRenamed { task_id, .. })
        | E::ChecklistDeleted(ChecklistDeleted { task_id, .. })
        | E::ChecklistItemAdded(ChecklistItemAdded { task_id, .. })
        | E::ChecklistItemUpdated(ChecklistItemUpdated { task_id, .. })
        | E::ChecklistItemRemoved(ChecklistItemRemoved { task_id, .. })
        | E::TaskCommented(TaskCommented { task_id, .. })
        | E::CommentEdited(CommentEdited { task_id, .. })
        | E::CommentDeleted(CommentDeleted { task_id, .. })
        | E::CommentRestored(CommentRestored { task_id, .. })
        | E::CommentReacted(CommentReacted { task_id, .. })
        | E::CommentUnreacted(CommentUnreacted { task_id, .. })
        | E::TaskTransferred(TaskTransferred { task_id, .. })
        | E::CommentsReceived(CommentsReceived { task_id, .. })
        | E::TaskCategorized(TaskCategorized { task_id, .. })
        | E::TaskFieldChanged(TaskFieldChanged { task_id, .. })
        | E::TaskCoverChanged(TaskCoverChanged { task_id, .. })
        | E::TaskReminderSet(TaskReminderSet { task_id, .. })
        | E::TaskReminderRemoved(TaskReminderRemoved { task_id, .. })
        | E::TaskReminderDue(TaskReminderDue { task_id, .. })
        | E::TaskDueSoon(TaskDueSoon { task_id, .. })
        | E::TaskOverdue(TaskOverdue { task_id, .. })
        | E::TaskEscalated(TaskEscalated { task_id, .. })
        | E::TimeLogged(TimeLogged { task_id, .. })
        | E::TimeUpdated(TimeUpdated { task_id, .. })
        | E::TimeRemoved(TimeRemoved { task_id, .. })
        | E::TimeStarted(TimeStarted { task_id, .. })
        | E::TimeStopped(TimeStopped { task_id, .. }) => *task_id,
        E::TaskReceived(event) => event.face.task_id,
        _ => return None,
    })
}

pub(super) fn evolve(task: &mut Task, event: &BoardEvent, happened: &Happened<BoardEvent>) {
    use BoardEvent as E;
    match event {
        E::TaskUpdated(event) => {
            if let Some(title) = &event.title {
                task.title = CompactString::new(title);
            }
            if let Some(description) = &event.description {
                task.description_seq = body_seq(Some(description), happened.seq);
                task.mentions.clone_from(&event.mentions);
            }
        }
        E::TaskMoved(event) => {
            task.column_id = event.column_id;
            task.rank = Rank::trusted(&event.rank);
        }
        E::TaskAssigned(event) if !task.assignees.contains(&event.account_id) => task.assignees.push(event.account_id),
        E::TaskUnassigned(event) => task.assignees.retain(|account| *account != event.account_id),
        E::TaskReassigned(event) => {
            task.assignees.retain(|account| *account != event.to_id);
            if let Some(place) = task.assignees.iter_mut().find(|account| **account == event.from_id) {
                *place = event.to_id;
            }
        }
        E::TaskLabelled(event) if !task.labels.contains(&event.label_id) => task.labels.push(event.label_id),
        E::TaskUnlabelled(event) => task.labels.retain(|label| *label != event.label_id),
        E::TaskPriorityChanged(event) => task.priority = event.priority,
        E::TaskScheduled(event) => {
            if task.due != event.due {
                task.due_changed();
            }
            (task.start_at, task.due) = (event.start_at, event.due);
        }
        E::TaskCompleted(_) => task.completed_at = Some(happened.at),
        E::TaskReopened(_) => task.completed_at = None,
        E::TaskArchived(_) => task.lifecycle = Lifecycle::Archived,
        E::TaskDeleted(_) => task.lifecycle = Lifecycle::Deleted,
        E::TaskUnarchived(TaskUnarchived { face, .. }) | E::TaskRestored(TaskRestored { face, .. }) => {
            task.lifecycle = Lifecycle::Active;
            task.column_id = face.column_id;
            task.rank = Rank::trusted(&face.rank);
        }
        event => content_evolve(task, event, happened),
    }
}

/// What is said about a task, and what it has to do with others.
fn content_evolve(task: &mut Task, event: &BoardEvent, happened: &Happened<BoardEvent>) {
    use BoardEvent as E;
    match event {
        E::TaskEstimated(event) => (task.points, task.minutes) = (event.points, event.minutes),
        E::TaskParentChanged(event) => task.parent_id = event.parent_id,
        E::TaskDependencyAdded(event) => {
            let dependency = Dependency { kind: event.kind, other_id: event.other_id };
            if !task.dependencies.contains(&dependency) {
                task.dependencies.push(dependency);
            }
        }
        E::TaskDependencyRemoved(event) => {
            task.dependencies.retain(|kept| (kept.kind, kept.other_id) != (event.kind, event.other_id));
        }
        E::TaskWatched(event) => {
            task.watchers.insert(event.account_id);
        }
        E::TaskUnwatched(event) => {
            task.watchers.remove(&event.account_id);
        }
        E::TaskCategorized(event) => task.category_id = event.category_id,
        E::TaskCoverChanged(event) => task.cover = event.colour,
        E::TaskFieldChanged(event) => super::fields::changed(task, event),
        E::TaskReminderSet(_)
        | E::TaskReminderRemoved(_)
        | E::TaskReminderDue(_)
        | E::TaskDueSoon(_)
        | E::TaskOverdue(_)
        | E::TaskEscalated(_) => super::reminders::evolve(task, event),
        E::TaskCommented(_)
        | E::CommentEdited(_)
        | E::CommentDeleted(_)
        | E::CommentRestored(_)
        | E::CommentReacted(_)
        | E::CommentUnreacted(_)
        | E::CommentsReceived(_) => super::comments::evolve(task, event, happened),
        E::TimeLogged(_) | E::TimeUpdated(_) | E::TimeRemoved(_) | E::TimeStarted(_) | E::TimeStopped(_) => {
            super::time::evolve(task, event)
        }
        event => super::checklists::evolve(task, event),
    }
}
