//! Categories of the board, of which a task has one or none, and the covers of its cards.

use lockstep_protocol::{
    command::{BoardCommand, category::*},
    event::category::*,
    ids::CategoryId,
};

use super::{Ask, Decided};
use crate::{
    refuse::{exists, full, invalid, missing},
    text,
};

pub(super) fn shape(ask: &Ask<'_>, command: &BoardCommand) -> Decided {
    match command {
        BoardCommand::CreateCategory(command) => create(ask, command),
        BoardCommand::UpdateCategory(command) => update(ask, command),
        BoardCommand::DeleteCategory(command) => delete(ask, command),
        _ => Ok(vec![]),
    }
}

fn create(ask: &Ask<'_>, command: &CreateCategory) -> Decided {
    let CreateCategory { category_id, name, colour } = command;
    if *category_id == CategoryId::NIL {
        return Err(invalid("category_id", "The nil id names nothing."));
    }
    if ask.board.category(*category_id).is_some() {
        return Err(exists("category_id"));
    }
    if ask.board.categories.len() >= ask.ctx.limits.categories_per_board_max {
        return Err(full("category_id", ask.ctx.limits.categories_per_board_max));
    }
    let name = text::name(name, "name", ask.ctx.limits)?;
    Ok(vec![CategoryCreated { category_id: *category_id, name, colour: *colour }.into()])
}

fn update(ask: &Ask<'_>, command: &UpdateCategory) -> Decided {
    let category_id = command.category_id;
    let category = ask.board.category(category_id).ok_or_else(|| missing("category_id"))?;
    let name = command.name.as_deref().map(|name| text::name(name, "name", ask.ctx.limits)).transpose()?;
    let name = name.filter(|name| category.name != *name);
    let colour = command.colour.filter(|colour| *colour != category.colour);
    if name.is_none() && colour.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![CategoryUpdated { category_id, name, colour }.into()])
}

fn delete(ask: &Ask<'_>, command: &DeleteCategory) -> Decided {
    let category_id = command.category_id;
    ask.board.category(category_id).ok_or_else(|| missing("category_id"))?;
    Ok(vec![CategoryDeleted { category_id }.into()])
}

pub(super) fn categorize(ask: &Ask<'_>, command: &CategorizeTask) -> Decided {
    let CategorizeTask { task_id, category_id } = *command;
    let task = ask.active_task(task_id)?;
    if category_id.is_some_and(|id| ask.board.category(id).is_none()) {
        return Err(missing("category_id"));
    }
    let same = task.category_id == category_id;
    Ok(if same { vec![] } else { vec![TaskCategorized { task_id, category_id }.into()] })
}

pub(super) fn set_cover(ask: &Ask<'_>, command: &SetTaskCover) -> Decided {
    let SetTaskCover { task_id, colour } = *command;
    let same = ask.active_task(task_id)?.cover == colour;
    Ok(if same { vec![] } else { vec![TaskCoverChanged { task_id, colour }.into()] })
}
