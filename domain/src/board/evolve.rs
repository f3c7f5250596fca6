//! What an event changes on a board. Cannot fail: an event about something that is not there changes nothing.

use std::sync::Arc;

use compact_str::CompactString;
use lockstep_protocol::{
    event::{BoardEvent, Happened, board::*, task::*},
    ids::{LabelId, TaskId},
    values::{Dependency, Lifecycle, Priority},
};

use super::state::{Board, Checklist, ChecklistItem, Column, Comment, Head, Label, Task};
use crate::rank::Rank;

pub(super) fn evolve(board: &mut Board, happened: &Happened<BoardEvent>) {
    match &happened.event {
        BoardEvent::BoardCreated(event) => created(board, event),
        BoardEvent::BoardUpdated(event) => updated(board, event),
        BoardEvent::BoardArchived(_) => lifecycle(board, Lifecycle::Archived),
        BoardEvent::BoardUnarchived(_) | BoardEvent::BoardRestored(_) => lifecycle(board, Lifecycle::Active),
        BoardEvent::BoardDeleted(_) => lifecycle(board, Lifecycle::Deleted),
        BoardEvent::BoardMemberAdded(BoardMemberAdded { account_id, role })
        | BoardEvent::BoardMemberRoleChanged(BoardMemberRoleChanged { account_id, role }) => {
            board.members.insert(*account_id, *role);
        }
        BoardEvent::BoardMemberRemoved(event) => {
            board.members.remove(&event.account_id);
        }
        BoardEvent::ColumnCreated(event) => column_created(board, event),
        BoardEvent::ColumnUpdated(event) => column_updated(board, event),
        BoardEvent::ColumnMoved(event) => {
            with_column(board, event.column_id, |column| column.rank = Rank::trusted(&event.rank))
        }
        BoardEvent::ColumnArchived(event) => with_column(board, event.column_id, |column| column.archived = true),
        BoardEvent::ColumnUnarchived(event) => with_column(board, event.column_id, |column| column.archived = false),
        BoardEvent::ColumnDeleted(event) => {
            board.columns.remove(&event.column_id);
        }
        BoardEvent::LabelCreated(event) => {
            let label = Label { name: CompactString::new(&event.name), colour: event.colour };
            board.labels.insert(event.label_id, label);
        }
        BoardEvent::LabelUpdated(event) => label_updated(board, event),
        BoardEvent::LabelDeleted(event) => label_deleted(board, event.label_id),
        BoardEvent::TaskCreated(event) => task_created(board, event, happened),
        BoardEvent::TasksReranked(event) => {
            for (task_id, rank) in &event.ranks {
                with_task(board, *task_id, |task| task.rank = Rank::trusted(rank));
            }
        }
        event => {
            if let Some(task_id) = task_of(event) {
                with_task(board, task_id, |task| task_evolve(task, event, happened));
            }
        }
    }
}

fn created(board: &mut Board, event: &BoardCreated) {
    board.members.insert(event.owner_id, lockstep_protocol::values::BoardRole::Owner);
    board.head = Some(Arc::new(Head {
        org_id: event.org_id,
        team_id: event.team_id,
        name: event.name.clone(),
        key: event.key.clone(),
        visibility: event.visibility,
        lifecycle: Lifecycle::Active,
    }));
}

fn updated(board: &mut Board, event: &BoardUpdated) {
    let Some(head) = board.head.as_mut().map(Arc::make_mut) else { return };
    if let Some(name) = &event.name {
        head.name.clone_from(name);
    }
    head.visibility = event.visibility.unwrap_or(head.visibility);
}

fn lifecycle(board: &mut Board, lifecycle: Lifecycle) {
    if let Some(head) = board.head.as_mut() {
        Arc::make_mut(head).lifecycle = lifecycle;
    }
}

fn column_created(board: &mut Board, event: &ColumnCreated) {
    let column = Column {
        name: CompactString::new(&event.name),
        kind: event.kind,
        rank: Rank::trusted(&event.rank),
        colour: None,
        archived: false,
    };
    board.columns.insert(event.column_id, Arc::new(column));
}

fn column_updated(board: &mut Board, event: &ColumnUpdated) {
    with_column(board, event.column_id, |column| {
        if let Some(name) = &event.name {
            column.name = CompactString::new(name);
        }
        column.kind = event.kind.unwrap_or(column.kind);
        column.colour = event.colour.or(column.colour);
    });
}

fn with_column(board: &mut Board, id: lockstep_protocol::ids::ColumnId, change: impl FnOnce(&mut Column)) {
    if let Some(column) = board.columns.get_mut(&id) {
        change(Arc::make_mut(column));
    }
}

fn label_updated(board: &mut Board, event: &LabelUpdated) {
    if let Some(label) = board.labels.get_mut(&event.label_id) {
        if let Some(name) = &event.name {
            label.name = CompactString::new(name);
        }
        label.colour = event.colour.unwrap_or(label.colour);
    }
}

fn label_deleted(board: &mut Board, label_id: LabelId) {
    board.labels.remove(&label_id);
    let wearing: Vec<TaskId> =
        board.tasks.iter().filter(|(_, task)| task.labels.contains(&label_id)).map(|(id, _)| *id).collect();
    for id in wearing {
        with_task(board, id, |task| task.labels.retain(|label| *label != label_id));
    }
}

fn task_created(board: &mut Board, event: &TaskCreated, happened: &Happened<BoardEvent>) {
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
    };
    board.last_number = board.last_number.max(event.number);
    board.count_in(event.task_id, &task);
    board.tasks.insert(event.task_id, Arc::new(task));
}

/// Where a body is: nowhere when it is empty.
fn body_seq(body: Option<&str>, seq: u64) -> Option<u64> {
    body.filter(|body| !body.is_empty()).map(|_| seq)
}

/// Changes a task and all that follows from it.
fn with_task(board: &mut Board, id: TaskId, change: impl FnOnce(&mut Task)) {
    let Some(task) = board.tasks.get(&id).cloned() else { return };
    board.count_out(id, &task);
    let mut task = task;
    if let Some(kept) = board.tasks.get_mut(&id) {
        change(Arc::make_mut(kept));
        task = Arc::clone(kept);
    }
    board.count_in(id, &task);
}

/// The task that an event of a task is about.
fn task_of(event: &BoardEvent) -> Option<TaskId> {
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
        | E::CommentDeleted(CommentDeleted { task_id, .. }) => *task_id,
        _ => return None,
    })
}

fn task_evolve(task: &mut Task, event: &BoardEvent, happened: &Happened<BoardEvent>) {
    use BoardEvent as E;
    match event {
        E::TaskUpdated(event) => {
            if let Some(title) = &event.title {
                task.title = CompactString::new(title);
            }
            if let Some(description) = &event.description {
                task.description_seq = body_seq(Some(description), happened.seq);
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
        E::TaskScheduled(event) => (task.start_at, task.due) = (event.start_at, event.due),
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
        E::TaskCommented(event) => commented(task, event, happened),
        E::CommentEdited(event) => {
            if let Some(comment) = task.comments.get_mut(&event.comment_id) {
                (comment.text_seq, comment.edited_at) = (happened.seq, Some(happened.at));
            }
        }
        E::CommentDeleted(event) => {
            task.comments.remove(&event.comment_id);
        }
        event => checklist_evolve(task, event),
    }
}

fn commented(task: &mut Task, event: &TaskCommented, happened: &Happened<BoardEvent>) {
    let comment = Comment {
        author_id: happened.by,
        text_seq: happened.seq,
        created_seq: happened.seq,
        created_at: happened.at,
        edited_at: None,
        reply_to: event.reply_to,
        original: event.original,
    };
    task.comments.insert(event.comment_id, comment);
}

fn checklist_evolve(task: &mut Task, event: &BoardEvent) {
    use BoardEvent as E;
    match event {
        E::ChecklistCreated(event) => task.checklists.push(Arc::new(Checklist {
            checklist_id: event.checklist_id,
            name: CompactString::new(&event.name),
            items: Vec::new(),
        })),
        E::ChecklistRenamed(event) => {
            if let Some(list) = task.checklists.iter_mut().find(|list| list.checklist_id == event.checklist_id) {
                Arc::make_mut(list).name = CompactString::new(&event.name);
            }
        }
        E::ChecklistDeleted(event) => task.checklists.retain(|list| list.checklist_id != event.checklist_id),
        E::ChecklistItemAdded(event) => {
            if let Some(list) = task.checklists.iter_mut().find(|list| list.checklist_id == event.checklist_id) {
                let (item_id, rank) = (event.item_id, Rank::trusted(&event.rank));
                let items = &mut Arc::make_mut(list).items;
                let at = items.partition_point(|item| (&item.rank, item.item_id) < (&rank, item_id));
                items.insert(
                    at,
                    ChecklistItem { item_id, text: CompactString::new(&event.text), done: event.done, rank },
                );
            }
        }
        E::ChecklistItemUpdated(event) => {
            let has = |list: &&mut Arc<Checklist>| list.items.iter().any(|item| item.item_id == event.item_id);
            let Some(list) = task.checklists.iter_mut().find(has) else { return };
            for item in Arc::make_mut(list).items.iter_mut().filter(|item| item.item_id == event.item_id) {
                if let Some(text) = &event.text {
                    item.text = CompactString::new(text);
                }
                item.done = event.done.unwrap_or(item.done);
            }
        }
        E::ChecklistItemRemoved(event) => {
            for list in
                task.checklists.iter_mut().filter(|list| list.items.iter().any(|item| item.item_id == event.item_id))
            {
                Arc::make_mut(list).items.retain(|item| item.item_id != event.item_id);
            }
        }
        _ => {}
    }
}
