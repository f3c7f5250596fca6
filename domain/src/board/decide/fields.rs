//! Custom fields of the board, and what its tasks have in them.
//!
//! - What a field holds is said once: its kind never changes. An option that is taken out leaves the tasks that had it, a field that is
//!   deleted takes its values along and is asked for by no column any more.
//! - A person is somebody who sees the board as they are named, as with assignees; one who goes stays named, since the value says who it
//!   was, not who does the work: nobody else is put in their place.

use lockstep_protocol::{
    codes::Failure,
    command::{BoardCommand, field::*},
    event::{BoardEvent, field::*},
    ids::{FieldId, OptionId},
    values::{FieldKind, FieldOption, FieldValue, TaskField},
};

use super::{Ask, Decided, columns::no_room, people, tasks};
use crate::{
    board::{
        place::{Fit, Order, Others},
        state::{CustomField, Task},
    },
    rank::Rank,
    refuse::{exists, full, invalid, missing},
    text, value,
};

/// Which fields the board has, and in which order.
pub(super) fn shape(ask: &Ask<'_>, command: &BoardCommand) -> Decided {
    match command {
        BoardCommand::CreateField(command) => create(ask, command),
        BoardCommand::UpdateField(command) => update(ask, command),
        BoardCommand::MoveField(command) => reorder(ask, command),
        BoardCommand::DeleteField(command) => delete(ask, command),
        _ => Ok(vec![]),
    }
}

fn create(ask: &Ask<'_>, command: &CreateField) -> Decided {
    let CreateField { field_id, kind, .. } = *command;
    if field_id == FieldId::NIL {
        return Err(invalid("field_id", "The nil id names nothing."));
    }
    if ask.board.field(field_id).is_some() {
        return Err(exists("field_id"));
    }
    if ask.board.fields.len() >= ask.ctx.limits.fields_per_board_max {
        return Err(full("field_id", ask.ctx.limits.fields_per_board_max));
    }
    let name = text::name(&command.name, "name", ask.ctx.limits)?;
    let options = options(ask, field_id, kind, &command.options)?;
    let order = order(ask);
    let others = Others::new(&order, None);
    let gap = others.gap(&command.place, |id| entry(ask, id));
    let fit = others.fit(&gap, ask.ctx.limits.rank_bytes_max).ok_or_else(no_room)?;
    let mut events = reranked(&fit);
    events.push(FieldCreated { field_id, name, kind, options, rank: fit.rank.into() }.into());
    Ok(events)
}

fn field<'a>(ask: &Ask<'a>, id: FieldId) -> Result<&'a CustomField, Failure> {
    ask.board.field(id).ok_or_else(|| missing("field_id"))
}

/// The options as they are kept: each once, with a name, and not too many of them on the board.
fn options(ask: &Ask<'_>, of: FieldId, kind: FieldKind, asked: &[FieldOption]) -> Result<Vec<FieldOption>, Failure> {
    let limits = ask.ctx.limits;
    if kind != FieldKind::Select && !asked.is_empty() {
        return Err(invalid("options", "Only a field to choose in has options."));
    }
    if asked.len() > limits.options_per_field_max {
        return Err(full("options", limits.options_per_field_max));
    }
    let elsewhere = ask.board.fields.iter().filter(|(id, _)| **id != of);
    let elsewhere: usize = elsewhere.map(|(_, field)| field.options.len()).sum();
    if !asked.is_empty() && elsewhere + asked.len() > limits.options_per_board_max {
        return Err(full("options", limits.options_per_board_max));
    }
    let mut options: Vec<FieldOption> = Vec::with_capacity(asked.len());
    for (at, FieldOption { option_id, name, colour }) in asked.iter().enumerate() {
        if *option_id == OptionId::NIL || options.iter().any(|option| option.option_id == *option_id) {
            return Err(invalid(&format!("options.{at}.option_id"), "Each has an id of its own."));
        }
        let name = text::name(name, &format!("options.{at}.name"), limits)?;
        options.push(FieldOption { option_id: *option_id, name, colour: *colour });
    }
    Ok(options)
}

fn order(ask: &Ask<'_>) -> Order<FieldId> {
    ask.board.fields.iter().map(|(id, field)| (field.rank.clone(), *id)).collect()
}

fn entry(ask: &Ask<'_>, id: FieldId) -> Option<(Rank, FieldId)> {
    ask.board.field(id).map(|field| (field.rank.clone(), id))
}

fn reranked(fit: &Fit<FieldId>) -> Vec<BoardEvent> {
    fit.reranked.iter().map(|(field_id, rank)| FieldMoved { field_id: *field_id, rank: rank.into() }.into()).collect()
}

fn update(ask: &Ask<'_>, command: &UpdateField) -> Decided {
    let field_id = command.field_id;
    let field = field(ask, field_id)?;
    let name = command.name.as_deref().map(|name| text::name(name, "name", ask.ctx.limits)).transpose()?;
    let name = name.filter(|name| field.name != *name);
    let options = command.options.as_deref().map(|asked| options(ask, field_id, field.kind, asked)).transpose()?;
    let options = options.filter(|options| field.options != *options);
    if name.is_none() && options.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![FieldUpdated { field_id, name, options }.into()])
}

fn reorder(ask: &Ask<'_>, command: &MoveField) -> Decided {
    let field_id = command.field_id;
    let field = field(ask, field_id)?;
    let order = order(ask);
    let others = Others::new(&order, Some((field.rank.clone(), field_id)));
    let gap = others.gap(&command.place, |id| entry(ask, id));
    if others.is_there(&gap) {
        return Ok(vec![]);
    }
    let fit = others.fit(&gap, ask.ctx.limits.rank_bytes_max).ok_or_else(no_room)?;
    let mut events = reranked(&fit);
    events.push(FieldMoved { field_id, rank: fit.rank.into() }.into());
    Ok(events)
}

fn delete(ask: &Ask<'_>, command: &DeleteField) -> Decided {
    let field_id = command.field_id;
    field(ask, field_id)?;
    Ok(vec![FieldDeleted { field_id }.into()])
}

pub(super) fn set(ask: &Ask<'_>, command: &SetTaskField) -> Decided {
    let SetTaskField { task_id, field_id, .. } = *command;
    let task = ask.active_task(task_id)?;
    let field = field(ask, field_id)?;
    let value = command.value.as_ref().map(|value| kept(ask, field, value)).transpose()?;
    if is_so(ask, task.value(field_id), value.as_ref()) {
        return Ok(vec![]);
    }
    check_room(ask, task, field_id, value.as_ref())?;
    Ok(vec![TaskFieldChanged { task_id, field_id, kind: field.kind, value }.into()])
}

/// What a task that is made has from the beginning, each field once.
pub(super) fn given(ask: &Ask<'_>, asked: &[TaskField]) -> Result<Vec<TaskField>, Failure> {
    let mut given: Vec<TaskField> = Vec::new();
    for TaskField { field_id, value } in asked {
        let named = |failure: Failure| match &failure.field {
            Some(field) => failure.clone().field(format!("fields.{field_id}.{field}")),
            None => failure,
        };
        let field = ask.board.field(*field_id).ok_or_else(|| missing("fields"))?;
        let value = kept(ask, field, value).map_err(named)?;
        if given.iter().any(|held| held.field_id == *field_id) {
            return Err(invalid("fields", "Each field has one value."));
        }
        given.push(TaskField { field_id: *field_id, value });
    }
    let most = ask.ctx.limits.task_fields_bytes_max;
    let bytes: usize = given.iter().map(|held| held.value.text_bytes()).sum();
    if bytes > most { Err(full("fields", most)) } else { Ok(given) }
}

/// Somebody who claimed a placeholder is whom the placeholder stood for.
fn is_so(ask: &Ask<'_>, had: Option<&FieldValue>, value: Option<&FieldValue>) -> bool {
    match (had, value) {
        (Some(FieldValue::Person { account_id: had }), Some(FieldValue::Person { account_id })) => {
            ask.org.resolve(*had) == ask.org.resolve(*account_id)
        }
        (had, value) => had == value,
    }
}

/// A value as it is kept.
fn kept(ask: &Ask<'_>, field: &CustomField, asked: &FieldValue) -> Result<FieldValue, Failure> {
    if asked.kind() != field.kind {
        return Err(invalid("value.kind", &format!("This field holds values of kind {}.", field.kind.word())));
    }
    let limits = ask.ctx.limits;
    Ok(match asked {
        FieldValue::Text { text } => FieldValue::Text { text: text::field_text(text, "value.text", limits)? },
        FieldValue::Number { number } => FieldValue::Number { number: value::number(number, "value.number", limits)? },
        FieldValue::Date { date } => {
            tasks::check_due(*date, "value.date.at")?;
            asked.clone()
        }
        FieldValue::Select { option_id } => match field.option(*option_id) {
            Some(_) => asked.clone(),
            None => return Err(missing("value.option_id")),
        },
        FieldValue::Person { account_id } => {
            people::check_assignee(ask, *account_id, "value.account_id")?;
            asked.clone()
        }
        FieldValue::Checkbox => FieldValue::Checkbox,
        FieldValue::Url { url } => FieldValue::Url { url: value::url(url, "value.url", limits)? },
    })
}

/// Whether what is typed fits beside what was typed into the task's other fields.
fn check_room(ask: &Ask<'_>, task: &Task, field_id: FieldId, value: Option<&FieldValue>) -> Result<(), Failure> {
    let most = ask.ctx.limits.task_fields_bytes_max;
    let others = task.fields.iter().filter(|held| held.field_id != field_id);
    let others: usize = others.map(|held| held.value.text_bytes()).sum();
    let new = value.map_or(0, FieldValue::text_bytes);
    if new > 0 && others + new > most { Err(full("value", most)) } else { Ok(()) }
}
