//! Comments. They can be made, changed and taken back on archived tasks too: talk may outlive the work.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{
        BoardCommand,
        comment::{AddComment, DeleteComment, EditComment, ReactToComment, UnreactToComment},
    },
    event::{
        comment::{CommentDeleted, CommentEdited, CommentReacted, CommentRestored, CommentUnreacted, TaskCommented},
        transfer::ReceivedComment,
    },
    ids::{CommentId, TaskId},
};

use super::{Ask, Decided, mentions, tasks};
use crate::{
    access,
    aggregate::Ctx,
    board::state::{Board, Comment, Task},
    refuse::{exists, full, invalid, missing},
    talk::reactions::{self, Most},
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
    let reply_to = reply_to.map(|id| thread(task, id, comment_id)).transpose()?;
    let text = text::comment(&command.text, "text", ask.ctx.limits)?;
    let mentions = mentions::check(ask, &command.mentions, &text, &[])?;
    let followers = mentions::followers(ask, (task_id, task), &mentions, &[]);
    let mut events = vec![TaskCommented { task_id, comment_id, text, reply_to, mentions, original }.into()];
    events.extend(followers);
    Ok(events)
}

/// The comment that begins the thread of the one that is answered: threads are one level deep. It may be gone by now, and its answers
/// still belong together.
fn thread(task: &Task, answered: CommentId, comment_id: CommentId) -> Result<CommentId, Failure> {
    let begun = task.comments.get(&answered).ok_or_else(|| missing("reply_to"))?.reply_to.unwrap_or(answered);
    // One that was deleted and is said again, as an answer to its own answer.
    if begun == comment_id { Err(Failure::new(Code::Cycle).field("reply_to")) } else { Ok(begun) }
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
    let comment = comment(ask, task_id, comment_id)?;
    demand_as_owner(ask, command, comment)?;
    let limit = ask.ctx.limits.comment_edits_max;
    if comment.edits.len() >= limit {
        return Err(full("comment_id", limit));
    }
    let text = text::comment(&edit.text, "text", ask.ctx.limits)?;
    let mentions = mentions::check(ask, &edit.mentions, &text, &comment.mentions)?;
    let followers = mentions::followers(ask, (task_id, ask.task(task_id)?), &mentions, &comment.mentions);
    let mut events = vec![CommentEdited { task_id, comment_id, text, mentions }.into()];
    events.extend(followers);
    Ok(events)
}

pub(super) fn delete(ask: &Ask<'_>, command: &BoardCommand, delete: &DeleteComment) -> Decided {
    let DeleteComment { task_id, comment_id } = *delete;
    demand_as_owner(ask, command, comment(ask, task_id, comment_id)?)?;
    Ok(vec![CommentDeleted { task_id, comment_id }.into()])
}

pub(super) fn react(ask: &Ask<'_>, command: &ReactToComment) -> Decided {
    let ReactToComment { task_id, comment_id, ref emoji } = *command;
    let comment = comment(ask, task_id, comment_id)?;
    let limits = ask.ctx.limits;
    let most = Most { kinds: limits.reaction_kinds_per_comment_max, all: limits.reactions_per_comment_max };
    if !reactions::check(&comment.reactions, emoji, ask.account, most, limits)? {
        return Ok(vec![]);
    }
    Ok(vec![CommentReacted { task_id, comment_id, emoji: emoji.clone() }.into()])
}

pub(super) fn unreact(ask: &Ask<'_>, command: &UnreactToComment) -> Decided {
    let UnreactToComment { task_id, comment_id, ref emoji } = *command;
    let there = comment(ask, task_id, comment_id)?.reacted(emoji, ask.account);
    Ok(if there { vec![CommentUnreacted { task_id, comment_id, emoji: emoji.clone() }.into()] } else { vec![] })
}

/// One that was deleted is there again, by whoever may delete it. What it says comes out of the journal, never from whoever asks.
pub(in crate::board) fn restore(
    board: &Board,
    (task_id, comment_id): (TaskId, CommentId),
    was: &Comment,
    text: String,
    ctx: &Ctx<'_>,
) -> Decided {
    let command = DeleteComment { task_id, comment_id }.into();
    let ask = Ask::new(board, &command, ctx)?;
    let task = ask.task(task_id)?;
    demand_as_owner(&ask, &command, was)?;
    // What it answered may have been said again meanwhile, as an answer to it.
    if was.reply_to.and_then(|id| task.comments.get(&id)).is_some_and(|begun| begun.reply_to == Some(comment_id)) {
        return Err(Failure::new(Code::Cycle).field("reply_to"));
    }
    let limit = ctx.limits.comments_per_task_max;
    if task.comments.len() >= limit {
        return Err(full("comment_id", limit));
    }
    let comment = ReceivedComment {
        comment_id,
        author_id: was.author_id,
        text,
        created_at: was.created_at,
        edited_at: was.edited_at,
        reply_to: was.reply_to,
        original: was.original,
        mentions: was.mentions.clone(),
        reactions: was.reactions.iter().map(reactions::view).collect(),
    };
    let later = task.comments.iter().filter(|(id, other)| other.order(**id) > was.order(comment_id));
    let before = later.min_by_key(|(id, other)| other.order(**id)).map(|(id, _)| *id);
    Ok(vec![CommentRestored { task_id, comment: Box::new(comment), text_seqs: was.text_seqs(), before }.into()])
}
