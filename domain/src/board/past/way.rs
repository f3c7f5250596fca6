//! What stands in the way of going back: a value that is neither as the change left it nor as it was before. Then somebody has decided
//! otherwise since, and is not gone over.

use lockstep_protocol::{
    ids::{CategoryId, ColumnId, LabelId, TaskId},
    values::{Field, Lifecycle},
};
use uuid::Uuid;

use super::{
    Past, crossing,
    shared::view_order,
    steps::{BoardValue, ColumnValue, Step, TaskValue, VALUES, common_order, field_order},
};
use crate::board::{
    changes::within,
    state::{Board, Column, Task},
};

/// The value that is neither as the change left it nor as it was before, if that is so.
pub(super) fn stands_in_the_way(step: &Step, past: &Past, now: &Board) -> Option<(Uuid, Field)> {
    let (before, after) = (&past.before, &past.after);
    match step {
        Step::Board(value) => {
            let (old, new, is) = (before.head.as_ref()?, after.head.as_ref()?, now.head.as_ref()?);
            let (changed, field) = match value {
                BoardValue::Name => (is.name != new.name && is.name != old.name, Field::Name),
                BoardValue::Visibility => {
                    (is.visibility != new.visibility && is.visibility != old.visibility, Field::Visibility)
                }
                // Of two it is always one of the two.
                BoardValue::Template => (false, Field::Template),
                BoardValue::Escalations => (!is.escalates_as(new) && !is.escalates_as(old), Field::Escalations),
                BoardValue::Life => (is.lifecycle != new.lifecycle && is.lifecycle != old.lifecycle, Field::Lifecycle),
            };
            changed.then_some((Uuid::nil(), field))
        }
        Step::Member(id) => {
            let role = |board: &Board| board.member(*id);
            (role(now) != role(after) && role(now) != role(before)).then_some((id.0, Field::Role))
        }
        Step::Column(id, value) => {
            let (old, is) = (before.column(*id)?, now.column(*id)?);
            // Where the change deleted it, whoever made it again decided how it is.
            let new = after.column(*id).unwrap_or(old);
            (value.differs(is, new) && value.differs(is, old)).then_some((id.0, field_of_column(*value)))
        }
        Step::ColumnOrder => {
            let moved = common_order(now, after) != common_order(after, now);
            (moved && common_order(now, before) != common_order(before, now)).then_some((Uuid::nil(), Field::Place))
        }
        Step::Label(id) => {
            let says = |board: &Board| board.label(*id).cloned();
            (says(now) != says(after) && says(now) != says(before)).then_some((id.0, Field::Name))
        }
        Step::Category(id) => {
            let says = |board: &Board| board.category(*id).cloned();
            (says(now) != says(after) && says(now) != says(before)).then_some((id.0, Field::Name))
        }
        Step::Task(id, value) => task_in_the_way(*id, *value, past, now),
        Step::UnmakeTask(id) => made_in_the_way(*id, past, now),
        Step::Field(_)
        | Step::FieldOrder
        | Step::UnmakeField(_)
        | Step::View(_)
        | Step::ViewOrder
        | Step::UnmakeView(_) => shape_in_the_way(step, past, now),
        // It stays where others need it now: what is taken back is the move.
        Step::UnmakeLabel(_) | Step::UnmakeCategory(_) if past.crossing().is_some() => None,
        Step::UnmakeLabel(id) => label_in_the_way(*id, past, now).then_some((id.0, Field::Name)),
        Step::UnmakeCategory(id) => category_in_the_way(*id, past, now).then_some((id.0, Field::Name)),
        Step::Refit(_) | Step::SendBack(_) => crossing::in_the_way(step, past, now),
        Step::MakeColumn(_) | Step::UnmakeColumn(_) | Step::UnmakeLink(_) | Step::Never(_) => None,
    }
}

/// A custom field or a shared view that somebody has changed since.
fn shape_in_the_way(step: &Step, past: &Past, now: &Board) -> Option<(Uuid, Field)> {
    let (before, after) = (&past.before, &past.after);
    match step {
        Step::Field(id) => {
            let says = |board: &Board| board.field(*id).map(|field| (field.name.clone(), field.options.clone()));
            (says(now) != says(after) && says(now) != says(before)).then_some((id.0, Field::Name))
        }
        Step::FieldOrder => {
            let moved = field_order(now, after) != field_order(after, now);
            (moved && field_order(now, before) != field_order(before, now)).then_some((Uuid::nil(), Field::Place))
        }
        Step::View(id) => {
            let says = |board: &Board| board.saved_view(*id).map(|view| (view.name.clone(), view.look.clone()));
            (says(now) != says(after) && says(now) != says(before)).then_some((id.0, Field::Name))
        }
        Step::ViewOrder => {
            let moved = view_order(now, after) != view_order(after, now);
            (moved && view_order(now, before) != view_order(before, now)).then_some((Uuid::nil(), Field::Place))
        }
        Step::UnmakeView(id) => {
            let says = |board: &Board| board.saved_view(*id).map(|view| (view.name.clone(), view.look.clone()));
            (now.saved_view(*id).is_some() && says(now) != says(after)).then_some((id.0, Field::Name))
        }
        Step::UnmakeField(id) => {
            let says = |board: &Board| board.field(*id).map(|field| (field.name.clone(), field.options.clone()));
            let has = |task: Option<&Task>| task.is_some_and(|task| task.value(*id).is_some());
            let used = || now.tasks().any(|(task_id, task)| has(Some(task)) && !has(after.task(task_id)));
            let asks =
                |column: Option<&Column>| column.is_some_and(|column| column.workflow.required_fields.contains(id));
            let asked = || now.columns().into_iter().any(|(at, column)| asks(Some(column)) && !asks(after.column(at)));
            ((now.field(*id).is_some() && says(now) != says(after)) || used() || asked()).then_some((id.0, Field::Name))
        }
        _ => None,
    }
}

/// A label that somebody has changed since, or put on a task.
pub(super) fn label_in_the_way(id: LabelId, past: &Past, now: &Board) -> bool {
    let after = &past.after;
    let changed = now.label(id).is_some_and(|is| Some(is) != after.label(id));
    let wears = |task: Option<&Task>| task.is_some_and(|task| task.labels.contains(&id));
    changed || now.tasks().any(|(task_id, task)| wears(Some(task)) && !wears(after.task(task_id)))
}

/// A category that somebody has changed since, or put a task in.
pub(super) fn category_in_the_way(id: CategoryId, past: &Past, now: &Board) -> bool {
    let after = &past.after;
    let changed = now.category(id).is_some_and(|is| Some(is) != after.category(id));
    let of_it = |task: Option<&Task>| task.is_some_and(|task| task.category_id == Some(id));
    changed || now.tasks().any(|(task_id, task)| of_it(Some(task)) && !of_it(after.task(task_id)))
}

/// A value of a task that somebody has changed since.
fn task_in_the_way(id: TaskId, value: TaskValue, past: &Past, now: &Board) -> Option<(Uuid, Field)> {
    let (before, after) = (&past.before, &past.after);
    if now.went_to(id).is_some() {
        return Some((id.0, Field::Lifecycle));
    }
    let (old, new, is) = (before.task(id)?, after.task(id)?, now.task(id)?);
    if value == TaskValue::Done && old.completed_at.is_some() && is.repeat.is_some() && is.repeat != new.repeat {
        // Done again, what it repeats by would go to its next one.
        return Some((id.0, Field::Repeat));
    }
    if let TaskValue::Item(list, item) = value
        && old.item(item).is_some()
        && new.checklist(list).is_some()
        && is.checklist(list).is_none()
    {
        // There is no list any more that it could stand in.
        return Some((within(id, list.0), Field::Name));
    }
    let changed = !past.is_so((id, new), is, value, now, after) && !past.is_so((id, old), is, value, now, before);
    changed.then(|| field_of_task(id, value)).flatten()
}

/// Something that somebody has done with a task that the change made.
fn made_in_the_way(id: TaskId, past: &Past, now: &Board) -> Option<(Uuid, Field)> {
    if now.went_to(id).is_some() {
        return Some((id.0, Field::Lifecycle));
    }
    let (new, is) = (past.after.task(id)?, now.task(id)?);
    let talk = is.comments.len() != new.comments.len();
    let value = VALUES.iter().find(|value| !past.is_so((id, new), is, **value, now, &past.after));
    let changed = value.and_then(|value| field_of_task(id, *value));
    let changed = changed.or_else(|| (talk || is.checklists != new.checklists).then_some((id.0, Field::Text)));
    changed.or_else(|| (is.time != new.time).then_some((id.0, Field::Time)))
}

const fn field_of_column(value: ColumnValue) -> Field {
    match value {
        ColumnValue::Name => Field::Name,
        ColumnValue::Kind => Field::Kind,
        ColumnValue::Colour => Field::Colour,
        ColumnValue::Workflow => Field::Workflow,
        ColumnValue::Archived => Field::Lifecycle,
    }
}

/// `None`: what is put in and taken out one by one stands in nobody's way.
fn field_of_task(id: TaskId, value: TaskValue) -> Option<(Uuid, Field)> {
    use TaskValue as V;
    let field = match value {
        V::Revive | V::PutAway => Field::Lifecycle,
        V::Title => Field::Title,
        V::Description => Field::Description,
        V::Priority => Field::Priority,
        V::Start => Field::Start,
        V::Due => Field::Due,
        V::Estimate => Field::Estimate,
        V::Parent => Field::Parent,
        V::Category => Field::Category,
        V::Cover => Field::Cover,
        V::Place => Field::Place,
        V::Done => Field::Done,
        V::Repeat => Field::Repeat,
        V::List(list) => return Some((within(id, list.0), Field::Name)),
        V::Item(_, item) => return Some((within(id, item.0), Field::Text)),
        V::Comment(comment) => return Some((comment.0, Field::Text)),
        V::Labels | V::Assignees | V::Watchers | V::Dependencies | V::Reminders | V::Reactions(_) | V::Since => {
            return None;
        }
        V::Field(field) => return Some((within(id, field.0), Field::Value)),
        V::Time(entry) => return Some((within(id, entry.0), Field::Time)),
    };
    Some((id.0, field))
}

impl Past {
    /// Whether a value of a task is on this board as it was on that one.
    pub(super) fn is_so(
        &self,
        (id, was): (TaskId, &Task),
        is: &Task,
        value: TaskValue,
        now: &Board,
        then: &Board,
    ) -> bool {
        match value {
            TaskValue::Description => self.texts.same_description(is.description_seq, was.description_seq),
            TaskValue::Comment(comment) => {
                let seq = |task: &Task| task.comments.get(&comment).map(|comment| comment.text_seq);
                self.texts.same_comment(comment, seq(is), seq(was))
            }
            TaskValue::Place => stands(id, is, was, now, then),
            value => !value.differs(is, was),
        }
    }
}

/// Whether a task stands between the same neighbours, as far as both know them.
pub(super) fn stands(id: TaskId, is: &Task, was: &Task, now: &Board, then: &Board) -> bool {
    if is.column_id != was.column_id {
        return false;
    }
    let before_it = |board: &Board, other: &Board| {
        let known = |id: &TaskId| other.task(*id).is_some_and(|task| in_column(task, was.column_id));
        board.order(was.column_id).take_while(|other| *other != id).filter(known).last()
    };
    is.rank == was.rank || before_it(now, then) == before_it(then, now)
}

pub(super) fn in_column(task: &Task, column: ColumnId) -> bool {
    task.lifecycle == Lifecycle::Active && task.column_id == column
}
