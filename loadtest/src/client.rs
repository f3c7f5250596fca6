//! A client of the sync protocol: join topics, follow their events, send commands and await their replies. Two tasks own the
//! socket; handles talk to them over bounded queues. The rules it keeps are numbered in docs/SYNC-SPEC.md.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use lockstep_protocol::{
    codes::{Code, Failure},
    command::Command,
    frame::{
        Acknowledged, ClientMessage, CommandMessage, Events, Join, Joined, Leave, Outcome, Ping, Pong, PresenceDiff,
        PresenceState, Refresh, Reply, ServerMessage, SnapshotPart, Welcome,
    },
    position::Held,
    topic::Topic,
};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{
    pace::Pace,
    socket::{self, Closed, Endpoint, Receiver, Sender},
};

/// Messages of one topic that may wait for their reader. One that falls behind further loses the topic, as it would at the
/// server, and joins again.
const TOPIC_QUEUE: usize = 4096;
/// Messages that may wait to be sent.
const SEND_QUEUE: usize = 256;
/// Messages in one frame of ours (R54).
const FRAME_MESSAGES_MAX: usize = 50;
/// How long temporary refusals are tried again.
const RETRY_FOR: Duration = Duration::from_secs(30);

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Failure),
    #[error(transparent)]
    Closed(#[from] Closed),
}

/// What happens on a joined topic.
#[derive(Debug)]
pub enum Update {
    Snapshot(Box<SnapshotPart>),
    Events {
        events: Events,
        at: Instant,
    },
    Presence(PresenceState),
    PresenceDiff(PresenceDiff),
    Stale(bool),
    /// Fell behind: join again from the bookmark held (R41).
    Resync,
    Revoked(Code),
}

/// A command that took effect, with the instants that its latency is measured from.
#[derive(Clone, Debug)]
pub struct Answer {
    pub acknowledged: Acknowledged,
    pub client_seq: u64,
    pub sent_at: Instant,
    pub replied_at: Instant,
}

/// A joined topic.
#[derive(Debug)]
pub struct Subscription {
    pub joined: Joined,
    updates: mpsc::Receiver<Update>,
}

impl Subscription {
    /// The next update; `None` when the connection ended or this reader fell too far behind.
    pub async fn next(&mut self) -> Option<Update> {
        self.updates.recv().await
    }
}

/// One connection. Clones share it; it closes when the last is dropped.
#[derive(Clone)]
pub struct Client {
    welcome: Arc<Welcome>,
    outgoing: mpsc::Sender<ClientMessage>,
    shared: Arc<Shared>,
    pace: Arc<Pace>,
}

/// Held by the handles and by the task that reads.
struct Shared {
    next_reference: AtomicU32,
    /// Over all topics, from 1 (R28).
    next_client_seq: AtomicU64,
    waiting: Mutex<Waiting>,
    /// That `waiting.closed` is there now.
    told: Notify,
}

#[derive(Default)]
struct Waiting {
    requests: HashMap<u32, oneshot::Sender<(Answered, Instant)>>,
    /// Joins that await `joined`: from then on their queue gets what comes of the topic.
    joins: HashMap<u32, mpsc::Sender<Update>>,
    topics: HashMap<Topic, mpsc::Sender<Update>>,
    closed: Option<Closed>,
}

enum Answered {
    Joined(Joined),
    Reply(Outcome),
    Pong(Pong),
}

impl Client {
    pub async fn connect(endpoint: &Endpoint, pace: Pace) -> anyhow::Result<Self> {
        let (sender, receiver, welcome) = socket::open(endpoint).await?;
        let (outgoing, queue) = mpsc::channel(SEND_QUEUE);
        let shared = Arc::new(Shared {
            next_reference: AtomicU32::new(1),
            next_client_seq: AtomicU64::new(1),
            waiting: Mutex::default(),
            told: Notify::new(),
        });
        tokio::spawn(write(sender, queue));
        tokio::spawn(read(receiver, Arc::clone(&shared)));
        Ok(Self { welcome: Arc::new(welcome), outgoing, shared, pace: Arc::new(pace) })
    }

    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// Why the connection ended, if it did.
    pub fn closed(&self) -> Option<Closed> {
        self.shared.waiting().closed.clone()
    }

    /// Joins a topic, or joins it again from `after`.
    pub async fn join(&self, topic: Topic, after: Option<Held>, presence: bool) -> Result<Subscription, Error> {
        let reference = self.reference();
        let (sender, updates) = mpsc::channel(TOPIC_QUEUE);
        self.shared.waiting().joins.insert(reference, sender);
        let answer = self.request(reference, ClientMessage::Join(Join { reference, topic, after, presence })).await;
        self.shared.waiting().joins.remove(&reference);
        match answer?.0 {
            Answered::Joined(joined) => Ok(Subscription { joined, updates }),
            other => Err(refusal(other)),
        }
    }

    pub async fn leave(&self, topic: Topic) -> Result<(), Error> {
        let reference = self.reference();
        let answer = self.request(reference, ClientMessage::Leave(Leave { reference, topic })).await?;
        self.shared.waiting().topics.remove(&topic);
        acknowledged(answer.0).map(|_| ())
    }

    /// Sends a command and awaits its reply. What is refused for the moment is sent again with the same client seq (R28, R30).
    pub async fn command(&self, topic: Topic, body: Command) -> Result<Answer, Error> {
        let client_seq = self.reserve();
        self.command_as(topic, body, client_seq).await
    }

    /// A client seq for a command that is sent by [`Self::command_as`].
    pub fn reserve(&self) -> u64 {
        self.shared.next_client_seq.fetch_add(1, Ordering::Relaxed)
    }

    pub async fn command_as(&self, topic: Topic, body: Command, client_seq: u64) -> Result<Answer, Error> {
        let deadline = Instant::now() + RETRY_FOR;
        loop {
            self.pace.take().await;
            let reference = self.reference();
            let message =
                CommandMessage { reference, topic, client_seq, body: body.clone(), saw: None, if_changed: None };
            let sent_at = Instant::now();
            let (answer, replied_at) = self.request(reference, ClientMessage::Command(message)).await?;
            match acknowledged(answer) {
                Ok(acknowledged) => return Ok(Answer { acknowledged, client_seq, sent_at, replied_at }),
                Err(Error::Refused(failure)) if failure.temporary && Instant::now() < deadline => {
                    let pause = u64::from(failure.retry_after_ms.unwrap_or(50)).clamp(1, 5_000);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Hands in a new access token before the old one expires (R48).
    pub async fn refresh(&self, token: String) -> Result<(), Error> {
        let reference = self.reference();
        let answer = self.request(reference, ClientMessage::Refresh(Refresh { reference, token })).await?;
        acknowledged(answer.0).map(|_| ())
    }

    /// The server's clock, microseconds UTC.
    pub async fn ping(&self) -> Result<i64, Error> {
        let reference = self.reference();
        match self.request(reference, ClientMessage::Ping(Ping { reference })).await?.0 {
            Answered::Pong(pong) => Ok(pong.now),
            other => Err(refusal(other)),
        }
    }

    fn reference(&self) -> u32 {
        self.shared.next_reference.fetch_add(1, Ordering::Relaxed)
    }

    async fn request(&self, reference: u32, message: ClientMessage) -> Result<(Answered, Instant), Error> {
        let (sender, answer) = oneshot::channel();
        {
            let mut waiting = self.shared.waiting();
            if let Some(closed) = &waiting.closed {
                return Err(closed.clone().into());
            }
            waiting.requests.insert(reference, sender);
        }
        if self.outgoing.send(message).await.is_ok()
            && let Ok(answer) = answer.await
        {
            return Ok(answer);
        }
        Err(self.ended().await.into())
    }

    /// Why the connection ended. The half that sends may notice first; the half that reads knows why.
    async fn ended(&self) -> Closed {
        let reason = async {
            loop {
                let told = self.shared.told.notified();
                if let Some(closed) = self.closed() {
                    return closed;
                }
                told.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(2), reason).await;
        waited.unwrap_or_else(|_| Closed::because("nothing can be sent any more"))
    }
}

fn acknowledged(answer: Answered) -> Result<Acknowledged, Error> {
    match answer {
        Answered::Reply(Outcome::Ok(acknowledged)) => Ok(acknowledged),
        other => Err(refusal(other)),
    }
}

fn refusal(answer: Answered) -> Error {
    match answer {
        Answered::Reply(Outcome::Error(failure)) => failure.into(),
        _ => Closed::because("the server answered a request with another kind of answer").into(),
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nobody panics while holding it; were it so, the maps are still whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, message: ServerMessage, at: Instant) {
        let mut waiting = self.waiting();
        match message {
            ServerMessage::Joined(joined) => {
                if let Some(queue) = waiting.joins.remove(&joined.reference) {
                    waiting.topics.insert(joined.topic, queue);
                }
                waiting.answer(joined.reference, Answered::Joined(joined), at);
            }
            ServerMessage::Reply(Reply { reference, outcome }) => {
                waiting.answer(reference, Answered::Reply(outcome), at)
            }
            ServerMessage::Pong(pong) => waiting.answer(pong.reference, Answered::Pong(pong), at),
            ServerMessage::Snapshot(part) => waiting.tell(part.topic, Update::Snapshot(Box::new(part))),
            ServerMessage::Events(events) => waiting.tell(events.topic, Update::Events { events, at }),
            ServerMessage::PresenceState(state) => waiting.tell(state.topic, Update::Presence(state)),
            ServerMessage::PresenceDiff(diff) => waiting.tell(diff.topic, Update::PresenceDiff(diff)),
            ServerMessage::Stale(stale) => waiting.tell(stale.topic, Update::Stale(stale.stale)),
            ServerMessage::Resync(notice) => waiting.tell(notice.topic, Update::Resync),
            ServerMessage::Revoked(revoked) => {
                waiting.tell(revoked.topic, Update::Revoked(revoked.code));
                waiting.topics.remove(&revoked.topic);
            }
            // Ephemeral moments and hints are not measured; heads repeat what events say; the close that follows the others tells why.
            ServerMessage::Ephemeral(_)
            | ServerMessage::Heads(_)
            | ServerMessage::ListsChanged(_)
            | ServerMessage::ProfilesChanged(_)
            | ServerMessage::Goaway(_)
            | ServerMessage::Superseded(_)
            | ServerMessage::Welcome(_) => {}
        }
    }
}

impl Waiting {
    fn answer(&mut self, reference: u32, answer: Answered, at: Instant) {
        if let Some(request) = self.requests.remove(&reference) {
            // Who asked may have stopped waiting.
            let _ = request.send((answer, at));
        }
    }

    fn tell(&mut self, topic: Topic, update: Update) {
        let Some(queue) = self.topics.get(&topic) else { return };
        if queue.try_send(update).is_err() {
            // Its reader is gone or too far behind: the queue ends, and it joins again if it still wants to.
            self.topics.remove(&topic);
        }
    }
}

/// Sends what waits, many messages in a frame.
async fn write(mut sender: Sender, mut queue: mpsc::Receiver<ClientMessage>) {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, FRAME_MESSAGES_MAX).await > 0 {
        if sender.send(&batch).await.is_err() {
            return;
        }
        batch.clear();
    }
    sender.close().await;
}

async fn read(mut receiver: Receiver, shared: Arc<Shared>) {
    let closed = loop {
        match receiver.receive().await {
            Ok(received) => received.messages.into_iter().for_each(|message| shared.handle(message, received.at)),
            Err(closed) => break closed,
        }
    };
    // Everyone who waits learns that nothing will come.
    *shared.waiting() = Waiting { closed: Some(closed), ..Waiting::default() };
    shared.told.notify_waiters();
}
