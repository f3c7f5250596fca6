//! Labels of a board.

use lockstep_protocol::{
    command::board::{CreateLabel, DeleteLabel, UpdateLabel},
    ids::{BoardId, LabelId, OrgId},
};

use super::{
    answers::Written,
    extract::{Caller, Fields, Ids},
    problem::Answer,
};

type Path = (OrgId, BoardId, LabelId);

pub async fn create(caller: Caller, Ids((org, board)): Ids<(OrgId, BoardId)>, fields: Fields) -> Answer<Written> {
    let fields = fields.with_default("label_id", || caller.id_for::<LabelId>(None, "label"));
    Ok(Written::created(caller.change_board(org, board, fields.into::<CreateLabel>()?).await?))
}

pub async fn update(caller: Caller, Ids((org, board, label)): Ids<Path>, fields: Fields) -> Answer<Written> {
    let command: UpdateLabel = fields.with("label_id", label)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

pub async fn delete(caller: Caller, Ids((org, board, label)): Ids<Path>) -> Answer<Written> {
    Ok(caller.change_board(org, board, DeleteLabel { label_id: label }).await?.into())
}
