//! Texts and what is said about them, and the time that people say they spent. Going back tells nobody anew that they are mentioned.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, comment::*, task::UpdateTask, time::*},
    event::BoardEvent,
    ids::{AccountId, CommentId, TaskId, TimeEntryId},
};

use super::{Past, lists, steps::TaskValue};
use crate::{
    aggregate::Ctx,
    board::{
        decide::comments,
        state::{Board, Comment, Task},
    },
};

pub(super) fn commands(
    task_id: TaskId,
    value: TaskValue,
    (past, was): (&Past, &Task),
    is: &Task,
    ctx: &Ctx<'_>,
) -> Result<Vec<BoardCommand>, Failure> {
    match value {
        TaskValue::Comment(id) => comment((task_id, id), was.comments.get(&id), is.comments.get(&id), past),
        TaskValue::Reactions(id) => Ok(reactions(task_id, id, (was, past.left(task_id)), is, ctx)),
        _ => {
            let description = handed_in(past.texts.description(was.description_seq))?;
            let mentions = known(&was.mentions, &is.mentions);
            Ok(vec![UpdateTask { task_id, title: None, description: Some(description), mentions }.into()])
        }
    }
}

fn handed_in(text: Option<&str>) -> Result<String, Failure> {
    text.map(ToOwned::to_owned).ok_or_else(|| Failure::new(Code::Unavailable).retry_after_ms(1_000))
}

/// Whoever was mentioned then and is now.
fn known(then: &[AccountId], now: &[AccountId]) -> Vec<AccountId> {
    then.iter().copied().filter(|account| now.contains(account)).collect()
}

fn comment(
    (task_id, comment_id): (TaskId, CommentId),
    was: Option<&Comment>,
    is: Option<&Comment>,
    past: &Past,
) -> Result<Vec<BoardCommand>, Failure> {
    let text = |was: &Comment| handed_in(past.texts.comment(was.text_seq, comment_id));
    Ok(match (was, is) {
        (None, Some(_)) => vec![DeleteComment { task_id, comment_id }.into()],
        (Some(was), Some(is)) => {
            let (text, mentions) = (text(was)?, known(&was.mentions, &is.mentions));
            vec![EditComment { task_id, comment_id, text, mentions }.into()]
        }
        // See `again`.
        (_, None) => vec![],
    })
}

/// A comment that the change deleted is there again as it was, if it is not; `None`: that is not what there is to do.
pub(super) fn again(
    (task_id, comment_id): (TaskId, CommentId),
    past: &Past,
    now: &Board,
    ctx: &Ctx<'_>,
) -> Result<Option<Vec<BoardEvent>>, Failure> {
    let was = past.before.task(task_id).and_then(|task| task.comments.get(&comment_id));
    let Some(was) = was.filter(|_| now.task(task_id).is_some_and(|task| !task.comments.contains_key(&comment_id)))
    else {
        return Ok(None);
    };
    let text = handed_in(past.texts.comment(was.text_seq, comment_id))?;
    comments::restore(now, (task_id, comment_id), was, text, ctx).map(Some)
}

pub(super) fn time(
    (task_id, entry_id): (TaskId, TimeEntryId),
    was: &Task,
    is: &Task,
    ctx: &Ctx<'_>,
) -> Vec<BoardCommand> {
    match (was.time_entry(entry_id), is.time_entry(entry_id)) {
        (None, Some(_)) => vec![RemoveTime { task_id, entry_id }.into()],
        (Some(was), Some(_)) => {
            let (started_at, duration_s) = (Some(was.started_at), Some(was.duration_s));
            vec![UpdateTime { task_id, entry_id, started_at, duration_s, note: Some(was.note.to_string()) }.into()]
        }
        (Some(was), None) => {
            let account_id = Some(was.account_id).filter(|account| ctx.principal.account() != Some(*account));
            let (started_at, duration_s, note) = (was.started_at, was.duration_s, was.note.to_string());
            vec![LogTime { task_id, entry_id, started_at, duration_s, note, account_id }.into()]
        }
        (None, None) => vec![],
    }
}

fn reactions(
    task_id: TaskId,
    comment_id: CommentId,
    (was, left): (&Task, Option<&Task>),
    is: &Task,
    ctx: &Ctx<'_>,
) -> Vec<BoardCommand> {
    let Some(own) = ctx.principal.account() else { return vec![] };
    let given = |task: &Task| -> Vec<String> {
        let reactions = task.comments.get(&comment_id).map_or(&[][..], |comment| &comment.reactions);
        let own = reactions.iter().filter(|reaction| reaction.by.contains(&own));
        own.map(|reaction| reaction.emoji.to_string()).collect()
    };
    let left = left.map(given);
    let (out, back) = lists::difference(&given(was), left.as_deref(), &given(is));
    let out = out.into_iter().map(|emoji| UnreactToComment { task_id, comment_id, emoji }.into());
    out.chain(back.into_iter().map(|emoji| ReactToComment { task_id, comment_id, emoji }.into())).collect()
}
