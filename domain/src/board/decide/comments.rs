//! Comments. They can be made, changed and taken back on archived tasks too: talk may outlive the work.

use lockstep_protocol::{
    codes::Failure,
    command::{
        BoardCommand,
        comment::{AddComment, DeleteComment, EditComment},
    },
    event::comment::{CommentDeleted, CommentEdited, TaskCommented},
    ids::{CommentId, TaskId},
};

use super::{Ask, Decided, tasks};
use crate::{
    access,
    board::state::Comment,
    refuse::{exists, full, invalid, missing},
    text,
};

pub(super) fn add(ask: &Ask<'_>, command: &AddComment) -> Decided {
    let AddComment { task_id, comment_id, reply_to, original, .. } = *command;
    let task = ask.task(task_id)?;
    if comment_id == CommentId::NIL {
        return Err(invalid("comment_id", "The nil id names nothing."));
    }
    if task.comments.contains_key(&comment_id) {
        return Err(exists("comment_id"));
    }
    tasks::check_original(ask, original)?;
    let limit = ask.ctx.limits.comments_per_task_max;
    if task.comments.len() >= limit {
        return Err(full("comment_id", limit));
    }
    if reply_to.is_some_and(|id| !task.comments.contains_key(&id)) {
        return Err(missing("reply_to"));
    }
    let text = text::comment(&command.text, "text", ask.ctx.limits)?;
    Ok(vec![TaskCommented { task_id, comment_id, text, reply_to, original }.into()])
}

fn comment<'a>(ask: &Ask<'a>, task_id: TaskId, comment_id: CommentId) -> Result<&'a Comment, Failure> {
    ask.task(task_id)?.comments.get(&comment_id).ok_or_else(|| missing("comment_id"))
}

/// Access was checked as if the comment were the asker's own; here it shows whose it is.
fn demand_as_owner(ask: &Ask<'_>, command: &BoardCommand, comment: &Comment) -> Result<(), Failure> {
    let own = ask.org.resolve(comment.said_by()) == ask.account;
    ask.demand(access::board(command, own))
}

/// The text as it was is not here to compare: a change always takes an event.
pub(super) fn edit(ask: &Ask<'_>, command: &BoardCommand, edit: &EditComment) -> Decided {
    let EditComment { task_id, comment_id, .. } = *edit;
    demand_as_owner(ask, command, comment(ask, task_id, comment_id)?)?;
    let text = text::comment(&edit.text, "text", ask.ctx.limits)?;
    Ok(vec![CommentEdited { task_id, comment_id, text }.into()])
}

pub(super) fn delete(ask: &Ask<'_>, command: &BoardCommand, delete: &DeleteComment) -> Decided {
    let DeleteComment { task_id, comment_id } = *delete;
    demand_as_owner(ask, command, comment(ask, task_id, comment_id)?)?;
    Ok(vec![CommentDeleted { task_id, comment_id }.into()])
}
