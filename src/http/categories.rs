//! Categories of a board.

use lockstep_protocol::{
    command::category::{CreateCategory, DeleteCategory, UpdateCategory},
    ids::{BoardId, CategoryId, OrgId},
};

use super::{
    answers::Written,
    extract::{Caller, Fields, Ids},
    problem::Answer,
};

type Path = (OrgId, BoardId, CategoryId);

pub async fn create(caller: Caller, Ids((org, board)): Ids<(OrgId, BoardId)>, fields: Fields) -> Answer<Written> {
    let fields = fields.with_default("category_id", || caller.id_for::<CategoryId>(None, "category"));
    Ok(Written::created(caller.change_board(org, board, fields.into::<CreateCategory>()?).await?))
}

pub async fn update(caller: Caller, Ids((org, board, category)): Ids<Path>, fields: Fields) -> Answer<Written> {
    let command: UpdateCategory = fields.with("category_id", category)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

pub async fn delete(caller: Caller, Ids((org, board, category)): Ids<Path>) -> Answer<Written> {
    Ok(caller.change_board(org, board, DeleteCategory { category_id: category }).await?.into())
}
