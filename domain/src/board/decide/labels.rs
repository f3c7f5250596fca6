//! Labels of the board, and which task wears which.

use lockstep_protocol::{
    command::{
        BoardCommand,
        board::*,
        task::{LabelTask, UnlabelTask},
    },
    event::{
        board::*,
        task::{TaskLabelled, TaskUnlabelled},
    },
    ids::LabelId,
};

use super::{Ask, Decided};
use crate::{
    refuse::{exists, full, invalid, missing},
    text,
};

/// Which labels there are.
pub(super) fn shape(ask: &Ask<'_>, command: &BoardCommand) -> Decided {
    match command {
        BoardCommand::CreateLabel(command) => create(ask, command),
        BoardCommand::UpdateLabel(command) => update(ask, command),
        BoardCommand::DeleteLabel(command) => delete(ask, command),
        _ => Ok(vec![]),
    }
}

fn create(ask: &Ask<'_>, command: &CreateLabel) -> Decided {
    let CreateLabel { label_id, name, colour } = command;
    if *label_id == LabelId::NIL {
        return Err(invalid("label_id", "The nil id names nothing."));
    }
    if ask.board.label(*label_id).is_some() {
        return Err(exists("label_id"));
    }
    if ask.board.labels.len() >= ask.ctx.limits.labels_per_board_max {
        return Err(full("label_id", ask.ctx.limits.labels_per_board_max));
    }
    let name = text::name_or_empty(name, "name", ask.ctx.limits)?;
    Ok(vec![LabelCreated { label_id: *label_id, name, colour: *colour }.into()])
}

fn update(ask: &Ask<'_>, command: &UpdateLabel) -> Decided {
    let label_id = command.label_id;
    let label = ask.board.label(label_id).ok_or_else(|| missing("label_id"))?;
    let name = command.name.as_deref().map(|name| text::name_or_empty(name, "name", ask.ctx.limits)).transpose()?;
    let name = name.filter(|name| label.name != *name);
    let colour = command.colour.filter(|colour| *colour != label.colour);
    if name.is_none() && colour.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![LabelUpdated { label_id, name, colour }.into()])
}

fn delete(ask: &Ask<'_>, command: &DeleteLabel) -> Decided {
    let label_id = command.label_id;
    ask.board.label(label_id).ok_or_else(|| missing("label_id"))?;
    Ok(vec![LabelDeleted { label_id }.into()])
}

pub(super) fn put_on(ask: &Ask<'_>, command: &LabelTask) -> Decided {
    let LabelTask { task_id, label_id } = *command;
    let task = ask.active_task(task_id)?;
    ask.board.label(label_id).ok_or_else(|| missing("label_id"))?;
    if task.labels.contains(&label_id) {
        return Ok(vec![]);
    }
    if task.labels.len() >= ask.ctx.limits.labels_per_task_max {
        return Err(full("label_id", ask.ctx.limits.labels_per_task_max));
    }
    Ok(vec![TaskLabelled { task_id, label_id }.into()])
}

pub(super) fn take_off(ask: &Ask<'_>, command: &UnlabelTask) -> Decided {
    let UnlabelTask { task_id, label_id } = *command;
    let task = ask.active_task(task_id)?;
    Ok(if task.labels.contains(&label_id) { vec![TaskUnlabelled { task_id, label_id }.into()] } else { vec![] })
}
