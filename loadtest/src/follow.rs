//! A board followed over a subscription: the fold of what came, with the bookmark it stands at. It says so when the stream has a
//! gap, repeats itself or skips a number, which a server must never do.

use std::time::Instant;

use lockstep_protocol::{
    codes::Code,
    frame::{Events, ResumedFrom},
    ids::{BoardId, ClientId},
    position::{Bookmark, Held},
    view::ViewPart,
};

use crate::{
    client::{Client, Error, Subscription, Update},
    model::Board,
};

/// Why following ended.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    #[error("the connection ended, or this reader fell too far behind")]
    Ended,
    #[error("told to join again")]
    Resync,
    #[error("may not see the board any more: {}", .0.word())]
    Revoked(Code),
    #[error("the stream broke its promise: {0}")]
    Broken(String),
}

/// An event that arrived, for measuring: which command made it and when it came.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    pub client_id: Option<ClientId>,
    pub client_seq: Option<u64>,
    pub at: Instant,
}

/// A watcher of one board.
pub struct Follower {
    pub board: Board,
    pub bookmark: Bookmark,
    board_id: BoardId,
    subscription: Subscription,
    /// Whether the snapshot, where one was promised, is whole.
    whole: bool,
}

impl Follower {
    /// Joins the board and takes the snapshot.
    pub async fn join(client: &Client, board_id: BoardId) -> anyhow::Result<Self> {
        let subscription = client.join(board_id.into(), None, false).await?;
        let mut follower =
            Self { board: Board::default(), bookmark: Bookmark::default(), board_id, subscription, whole: false };
        while !follower.whole {
            follower.step(&mut |_| {}).await?;
        }
        Ok(follower)
    }

    /// Joins again from where it stands, perhaps on another connection: after a `resync` or a reconnect.
    pub async fn resume(&mut self, client: &Client) -> Result<ResumedFrom, Error> {
        // What is not whole is held by nobody.
        let after = self.whole.then(|| Held::new(self.bookmark, self.subscription.joined.audience));
        self.subscription = client.join(self.board_id.into(), after, false).await?;
        let resumed_from = self.subscription.joined.resumed_from;
        self.whole &= resumed_from != ResumedFrom::Snapshot;
        Ok(resumed_from)
    }

    /// Follows until it stands at `seq` or beyond.
    pub async fn until(&mut self, seq: u64, arrived: &mut impl FnMut(Arrival)) -> Result<(), Lost> {
        while self.bookmark.seq < seq || !self.whole {
            self.step(arrived).await?;
        }
        Ok(())
    }

    /// Takes the next update.
    pub async fn step(&mut self, arrived: &mut impl FnMut(Arrival)) -> Result<(), Lost> {
        match self.subscription.next().await.ok_or(Lost::Ended)? {
            Update::Snapshot(part) => {
                let ViewPart::Board(view) = part.view else {
                    return Err(Lost::Broken("a snapshot of another kind of thing".to_owned()));
                };
                self.board.take(part.part, view);
                self.whole = part.part + 1 == part.parts;
                self.bookmark = part.bookmark;
                Ok(())
            }
            Update::Events { events, at } => self.take(&events, at, arrived),
            Update::Resync => Err(Lost::Resync),
            Update::Revoked(code) => Err(Lost::Revoked(code)),
            Update::Presence(_) | Update::PresenceDiff(_) | Update::Stale(_) => Ok(()),
        }
    }

    fn take(&mut self, events: &Events, at: Instant, arrived: &mut impl FnMut(Arrival)) -> Result<(), Lost> {
        let stands = self.bookmark.seq;
        if events.after != stands || events.epoch != self.bookmark.epoch || !self.whole {
            let what =
                format!("events after {} of epoch {} came while standing at {stands}", events.after, events.epoch);
            return Err(Lost::Broken(what));
        }
        let mut last = stands;
        for happened in &events.events {
            if happened.seq <= last || happened.seq > events.seq {
                return Err(Lost::Broken(format!(
                    "event {} came after {last} in a message up to {}",
                    happened.seq, events.seq
                )));
            }
            last = happened.seq;
            self.board.apply(self.board_id, happened);
            arrived(Arrival { client_id: happened.client_id, client_seq: happened.client_seq, at });
        }
        self.bookmark.seq = events.seq;
        Ok(())
    }
}
