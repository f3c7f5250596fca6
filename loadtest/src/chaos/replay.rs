//! A real board's history as the work: one client per author plays what they did, in time spread over the run, and others watch.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use lockstep_protocol::{codec::Codec, command::Command, topic::Topic, values::BoardRole};
use lockstep_trello::{
    export,
    ids::Ids,
    replay::{Actor, Cast, Replay, actors, replay},
};
use tokio::{sync::watch, time::Instant};

use super::{
    client::{CANARY, Me},
    people::Seat,
    plan::{Plan, Progress, Script},
};
use crate::{
    dice::Dice,
    pace::Pace,
    stage::{Account, Stage, fresh},
};

/// Of the run's time, so that the last actions are played before it is over.
const PLAYED_WITHIN: f64 = 0.9;
/// Connections of one account: the server allows twenty.
const SEATS_PER_ACCOUNT: usize = 15;

/// Builds the board's earliest state, and seats authors and those who watch.
pub async fn seat(
    url: &str,
    file: &Path,
    watchers: usize,
    lasts: Duration,
    dice: &mut Dice,
) -> anyhow::Result<Vec<Seat>> {
    let bytes = tokio::fs::read(file).await.with_context(|| format!("cannot read {}", file.display()))?;
    let board = export::read(&bytes)?;
    let canary = format!("{CANARY}{:016x}", dice.throw());
    let stage = Stage::set(url, None, &format!("Replay {canary}")).await?;
    let actors = actors(&board);
    let names: Vec<_> = actors.iter().map(|actor| actor.name.clone()).collect();
    let accounts = stage.members(&names).await.context("cannot register the authors")?;
    let cast = Cast(actors.iter().zip(&accounts).map(|(actor, account)| (actor.id.clone(), account.id())).collect());
    let played = replay(&board, &Ids::new(stage.org, &board.id), &cast);
    found(&stage, &played, &actors, &accounts, &canary).await.context("cannot build the earliest state")?;
    let played = Arc::new(played);
    let done: Progress = Arc::new(watch::Sender::new(vec![false; played.played.len()]));
    let mut by_author: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, action) in played.played.iter().enumerate() {
        by_author.entry(&action.author).or_default().push(index);
    }
    let topic: Topic = played.board_id.into();
    let mut seats = Vec::new();
    let mut take = |account: &Account, plan: Plan| {
        let index = seats.len();
        let me = Me {
            index: index as u32,
            account: account.id(),
            client_id: fresh().into(),
            org: stage.org,
            codec: Codec::ALL[index % Codec::ALL.len()],
            url: url.to_owned(),
            canary: canary.clone(),
        };
        seats.push(Seat { me, account: account.clone(), topics: vec![topic], plan });
    };
    let (began_at, lasts) = (Instant::now(), lasts.mul_f64(PLAYED_WITHIN));
    for (actor, account) in actors.iter().zip(&accounts) {
        let own = by_author.get(actor.id.as_str()).cloned().unwrap_or_default();
        take(account, Plan::Script(Script::new(Arc::clone(&played), own, Arc::clone(&done), began_at, lasts)));
    }
    let watching = watchers.min(accounts.len() * (SEATS_PER_ACCOUNT - 1));
    for number in 0..watching {
        take(&accounts[number % accounts.len()], Plan::Watch);
    }
    Ok(seats)
}

async fn found(
    stage: &Stage,
    replay: &Replay,
    actors: &[Actor],
    accounts: &[Account],
    canary: &str,
) -> anyhow::Result<()> {
    let rest = &stage.owner.rest;
    // The organization's secret is in the board's name: whoever follows it receives it.
    rest.create_board(stage.org, replay.board_id, &format!("{} {canary}", replay.name), &replay.key).await?;
    for (actor, account) in actors.iter().zip(accounts) {
        if let Some(role) = actor.role {
            rest.set_board_member(stage.org, replay.board_id, account.id(), role.max(BoardRole::Editor)).await?;
        }
    }
    let (_, client) = stage.owner.connect(Codec::MessagePack, Pace::unlimited()).await?;
    for command in &replay.founding {
        let answer = client.command(replay.board_id.into(), Command::Board(command.clone())).await;
        answer.with_context(|| format!("{command:?}"))?;
    }
    Ok(())
}
