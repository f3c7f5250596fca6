//! The tasks of a board that meet a filter, as whoever looks is shown them. It must never judge by what their audience does not see.

use lockstep_protocol::{
    ids::{AccountId, FieldId, TaskId},
    values::{Audience, Condition, DependencyKind, FieldKind, Lifecycle, Look},
    view::TaskFace,
};

use super::state::{Board, Task};
use crate::{
    filter::{Looker, Shown},
    sort::{SortField, Sorter, Standing},
};

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
            let kind = |id| self.field_kind(id);
            let shown = Shown { face: &face, key: &key, blocked: blocked.contains(&id), watched, kind: &kind };
            looker.sees(filter, &shown).then_some((id, face))
        })
    }

    /// Those that a look shows, in its order, after the one with this id; nothing where that one is shown to nobody any more.
    pub fn sorted(
        &self,
        look: &Look,
        looker: &Looker<'_>,
        (audience, lifecycle): (Audience, Lifecycle),
        after: Option<TaskId>,
    ) -> Option<Vec<TaskFace>> {
        let field = |id| {
            let field = self.field(id)?;
            Some(SortField { kind: field.kind, options: field.options.iter().map(|option| option.option_id).collect() })
        };
        let sorter = Sorter::new(&look.sort, looker, &field);
        let stands = |face: TaskFace| (sorter.standing(&face), face);
        // It may meet the filter no more: where it would stand it is gone on. What the public is not shown stands nowhere for it.
        let known = |task: &&Task| audience != Audience::Public || task.lifecycle == lifecycle;
        let after = match after {
            Some(id) => Some(stands(self.task(id).filter(known).and_then(|_| self.face(id, audience))?)),
            None => None,
        };
        let found = self.filtered(&look.filter, looker, (audience, lifecycle)).map(|(_, face)| stands(face));
        let compare = |a: &(Standing, TaskFace), b: &(Standing, TaskFace)| sorter.compare((&a.0, &a.1), (&b.0, &b.1));
        let mut found: Vec<_> =
            found.filter(|one| after.as_ref().is_none_or(|after| compare(one, after).is_gt())).collect();
        found.sort_unstable_by(compare);
        Some(found.into_iter().map(|(_, face)| face).collect())
    }

    /// Of which kind a custom field is; nothing where it is gone.
    pub fn field_kind(&self, id: FieldId) -> Option<FieldKind> {
        self.field(id).map(|field| field.kind)
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
