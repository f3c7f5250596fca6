//! Tasks: made, and their own fields changed.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::task::*,
    event::{
        BoardEvent,
        category::{TaskCategorized, TaskCoverChanged},
        field::TaskFieldChanged,
        repeat::TaskRepeatChanged,
        task::*,
    },
    ids::{AccountId, LabelId, TaskId},
    values::{ColumnKind, Due, Micros, Original, Priority, TaskField},
};

use super::{Ask, Decided, dependencies, fields, mentions, moves, people, repeat, workflow};
use crate::{
    access::Capability,
    refuse::{exists, full, invalid, missing},
    text,
};

pub(super) fn create(ask: &Ask<'_>, command: &CreateTask) -> Decided {
    let CreateTask { task_id, column_id, .. } = *command;
    check_id(ask, task_id)?;
    check_original(ask, command.original)?;
    check_dates(command.start_at, command.due)?;
    let column = ask.open_column(column_id)?;
    check_room(ask)?;
    let title = text::title(&command.title, "title", ask.ctx.limits)?;
    let description = match &command.description {
        Some(description) => Some(text::description(description, "description", ask.ctx.limits)?),
        None => None,
    };
    let labels = labels(ask, &command.labels)?;
    if let Some(parent_id) = command.parent_id {
        dependencies::check_parent(ask, task_id, parent_id)?;
    }
    let mut assignees = assignees(ask, &command.assignees)?;
    if assignees.is_empty() && command.original.is_none() {
        assignees.extend(people::by_rule(ask));
    }
    check_estimate(ask, command.points, command.minutes)?;
    if let Some(category_id) = command.category_id {
        ask.board.category(category_id).ok_or_else(|| missing("category_id"))?;
    }
    let fields = fields::given(ask, &command.fields)?;
    let (due, repeat) = match &command.repeat {
        None => (command.due, None),
        // What is done as it is made would have to make its next one with it, and that the next.
        Some(_) if column.kind == ColumnKind::Done => {
            return Err(invalid("repeat", "A task in a column of finished work does not repeat."));
        }
        Some(asked) => {
            let (due, repeat) = repeat::begin(ask, asked, command.due)?;
            (Some(due), Some(repeat))
        }
    };
    workflow::check_new(ask, column, command, !assignees.is_empty())?;
    let number = ask.board.last_number.checked_add(1).ok_or_else(|| Failure::new(Code::BoardFull))?;
    let (mut events, rank) = moves::enter(ask, column_id, &command.place)?;
    events.push(
        TaskCreated {
            task_id,
            number,
            column_id,
            rank: rank.into(),
            title,
            description: description.filter(|description| !description.is_empty()),
            labels,
            assignees,
            priority: command.priority.filter(|priority| *priority != Priority::None),
            start_at: command.start_at,
            due,
            parent_id: command.parent_id,
            original: command.original,
        }
        .into(),
    );
    events.extend(also(ask, command, fields));
    if repeat.is_some() {
        events.push(TaskRepeatChanged { task_id, repeat }.into());
    }
    if column.kind == ColumnKind::Done {
        events.push(TaskCompleted { task_id }.into());
    }
    Ok(events)
}

/// Whether a task may be made under this id. One that went to another board still has its own.
fn check_id(ask: &Ask<'_>, task_id: TaskId) -> Result<(), Failure> {
    if task_id == TaskId::NIL {
        return Err(invalid("task_id", "The nil id names nothing."));
    }
    let taken = ask.board.task(task_id).is_some() || ask.board.went_to(task_id).is_some();
    if taken { Err(exists("task_id")) } else { Ok(()) }
}

/// What is said of a new task in events of its own.
fn also(ask: &Ask<'_>, command: &CreateTask, fields: Vec<TaskField>) -> Vec<BoardEvent> {
    let CreateTask { task_id, points, minutes, category_id, cover, .. } = *command;
    let mut events: Vec<BoardEvent> = Vec::new();
    if points.is_some() || minutes.is_some() {
        events.push(TaskEstimated { task_id, points, minutes }.into());
    }
    if category_id.is_some() {
        events.push(TaskCategorized { task_id, category_id }.into());
    }
    if cover.is_some() {
        events.push(TaskCoverChanged { task_id, colour: cover }.into());
    }
    events.extend(fields.into_iter().filter_map(|TaskField { field_id, value }| {
        let kind = ask.board.field(field_id)?.kind;
        Some(TaskFieldChanged { task_id, field_id, kind, value: Some(value) }.into())
    }));
    events
}

/// Room for one more active task.
pub(in crate::board) fn check_room(ask: &Ask<'_>) -> Result<(), Failure> {
    let limit = ask.ctx.limits.tasks_per_board_max;
    if ask.board.active_count() >= limit { Err(Failure::new(Code::BoardFull).limit(limit as u64)) } else { Ok(()) }
}

/// Only those who may import say who made something and when.
pub(super) fn check_original(ask: &Ask<'_>, original: Option<Original>) -> Result<(), Failure> {
    let Some(original) = original else { return Ok(()) };
    ask.demand(Capability::Import).map_err(|refused| refused.field("original"))?;
    check_moment(original.original_at, "original.original_at")?;
    // An author has to be known here, or have been: a claimed placeholder still names its person.
    let author = ask.org.resolve(original.original_author);
    if ask.org.role(author).is_none() { Err(missing("original.original_author")) } else { Ok(()) }
}

/// The years 0001 to 9999, so that every client can show it.
pub(super) fn check_moment(at: Micros, field: &str) -> Result<(), Failure> {
    const FIRST: Micros = -62_135_596_800_000_000;
    const LAST: Micros = 253_402_300_799_999_999;
    if (FIRST..=LAST).contains(&at) { Ok(()) } else { Err(invalid(field, "There is no such day.")) }
}

fn check_dates(start_at: Option<Micros>, due: Option<Due>) -> Result<(), Failure> {
    if let Some(start_at) = start_at {
        check_moment(start_at, "start_at")?;
    }
    due.map_or(Ok(()), |due| check_due(due, "due.at"))
}

/// A day, or a moment of one.
pub(super) fn check_due(due: Due, field: &str) -> Result<(), Failure> {
    const DAY: Micros = 86_400_000_000;
    check_moment(due.at, field)?;
    let midnight = due.has_time || due.at.rem_euclid(DAY) == 0;
    if midnight { Ok(()) } else { Err(invalid(field, "Without a time of day it is midnight UTC.")) }
}

fn labels(ask: &Ask<'_>, asked: &[LabelId]) -> Result<Vec<LabelId>, Failure> {
    let mut labels = Vec::new();
    for label in asked {
        ask.board.label(*label).ok_or_else(|| missing("labels"))?;
        if !labels.contains(label) {
            labels.push(*label);
        }
    }
    let limit = ask.ctx.limits.labels_per_task_max;
    if labels.len() > limit { Err(full("labels", limit)) } else { Ok(labels) }
}

fn assignees(ask: &Ask<'_>, asked: &[AccountId]) -> Result<Vec<AccountId>, Failure> {
    let limit = ask.ctx.limits.assignees_per_task_max;
    let mut assignees = Vec::new();
    for account in asked {
        people::check_assignee(ask, *account, "assignees")?;
        if !assignees.contains(account) {
            assignees.push(*account);
        }
        if assignees.len() > limit {
            return Err(full("assignees", limit));
        }
    }
    Ok(assignees)
}

/// A description is compared by nothing but being there: its text is not here to compare. Giving one always takes an event; taking
/// away none does not.
pub(super) fn update(ask: &Ask<'_>, command: &UpdateTask) -> Decided {
    let task_id = command.task_id;
    let task = ask.active_task(task_id)?;
    let title = command.title.as_deref().map(|title| text::title(title, "title", ask.ctx.limits)).transpose()?;
    let title = title.filter(|title| task.title != *title);
    let description = command.description.as_deref();
    let description =
        description.map(|description| text::description(description, "description", ask.ctx.limits)).transpose()?;
    let description = description.filter(|description| !description.is_empty() || task.description_seq.is_some());
    let said = description.as_deref().unwrap_or_default();
    let mentions = mentions::check(ask, &command.mentions, said, &task.mentions)?;
    if title.is_none() && description.is_none() {
        return Ok(vec![]);
    }
    let followers = mentions::followers(ask, (task_id, task), &mentions, &task.mentions);
    let mut events = vec![TaskUpdated { task_id, title, description, mentions }.into()];
    events.extend(followers);
    Ok(events)
}

pub(super) fn prioritize(ask: &Ask<'_>, command: &PrioritizeTask) -> Decided {
    let PrioritizeTask { task_id, priority } = *command;
    let same = ask.active_task(task_id)?.priority == priority;
    Ok(if same { vec![] } else { vec![TaskPriorityChanged { task_id, priority }.into()] })
}

pub(super) fn schedule(ask: &Ask<'_>, command: &ScheduleTask) -> Decided {
    let ScheduleTask { task_id, start_at, due } = *command;
    let task = ask.active_task(task_id)?;
    check_dates(start_at, due)?;
    let same = task.start_at == start_at && task.due == due;
    Ok(if same { vec![] } else { vec![TaskScheduled { task_id, start_at, due }.into()] })
}

pub(super) fn estimate(ask: &Ask<'_>, command: &EstimateTask) -> Decided {
    let EstimateTask { task_id, points, minutes } = *command;
    let task = ask.active_task(task_id)?;
    check_estimate(ask, points, minutes)?;
    let same = (task.points, task.minutes) == (points, minutes);
    Ok(if same { vec![] } else { vec![TaskEstimated { task_id, points, minutes }.into()] })
}

fn check_estimate(ask: &Ask<'_>, points: Option<u32>, minutes: Option<u32>) -> Result<(), Failure> {
    let limits = ask.ctx.limits;
    for (given, most, field) in
        [(points, limits.task_points_max, "points"), (minutes, limits.task_estimate_minutes_max, "minutes")]
    {
        if given.is_some_and(|given| given > most) {
            return Err(invalid(field, &format!("At most {most}.")).limit(most.into()));
        }
    }
    Ok(())
}
