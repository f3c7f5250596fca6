//! Columns of a board.

use lockstep_protocol::{
    command::{
        Command,
        board::{CreateColumn, DeleteColumn, UpdateColumn},
    },
    ids::{BoardId, ColumnId, OrgId},
};
use serde::de::DeserializeOwned;

use super::{
    answers::Written,
    extract::{Caller, Fields, Ids},
    problem::Answer,
};

type Path = (OrgId, BoardId, ColumnId);

pub async fn create(caller: Caller, Ids((org, board)): Ids<(OrgId, BoardId)>, fields: Fields) -> Answer<Written> {
    let fields = fields.with_default("column_id", || caller.id_for::<ColumnId>(None, "column"));
    Ok(Written::created(caller.change_board(org, board, fields.into::<CreateColumn>()?).await?))
}

pub async fn update(caller: Caller, Ids((org, board, column)): Ids<Path>, fields: Fields) -> Answer<Written> {
    let command: UpdateColumn = fields.with("column_id", column)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

pub async fn delete(caller: Caller, Ids((org, board, column)): Ids<Path>) -> Answer<Written> {
    Ok(caller.change_board(org, board, DeleteColumn { column_id: column }).await?.into())
}

/// Moves, archives, unarchives.
pub async fn change<C: DeserializeOwned + Into<Command>>(
    caller: Caller,
    Ids((org, board, column)): Ids<Path>,
    fields: Fields,
) -> Answer<Written> {
    let command: C = fields.with("column_id", column)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}
