//! The generic door: any command for a board, a team or a channel, with the client's own idempotency key, as over the socket.

use lockstep_domain::{Aggregate, Channel, board::Board, team::Team};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::Command,
    ids::{BoardId, ChannelId, ClientId, OrgId, TeamId},
    values::IfChanged,
};
use serde::Deserialize;
use ts_rs::TS;

use super::{
    answers::Written,
    extract::{Body, Caller, Ids},
    problem::Answer,
};
use crate::actors::{CommandKey, Saw};

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CommandDoor {
    /// Any command of this kind of topic.
    body: Command,
    client_id: ClientId,
    /// Counts this client's commands from 1. The same again gets the same answer.
    #[ts(type = "number")]
    client_seq: u64,
    /// The seq that the author saw.
    #[serde(default)]
    #[ts(optional, type = "number")]
    saw: Option<u64>,
    /// What is to happen when something it changes was changed after `saw` by another client.
    #[serde(default)]
    #[ts(optional)]
    if_changed: Option<IfChanged>,
}

impl CommandDoor {
    fn key(&self) -> Answer<CommandKey> {
        if self.client_seq == 0 {
            return Err(Failure::because(Code::FieldInvalid, "Counts from 1.").field("client_seq").into());
        }
        Ok(CommandKey { client_id: self.client_id, client_seq: self.client_seq })
    }
}

pub async fn to_board(
    caller: Caller,
    Ids((org, board)): Ids<(OrgId, BoardId)>,
    Body(door): Body<CommandDoor>,
) -> Answer<Written> {
    let (key, saw) = (door.key()?, Saw::new(door.saw, door.if_changed));
    let own = Board::own_command(door.body.clone()).ok_or(Code::WrongTopic)?;
    match Board::founding(&own) {
        Some((named, _)) => check_founding(named, org)?,
        None => {
            caller.board(org, board, None).await?;
        }
    }
    Ok(caller.ask_with(board, Some(key), door.body, caller.exactly(saw)).await?.into())
}

pub async fn to_team(
    caller: Caller,
    Ids((org, team)): Ids<(OrgId, TeamId)>,
    Body(door): Body<CommandDoor>,
) -> Answer<Written> {
    let (key, saw) = (door.key()?, Saw::new(door.saw, door.if_changed));
    let own = Team::own_command(door.body.clone()).ok_or(Code::WrongTopic)?;
    match Team::founding(&own) {
        Some((named, _)) => check_founding(named, org)?,
        None => {
            caller.http.directory.readable_team(caller.principal(), org, team).await?;
        }
    }
    Ok(caller.ask_with(team, Some(key), door.body, saw).await?.into())
}

pub async fn to_channel(
    caller: Caller,
    Ids((org, channel)): Ids<(OrgId, ChannelId)>,
    Body(door): Body<CommandDoor>,
) -> Answer<Written> {
    let (key, saw) = (door.key()?, Saw::new(door.saw, door.if_changed));
    let own = Channel::own_command(door.body.clone()).ok_or(Code::WrongTopic)?;
    match Channel::founding(&own) {
        Some((named, _)) => check_founding(named, org)?,
        None => {
            caller.http.directory.readable_channel(caller.principal(), org, channel, 0).await?;
        }
    }
    Ok(caller.ask_with(channel, Some(key), door.body, saw).await?.into())
}

/// What is founded belongs to the organization of the path, or there is no such place.
fn check_founding(named: OrgId, org: OrgId) -> Answer<()> {
    if named == org { Ok(()) } else { Err(Code::NotFound.into()) }
}
