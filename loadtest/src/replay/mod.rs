//! `replay`: a real board's last thousand actions, played again by one client per author while others watch. In the end every watcher
//! must hold what the journal folds to.

mod outcome;
mod play;
mod watch;

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lockstep_protocol::{codec::Codec, command::Command, ids::BoardId, values::BoardRole};
use lockstep_trello::{
    export,
    ids::Ids,
    replay::{Actor, Cast, Replay, actors, replay},
};
pub use outcome::Outcome;

use crate::{
    figures::Latency,
    follow::Follower,
    model::Board,
    pace::Pace,
    stage::{Account, Stage},
};

/// What to replay, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// A Trello board, exported as JSON.
    pub file: PathBuf,
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:3080")]
    pub url: String,
    /// How many watch.
    #[arg(long, default_value_t = 50)]
    pub watchers: usize,
    /// Found the board as this account; a new one is registered otherwise.
    #[arg(long, requires = "password")]
    pub email: Option<String>,
    #[arg(long, requires = "email")]
    pub password: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Connections of one account (the server's limit is 20): those of its owner among them.
const WATCHERS_PER_ACCOUNT: usize = 18;

/// Runs it.
pub async fn run(options: &Options) -> anyhow::Result<Outcome> {
    let bytes =
        tokio::fs::read(&options.file).await.with_context(|| format!("cannot read {}", options.file.display()))?;
    let board = export::read(&bytes)?;
    let login = options.email.as_deref().zip(options.password.as_deref());
    let stage = Stage::set(&options.url, login, "Replay").await?;
    let actors = actors(&board);
    let names: Vec<_> = actors.iter().map(|actor| actor.name.clone()).collect();
    let accounts = stage.members(&names).await.context("cannot register the authors")?;
    let cast = Cast(actors.iter().zip(&accounts).map(|(actor, account)| (actor.id.clone(), account.id())).collect());
    let replay = replay(&board, &Ids::new(stage.org, &board.id), &cast);
    found(&stage, &replay, &actors, &accounts).await.context("cannot build the earliest state")?;

    let topic = replay.board_id;
    let audience = Audience::seat(options.watchers, topic, &accounts, &stage.owner).await?;
    let start = Instant::now();
    let cast: HashMap<_, _> = actors.into_iter().map(|actor| actor.id).zip(accounts).collect();
    let replay = Arc::new(replay);
    let bar = progress_bar(replay.played.len(), "playing");
    let played = play::all(Arc::clone(&replay), &cast, bar).await?;
    let seconds = start.elapsed().as_secs_f64();
    judge(options, &stage, &replay, played, audience, seconds).await
}

/// Builds the earliest state.
async fn found(stage: &Stage, replay: &Replay, actors: &[Actor], accounts: &[Account]) -> anyhow::Result<()> {
    let rest = &stage.owner.rest;
    rest.create_board(stage.org, replay.board_id, &replay.name, &replay.key).await?;
    for (actor, account) in actors.iter().zip(accounts) {
        // Who joined later is a member of the organization by then, and gets the role by the action.
        if let Some(role) = actor.role {
            let role = role.max(BoardRole::Editor);
            rest.set_board_member(stage.org, replay.board_id, account.id(), role).await?;
        }
    }
    let (_, client) = stage.owner.connect(Codec::MessagePack, Pace::within_limits()).await?;
    let bar = progress_bar(replay.founding.len(), "building the earliest state");
    for command in &replay.founding {
        let answer = client.command(replay.board_id.into(), Command::Board(command.clone())).await;
        answer.with_context(|| format!("{command:?}"))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Everyone who watches.
struct Audience {
    watchers: Vec<watch::Watcher>,
}

impl Audience {
    async fn seat(count: usize, board: BoardId, accounts: &[Account], owner: &Account) -> anyhow::Result<Self> {
        let everyone: Vec<_> = accounts.iter().chain([owner]).collect();
        let room = everyone.len() * WATCHERS_PER_ACCOUNT;
        anyhow::ensure!(count <= room, "{count} watchers are more than the {} accounts have room for", everyone.len());
        let mut watchers = Vec::with_capacity(count);
        for index in 0..count {
            // Both encodings watch.
            let codec = Codec::ALL[index % Codec::ALL.len()];
            watchers.push(watch::Watcher::start(everyone[index % everyone.len()], codec, board).await?);
        }
        Ok(Self { watchers })
    }
}

/// Compares what the watchers hold with the journal's fold and with a fresh snapshot.
async fn judge(
    options: &Options,
    stage: &Stage,
    replay: &Replay,
    played: play::Played,
    audience: Audience,
    seconds: f64,
) -> anyhow::Result<Outcome> {
    let events = stage.owner.rest.history(stage.org, replay.board_id).await.context("cannot read the history")?;
    let mut folded = Board::default();
    for happened in &events {
        folded.apply(replay.board_id, happened);
    }
    let head = events.last().map_or(0, |happened| happened.seq);
    let (mut delivery, mut differences, mut unequal) = (Latency::default(), Vec::new(), 0);
    let watchers = audience.watchers.len();
    for (index, watcher) in audience.watchers.into_iter().enumerate() {
        let seen = watcher.until(head).await;
        for arrival in &seen.arrivals {
            let key = arrival.client_id.zip(arrival.client_seq);
            if let Some(sent_at) = key.and_then(|key| played.sent_at.get(&key)) {
                delivery.record(arrival.at.saturating_duration_since(*sent_at));
            }
        }
        let found = match &seen.board {
            Ok(board) => board.differences(&folded),
            Err(lost) => vec![lost.clone()],
        };
        unequal += usize::from(!found.is_empty());
        differences.extend(found.into_iter().take(3).map(|what| format!("watcher {index}: {what}")));
    }
    let (_, client) = stage.owner.connect(Codec::Json, Pace::within_limits()).await?;
    let fresh = Follower::join(&client, replay.board_id).await?.board;
    let snapshot: Vec<_> = fresh.differences(&folded);
    differences.extend(snapshot.iter().take(3).map(|what| format!("snapshot: {what}")));
    Ok(Outcome {
        file: options.file.display().to_string(),
        actions: replay.actions,
        mapped: replay.played.len(),
        unmapped: outcome::unmapped(replay),
        authors: played.authors,
        founding_commands: replay.founding.len(),
        commands: played.commands,
        refused: played.refused,
        events: events.len(),
        watchers,
        watchers_unequal: unequal,
        snapshot_equal: snapshot.is_empty(),
        differences,
        digest: folded.digest(),
        tasks: folded.tasks.len(),
        ack: played.ack,
        delivery,
        seconds,
    })
}

fn progress_bar(steps: usize, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{msg} {bar:40} {pos}/{len}, {elapsed}") {
        Ok(style) => bar.with_style(style).with_message(what),
        Err(_) => bar,
    }
}
