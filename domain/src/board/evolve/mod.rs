//! What an event changes on a board. Cannot fail: an event about something that is not there changes nothing.

mod categories;
mod checklists;
mod comments;
mod fields;
mod links;
mod reminders;
mod repeat;
mod tasks;
mod time;
mod transfer;
mod views;

use std::sync::Arc;

use compact_str::CompactString;
use lockstep_protocol::{
    event::{BoardEvent, Happened, board::*, past::ChangeUndone},
    ids::{ColumnId, LabelId, TaskId},
    values::{Lifecycle, Workflow},
};

pub(super) use tasks::task_of;

use super::{
    past::UNDONE_MAX,
    state::{Board, Column, Head, Label, Task},
};
use crate::rank::Rank;

pub(super) fn evolve(board: &mut Board, happened: &Happened<BoardEvent>) {
    match &happened.event {
        BoardEvent::BoardCreated(event) => created(board, event),
        BoardEvent::BoardUpdated(event) => updated(board, event),
        BoardEvent::BoardTemplateChanged(event) => with_head(board, |head| head.template = event.template),
        BoardEvent::BoardEscalationsChanged(event) => board.escalate_by(&event.escalations, happened.at),
        BoardEvent::BoardArchived(_) => lifecycle(board, Lifecycle::Archived),
        BoardEvent::BoardUnarchived(_) | BoardEvent::BoardRestored(_) => lifecycle(board, Lifecycle::Active),
        BoardEvent::BoardDeleted(_) => lifecycle(board, Lifecycle::Deleted),
        BoardEvent::BoardMemberAdded(BoardMemberAdded { account_id, role })
        | BoardEvent::BoardMemberRoleChanged(BoardMemberRoleChanged { account_id, role }) => {
            board.members.insert(*account_id, *role);
        }
        BoardEvent::ChangeUndone(event) => undone(board, event),
        BoardEvent::BoardMemberRemoved(event) => {
            board.members.remove(&event.account_id);
        }
        BoardEvent::BoardLinkCreated(_) | BoardEvent::BoardLinkRevoked(_) => links::evolve(board, happened),
        BoardEvent::ColumnCreated(event) => column_created(board, event),
        BoardEvent::ColumnUpdated(event) => column_updated(board, event),
        BoardEvent::ColumnMoved(event) => {
            with_column(board, event.column_id, |column| column.rank = Rank::trusted(&event.rank))
        }
        BoardEvent::ColumnArchived(event) => with_column(board, event.column_id, |column| column.archived = true),
        BoardEvent::ColumnUnarchived(event) => with_column(board, event.column_id, |column| column.archived = false),
        BoardEvent::ColumnWorkflowChanged(event) => {
            with_column(board, event.column_id, |column| column.workflow.clone_from(&event.workflow))
        }
        BoardEvent::ColumnDeleted(event) => column_deleted(board, event.column_id),
        BoardEvent::LabelCreated(event) => {
            let label = Label { name: CompactString::new(&event.name), colour: event.colour };
            board.labels.insert(event.label_id, label);
        }
        BoardEvent::LabelUpdated(event) => label_updated(board, event),
        BoardEvent::LabelDeleted(event) => label_deleted(board, event.label_id),
        event @ (BoardEvent::CategoryCreated(_) | BoardEvent::CategoryUpdated(_) | BoardEvent::CategoryDeleted(_)) => {
            categories::evolve(board, event);
        }
        event @ (BoardEvent::FieldCreated(_)
        | BoardEvent::FieldUpdated(_)
        | BoardEvent::FieldMoved(_)
        | BoardEvent::FieldDeleted(_)) => fields::evolve(board, event),
        event @ (BoardEvent::ViewCreated(_)
        | BoardEvent::ViewUpdated(_)
        | BoardEvent::ViewMoved(_)
        | BoardEvent::ViewDeleted(_)) => views::evolve(board, event),
        BoardEvent::TaskCreated(event) => tasks::created(board, event, happened),
        BoardEvent::TaskTransferred(event) => transfer::left(board, event),
        BoardEvent::TaskReceived(event) => transfer::received(board, event, happened),
        BoardEvent::TaskRepeatChanged(event) => repeat::changed(board, event),
        BoardEvent::TaskRepeated(event) => repeat::repeated(board, event),
        BoardEvent::TasksReranked(event) => {
            for (task_id, rank) in &event.ranks {
                with_task(board, *task_id, |task| task.rank = Rank::trusted(rank));
            }
        }
        event => {
            if let Some(task_id) = tasks::task_of(event) {
                with_task(board, task_id, |task| tasks::evolve(task, event, happened));
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
        template: false,
        escalations: Vec::new(),
    }));
}

fn undone(board: &mut Board, event: &ChangeUndone) {
    board.undone.insert(event.seq);
    if let Some(again) = event.redone {
        board.undone.remove(&again);
    }
    while board.undone.len() > UNDONE_MAX {
        board.undone.remove_min();
    }
}

fn updated(board: &mut Board, event: &BoardUpdated) {
    let Some(head) = board.head.as_mut().map(Arc::make_mut) else { return };
    if let Some(name) = &event.name {
        head.name.clone_from(name);
    }
    head.visibility = event.visibility.unwrap_or(head.visibility);
}

fn lifecycle(board: &mut Board, lifecycle: Lifecycle) {
    with_head(board, |head| head.lifecycle = lifecycle);
}

fn with_head(board: &mut Board, change: impl FnOnce(&mut Head)) {
    if let Some(head) = board.head.as_mut() {
        change(Arc::make_mut(head));
    }
}

fn column_created(board: &mut Board, event: &ColumnCreated) {
    let column = Column {
        name: CompactString::new(&event.name),
        kind: event.kind,
        rank: Rank::trusted(&event.rank),
        colour: None,
        archived: false,
        workflow: Workflow::default(),
    };
    board.columns.insert(event.column_id, Arc::new(column));
}

fn column_updated(board: &mut Board, event: &ColumnUpdated) {
    with_column(board, event.column_id, |column| {
        if let Some(name) = &event.name {
            column.name = CompactString::new(name);
        }
        column.kind = event.kind.unwrap_or(column.kind);
        column.colour = event.colour.or(column.colour.filter(|_| !event.clear_colour));
    });
}

/// It leaves the lists of where tasks may go to.
fn column_deleted(board: &mut Board, column_id: ColumnId) {
    board.columns.remove(&column_id);
    let names = |column: &Column| column.workflow.next.as_ref().is_some_and(|next| next.contains(&column_id));
    let naming: Vec<ColumnId> = board.columns.iter().filter(|(_, column)| names(column)).map(|(id, _)| *id).collect();
    for id in naming {
        with_column(board, id, |column| {
            if let Some(next) = &mut column.workflow.next {
                next.retain(|id| *id != column_id);
            }
        });
    }
}

fn with_column(board: &mut Board, id: ColumnId, change: impl FnOnce(&mut Column)) {
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
