//! What waits to be written to one connection. Actors put deliveries in and never wait; the connection's task takes frames
//! out when the socket is ready for one, so that nothing that was purged is written any more.
//!
//! It is bounded: ephemeral messages go first, then the topic that holds most is marked behind and gets one `resync`. It
//! must never block, encode while an actor waits, or know a socket.

mod frames;
mod queue;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Waker},
};

pub use frames::Frame;
use futures_util::task::AtomicWaker;
use lockstep_protocol::{
    codec::Codec,
    codes::CloseCode,
    frame::{Heads, ServerMessage},
    ids::ConnectionId,
    limits::Limits,
    position::Bookmark,
    topic::Topic,
};
use queue::Queue;

use super::pace::{Go, Pace, Turn};
use crate::actors::delivery::{Delivery, Subscriber};

/// What the connection's task is to look at beside frames. Each is told once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// The session's next tick is due.
    pub tick: bool,
    /// The node goes away.
    pub drain: bool,
    /// The account's own topic must be watched again.
    pub watch: bool,
    /// Topics for which `revoked` was queued.
    pub revoked: Vec<Topic>,
    /// Close now; what is queued may be lost.
    pub close: Option<CloseCode>,
    /// There are frames to take.
    pub frames: bool,
    /// So much of the connection's own answers waits that nothing more should be read.
    pub congested: bool,
}

impl Signals {
    /// Whether there is anything but frames.
    pub const fn urgent(&self) -> bool {
        self.tick || self.drain || self.watch || self.close.is_some() || !self.revoked.is_empty()
    }
}

/// Shared by the connection's task, the actors of its topics and the registry.
pub struct Outbox {
    connection: ConnectionId,
    codec: Codec,
    bounds: Bounds,
    state: Mutex<State>,
    /// Of the connection's task.
    waker: AtomicWaker,
    /// Whose turn it is to write; without it everything is written at once.
    pace: Option<Arc<Pace>>,
    this: Weak<Self>,
}

/// The limits that matter here.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    bytes_max: usize,
    messages_max: usize,
    slow_timeout_ms: u64,
}

#[derive(Default)]
struct State {
    queue: Queue,
    signals: Signals,
    /// The task waits and must be woken for a frame. False while it runs, and while it waits for the socket.
    asleep: bool,
    due_ms: u64,
    turn: Turn,
    /// Since when nothing was taken although a topic is behind, in uptime.
    stalled_since_ms: Option<u64>,
}

impl Outbox {
    pub fn new(connection: ConnectionId, codec: Codec, limits: &Limits, pace: Option<Arc<Pace>>) -> Arc<Self> {
        let bounds = Bounds {
            bytes_max: limits.outbox_bytes_max,
            messages_max: limits.outbox_messages_max,
            slow_timeout_ms: limits.slow_timeout_ms,
        };
        Arc::new_cyclic(|this| Self {
            connection,
            codec,
            bounds,
            state: Mutex::default(),
            waker: AtomicWaker::new(),
            pace,
            this: this.clone(),
        })
    }

    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// Queues a message for this connection alone. Never dropped: who reads from the client stops while [`Signals::congested`].
    pub fn send(&self, message: ServerMessage) {
        let mut state = self.lock();
        state.queue.push_own(None, message, self.bounds);
        self.wake(state);
    }

    /// A join was asked for by a client that stands at `after`: what is queued of the topic goes, and until `joined` nothing of
    /// it is taken.
    pub fn expect(&self, topic: Topic, after: Option<Bookmark>) {
        self.lock().queue.expect(topic, after.map_or(0, |after| after.seq));
    }

    /// The topic was left: nothing of it is taken or written any more.
    pub fn forget(&self, topic: Topic) {
        self.lock().queue.forget(topic);
    }

    /// Queues where the joined topics stand.
    pub fn send_heads(&self) {
        let mut state = self.lock();
        let heads = state.queue.heads();
        if !heads.is_empty() {
            state.queue.push_own(None, ServerMessage::Heads(Heads { heads }), self.bounds);
        }
        self.wake(state);
    }

    /// Asks the connection's task to close; the first reason counts.
    pub fn close(&self, code: CloseCode) {
        self.signal(|signals| {
            signals.close.get_or_insert(code);
        });
    }

    /// Says goodbye and closes: another connection took over.
    pub fn supersede(&self) {
        self.send(ServerMessage::Superseded(lockstep_protocol::frame::Superseded {}));
        self.close(CloseCode::Superseded);
    }

    /// Tells the connection's task that the node goes away.
    pub fn drain(&self) {
        self.signal(|signals| signals.drain = true);
    }

    /// Tells the connection's task that the watch on its account ended.
    pub fn watch_again(&self) {
        self.signal(|signals| signals.watch = true);
    }

    /// When the connection's task wants its next tick.
    pub fn set_due(&self, due_ms: u64) {
        self.lock().due_ms = due_ms;
    }

    /// Time has passed: wakes the task if its tick is due, closes a client that is behind and reads nothing.
    pub fn tick(&self, now_ms: u64) {
        let mut state = self.lock();
        let mut woken = false;
        if now_ms >= state.due_ms {
            state.due_ms = u64::MAX;
            state.signals.tick = true;
            woken = true;
        }
        if state.queue.stalls() {
            let since_ms = *state.stalled_since_ms.get_or_insert(now_ms);
            if now_ms.saturating_sub(since_ms) >= self.bounds.slow_timeout_ms {
                state.signals.close.get_or_insert(CloseCode::Slow);
                woken = true;
            }
        } else {
            state.stalled_since_ms = None;
        }
        drop(state);
        if woken {
            self.waker.wake();
        }
    }

    /// Takes the signals, for the connection's task. When there is nothing at all, the task will be woken by `context`.
    pub fn poll_signals(&self, context: &Context<'_>) -> Signals {
        self.waker.register(context.waker());
        let mut state = self.lock();
        let mut signals = std::mem::take(&mut state.signals);
        signals.frames = !state.queue.is_empty();
        signals.congested = state.queue.congested();
        state.asleep = !signals.frames && !signals.urgent();
        signals
    }

    /// The next frame to write; call it only when the socket takes one now.
    pub fn next_frame(&self) -> Option<Frame> {
        frames::next(self.codec, || self.lock())
    }

    /// Bytes that wait, as accounted.
    pub fn bytes(&self) -> usize {
        self.lock().queue.bytes()
    }

    /// The topics that are joined or being joined.
    pub fn topics(&self) -> Vec<Topic> {
        self.lock().queue.topics()
    }

    /// Everything is over: lets go of what is queued, and takes no more.
    pub fn end(&self) {
        self.lock().queue.end();
    }

    fn signal(&self, set: impl FnOnce(&mut Signals)) {
        set(&mut self.lock().signals);
        self.waker.wake();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here leaves the state half changed when it panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What others did may be written now.
    pub(super) fn take_turn(&self) {
        let mut state = self.lock();
        if let Some(pace) = &self.pace {
            pace.write(&mut state.turn);
        }
        self.wake(state);
    }

    /// Wakes the task unless it is awake or has nothing to do.
    fn wake(&self, mut state: MutexGuard<'_, State>) {
        let wake = state.asleep && (!state.queue.is_empty() || state.signals.urgent());
        state.asleep &= !wake;
        drop(state);
        if wake && let Some(waker) = self.waker.take() {
            Waker::wake(waker);
        }
    }
}

impl Subscriber for Outbox {
    fn connection(&self) -> ConnectionId {
        self.connection
    }

    fn deliver(&self, topic: Topic, delivery: Delivery) {
        if matches!(delivery, Delivery::Rehome) {
            return self.drain();
        }
        let mut state = self.lock();
        if state.queue.deliver(topic, delivery, self.codec, self.bounds) {
            state.signals.revoked.push(topic);
        }
        let asleep = state.asleep;
        let go = match &self.pace {
            Some(pace) if !state.signals.urgent() => pace.go(&mut state.turn, asleep),
            _ => Go::Now,
        };
        match (go, &self.pace) {
            (Go::Waits, _) => {}
            (Go::At(due_us), Some(pace)) => {
                drop(state);
                pace.wait(due_us, self.this.clone());
            }
            _ => self.wake(state),
        }
    }
}
