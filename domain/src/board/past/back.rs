//! How one step goes back: what stands in its way, and the commands that bring it about on the board as it is at that point. They are asked
//! like any others, with the rights of whoever goes back.

use lockstep_protocol::{
    codes::Failure,
    command::{BoardCommand, board::*, category::*, repeat::SetTaskRepeat, task::*, workflow::SetColumnWorkflow},
    ids::{ColumnId, TaskId},
    values::{BoardRole, Field, Lifecycle, Place, RepeatRule},
};
use uuid::Uuid;

use super::{
    Past, lists, said,
    steps::{BoardValue, ColumnValue, Step, TaskValue, VALUES, common_order},
};
use crate::{
    aggregate::Ctx,
    board::state::{Board, Task},
    refuse::wrong_state,
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
        Step::Task(id, value) => {
            let (old, new, is) = (before.task(*id)?, after.task(*id)?, now.task(*id)?);
            let changed =
                !past.is_so((*id, new), is, *value, now, after) && !past.is_so((*id, old), is, *value, now, before);
            if let TaskValue::Item(list, item) = value
                && old.item(*item).is_some()
                && new.checklist(*list).is_some()
                && is.checklist(*list).is_none()
            {
                // There is no list any more that it could stand in.
                return Some((list.0, Field::Name));
            }
            changed.then(|| field_of_task(*id, *value)).flatten()
        }
        Step::UnmakeTask(id) => {
            let (new, is) = (after.task(*id)?, now.task(*id)?);
            let talk = is.comments.len() != new.comments.len();
            let value = VALUES.iter().find(|value| !past.is_so((*id, new), is, **value, now, after));
            let changed = value.and_then(|value| field_of_task(*id, *value));
            changed.or_else(|| (talk || is.checklists != new.checklists).then_some((id.0, Field::Text)))
        }
        Step::UnmakeLabel(id) => {
            let changed = now.label(*id).is_some_and(|is| Some(is) != after.label(*id));
            let wears = |task: Option<&Task>| task.is_some_and(|task| task.labels.contains(id));
            let used = || now.tasks().any(|(task_id, task)| wears(Some(task)) && !wears(after.task(task_id)));
            (changed || used()).then_some((id.0, Field::Name))
        }
        Step::UnmakeCategory(id) => {
            let changed = now.category(*id).is_some_and(|is| Some(is) != after.category(*id));
            let of_it = |task: Option<&Task>| task.is_some_and(|task| task.category_id == Some(*id));
            let used = || now.tasks().any(|(task_id, task)| of_it(Some(task)) && !of_it(after.task(task_id)));
            (changed || used()).then_some((id.0, Field::Name))
        }
        Step::MakeColumn(_) | Step::UnmakeColumn(_) | Step::Never(_) => None,
    }
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
const fn field_of_task(id: TaskId, value: TaskValue) -> Option<(Uuid, Field)> {
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
        V::List(list) => return Some((list.0, Field::Name)),
        V::Item(_, item) => return Some((item.0, Field::Text)),
        V::Comment(comment) => return Some((comment.0, Field::Text)),
        V::Labels | V::Assignees | V::Watchers | V::Dependencies | V::Reactions(_) | V::NewLists => return None,
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
            TaskValue::Description => self.texts.same(is.description_seq, was.description_seq),
            TaskValue::Comment(comment) => {
                let seq = |task: &Task| task.comments.get(&comment).map(|comment| comment.text_seq);
                // One that is not there has no text; none that is there is empty.
                self.texts.same(seq(is), seq(was))
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

fn in_column(task: &Task, column: ColumnId) -> bool {
    task.lifecycle == Lifecycle::Active && task.column_id == column
}

pub(super) fn commands(step: &Step, past: &Past, now: &Board, ctx: &Ctx<'_>) -> Result<Vec<BoardCommand>, Failure> {
    let before = &past.before;
    Ok(match step {
        Step::Never(why) => return Err(wrong_state(why).field("seq")),
        Step::Board(value) => of_board(*value, before, now),
        Step::Member(id) => match (before.member(*id), now.member(*id)) {
            (Some(role), is) if is != Some(role) => vec![set_role(*id, role)],
            (None, Some(_)) => vec![RemoveBoardMember { account_id: *id }.into()],
            _ => vec![],
        },
        Step::MakeColumn(id) => match (before.column(*id), now.column(*id)) {
            (Some(column), None) => {
                let name = column.name.to_string();
                vec![CreateColumn { column_id: *id, name, kind: column.kind, place: Place::END }.into()]
            }
            _ => vec![],
        },
        Step::Column(id, value) => of_column(*id, *value, before, now)?,
        Step::ColumnOrder => column_order(before, now),
        Step::Label(id) => match (before.label(*id), now.label(*id)) {
            (Some(old), None) => {
                vec![CreateLabel { label_id: *id, name: old.name.to_string(), colour: old.colour }.into()]
            }
            (Some(old), Some(_)) => {
                let (name, colour) = (Some(old.name.to_string()), Some(old.colour));
                vec![UpdateLabel { label_id: *id, name, colour }.into()]
            }
            _ => vec![],
        },
        Step::Category(id) => match (before.category(*id), now.category(*id)) {
            (Some(old), None) => {
                vec![CreateCategory { category_id: *id, name: old.name.to_string(), colour: old.colour }.into()]
            }
            (Some(old), Some(_)) => {
                let (name, colour) = (Some(old.name.to_string()), Some(old.colour));
                vec![UpdateCategory { category_id: *id, name, colour }.into()]
            }
            _ => vec![],
        },
        Step::Task(id, value) => match (before.task(*id), now.task(*id)) {
            (Some(was), Some(is)) => of_task(*id, *value, (past, was), (now, is), ctx)?,
            _ => vec![],
        },
        Step::UnmakeTask(id) => {
            let there = now.task(*id).is_some_and(|task| task.lifecycle != Lifecycle::Deleted);
            if there { vec![DeleteTask { task_id: *id }.into()] } else { vec![] }
        }
        Step::UnmakeColumn(id) if now.column(*id).is_some() => vec![DeleteColumn { column_id: *id }.into()],
        Step::UnmakeLabel(id) if now.label(*id).is_some() => vec![DeleteLabel { label_id: *id }.into()],
        Step::UnmakeCategory(id) if now.category(*id).is_some() => vec![DeleteCategory { category_id: *id }.into()],
        Step::UnmakeColumn(_) | Step::UnmakeLabel(_) | Step::UnmakeCategory(_) => vec![],
    })
}

fn set_role(account_id: lockstep_protocol::ids::AccountId, role: BoardRole) -> BoardCommand {
    SetBoardMember { account_id, role }.into()
}

fn of_board(value: BoardValue, before: &Board, now: &Board) -> Vec<BoardCommand> {
    let (Some(old), Some(is)) = (&before.head, &now.head) else { return vec![] };
    match value {
        BoardValue::Name => vec![UpdateBoard { name: Some(old.name.clone()), visibility: None }.into()],
        BoardValue::Visibility => vec![UpdateBoard { name: None, visibility: Some(old.visibility) }.into()],
        BoardValue::Life if old.lifecycle == is.lifecycle => vec![],
        BoardValue::Life => vec![match (old.lifecycle, is.lifecycle) {
            (Lifecycle::Deleted, _) => DeleteBoard {}.into(),
            (Lifecycle::Archived, Lifecycle::Deleted) => return vec![RestoreBoard {}.into(), ArchiveBoard {}.into()],
            (_, Lifecycle::Deleted) => RestoreBoard {}.into(),
            (Lifecycle::Archived, _) => ArchiveBoard {}.into(),
            (Lifecycle::Active, _) => UnarchiveBoard {}.into(),
        }],
    }
}

fn of_column(id: ColumnId, value: ColumnValue, before: &Board, now: &Board) -> Result<Vec<BoardCommand>, Failure> {
    let (Some(old), Some(is)) = (before.column(id), now.column(id)) else { return Ok(vec![]) };
    if !value.differs(is, old) {
        return Ok(vec![]);
    }
    let same = UpdateColumn { column_id: id, name: None, kind: None, colour: None };
    Ok(vec![match value {
        ColumnValue::Name => UpdateColumn { name: Some(old.name.to_string()), ..same }.into(),
        ColumnValue::Kind => UpdateColumn { kind: Some(old.kind), ..same }.into(),
        ColumnValue::Colour if old.colour.is_none() => {
            return Err(wrong_state("A column keeps the colour that it was given.").field("seq"));
        }
        ColumnValue::Colour => UpdateColumn { colour: old.colour, ..same }.into(),
        ColumnValue::Workflow => SetColumnWorkflow { column_id: id, workflow: old.workflow.clone() }.into(),
        ColumnValue::Archived if old.archived => ArchiveColumn { column_id: id }.into(),
        ColumnValue::Archived => UnarchiveColumn { column_id: id }.into(),
    }])
}

/// Each column right behind the one it stood behind. Where it stands already, nothing happens.
fn column_order(before: &Board, now: &Board) -> Vec<BoardCommand> {
    let order = common_order(before, now);
    let mut previous = None;
    let mut commands = Vec::new();
    for (index, column_id) in order.iter().copied().enumerate() {
        let place = Place { after: previous, before: order.get(index + 1).copied() };
        commands.push(MoveColumn { column_id, place }.into());
        previous = Some(column_id);
    }
    commands
}

fn of_task(
    task_id: TaskId,
    value: TaskValue,
    (past, was): (&Past, &Task),
    (now, is): (&Board, &Task),
    ctx: &Ctx<'_>,
) -> Result<Vec<BoardCommand>, Failure> {
    use TaskValue as V;
    let so = past.is_so((task_id, was), is, value, now, &past.before);
    if so {
        return Ok(vec![]);
    }
    Ok(match value {
        V::Revive | V::PutAway => life(task_id, was, is),
        V::Title => {
            let update = UpdateTask { task_id, title: None, description: None, mentions: vec![] };
            vec![UpdateTask { title: Some(was.title.to_string()), ..update }.into()]
        }
        V::Priority => vec![PrioritizeTask { task_id, priority: was.priority }.into()],
        V::Start => vec![ScheduleTask { task_id, start_at: was.start_at, due: is.due }.into()],
        V::Due => vec![ScheduleTask { task_id, start_at: is.start_at, due: was.due }.into()],
        V::Estimate => vec![EstimateTask { task_id, points: was.points, minutes: was.minutes }.into()],
        V::Parent => vec![SetTaskParent { task_id, parent_id: was.parent_id }.into()],
        V::Category => vec![CategorizeTask { task_id, category_id: was.category_id }.into()],
        V::Cover => vec![SetTaskCover { task_id, colour: was.cover }.into()],
        V::Place => {
            let place = place(task_id, was, &past.before, now);
            let mut commands = vec![MoveTask { task_id, column_id: was.column_id, place }.into()];
            // Where it goes may make it done or not done, which it was not to become by that.
            if !past.takes_back(&Step::Task(task_id, V::Done)) {
                let done = is.completed_at.is_some();
                commands.push(if done { CompleteTask { task_id }.into() } else { ReopenTask { task_id }.into() });
            }
            commands
        }
        V::Done if was.completed_at.is_some() => vec![CompleteTask { task_id }.into()],
        V::Done => vec![ReopenTask { task_id }.into()],
        V::Repeat => {
            let rule = |repeat: &lockstep_protocol::values::Repeat| RepeatRule {
                rule: repeat.rule.clone(),
                zone: repeat.zone.clone(),
            };
            vec![SetTaskRepeat { task_id, repeat: was.repeat.as_deref().map(rule) }.into()]
        }
        V::Description | V::Comment(_) | V::Reactions(_) => said::commands(task_id, value, (past, was), is, ctx)?,
        V::Labels | V::Assignees | V::Watchers | V::Dependencies => {
            lists::sets(task_id, value, was, past.left(task_id), is)
        }
        V::List(_) | V::Item(..) | V::NewLists => lists::checklists(task_id, value, was, is),
    })
}

fn life(task_id: TaskId, was: &Task, is: &Task) -> Vec<BoardCommand> {
    match (was.lifecycle, is.lifecycle) {
        (Lifecycle::Deleted, _) => vec![DeleteTask { task_id }.into()],
        (Lifecycle::Active, Lifecycle::Deleted) => vec![RestoreTask { task_id }.into()],
        (Lifecycle::Active, _) => vec![UnarchiveTask { task_id }.into()],
        // Out of the trash it is active.
        (Lifecycle::Archived, Lifecycle::Deleted) => {
            vec![RestoreTask { task_id }.into(), ArchiveTask { task_id }.into()]
        }
        (Lifecycle::Archived, _) => vec![ArchiveTask { task_id }.into()],
    }
}

/// Behind the nearest that stood before it and is there still, else before the nearest that stood behind it.
fn place(task_id: TaskId, was: &Task, before: &Board, now: &Board) -> Place<TaskId> {
    let there = |id: &TaskId| now.task(*id).is_some_and(|task| in_column(task, was.column_id));
    let order: Vec<TaskId> = before.order(was.column_id).collect();
    let at = order.iter().position(|id| *id == task_id).unwrap_or(order.len());
    let after = order.iter().take(at).rev().copied().find(there);
    let next = order.iter().skip(at + 1).copied().find(there);
    // With neither neighbour left behind, where it was first it is first again.
    let first = || now.order(was.column_id).find(|id| *id != task_id).filter(|_| at == 0);
    Place { after, before: next.or_else(first) }
}
