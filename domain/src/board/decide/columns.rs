//! Columns and their order. A change of a column's kind leaves the tasks in it as they are.

use lockstep_protocol::{
    codes::{Code, Failure},
    command::board::*,
    event::{BoardEvent, board::*},
    ids::ColumnId,
};

use super::{Ask, Decided};
use crate::{
    board::place::{Fit, Order, Others},
    rank::Rank,
    refuse::{exists, full, invalid, wrong_state},
    text,
};

pub(super) fn create(ask: &Ask<'_>, command: &CreateColumn) -> Decided {
    let column_id = command.column_id;
    check_id(ask, column_id)?;
    if ask.board.columns.len() >= ask.ctx.limits.columns_per_board_max {
        return Err(full("column_id", ask.ctx.limits.columns_per_board_max));
    }
    let name = text::name(&command.name, "name", ask.ctx.limits)?;
    let order = order(ask);
    let others = Others::new(&order, None);
    let gap = others.gap(&command.place, |id| entry(ask, id));
    let fit = others.fit(&gap, ask.ctx.limits.rank_bytes_max).ok_or_else(no_room)?;
    let mut events = reranked(&fit);
    events.push(ColumnCreated { column_id, name, kind: command.kind, rank: fit.rank.into() }.into());
    Ok(events)
}

fn check_id(ask: &Ask<'_>, id: ColumnId) -> Result<(), Failure> {
    if id == ColumnId::NIL {
        return Err(invalid("column_id", "The nil id names nothing."));
    }
    if ask.board.column(id).is_some() { Err(exists("column_id")) } else { Ok(()) }
}

fn order(ask: &Ask<'_>) -> Order<ColumnId> {
    ask.board.columns.iter().map(|(id, column)| (column.rank.clone(), *id)).collect()
}

fn entry(ask: &Ask<'_>, id: ColumnId) -> Option<(Rank, ColumnId)> {
    ask.board.column(id).map(|column| (column.rank.clone(), id))
}

fn reranked(fit: &Fit<ColumnId>) -> Vec<BoardEvent> {
    fit.reranked
        .iter()
        .map(|(column_id, rank)| ColumnMoved { column_id: *column_id, rank: rank.into() }.into())
        .collect()
}

pub(super) fn no_room() -> Failure {
    Failure::because(Code::Internal, "No rank fits here.")
}

pub(super) fn update(ask: &Ask<'_>, command: &UpdateColumn) -> Decided {
    let column_id = command.column_id;
    let column = ask.column(column_id)?;
    let name = command.name.as_deref().map(|name| text::name(name, "name", ask.ctx.limits)).transpose()?;
    let name = name.filter(|name| column.name != *name);
    let kind = command.kind.filter(|kind| *kind != column.kind);
    if command.colour.is_some() && command.clear_colour {
        return Err(invalid("clear_colour", "Either a colour or none."));
    }
    let colour = command.colour.filter(|colour| Some(*colour) != column.colour);
    let clear_colour = command.clear_colour && column.colour.is_some();
    if name.is_none() && kind.is_none() && colour.is_none() && !clear_colour {
        return Ok(vec![]);
    }
    Ok(vec![ColumnUpdated { column_id, name, kind, colour, clear_colour }.into()])
}

pub(super) fn reorder(ask: &Ask<'_>, command: &MoveColumn) -> Decided {
    let column_id = command.column_id;
    let column = ask.column(column_id)?;
    let order = order(ask);
    let others = Others::new(&order, Some((column.rank.clone(), column_id)));
    let gap = others.gap(&command.place, |id| entry(ask, id));
    if others.is_there(&gap) {
        return Ok(vec![]);
    }
    let fit = others.fit(&gap, ask.ctx.limits.rank_bytes_max).ok_or_else(no_room)?;
    let mut events = reranked(&fit);
    events.push(ColumnMoved { column_id, rank: fit.rank.into() }.into());
    Ok(events)
}

pub(super) fn archive(ask: &Ask<'_>, command: &ArchiveColumn) -> Decided {
    let column_id = command.column_id;
    Ok(if ask.column(column_id)?.archived { vec![] } else { vec![ColumnArchived { column_id }.into()] })
}

pub(super) fn unarchive(ask: &Ask<'_>, command: &UnarchiveColumn) -> Decided {
    let column_id = command.column_id;
    Ok(if ask.column(column_id)?.archived { vec![ColumnUnarchived { column_id }.into()] } else { vec![] })
}

/// Tasks that are archived or in the trash do not hold a column: out of there they go to another.
pub(super) fn delete(ask: &Ask<'_>, command: &DeleteColumn) -> Decided {
    let column_id = command.column_id;
    ask.column(column_id)?;
    if ask.board.order(column_id).next().is_some() {
        return Err(Failure::new(Code::NotEmpty).field("column_id"));
    }
    if ask.board.columns.len() == 1 && ask.board.inactive_count() > 0 {
        return Err(wrong_state("Archived tasks need a column to come back to."));
    }
    Ok(vec![ColumnDeleted { column_id }.into()])
}
