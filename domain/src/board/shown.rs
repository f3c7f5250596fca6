//! The tasks of a board that meet a filter, as whoever looks is shown them. It must never judge by what their audience does not see.

use lockstep_protocol::{
    ids::{AccountId, TaskId},
    values::{Audience, Condition, DependencyKind, Lifecycle},
    view::TaskFace,
};

use super::state::{Board, Task};
use crate::filter::{Looker, Shown};

impl Board {
    /// The tasks in this state of their lives that meet a filter, in the order of their ids. Only the public is shown less than there
    /// is, and it follows nothing.
    pub fn filtered<'a>(
        &'a self,
        filter: &'a [Condition],
        looker: &'a Looker<'a>,
        (audience, lifecycle): (Audience, Lifecycle),
    ) -> impl Iterator<Item = (TaskId, TaskFace)> + 'a {
        let asks = |wanted: fn(&Condition) -> bool| filter.iter().any(wanted);
        let of_blocked = asks(|condition| matches!(condition, Condition::Blocked { .. }));
        let blocked = if of_blocked { self.blocked() } else { imbl::OrdSet::new() };
        let tasks = self.tasks().filter(move |(_, task)| task.lifecycle == lifecycle);
        tasks.filter_map(move |(id, task)| {
            let face = self.face(id, audience)?;
            let key = format!("{}-{}", self.key(), task.number);
            let watched = audience != Audience::Public && looker.me.is_some_and(|me| watches(task, me, looker.resolve));
            let shown = Shown { face: &face, key: &key, blocked: blocked.contains(&id), watched };
            looker.sees(filter, &shown).then_some((id, face))
        })
    }

    /// The tasks that another one, active and not done, blocks.
    fn blocked(&self) -> imbl::OrdSet<TaskId> {
        let open = self.tasks().filter(|(_, task)| task.lifecycle == Lifecycle::Active && task.completed_at.is_none());
        let links = open.flat_map(|(_, task)| &task.dependencies);
        links.filter(|link| link.kind == DependencyKind::Blocks).map(|link| link.other_id).collect()
    }
}

fn watches(task: &Task, me: AccountId, resolve: &dyn Fn(AccountId) -> AccountId) -> bool {
    task.watchers.iter().any(|watcher| resolve(*watcher) == me)
}
