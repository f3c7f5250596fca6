//! A client that joins, reads its snapshot, and then nothing until it wakes.

use std::time::Duration;

use lockstep_protocol::{
    codec::Codec,
    frame::{ClientMessage, Join, ServerMessage},
    ids::BoardId,
};
use serde::Serialize;

use crate::{
    socket::{self, Closed},
    stage::Account,
};

/// Its buffer in the operating system: small, so that the server notices soon.
const RECEIVE_BUFFER_BYTES: u32 = 4 * 1024;
/// How long it reads once awake: enough for all that waits, and for the close where one comes.
const READ_FOR: Duration = Duration::from_secs(4);

pub struct Sleeper {
    receiver: socket::Receiver,
    /// Open, and never used again.
    _sender: socket::Sender,
    /// What it read, in order: kinds of messages, equal ones in a row counted.
    seen: Vec<(&'static str, usize)>,
}

/// What it found when it read again.
#[derive(Debug, Serialize)]
pub struct Found {
    pub woke_after_s: u64,
    pub sequence: Vec<String>,
    pub resync: bool,
    pub close_code: Option<u16>,
}

impl Sleeper {
    /// Joins, reads the snapshot, and then nothing.
    pub async fn join(account: &Account, board: BoardId) -> anyhow::Result<Self> {
        let mut endpoint = account.endpoint(Codec::MessagePack);
        endpoint.receive_buffer_bytes = Some(RECEIVE_BUFFER_BYTES);
        let (mut sender, receiver, _) = socket::open(&endpoint).await?;
        let join = Join { reference: 1, topic: board.into(), after: None, presence: false };
        sender.send(&[ClientMessage::Join(join)]).await?;
        let mut sleeper = Self { receiver, _sender: sender, seen: Vec::new() };
        while sleeper.seen.last().is_none_or(|(kind, _)| *kind != "snapshot") {
            sleeper.step().await?;
        }
        sleeper.seen.clear();
        Ok(sleeper)
    }

    /// Sleeps, then reads all there is.
    pub async fn wake(mut self, after: Duration) -> Found {
        tokio::time::sleep(after).await;
        let all = async {
            loop {
                if let Err(closed) = self.step().await {
                    return closed;
                }
            }
        };
        let closed = tokio::time::timeout(READ_FOR, all).await;
        let closed = closed.unwrap_or_else(|_| Closed::because("still open"));
        let end = closed.code.map_or(closed.reason, |code| format!("close {code}"));
        Found {
            woke_after_s: after.as_secs(),
            resync: self.seen.iter().any(|(kind, _)| *kind == "resync"),
            sequence: self.seen.iter().map(|(kind, count)| format!("{kind} × {count}")).chain([end]).collect(),
            close_code: closed.code,
        }
    }

    async fn step(&mut self) -> Result<(), Closed> {
        for message in self.receiver.receive().await?.messages {
            let kind = kind(&message);
            match self.seen.last_mut() {
                Some((last, count)) if *last == kind => *count += 1,
                _ => self.seen.push((kind, 1)),
            }
        }
        Ok(())
    }
}

const fn kind(message: &ServerMessage) -> &'static str {
    match message {
        ServerMessage::Welcome(_) => "welcome",
        ServerMessage::Joined(_) => "joined",
        ServerMessage::Snapshot(_) => "snapshot",
        ServerMessage::Events(_) => "events",
        ServerMessage::Reply(_) => "reply",
        ServerMessage::PresenceState(_) => "presence_state",
        ServerMessage::PresenceDiff(_) => "presence_diff",
        ServerMessage::Ephemeral(_) => "ephemeral",
        ServerMessage::Resync(_) => "resync",
        ServerMessage::Stale(_) => "stale",
        ServerMessage::Revoked(_) => "revoked",
        ServerMessage::Heads(_) => "heads",
        ServerMessage::ListsChanged(_) => "lists_changed",
        ServerMessage::ProfilesChanged(_) => "profiles_changed",
        ServerMessage::Goaway(_) => "goaway",
        ServerMessage::Superseded(_) => "superseded",
        ServerMessage::Pong(_) => "pong",
    }
}
