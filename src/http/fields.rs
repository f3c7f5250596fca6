//! Custom fields of a board, and what its tasks have in them.

use lockstep_protocol::{
    command::{
        Command,
        field::{CreateField, DeleteField, SetTaskField},
    },
    ids::{BoardId, FieldId, OrgId, TaskId},
};
use serde::de::DeserializeOwned;

use super::{
    answers::Written,
    extract::{Caller, Fields, Ids},
    problem::Answer,
};

type Path = (OrgId, BoardId, FieldId);

pub async fn create(caller: Caller, Ids((org, board)): Ids<(OrgId, BoardId)>, fields: Fields) -> Answer<Written> {
    let fields = fields.with_default("field_id", || caller.id_for::<FieldId>(None, "field"));
    Ok(Written::created(caller.change_board(org, board, fields.into::<CreateField>()?).await?))
}

/// A command that names the field and nothing else that the path would say.
pub async fn change<C: DeserializeOwned + Into<Command>>(
    caller: Caller,
    Ids((org, board, field)): Ids<Path>,
    fields: Fields,
) -> Answer<Written> {
    let command: C = fields.with("field_id", field)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

pub async fn delete(caller: Caller, Ids((org, board, field)): Ids<Path>) -> Answer<Written> {
    Ok(caller.change_board(org, board, DeleteField { field_id: field }).await?.into())
}

pub async fn set(
    caller: Caller,
    Ids((org, board, task, field)): Ids<(OrgId, BoardId, TaskId, FieldId)>,
    fields: Fields,
) -> Answer<Written> {
    let command: SetTaskField = fields.with("task_id", task)?.with("field_id", field)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}
