//! One who watches the board while it is played.

use lockstep_protocol::{codec::Codec, ids::BoardId};
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    client::Client,
    follow::{Arrival, Follower, Lost},
    model::Board,
    pace::Pace,
    stage::Account,
};

/// A connection that follows the board on a task of its own.
pub struct Watcher {
    /// How far it has to follow, once that is known.
    target: watch::Sender<Option<u64>>,
    task: JoinHandle<Seen>,
}

/// What it saw.
pub struct Seen {
    pub arrivals: Vec<Arrival>,
    /// The board it holds, or why it could not follow to the end.
    pub board: Result<Board, String>,
}

/// How long a watcher may take to see the last event after everything was acknowledged.
const CATCH_UP: std::time::Duration = std::time::Duration::from_secs(30);

impl Watcher {
    /// Joins; answers when the snapshot is there.
    pub async fn start(account: &Account, codec: Codec, board: BoardId) -> anyhow::Result<Self> {
        let (_, client) = account.connect(codec, Pace::unlimited()).await?;
        let follower = Follower::join(&client, board).await?;
        let (target, receiver) = watch::channel(None);
        Ok(Self { target, task: tokio::spawn(follow(client, follower, receiver)) })
    }

    /// Tells it where to stop, and what it saw until there.
    pub async fn until(self, seq: u64) -> Seen {
        self.target.send_replace(Some(seq));
        let lost = |why: String| Seen { arrivals: Vec::new(), board: Err(why) };
        match tokio::time::timeout(CATCH_UP, self.task).await {
            Ok(Ok(seen)) => seen,
            Ok(Err(error)) => lost(error.to_string()),
            Err(_) => lost(format!("did not reach event {seq} in {CATCH_UP:?}")),
        }
    }
}

async fn follow(client: Client, mut follower: Follower, mut target: watch::Receiver<Option<u64>>) -> Seen {
    let mut arrivals = Vec::new();
    loop {
        if target.borrow_and_update().is_some_and(|seq| follower.bookmark.seq >= seq) {
            return Seen { arrivals, board: Ok(follower.board) };
        }
        let mut arrived = |arrival| arrivals.push(arrival);
        let step = tokio::select! {
            changed = target.changed() => {
                if changed.is_err() {
                    return Seen { arrivals, board: Err("the run ended".to_owned()) };
                }
                continue;
            }
            step = follower.step(&mut arrived) => step,
        };
        match step {
            Ok(()) => {}
            // What a client does that fell behind: it joins again from its bookmark.
            Err(Lost::Resync) => {
                if let Err(error) = follower.resume(&client).await {
                    return Seen { arrivals, board: Err(error.to_string()) };
                }
            }
            Err(lost) => {
                let why = client.closed().map_or_else(|| lost.to_string(), |closed| format!("{lost}: {closed}"));
                return Seen { arrivals, board: Err(why) };
            }
        }
    }
}
