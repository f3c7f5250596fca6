//! Roles of people on a board.

use lockstep_protocol::{
    command::board::{RemoveBoardMember, SetBoardMember},
    ids::{AccountId, BoardId, OrgId},
};

use super::{
    answers::Written,
    extract::{Caller, Fields, Ids},
    problem::Answer,
};

pub async fn set(
    caller: Caller,
    Ids((org, board, account)): Ids<(OrgId, BoardId, AccountId)>,
    fields: Fields,
) -> Answer<Written> {
    let command: SetBoardMember = fields.with("account_id", account)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}

pub async fn remove(caller: Caller, Ids((org, board, account)): Ids<(OrgId, BoardId, AccountId)>) -> Answer<Written> {
    Ok(caller.change_board(org, board, RemoveBoardMember { account_id: account }).await?.into())
}
