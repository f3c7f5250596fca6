//! Checklists of a task and their items.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, checklist::*},
    event::checklist::*,
    ids::{ChecklistId, ChecklistItemId},
};

use super::{Ask, Decided};
use crate::{
    board::{
        place::{Gap, Order, Others},
        state::{Checklist, Task},
    },
    refuse::{exists, full, invalid, missing},
    text,
};

pub(super) fn decide(ask: &Ask<'_>, command: &BoardCommand) -> Decided {
    match command {
        BoardCommand::CreateChecklist(command) => create(ask, command),
        BoardCommand::RenameChecklist(command) => rename(ask, command),
        BoardCommand::DeleteChecklist(command) => delete(ask, command),
        BoardCommand::AddChecklistItem(command) => add_item(ask, command),
        BoardCommand::UpdateChecklistItem(command) => update_item(ask, command),
        BoardCommand::RemoveChecklistItem(command) => remove_item(ask, command),
        _ => Ok(vec![]),
    }
}

fn create(ask: &Ask<'_>, command: &CreateChecklist) -> Decided {
    let CreateChecklist { task_id, checklist_id, .. } = *command;
    let task = ask.active_task(task_id)?;
    if checklist_id == ChecklistId::NIL {
        return Err(invalid("checklist_id", "The nil id names nothing."));
    }
    if task.checklist(checklist_id).is_some() {
        return Err(exists("checklist_id"));
    }
    if task.checklists.len() >= ask.ctx.limits.checklists_per_task_max {
        return Err(full("checklist_id", ask.ctx.limits.checklists_per_task_max));
    }
    let name = text::name(&command.name, "name", ask.ctx.limits)?;
    Ok(vec![ChecklistCreated { task_id, checklist_id, name }.into()])
}

fn checklist(task: &Task, id: ChecklistId) -> Result<&Checklist, Failure> {
    task.checklist(id).ok_or_else(|| missing("checklist_id"))
}

fn rename(ask: &Ask<'_>, command: &RenameChecklist) -> Decided {
    let RenameChecklist { task_id, checklist_id, .. } = *command;
    let before = &checklist(ask.active_task(task_id)?, checklist_id)?.name;
    let name = text::name(&command.name, "name", ask.ctx.limits)?;
    Ok(if *before == name { vec![] } else { vec![ChecklistRenamed { task_id, checklist_id, name }.into()] })
}

fn delete(ask: &Ask<'_>, command: &DeleteChecklist) -> Decided {
    let DeleteChecklist { task_id, checklist_id } = *command;
    let (done, all) = checklist(ask.active_task(task_id)?, checklist_id)?.counts();
    // Limits keep both far below what 32 bits hold.
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(vec![ChecklistDeleted { task_id, checklist_id, removed: (count(done), count(all)) }.into()])
}

fn add_item(ask: &Ask<'_>, command: &AddChecklistItem) -> Decided {
    let AddChecklistItem { task_id, checklist_id, item_id, done, .. } = *command;
    let task = ask.active_task(task_id)?;
    let list = checklist(task, checklist_id)?;
    if item_id == ChecklistItemId::NIL {
        return Err(invalid("item_id", "The nil id names nothing."));
    }
    if task.item(item_id).is_some() {
        return Err(exists("item_id"));
    }
    let limit = ask.ctx.limits.checklist_items_per_task_max;
    if task.checklist_counts().1 >= limit {
        return Err(full("item_id", limit));
    }
    let text = text::item(&command.text, "text", ask.ctx.limits)?;
    let order: Order<_> = list.items.iter().map(|item| (item.rank.clone(), item.item_id)).collect();
    let others = Others::new(&order, None);
    let entry = |id| list.items.iter().find(|item| item.item_id == id).map(|item| (item.rank.clone(), id));
    let gap = others.gap(&command.place, entry);
    let bytes_max = ask.ctx.limits.rank_bytes_max;
    // Items are not spread anew: where there is no room left between two, a new one goes to the end.
    let fit = others.fit(&gap, bytes_max).filter(|fit| fit.reranked.is_empty()).or_else(|| {
        let end = Gap { previous: order.get_max().cloned(), next: None };
        others.fit(&end, usize::MAX)
    });
    let rank = fit.ok_or_else(|| Failure::because(Code::Internal, "No rank fits here."))?.rank.into();
    Ok(vec![ChecklistItemAdded { task_id, checklist_id, item_id, text, done, rank }.into()])
}

fn update_item(ask: &Ask<'_>, command: &UpdateChecklistItem) -> Decided {
    let UpdateChecklistItem { task_id, item_id, .. } = *command;
    let item = ask.active_task(task_id)?.item(item_id).ok_or_else(|| missing("item_id"))?;
    let text = command.text.as_deref().map(|text| text::item(text, "text", ask.ctx.limits)).transpose()?;
    let text = text.filter(|text| item.text != *text);
    let done = command.done.filter(|done| *done != item.done);
    if text.is_none() && done.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![ChecklistItemUpdated { task_id, item_id, text, done }.into()])
}

fn remove_item(ask: &Ask<'_>, command: &RemoveChecklistItem) -> Decided {
    let RemoveChecklistItem { task_id, item_id } = *command;
    let was_done = ask.active_task(task_id)?.item(item_id).ok_or_else(|| missing("item_id"))?.done;
    Ok(vec![ChecklistItemRemoved { task_id, item_id, was_done }.into()])
}
