//! Whom a text mentions, and what follows from it: whoever is mentioned follows the task from then on.

use std::collections::BTreeSet;

use lockstep_protocol::{
    codes::Failure,
    event::{BoardEvent, task::TaskWatched},
    ids::{AccountId, TaskId},
};

use super::{Ask, people};
use crate::{
    board::state::Task,
    mention,
    refuse::{full, invalid},
};

/// Each of those asked for once. Each stands in the text, and sees the board or was mentioned there `before`: who has left since is no
/// reason to refuse a change of the text.
pub(super) fn check(
    ask: &Ask<'_>,
    asked: &[AccountId],
    text: &str,
    before: &[AccountId],
) -> Result<Vec<AccountId>, Failure> {
    let limit = ask.ctx.limits.mentions_per_text_max;
    if asked.len() > limit {
        return Err(full("mentions", limit));
    }
    let mut mentions = Vec::new();
    if asked.is_empty() {
        return Ok(mentions);
    }
    let said: BTreeSet<AccountId> = mention::ids(text).collect();
    for account in asked {
        if !before.contains(account) {
            people::check_assignee(ask, *account, "mentions")?;
        }
        if !said.contains(account) {
            return Err(invalid("mentions", "Whoever is mentioned stands in the text as @[account_id]."));
        }
        if !mentions.contains(account) {
            mentions.push(*account);
        }
    }
    Ok(mentions)
}

/// Those who are mentioned and were not `before` follow the task. Where no more can follow it they are mentioned all the same.
pub(super) fn followers(
    ask: &Ask<'_>,
    (task_id, task): (TaskId, &Task),
    mentions: &[AccountId],
    before: &[AccountId],
) -> Vec<BoardEvent> {
    let mut following: BTreeSet<AccountId> = task.watchers.iter().map(|watcher| ask.org.resolve(*watcher)).collect();
    let room = ask.ctx.limits.watchers_per_task_max.saturating_sub(task.watchers.len());
    let new = mentions.iter().copied().filter(|account| !before.contains(account));
    let new = new.filter(|account| following.insert(ask.org.resolve(*account)));
    new.take(room).map(|account_id| TaskWatched { task_id, account_id }.into()).collect()
}
