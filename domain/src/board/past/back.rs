//! How one step goes back: the commands that bring it about on the board as it is at that point. They are asked like any others, with the
//! rights of whoever goes back. What no command says, for nobody may say it in their own words, happens.

use lockstep_protocol::{
    codes::Failure,
    command::{
        BoardCommand, board::*, category::*, field::*, link::RevokeLink, repeat::SetTaskRepeat, task::*, view::*,
        workflow::SetColumnWorkflow,
    },
    ids::{ColumnId, FieldId, TaskId, ViewId},
    values::{BoardRole, Lifecycle, Place, RepeatRule},
};

use super::{
    Past, crossing, lists, said,
    shared::view_order,
    steps::{BoardValue, ColumnValue, Step, TaskValue, common_order, field_order},
    way::{category_in_the_way, in_column, label_in_the_way},
};
use crate::{
    aggregate::{Ctx, FollowUp},
    board::state::{Board, Task},
    refuse::wrong_state,
};

pub(super) fn follow_up(step: &Step, past: &Past, now: &Board, ctx: &Ctx<'_>) -> Result<FollowUp<Board>, Failure> {
    if let Step::Task(task_id, TaskValue::Comment(comment_id)) = step
        && let Some(events) = said::again((*task_id, *comment_id), past, now, ctx)?
    {
        return Ok(FollowUp::happening(events));
    }
    commands(step, past, now, ctx).map(FollowUp::asking)
}

fn commands(step: &Step, past: &Past, now: &Board, ctx: &Ctx<'_>) -> Result<Vec<BoardCommand>, Failure> {
    let before = &past.before;
    Ok(match step {
        Step::Refit(id) => crossing::refit(*id, past, now, ctx)?,
        Step::SendBack(_) => crossing::send_back(past, now, ctx)?,
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
        Step::Column(id, value) => of_column(*id, *value, before, now),
        Step::ColumnOrder => {
            in_order(&common_order(before, now), |column_id, place| MoveColumn { column_id, place }.into())
        }
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
        Step::Field(id) => of_field(*id, before, now),
        Step::FieldOrder => in_order(&field_order(before, now), |field_id, place| MoveField { field_id, place }.into()),
        Step::View(id) => of_view(*id, before, now),
        Step::ViewOrder => in_order(&view_order(before, now), |view_id, place| MoveView { view_id, place }.into()),
        Step::UnmakeView(id) if now.saved_view(*id).is_some() => vec![DeleteView { view_id: *id }.into()],
        Step::UnmakeView(_) => vec![],
        Step::UnmakeLink(id) if now.link(*id).is_some() => vec![RevokeLink { link_id: *id }.into()],
        Step::UnmakeLink(_) => vec![],
        Step::UnmakeField(id) if now.field(*id).is_some() => vec![DeleteField { field_id: *id }.into()],
        Step::Task(id, value) => match (before.task(*id), now.task(*id)) {
            (Some(was), Some(is)) => of_task(*id, *value, (past, was), (now, is), ctx)?,
            _ => vec![],
        },
        Step::UnmakeTask(id) => {
            let there = now.task(*id).is_some_and(|task| task.lifecycle != Lifecycle::Deleted);
            if there { vec![DeleteTask { task_id: *id }.into()] } else { vec![] }
        }
        Step::UnmakeColumn(id) if now.column(*id).is_some() => vec![DeleteColumn { column_id: *id }.into()],
        Step::UnmakeLabel(id) if past.crossing().is_some() && label_in_the_way(*id, past, now) => vec![],
        Step::UnmakeCategory(id) if past.crossing().is_some() && category_in_the_way(*id, past, now) => vec![],
        Step::UnmakeLabel(id) if now.label(*id).is_some() => vec![DeleteLabel { label_id: *id }.into()],
        Step::UnmakeCategory(id) if now.category(*id).is_some() => vec![DeleteCategory { category_id: *id }.into()],
        Step::UnmakeColumn(_) | Step::UnmakeLabel(_) | Step::UnmakeCategory(_) | Step::UnmakeField(_) => vec![],
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
        BoardValue::Template => vec![SetBoardTemplate { template: old.template }.into()],
        BoardValue::Escalations => {
            let escalations = old.escalations.iter().map(|rule| rule.escalation).collect();
            vec![SetEscalations { escalations }.into()]
        }
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

fn of_column(id: ColumnId, value: ColumnValue, before: &Board, now: &Board) -> Vec<BoardCommand> {
    let (Some(old), Some(is)) = (before.column(id), now.column(id)) else { return vec![] };
    if !value.differs(is, old) {
        return vec![];
    }
    let same = UpdateColumn { column_id: id, name: None, kind: None, colour: None, clear_colour: false };
    vec![match value {
        ColumnValue::Name => UpdateColumn { name: Some(old.name.to_string()), ..same }.into(),
        ColumnValue::Kind => UpdateColumn { kind: Some(old.kind), ..same }.into(),
        ColumnValue::Colour => UpdateColumn { colour: old.colour, clear_colour: old.colour.is_none(), ..same }.into(),
        ColumnValue::Workflow => SetColumnWorkflow { column_id: id, workflow: old.workflow.clone() }.into(),
        ColumnValue::Archived if old.archived => ArchiveColumn { column_id: id }.into(),
        ColumnValue::Archived => UnarchiveColumn { column_id: id }.into(),
    }]
}

/// Each right behind the one it stood behind. Where it stands already, nothing happens.
fn in_order<Id: Copy>(order: &[Id], command: impl Fn(Id, Place<Id>) -> BoardCommand) -> Vec<BoardCommand> {
    let mut previous = None;
    let mut commands = Vec::new();
    for (index, id) in order.iter().copied().enumerate() {
        commands.push(command(id, Place { after: previous, before: order.get(index + 1).copied() }));
        previous = Some(id);
    }
    commands
}

fn of_view(view_id: ViewId, before: &Board, now: &Board) -> Vec<BoardCommand> {
    let Some(old) = before.saved_view(view_id) else { return vec![] };
    let (name, look) = (old.name.to_string(), old.look.clone());
    if now.saved_view(view_id).is_none() {
        return vec![CreateView { view_id, name, look, place: Place::END }.into()];
    }
    vec![UpdateView { view_id, name: Some(name), look: Some(look) }.into()]
}

fn of_field(field_id: FieldId, before: &Board, now: &Board) -> Vec<BoardCommand> {
    let Some(old) = before.field(field_id) else { return vec![] };
    let (name, options) = (old.name.to_string(), old.options.clone());
    if now.field(field_id).is_none() {
        return vec![CreateField { field_id, name, kind: old.kind, options, place: Place::END }.into()];
    }
    vec![UpdateField { field_id, name: Some(name), options: Some(options) }.into()]
}

pub(super) fn of_task(
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
            let mut commands = alone(task_id, was, (now, is), past);
            commands.push(MoveTask { task_id, column_id: was.column_id, place }.into());
            // Where it goes may make it done or not done, which it was not to become by that.
            if !past.takes_back(&Step::Task(task_id, V::Done)) {
                let done = is.completed_at.is_some();
                commands.push(if done { CompleteTask { task_id }.into() } else { ReopenTask { task_id }.into() });
            }
            commands
        }
        V::Done if was.completed_at.is_some() => {
            let mut commands = alone(task_id, was, (now, is), past);
            commands.push(CompleteTask { task_id }.into());
            commands
        }
        V::Done => vec![ReopenTask { task_id }.into()],
        V::Repeat => {
            let rule = |repeat: &lockstep_protocol::values::Repeat| RepeatRule {
                rule: repeat.rule.clone(),
                zone: repeat.zone.clone(),
                on: repeat.on,
            };
            vec![SetTaskRepeat { task_id, repeat: was.repeat.as_deref().map(rule) }.into()]
        }
        V::Description | V::Comment(_) | V::Reactions(_) => said::commands(task_id, value, (past, was), is, ctx)?,
        V::Labels | V::Assignees | V::Watchers | V::Dependencies | V::Reminders => {
            lists::sets(task_id, value, was, past.left(task_id), is)
        }
        V::Field(field_id) => vec![SetTaskField { task_id, field_id, value: was.value(field_id).cloned() }.into()],
        V::Time(entry_id) => said::time((task_id, entry_id), was, is, ctx),
        V::List(_) | V::Item(..) | V::Since => lists::checklists(task_id, value, was, is),
    })
}

/// What is done again makes no next one where the one that it had made is there, or was the last.
fn alone(task_id: TaskId, was: &Task, (now, is): (&Board, &Task), past: &Past) -> Vec<BoardCommand> {
    let passes_on = is.repeat.is_some() && was.repeat.is_none() && was.completed_at.is_some();
    if passes_on && past.next_of(task_id, now).is_none() {
        return vec![SetTaskRepeat { task_id, repeat: None }.into()];
    }
    vec![]
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
pub(super) fn place(task_id: TaskId, was: &Task, before: &Board, now: &Board) -> Place<TaskId> {
    let there = |id: &TaskId| now.task(*id).is_some_and(|task| in_column(task, was.column_id));
    let order: Vec<TaskId> = before.order(was.column_id).collect();
    let at = order.iter().position(|id| *id == task_id).unwrap_or(order.len());
    let after = order.iter().take(at).rev().copied().find(there);
    let next = order.iter().skip(at + 1).copied().find(there);
    // With neither neighbour left behind, where it was first it is first again.
    let first = || now.order(was.column_id).find(|id| *id != task_id).filter(|_| at == 0);
    Place { after, before: next.or_else(first) }
}
