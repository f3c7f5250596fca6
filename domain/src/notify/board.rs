//! Whom concerns what happens on a board: those who work on the task, those who follow it, whose it is, and whom a text means. What came
//! with an import happened long ago. Must never tell everybody of a board of what happens there.

use lockstep_protocol::{
    event::{BoardEvent, comment::*, task::*},
    ids::{AccountId, BoardId, CommentId, TaskId},
    values::{EscalateTo, NotifyReason as R, Subject},
};

use super::{Facts, Told};

pub(super) fn whom(told: &mut Told<'_, impl Facts>, event: &BoardEvent) {
    use BoardEvent as E;
    let board_id = BoardId(told.news.topic.id);
    let board = Subject::Board { board_id };
    let task = |task_id| Subject::Task { board_id, task_id, comment_id: None };
    match event {
        E::BoardMemberAdded(added) => told.tell([added.account_id], R::Shared, board),
        E::BoardMemberRoleChanged(changed) => told.tell([changed.account_id], R::RoleChanged, board),
        E::TaskCreated(created) => create(told, created, task(created.task_id)),
        E::TaskAssigned(assigned) => told.tell([assigned.account_id], R::Assigned, task(assigned.task_id)),
        E::TaskUnassigned(taken) => told.tell([taken.account_id], R::Unassigned, task(taken.task_id)),
        E::TaskReassigned(given) => {
            told.tell([given.to_id], R::Assigned, task(given.task_id));
            told.tell([given.from_id], R::Unassigned, task(given.task_id));
        }
        E::TaskUpdated(updated) => {
            newly(told, &updated.mentions, task(updated.task_id));
            change(told, updated.task_id, board_id);
        }
        E::TaskReceived(received) => change(told, received.face.task_id, board_id),
        E::TaskMoved(moved) if moved.from_column_id != moved.column_id => change(told, moved.task_id, board_id),
        E::TaskPriorityChanged(changed) => change(told, changed.task_id, board_id),
        E::TaskScheduled(scheduled) => change(told, scheduled.task_id, board_id),
        E::TaskDependencyAdded(added) => change(told, added.task_id, board_id),
        E::TaskReopened(reopened) => change(told, reopened.task_id, board_id),
        E::TaskArchived(archived) => change(told, archived.task_id, board_id),
        E::TaskUnarchived(unarchived) => change(told, unarchived.task_id, board_id),
        E::TaskDeleted(deleted) => change(told, deleted.task_id, board_id),
        E::TaskRestored(restored) => change(told, restored.task_id, board_id),
        E::TaskCompleted(done) => {
            let people = told.facts.task(done.task_id);
            let all = people.assignees.into_iter().chain(people.watchers).chain(people.author);
            told.tell(all, R::Completed, task(done.task_id));
        }
        E::TaskDueSoon(due) => involved(told, due.task_id, R::DueSoon, task(due.task_id)),
        E::TaskOverdue(due) => involved(told, due.task_id, R::Overdue, task(due.task_id)),
        E::TaskEscalated(late) => match late.escalation.to {
            EscalateTo::Owners => told.tell(told.facts.owners(), R::Escalated, task(late.task_id)),
            EscalateTo::Person { account_id } => told.tell([account_id], R::Escalated, task(late.task_id)),
        },
        E::TaskReminderDue(due) => involved(told, due.task_id, R::Reminder, task(due.task_id)),
        E::TaskCommented(commented) => comment(told, commented, board_id),
        E::CommentEdited(edited) => {
            newly(told, &edited.mentions, about(board_id, edited.task_id, edited.comment_id));
        }
        E::CommentReacted(reacted) => {
            let author = told.facts.author_of(reacted.task_id, reacted.comment_id);
            told.tell(author, R::Reacted, about(board_id, reacted.task_id, reacted.comment_id));
        }
        _ => silent(event),
    }
}

const fn about(board_id: BoardId, task_id: TaskId, comment_id: CommentId) -> Subject {
    Subject::Task { board_id, task_id, comment_id: Some(comment_id) }
}

fn create(told: &mut Told<'_, impl Facts>, created: &TaskCreated, subject: Subject) {
    if created.original.is_none() {
        told.tell(created.assignees.iter().copied(), R::Assigned, subject);
    }
}

/// Those whom a text means that it did not mean before.
fn newly(told: &mut Told<'_, impl Facts>, mentions: &[AccountId], subject: Subject) {
    if !mentions.is_empty() {
        let before = told.facts.meant_before();
        told.tell(mentions.iter().copied().filter(|account| !before.contains(account)), R::Mentioned, subject);
    }
}

/// Those who work on the task, and those who follow it.
fn involved(told: &mut Told<'_, impl Facts>, task_id: TaskId, reason: R, subject: Subject) {
    let people = told.facts.task(task_id);
    told.tell(people.assignees.into_iter().chain(people.watchers), reason, subject);
}

fn change(told: &mut Told<'_, impl Facts>, task_id: TaskId, board_id: BoardId) {
    involved(told, task_id, R::Changed, Subject::Task { board_id, task_id, comment_id: None });
}

fn comment(told: &mut Told<'_, impl Facts>, commented: &TaskCommented, board_id: BoardId) {
    if commented.original.is_some() {
        return;
    }
    let (task_id, subject) = (commented.task_id, about(board_id, commented.task_id, commented.comment_id));
    told.tell(commented.mentions.iter().copied(), R::Mentioned, subject);
    if let Some(answered) = commented.reply_to {
        told.tell(told.facts.conversation(task_id, answered), R::Replied, subject);
    }
    let people = told.facts.task(task_id);
    told.tell(people.assignees.into_iter().chain(people.watchers).chain(people.author), R::Commented, subject);
}

/// Of these nobody is told: whoever looks sees them. Each kind is named, so that one that is new does not compile before somebody decided.
#[rustfmt::skip]
fn silent(event: &BoardEvent) {
    use BoardEvent as E;
    match event {
        E::BoardMemberAdded(_) | E::BoardMemberRoleChanged(_) | E::TaskCreated(_) | E::TaskAssigned(_)
        | E::TaskUnassigned(_) | E::TaskReassigned(_) | E::TaskUpdated(_) | E::TaskReceived(_) | E::TaskMoved(_)
        | E::TaskPriorityChanged(_) | E::TaskScheduled(_) | E::TaskDependencyAdded(_) | E::TaskReopened(_)
        | E::TaskArchived(_) | E::TaskUnarchived(_) | E::TaskDeleted(_) | E::TaskRestored(_) | E::TaskCompleted(_)
        | E::TaskDueSoon(_) | E::TaskOverdue(_) | E::TaskReminderDue(_) | E::TaskCommented(_) | E::CommentEdited(_)
        | E::CommentReacted(_) | E::TaskEscalated(_) => {}
        E::BoardCreated(_) | E::BoardUpdated(_) | E::BoardTemplateChanged(_) | E::BoardEscalationsChanged(_) | E::BoardArchived(_)
        | E::BoardUnarchived(_) | E::BoardDeleted(_) | E::BoardRestored(_) | E::BoardMemberRemoved(_)
        | E::BoardLinkCreated(_) | E::BoardLinkRevoked(_) | E::ChangeUndone(_) | E::ColumnCreated(_)
        | E::ColumnUpdated(_) | E::ColumnMoved(_) | E::ColumnWorkflowChanged(_) | E::ColumnArchived(_)
        | E::ColumnUnarchived(_) | E::ColumnDeleted(_) | E::LabelCreated(_) | E::LabelUpdated(_) | E::LabelDeleted(_)
        | E::CategoryCreated(_) | E::CategoryUpdated(_) | E::CategoryDeleted(_) | E::FieldCreated(_)
        | E::FieldUpdated(_) | E::FieldMoved(_) | E::FieldDeleted(_) | E::ViewCreated(_) | E::ViewUpdated(_)
        | E::ViewMoved(_) | E::ViewDeleted(_) | E::TaskTransferred(_) | E::CommentsReceived(_) | E::TasksReranked(_)
        | E::TaskLabelled(_) | E::TaskUnlabelled(_) | E::TaskEstimated(_) | E::TaskCategorized(_)
        | E::TaskCoverChanged(_) | E::TaskFieldChanged(_) | E::TaskRepeatChanged(_) | E::TaskRepeated(_)
        | E::TaskReminderSet(_) | E::TaskReminderRemoved(_) | E::TaskParentChanged(_) | E::TaskDependencyRemoved(_)
        | E::TaskWatched(_) | E::TaskUnwatched(_) | E::ChecklistCreated(_) | E::ChecklistRenamed(_)
        | E::ChecklistDeleted(_) | E::ChecklistItemAdded(_) | E::ChecklistItemUpdated(_) | E::ChecklistItemRemoved(_)
        | E::CommentDeleted(_) | E::CommentRestored(_) | E::CommentUnreacted(_) | E::TimeLogged(_) | E::TimeUpdated(_)
        | E::TimeRemoved(_) | E::TimeStarted(_) | E::TimeStopped(_) => {}
    }
}
