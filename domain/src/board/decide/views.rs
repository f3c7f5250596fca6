//! Views of the board that everybody shares. What a filter names may be gone: then it is met by nothing, and never by everything.

use lockstep_protocol::{
    command::{BoardCommand, view::*},
    event::{BoardEvent, view::*},
    ids::ViewId,
};

use super::{Ask, Decided};
use crate::{
    board::{
        place::{Fit, Order, Others},
        state::View,
    },
    filter,
    rank::Rank,
    refuse::{exists, full, invalid, missing},
    text,
};

pub(super) fn decide(ask: &Ask<'_>, command: &BoardCommand) -> Decided {
    match command {
        BoardCommand::CreateView(command) => create(ask, command),
        BoardCommand::UpdateView(command) => update(ask, command),
        BoardCommand::MoveView(command) => reorder(ask, command),
        BoardCommand::DeleteView(command) => delete(ask, command),
        _ => Ok(vec![]),
    }
}

fn create(ask: &Ask<'_>, command: &CreateView) -> Decided {
    let view_id = command.view_id;
    let limits = ask.ctx.limits;
    if view_id == ViewId::NIL {
        return Err(invalid("view_id", "The nil id names nothing."));
    }
    if ask.board.saved_view(view_id).is_some() {
        return Err(exists("view_id"));
    }
    if ask.board.views.len() >= limits.views_per_board_max {
        return Err(full("view_id", limits.views_per_board_max));
    }
    let name = text::name(&command.name, "name", limits)?;
    let look = filter::checked(&command.look, "look", limits, &|id| ask.board.field_kind(id))?;
    let order = order(ask);
    let others = Others::new(&order, None);
    let gap = others.gap(&command.place, |id| entry(ask, id));
    let fit = others.fit(&gap, limits.rank_bytes_max).ok_or_else(super::columns::no_room)?;
    let mut events = reranked(&fit);
    events.push(ViewCreated { view_id, name, rank: fit.rank.into(), look }.into());
    Ok(events)
}

fn view<'a>(ask: &Ask<'a>, id: ViewId) -> Result<&'a View, lockstep_protocol::codes::Failure> {
    ask.board.saved_view(id).ok_or_else(|| missing("view_id"))
}

fn order(ask: &Ask<'_>) -> Order<ViewId> {
    ask.board.saved_views().map(|(id, view)| (view.rank.clone(), id)).collect()
}

fn entry(ask: &Ask<'_>, id: ViewId) -> Option<(Rank, ViewId)> {
    ask.board.saved_view(id).map(|view| (view.rank.clone(), id))
}

fn reranked(fit: &Fit<ViewId>) -> Vec<BoardEvent> {
    fit.reranked.iter().map(|(view_id, rank)| ViewMoved { view_id: *view_id, rank: rank.into() }.into()).collect()
}

fn update(ask: &Ask<'_>, command: &UpdateView) -> Decided {
    let view_id = command.view_id;
    let view = view(ask, view_id)?;
    let limits = ask.ctx.limits;
    let name = command.name.as_deref().map(|name| text::name(name, "name", limits)).transpose()?;
    let name = name.filter(|name| view.name != *name);
    let checked = |look| filter::checked(look, "look", limits, &|id| ask.board.field_kind(id));
    let look = command.look.as_ref().map(checked).transpose()?;
    let look = look.filter(|look| view.look != *look);
    if name.is_none() && look.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![ViewUpdated { view_id, name, look }.into()])
}

fn reorder(ask: &Ask<'_>, command: &MoveView) -> Decided {
    let view_id = command.view_id;
    let view = view(ask, view_id)?;
    let order = order(ask);
    let others = Others::new(&order, Some((view.rank.clone(), view_id)));
    let gap = others.gap(&command.place, |id| entry(ask, id));
    if others.is_there(&gap) {
        return Ok(vec![]);
    }
    let fit = others.fit(&gap, ask.ctx.limits.rank_bytes_max).ok_or_else(super::columns::no_room)?;
    let mut events = reranked(&fit);
    events.push(ViewMoved { view_id, rank: fit.rank.into() }.into());
    Ok(events)
}

fn delete(ask: &Ask<'_>, command: &DeleteView) -> Decided {
    let view_id = command.view_id;
    view(ask, view_id)?;
    Ok(vec![ViewDeleted { view_id }.into()])
}
