//! Tasks that repeat. When one is done the next is made in the same breath, and the rule goes over to it: so what is done does not repeat
//! any more, and being done, opened and done again makes no second one. Opening it again takes the next one back, as long as nobody has
//! touched that; then the rule is where it was.
//!
//! One that repeats on schedule keeps its rule when it is done: the server makes the next one when this one was due by the rule, and the
//! rule goes over by that; nothing takes that back.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::repeat::SetTaskRepeat,
    event::{BoardEvent, category::*, field::*, repeat::*, task::*},
    ids::{ColumnId, TaskId},
    values::{
        ColumnKind, Due, FieldKind, FieldValue, Lifecycle, Micros, Place, Priority, Reminder, Repeat, RepeatOn,
        RepeatRule, TaskField,
    },
    view::TaskFace,
};

use super::{Ask, Decided, dependencies, moves, people, tasks, workflow};
use crate::{
    board::{
        state::{Checklist, Column, Task},
        view,
    },
    rank::Rank,
    recur::{Local, Rule, Series},
    refuse::{invalid, missing, wrong_state},
};

/// The longest name of a time zone is half of this.
const ZONE_BYTES_MAX: usize = 64;

pub(super) fn set(ask: &Ask<'_>, command: &SetTaskRepeat) -> Decided {
    let task_id = command.task_id;
    let task = ask.active_task(task_id)?;
    let Some(asked) = &command.repeat else {
        let event = TaskRepeatChanged { task_id, repeat: None }.into();
        return Ok(if task.repeat.is_some() { vec![event] } else { vec![] });
    };
    if task.completed_at.is_some() {
        return Err(wrong_state("The task is done."));
    }
    let (due, repeat) = begin(ask, asked, task.due)?;
    let same = |old: &Repeat| {
        (&old.rule, &old.zone, old.on) == (&repeat.rule, &repeat.zone, repeat.on)
            && stands_at(old).is_some_and(|at| Some(at) == task.due)
    };
    if task.repeat.as_deref().is_some_and(same) {
        return Ok(vec![]);
    }
    let mut events: Vec<BoardEvent> = Vec::new();
    if task.due.is_none() {
        events.push(TaskScheduled { task_id, start_at: task.start_at, due: Some(due) }.into());
    }
    events.push(TaskRepeatChanged { task_id, repeat: Some(repeat) }.into());
    Ok(events)
}

/// What a task that is due then repeats by from there on. One that is not due gets the first day that the rule names, from today on.
pub(super) fn begin(ask: &Ask<'_>, asked: &RepeatRule, due: Option<Due>) -> Result<(Due, Repeat), Failure> {
    let rule = Rule::parse(&asked.rule, ask.ctx.limits).map_err(|refused| invalid("repeat.rule", &refused.0))?;
    let zone = Some(asked.zone.as_str()).filter(|name| name.len() <= ZONE_BYTES_MAX);
    let zone = zone.and_then(|name| TimeZone::get(name).ok());
    let zone = zone.ok_or_else(|| invalid("repeat.zone", "There is no such time zone."))?;
    let never = || invalid("repeat.rule", "It never happens.");
    let starts = match due {
        Some(due) => local(due, &zone).ok_or_else(never)?,
        None => {
            let today = instant(ask.ctx.now).map(|now| now.to_zoned(zone.clone()).date());
            let first = today.and_then(|today| rule.first(today));
            Local { date: first.ok_or_else(never)?, time: None }
        }
    };
    Series { rule: &rule, starts, zone: &zone }.first().ok_or_else(never)?;
    let due = due.or_else(|| due_at(starts, &zone)).ok_or_else(never)?;
    let zone = zone.iana_name().unwrap_or("UTC").to_owned();
    Ok((due, Repeat { rule: rule.to_string(), zone, starts: starts.to_string(), at: starts.to_string(), on: asked.on }))
}

fn instant(at: Micros) -> Option<Timestamp> {
    Timestamp::from_microsecond(at).ok()
}

/// A due date on the clocks of a zone.
fn local(due: Due, zone: &TimeZone) -> Option<Local> {
    let there = if due.has_time { zone.clone() } else { TimeZone::UTC };
    let at = instant(due.at)?.to_zoned(there).datetime();
    Some(Local { date: at.date(), time: Some(at.time()).filter(|_| due.has_time) })
}

fn due_at(at: Local, zone: &TimeZone) -> Option<Due> {
    let there = if at.time.is_some() { zone } else { &TimeZone::UTC };
    Some(Due { at: at.instant(there)?.as_microsecond(), has_time: at.time.is_some() })
}

/// When the one is due that a task stands for, if nobody has put it off.
fn stands_at(repeat: &Repeat) -> Option<Due> {
    due_at(repeat.at.parse().ok()?, &TimeZone::get(&repeat.zone).ok()?)
}

/// When the next one is due.
struct Next {
    at: Local,
    due: Due,
    start_at: Option<Micros>,
}

/// Behind the one that this task stands for, behind the day that it was put off to, and behind today: what was missed is not made up for.
fn after(ask: &Ask<'_>, task: &Task, repeat: &Repeat) -> Option<Next> {
    let (rule, zone) = (Rule::stored(&repeat.rule)?, TimeZone::get(&repeat.zone).ok()?);
    let (starts, at): (Local, Local) = (repeat.starts.parse().ok()?, repeat.at.parse().ok()?);
    let series = Series { rule: &rule, starts, zone: &zone };
    let now = instant(ask.ctx.now)?;
    let due = task.due.and_then(|due| local(due, &zone)).unwrap_or(at);
    let next = if starts.time.is_none() {
        series.after_day(now.to_zoned(zone.clone()).date().max(at.date).max(due.date))?
    } else {
        series.after(now.max(at.instant(&zone)?).max(due.instant(&zone)?))?
    };
    put(task, due, next, &zone)
}

/// The same for one that repeats on schedule: behind the one that this task stands for, and not before today or now.
fn scheduled(ask: &Ask<'_>, task: &Task, repeat: &Repeat) -> Option<Next> {
    let (rule, zone) = (Rule::stored(&repeat.rule)?, TimeZone::get(&repeat.zone).ok()?);
    let (starts, at): (Local, Local) = (repeat.starts.parse().ok()?, repeat.at.parse().ok()?);
    let series = Series { rule: &rule, starts, zone: &zone };
    let now = instant(ask.ctx.now)?;
    let next = if starts.time.is_none() {
        series.after_day(now.to_zoned(zone.clone()).date().yesterday().ok()?.max(at.date))?
    } else {
        series.after(now.max(at.instant(&zone)?))?
    };
    put(task, task.due.and_then(|due| local(due, &zone)).unwrap_or(at), next, &zone)
}

/// The start lies as far before the due date as it did.
fn put(task: &Task, due: Local, next: Local, zone: &TimeZone) -> Option<Next> {
    let days = due.date.until(next.date).ok()?.get_days();
    let start_at = task.start_at.and_then(|start_at| {
        let there = instant(start_at)?.to_zoned(zone.clone()).datetime().checked_add(days.days()).ok()?;
        Some(there.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond())
    });
    Some(Next { at: next, due: due_at(next, zone)?, start_at })
}

/// What follows when this task is done.
/// `leaves`: it goes out of its column by that.
pub(super) fn next(ask: &Ask<'_>, task_id: TaskId, task: &Task, leaves: bool) -> Decided {
    let former = ask.ctx.past.and_then(|past| past.next_of(task_id, ask.board));
    match (task.repeat.as_deref().filter(|repeat| repeat.on == RepeatOn::Done), former) {
        (Some(_), Some(former)) => again(ask, (task_id, task), former, leaves),
        (Some(repeat), None) => make(ask, (task_id, task), repeat, after(ask, task, repeat), Why::Done { leaves }),
        (None, _) => Ok(vec![]),
    }
}

/// What follows when this task was due by the rule of its schedule.
pub(super) fn on_schedule(ask: &Ask<'_>, task_id: TaskId, task: &Task) -> Decided {
    match task.repeat.as_deref().filter(|repeat| repeat.on == RepeatOn::Schedule) {
        Some(repeat) => make(ask, (task_id, task), repeat, scheduled(ask, task, repeat), Why::Schedule),
        None => Ok(vec![]),
    }
}

/// Why the next one is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// `leaves`: this one goes out of its column in the same moment.
    Done {
        leaves: bool,
    },
    Schedule,
}

fn make(ask: &Ask<'_>, (task_id, task): (TaskId, &Task), repeat: &Repeat, next: Option<Next>, why: Why) -> Decided {
    let Some(Next { at, due, start_at }) = next else {
        // That was the last one.
        return Ok(vec![TaskRepeatChanged { task_id, repeat: None }.into()]);
    };
    // Its place is needed, and it is not this one's to give: rather not done than never again.
    tasks::check_room(ask)?;
    let next_id = fresh(ask, task_id);
    let number = ask.board.last_number.checked_add(1).ok_or_else(|| Failure::new(Code::BoardFull))?;
    let (column_id, mut events, rank) = place(ask, task, why)?;
    let may_have = |account: &_| people::check_assignee(ask, *account, "assignees").is_ok();
    let parent_id = task.parent_id.filter(|parent| dependencies::check_parent(ask, next_id, *parent).is_ok());
    let created = TaskCreated {
        task_id: next_id,
        number,
        column_id,
        rank: rank.into(),
        title: task.title.to_string(),
        description: None,
        labels: task.labels.clone(),
        assignees: task.assignees.iter().copied().filter(may_have).collect(),
        priority: Some(task.priority).filter(|priority| *priority != Priority::None),
        start_at,
        due: Some(due),
        parent_id,
        original: None,
    };
    events.push(created.into());
    let repeat = Repeat { at: at.to_string(), ..repeat.clone() };
    events.push(passed_on((task_id, task), next_id, repeat).into());
    if task.category_id.is_some() {
        events.push(TaskCategorized { task_id: next_id, category_id: task.category_id }.into());
    }
    if task.cover.is_some() {
        events.push(TaskCoverChanged { task_id: next_id, colour: task.cover }.into());
    }
    // Who may not be named any more is not named anew.
    let named = |held: &&TaskField| match held.value {
        FieldValue::Person { account_id } => may_have(&account_id),
        _ => true,
    };
    events.extend(task.fields.iter().filter(named).map(|TaskField { field_id, value }| {
        let (kind, value) = (value.kind(), Some(value.clone()));
        TaskFieldChanged { task_id: next_id, field_id: *field_id, kind, value }.into()
    }));
    Ok(events)
}

/// Done again, the next one is the one that it had made before that was taken back.
fn again(
    ask: &Ask<'_>,
    (task_id, task): (TaskId, &Task),
    (next_id, repeat): (TaskId, &Repeat),
    leaves: bool,
) -> Decided {
    let next = ask.board.task(next_id).ok_or_else(|| missing("task_id"))?;
    tasks::check_room(ask)?;
    let leaves = leaves && next.column_id == task.column_id;
    let (column_id, mut events, rank) = place(ask, next, Why::Done { leaves })?;
    let face = TaskFace { column_id, rank: rank.into(), ..view::face(next_id, next) };
    events.push(TaskRestored { task_id: next_id, face }.into());
    events.push(passed_on((task_id, task), next_id, repeat.clone()).into());
    Ok(events)
}

fn passed_on((from_id, from): (TaskId, &Task), task_id: TaskId, repeat: Repeat) -> TaskRepeated {
    TaskRepeated {
        task_id,
        from_id,
        repeat,
        has_description: from.description_seq.is_some(),
        // A limit keeps it far below what 32 bits hold.
        items: u32::try_from(from.checklist_counts().1).unwrap_or(u32::MAX),
        points: from.points,
        minutes: from.minutes,
    }
}

/// An id that follows from the task's own and the board, so that deciding the same again comes to the same. One that was taken back leaves its own behind.
fn fresh(ask: &Ask<'_>, task_id: TaskId) -> TaskId {
    let mut turn = 0_u32;
    loop {
        let mut hasher = blake3::Hasher::new_derive_key("lockstep: the next one of a task that repeats");
        hasher.update(ask.ctx.id.as_bytes()).update(task_id.0.as_bytes()).update(&turn.to_be_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        let id = TaskId(uuid::Builder::from_custom_bytes(bytes).into_uuid());
        if ask.board.task(id).is_none() && ask.board.went_to(id).is_none() {
            return id;
        }
        turn += 1;
    }
}

/// Where this one stood; where that means done, is closed or is full, at the end of the first column that is neither.
fn place(ask: &Ask<'_>, task: &Task, why: Why) -> Result<(ColumnId, Vec<BoardEvent>, Rank), Failure> {
    let has_room = |id: ColumnId, column: &Column| match why {
        Why::Done { leaves } => workflow::has_room(ask, id, column, usize::from(leaves && id == task.column_id)),
        Why::Schedule => workflow::has_space(ask, id, column, 0),
    };
    let is_open =
        |id: ColumnId, column: &Column| !column.archived && column.kind != ColumnKind::Done && has_room(id, column);
    if !ask.board.column(task.column_id).is_some_and(|column| is_open(task.column_id, column)) {
        let columns = ask.board.columns();
        if let Some((column_id, _)) = columns.into_iter().find(|(id, column)| is_open(*id, column)) {
            let (events, rank) = moves::enter(ask, column_id, &Place::END)?;
            return Ok((column_id, events, rank));
        }
        let column = ask.column(task.column_id)?;
        match why {
            Why::Done { .. } => workflow::check_wip(ask, task.column_id, column)?,
            Why::Schedule => workflow::check_space(ask, task.column_id, column)?,
        }
    }
    let (events, rank) = moves::come_back(ask, task.column_id, &task.rank)?;
    Ok((task.column_id, events, rank))
}

/// What follows when a task is opened again.
pub(super) fn take_back(ask: &Ask<'_>, task_id: TaskId, task: &Task) -> Vec<BoardEvent> {
    let passed_on = task.passed_on.as_ref().filter(|(_, repeat)| repeat.on == RepeatOn::Done);
    let Some((next_id, repeat)) = passed_on else { return vec![] };
    let room = ask.board.inactive_count() < ask.ctx.limits.tasks_inactive_per_board_max;
    let untouched = ask.board.task(*next_id).is_some_and(|next| is_untouched(ask, task, *next_id, next));
    if !room || !untouched {
        return vec![];
    }
    vec![
        TaskRepeatChanged { task_id: *next_id, repeat: None }.into(),
        TaskDeleted { task_id: *next_id }.into(),
        TaskRepeatChanged { task_id, repeat: Some(repeat.as_ref().clone()) }.into(),
    ]
}

/// Whether the next one is as it was made, for all that is known of it.
fn is_untouched(ask: &Ask<'_>, task: &Task, next_id: TaskId, next: &Task) -> bool {
    let alike = next.title == task.title
        && next.labels == task.labels
        && next.priority == task.priority
        && next.description_seq == task.description_seq
        && (next.points, next.minutes) == (task.points, task.minutes)
        && (next.category_id, next.cover) == (task.category_id, task.cover)
        && next.assignees.iter().all(|account| task.assignees.contains(account))
        && same_values(task, next)
        && next.checklists == unticked(&task.checklists)
        && next.reminders().eq(before_due(task));
    let planned = next.repeat.as_deref().and_then(stands_at);
    let alone = next.comments.is_empty() && next.dependencies.is_empty() && ask.board.parts(next_id).next().is_none();
    let open = next.lifecycle == Lifecycle::Active && next.completed_at.is_none();
    alike && alone && open && planned.is_some() && next.due == planned
}

/// Whether the next one has what this one has, people aside who were not named anew.
fn same_values(task: &Task, next: &Task) -> bool {
    let all = |held: &TaskField| next.fields.contains(held) || held.value.kind() == FieldKind::Person;
    next.fields.iter().all(|held| task.fields.contains(held)) && task.fields.iter().all(all)
}

fn before_due(task: &Task) -> impl Iterator<Item = Reminder> + '_ {
    task.reminders().filter(|reminder| matches!(reminder, Reminder::Before { .. }))
}

fn unticked(lists: &[Arc<Checklist>]) -> Vec<Arc<Checklist>> {
    lists.iter().map(Checklist::unticked).collect()
}
