//! Frames in and out: secrets looked for in the bytes, messages handed to whom they concern.

use std::time::Duration;

use lockstep_protocol::{
    frame::{ClientMessage, Outcome as Said, Ping, Reply, ServerMessage},
    topic::Topic,
};
use tokio::time::Instant;

use super::{Asked, Player};
use crate::{
    history::Record,
    socket::{Frame, Sender},
};

/// Messages in one frame of ours (R54).
const FRAME_MESSAGES_MAX: usize = 50;
const SEND_WITHIN: Duration = Duration::from_secs(5);
/// What every organization's secret begins with.
pub const CANARY: &str = "canary-";

impl Player {
    /// Sends what waits; false where the connection takes nothing any more.
    pub(super) async fn flush(&mut self, sender: &mut Sender) -> bool {
        let messages = std::mem::take(&mut self.outgoing);
        for frame in messages.chunks(FRAME_MESSAGES_MAX) {
            if !matches!(tokio::time::timeout(SEND_WITHIN, sender.send(frame)).await, Ok(Ok(()))) {
                return false;
            }
        }
        true
    }

    pub(super) fn reference(&mut self) -> u32 {
        self.next_reference += 1;
        self.next_reference
    }

    pub(super) fn ping(&mut self) {
        let reference = self.reference();
        self.asked.insert(reference, Asked::Ping);
        self.outgoing.push(ClientMessage::Ping(Ping { reference }));
    }

    pub(super) fn frame(&mut self, frame: Frame) -> anyhow::Result<()> {
        self.heard_at = Instant::now();
        self.look_for_secrets(&frame.plain);
        for message in frame.messages {
            self.message(message)?;
        }
        self.note_ready()
    }

    /// Each organization's texts hold its own secret: another's must never be among received bytes.
    pub(super) fn look_for_secrets(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        for (at, _) in text.match_indices(CANARY) {
            let is_own = text[at..].starts_with(&self.me.canary);
            if is_own { self.canaries.0 += 1 } else { self.canaries.1 += 1 }
        }
    }

    fn message(&mut self, message: ServerMessage) -> anyhow::Result<()> {
        let (at, connection) = (self.at(), self.connection);
        match message {
            ServerMessage::Joined(joined) => self.joined(joined),
            ServerMessage::Snapshot(part) => self.snapshot(part),
            ServerMessage::Events(events) => self.events(&events),
            ServerMessage::Reply(Reply { reference, outcome }) => self.reply(reference, outcome),
            ServerMessage::Resync(notice) => self.left(notice.topic, None),
            ServerMessage::Revoked(revoked) => self.left(revoked.topic, Some(revoked.code)),
            ServerMessage::Heads(heads) => {
                for (topic, bookmark) in heads.heads {
                    self.note(&Record::Heads { at, connection, topic, bookmark })?;
                }
                Ok(())
            }
            ServerMessage::Goaway(goaway) => {
                let after = Duration::from_millis(goaway.reconnect_after_ms);
                self.goaway_at.get_or_insert(Instant::now() + after);
                Ok(())
            }
            // A pong was heard, which is all; presence, moments and hints are not judged; a close follows the others.
            ServerMessage::Pong(_)
            | ServerMessage::Welcome(_)
            | ServerMessage::PresenceState(_)
            | ServerMessage::PresenceDiff(_)
            | ServerMessage::Ephemeral(_)
            | ServerMessage::ListsChanged(_)
            | ServerMessage::ProfilesChanged(_)
            | ServerMessage::Stale(_)
            | ServerMessage::Superseded(_) => Ok(()),
        }
    }

    fn reply(&mut self, reference: u32, outcome: Said) -> anyhow::Result<()> {
        match self.asked.remove(&reference) {
            Some(Asked::Join(topic)) => match outcome {
                Said::Error(failure) if failure.temporary => {
                    self.refused_for_now(topic);
                    Ok(())
                }
                Said::Error(failure) => self.left(topic, Some(failure.code)),
                Said::Ok(_) => Ok(()),
            },
            Some(Asked::Command { client_seq, attempt, variant }) => {
                self.answered(client_seq, attempt, variant, outcome)
            }
            Some(Asked::Ping) | None => Ok(()),
        }
    }

    pub(super) fn is_asked(&mut self, reference: u32) -> Option<Topic> {
        match self.asked.remove(&reference) {
            Some(Asked::Join(topic)) => Some(topic),
            _ => None,
        }
    }
}
