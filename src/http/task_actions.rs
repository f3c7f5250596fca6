//! What is done to a task: one path for each verb, the command's other fields in the body.

use lockstep_protocol::{
    command::Command,
    ids::{BoardId, OrgId, TaskId},
};
use serde::de::DeserializeOwned;

use super::{
    answers::Written,
    extract::{Caller, Fields, Ids},
    problem::Answer,
};

pub async fn act<C: DeserializeOwned + Into<Command>>(
    caller: Caller,
    Ids((org, board, task)): Ids<(OrgId, BoardId, TaskId)>,
    fields: Fields,
) -> Answer<Written> {
    let command: C = fields.with("task_id", task)?.into()?;
    Ok(caller.change_board(org, board, command).await?.into())
}
