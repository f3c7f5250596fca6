//! One client per author, each playing their own actions in order, and none before what it stands on has taken effect.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, anyhow};
use indicatif::ProgressBar;
use lockstep_protocol::{codec::Codec, command::Command, ids::ClientId};
use lockstep_trello::replay::Replay;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    client::{Client, Error},
    figures::Latency,
    pace::Pace,
    stage::Account,
};

/// What came of it.
#[derive(Default)]
pub struct Played {
    pub authors: usize,
    pub commands: usize,
    pub ack: Latency,
    /// When each command was sent.
    pub sent_at: HashMap<(ClientId, u64), Instant>,
    /// By command and code.
    pub refused: BTreeMap<String, usize>,
}

/// Plays all actions.
pub async fn all(replay: Arc<Replay>, cast: &HashMap<String, Account>, bar: ProgressBar) -> anyhow::Result<Played> {
    let mut by_author: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, played) in replay.played.iter().enumerate() {
        by_author.entry(&played.author).or_default().push(index);
    }
    let done = Arc::new(watch::Sender::new(vec![false; replay.played.len()]));
    let mut authors = JoinSet::new();
    for (author, own) in by_author {
        let account = cast.get(author).ok_or_else(|| anyhow!("nobody plays {author}"))?;
        let (client_id, client) = account.connect(Codec::MessagePack, Pace::within_limits()).await?;
        let author =
            Author { replay: Arc::clone(&replay), client_id, client, done: Arc::clone(&done), bar: bar.clone() };
        authors.spawn(author.play(own));
    }
    let mut all = Played { authors: authors.len(), ..Played::default() };
    while let Some(played) = authors.join_next().await {
        let played = played.context("an author failed")??;
        all.commands += played.commands;
        all.ack.add(&played.ack);
        all.sent_at.extend(played.sent_at);
        for (what, count) in played.refused {
            *all.refused.entry(what).or_default() += count;
        }
    }
    bar.finish_and_clear();
    Ok(all)
}

struct Author {
    replay: Arc<Replay>,
    client_id: ClientId,
    client: Client,
    /// Which actions have taken effect; shared by all authors.
    done: Arc<watch::Sender<Vec<bool>>>,
    bar: ProgressBar,
}

impl Author {
    async fn play(self, own: Vec<usize>) -> anyhow::Result<Played> {
        let mut played = Played::default();
        let mut progress = self.done.subscribe();
        for index in own {
            let action = &self.replay.played[index];
            let ready = |done: &Vec<bool>| action.waits_for.iter().all(|earlier| done[*earlier]);
            progress.wait_for(ready).await.context("the others ended")?;
            for command in &action.commands {
                let client_seq = self.client.reserve();
                let body = Command::Board(command.clone());
                let topic = self.replay.board_id.into();
                match self.client.command_as(topic, body, client_seq).await {
                    Ok(answer) => {
                        played.ack.record(answer.replied_at.saturating_duration_since(answer.sent_at));
                        played.sent_at.insert((self.client_id, client_seq), answer.sent_at);
                    }
                    Err(Error::Refused(failure)) => {
                        let what = format!("{}: {} ({})", command.tag(), failure.code.word(), failure.message);
                        *played.refused.entry(what).or_default() += 1;
                    }
                    Err(error) => return Err(error.into()),
                }
                played.commands += 1;
            }
            self.done.send_modify(|done| done[index] = true);
            self.bar.inc(1);
        }
        Ok(played)
    }
}
