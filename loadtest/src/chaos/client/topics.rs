//! What a client follows: joins, snapshots, events, and reads over REST.

use std::time::Duration;

use lockstep_protocol::{
    codes::Code,
    event::{Event, Happened},
    frame::{ClientMessage, Events, Join, Joined, ResumedFrom, SnapshotPart},
    ids::{BoardId, TaskId},
    position::{Bookmark, Held},
    topic::{Kind, Topic},
    values::Audience,
    view::{BoardHead, BoardPart, ViewPart},
};
use serde::Deserialize;
use tokio::time::Instant;

use super::{Asked, Player, moment};
use crate::{
    history::{Moment, Record, Resumed, digest_of, head_digest},
    model::{Board, Talk},
};

const JOIN_AGAIN: Duration = Duration::from_millis(1_000);
const JOIN_SOON: Duration = Duration::from_millis(250);
const READ_WITHIN: Duration = Duration::from_secs(3);
/// One message of so many is noted with the state after it.
const DIGEST_EVERY: usize = 40;

/// One topic as this client holds it.
#[derive(Default)]
pub struct Followed {
    /// Empty where it is a channel.
    pub board: Board,
    /// Where it is a channel.
    talk: Option<Talk>,
    held: Option<Bookmark>,
    state: State,
    /// A snapshot that is not whole yet.
    incoming: Board,
    incoming_talk: Option<Talk>,
    /// The newest seq known of, by whatever way.
    known: u64,
    /// Where the last join led to.
    head: u64,
    /// Since when it is refused, of what was asked for at the end.
    refused_since: Option<Instant>,
}

#[derive(Default, PartialEq)]
enum State {
    #[default]
    Away,
    Asked,
    /// Joined, and the snapshot is on its way.
    Snapshot,
    Live,
    /// Refused, revoked or left: asked for again then.
    Out(Instant),
}

/// What a read answered.
pub struct ReadBack {
    sent_at: Moment,
    at: Moment,
    topic: Topic,
    min_seq: u64,
    bytes: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct BoardAnswer {
    #[serde(flatten)]
    head: BoardHead,
    seq: u64,
}

impl Followed {
    pub fn is_live(&self) -> bool {
        self.state == State::Live
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        matches!(self.state, State::Out(at) if at <= now)
    }

    pub(super) fn disconnected(&mut self) {
        self.state = State::Away;
    }

    /// Before the end, what was refused is asked for once more.
    pub(super) fn ask_again(&mut self) {
        self.refused_since = None;
        if let State::Out(at) = &mut self.state {
            *at = Instant::now();
        }
    }

    fn is_settled(&self) -> bool {
        match self.state {
            State::Live => self.held.is_some_and(|held| held.seq >= self.head),
            State::Out(_) => true,
            State::Away | State::Asked | State::Snapshot => false,
        }
    }

    /// Somebody who was let in just before the end may be refused until the node has heard of it: only who stays refused is out.
    pub(super) fn is_at(&self, end: Option<u64>, refused_for: Duration) -> bool {
        match self.state {
            State::Live => self.held.is_some_and(|held| held.seq >= end.unwrap_or_default()),
            State::Out(_) => self.refused_since.is_some_and(|since| since.elapsed() >= refused_for),
            State::Away | State::Asked | State::Snapshot => false,
        }
    }

    pub(super) fn stands(&self) -> Option<(Bookmark, u64)> {
        (self.state == State::Live).then(|| self.held.map(|held| (held, self.digest()))).flatten()
    }

    fn digest(&self) -> u64 {
        self.talk.as_ref().map_or_else(|| digest_of(&self.board), digest_of)
    }

    fn apply(&mut self, topic: Topic, happened: &Happened<Event>) {
        match (&mut self.talk, &happened.event) {
            (Some(talk), Event::Channel(event)) => talk.apply(event),
            _ => self.board.apply(BoardId(topic.id), happened),
        }
    }

    pub(super) fn learned(&mut self, seq: u64) {
        self.known = self.known.max(seq);
    }
}

impl Player {
    pub(super) fn ask_to_join(&mut self, topic: Topic) {
        let Some(followed) = self.topics.get_mut(&topic) else { return };
        followed.state = State::Asked;
        let after = followed.held;
        self.join(topic, after);
    }

    /// Asks for a topic, one's own or not.
    pub(super) fn join(&mut self, topic: Topic, after: Option<Bookmark>) {
        let reference = self.reference();
        self.asked.insert(reference, Asked::Join(topic));
        // Players are members throughout, or nothing at all.
        let after = after.map(|after| Held::new(after, Audience::Member));
        self.outgoing.push(ClientMessage::Join(Join { reference, topic, after, presence: false }));
    }

    pub(super) fn joined(&mut self, joined: Joined) -> anyhow::Result<()> {
        let (at, connection) = (self.at(), self.connection);
        self.is_asked(joined.reference);
        let topic = joined.topic;
        let from = match joined.resumed_from {
            ResumedFrom::Current => Resumed::Current,
            ResumedFrom::Ring | ResumedFrom::Journal => Resumed::Events,
            ResumedFrom::Snapshot => Resumed::Snapshot,
        };
        let after = self.topics.get(&topic).and_then(|followed| followed.held);
        self.note(&Record::Joined { at, connection, topic, after, from, head: joined.head })?;
        if let Some(followed) = self.topics.get_mut(&topic) {
            followed.state = if from == Resumed::Snapshot { State::Snapshot } else { State::Live };
            followed.head = joined.head.seq;
            followed.refused_since = None;
        }
        Ok(())
    }

    pub(super) fn snapshot(&mut self, part: SnapshotPart) -> anyhow::Result<()> {
        let (at, connection, topic, bookmark) = (self.at(), self.connection, part.topic, part.bookmark);
        let mut own = Followed::default();
        // One that was never asked for is noted all the same.
        let followed = self.topics.get_mut(&topic).unwrap_or(&mut own);
        match part.view {
            ViewPart::Board(view) => followed.incoming.take(part.part, view),
            ViewPart::Channel(view) => followed.incoming_talk.get_or_insert_default().take(view),
            _ => return Ok(()),
        }
        if part.part + 1 < part.parts {
            return Ok(());
        }
        followed.board = std::mem::take(&mut followed.incoming);
        followed.talk = followed.incoming_talk.take();
        (followed.held, followed.state) = (Some(bookmark), State::Live);
        followed.learned(bookmark.seq);
        let digest = followed.digest();
        self.note(&Record::Snapshot { at, connection, topic, bookmark, digest })
    }

    pub(super) fn events(&mut self, events: &Events) -> anyhow::Result<()> {
        let (at, connection, topic) = (self.at(), self.connection, events.topic);
        let hashes = events.events.iter().map(|happened: &Happened<_>| (happened.seq, digest_of(happened))).collect();
        let takes_digest = self.dice.below(DIGEST_EVERY) == 0;
        let mut digest = None;
        let mut again = false;
        if let Some(followed) = self.topics.get_mut(&topic) {
            let stands = followed.held.unwrap_or_default();
            if events.after == stands.seq && events.epoch == stands.epoch {
                for happened in &events.events {
                    followed.apply(topic, happened);
                }
                followed.held = Some(Bookmark { epoch: events.epoch, seq: events.seq });
                followed.learned(events.seq);
                digest = takes_digest.then(|| followed.digest());
            } else {
                // A gap: the checker will say so. What is at or beyond the seq is ignored, as the protocol says.
                again = events.seq > stands.seq;
            }
        }
        let Events { epoch, after, seq, commit_id: commit, .. } = *events;
        self.note(&Record::Events { at, connection, topic, epoch, after, seq, commit, hashes, digest })?;
        if again {
            self.ask_to_join(topic);
        }
        Ok(())
    }

    /// Revoked, refused, or (without a code) to be joined again.
    pub(super) fn left(&mut self, topic: Topic, code: Option<Code>) -> anyhow::Result<()> {
        let (at, connection) = (self.at(), self.connection);
        self.note(&Record::Left { at, connection, topic, code })?;
        if let Some(followed) = self.topics.get_mut(&topic) {
            let soon = if code.is_some() { JOIN_AGAIN } else { Duration::ZERO };
            if code.is_some() && followed.state == State::Asked {
                followed.refused_since.get_or_insert_with(Instant::now);
            }
            followed.state = State::Out(Instant::now() + soon);
        }
        Ok(())
    }

    pub(super) fn refused_for_now(&mut self, topic: Topic) {
        if let Some(followed) = self.topics.get_mut(&topic) {
            followed.state = State::Out(Instant::now() + JOIN_SOON);
            followed.refused_since = None;
        }
    }

    /// Once after each opening: when everything is joined, or refused.
    pub(super) fn note_ready(&mut self) -> anyhow::Result<()> {
        if !self.ready && self.topics.values().all(Followed::is_settled) {
            self.ready = true;
            self.failed = 0;
            let (at, connection) = (self.at(), self.connection);
            self.note(&Record::Ready { at, connection })?;
        }
        Ok(())
    }

    /// Starts or stops this person's timer, and does not wait for what becomes of it: the journal is judged, and two may be asked at once.
    pub(super) fn timer(&self, board: Topic, task_id: Option<TaskId>) {
        let (rest, org) = (self.rest.clone(), self.me.org);
        tokio::spawn(async move {
            let asked = async {
                match task_id {
                    Some(task_id) => rest.start_timer(org, BoardId(board.id), task_id).await,
                    None => rest.stop_timer().await,
                }
            };
            let _ = tokio::time::timeout(READ_WITHIN, asked).await;
        });
    }

    /// Reads a board's head over REST, from at least what this client knows of.
    pub(super) fn read(&mut self, topic: Topic) {
        let Some(followed) = self.topics.get(&topic).filter(|followed| followed.is_live()) else { return };
        if topic.kind != Kind::Board {
            return;
        }
        if std::mem::replace(&mut self.reading, true) {
            return;
        }
        let (min_seq, sent_at, began_at) = (followed.known, self.at(), self.began_at);
        let (rest, org, back) = (self.rest.clone(), self.me.org, self.reads.0.clone());
        tokio::spawn(async move {
            let asked = rest.board_at(org, BoardId(topic.id), min_seq);
            let bytes = tokio::time::timeout(READ_WITHIN, asked).await.ok().and_then(Result::ok);
            let at = moment(began_at);
            // The player may have gone.
            let _ = back.send(ReadBack { sent_at, at, topic, min_seq, bytes }).await;
        });
    }

    pub(super) fn read_back(&mut self, read: ReadBack) -> anyhow::Result<()> {
        self.reading = false;
        let ReadBack { sent_at, at, topic, min_seq, bytes } = read;
        // Refused, too late or behind: nothing was read.
        let Some(bytes) = bytes else { return Ok(()) };
        self.look_for_secrets(&bytes);
        let BoardAnswer { head, seq } = serde_json::from_slice(&bytes)?;
        let mut board = Board::default();
        board.take(0, BoardPart { board: Some(Box::new(head)), tasks: Vec::new() });
        if let Some(followed) = self.topics.get_mut(&topic) {
            followed.learned(seq);
        }
        self.note(&Record::Read { sent_at, at, topic, min_seq, seq, digest: head_digest(&board) })
    }
}
