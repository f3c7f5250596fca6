//! The only IO of a connection: one task that reads, writes, awaits answers, and does what the session says. It must never
//! decide anything itself.

use std::{
    net::IpAddr,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures_util::{FutureExt, Sink, Stream, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use lockstep_protocol::{
    codec::{Codec, GZIP_MAGIC},
    codes::{CloseCode, Code, Failure},
    frame::Acknowledged,
    ids::ClientId,
    salvage::read_client,
    topic::Topic,
};

use super::{
    door::{CommandAsk, Door, JoinAsk},
    watching::Watching,
    wire,
};
use crate::live::{
    outbox::{Outbox, Signals},
    refusals::Refusals,
    registry::Place,
    session::{Effect, Identity, Incoming, Session},
    watch::Watch,
};

/// For what is queued, the close frame and the client's answer to it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Rounds of writing before the rest of the connection has its turn.
const WRITE_ROUNDS: usize = 8;

/// Runs a connection to its end. A panic in it ends it alone.
pub async fn serve(socket: WebSocket, place: Place, door: Arc<dyn Door>, address: IpAddr) {
    let registry = place.registry().clone();
    let connection = Connection::new(socket, place, door, address);
    if AssertUnwindSafe(connection.run()).catch_unwind().await.is_err() {
        registry.note_panic();
        tracing::error!("a connection's task panicked");
    }
}

/// An answer that was awaited.
enum Done {
    Hello(ClientId, Result<(Identity, Option<Watching>), Failure>),
    Refreshed(u32, Result<Identity, Failure>),
    Joined(u32, Topic, Result<(), Failure>),
    Replied(u32, Topic, Result<Acknowledged, Failure>),
    Watched(Result<(), Failure>),
}

enum Event {
    Signals(Signals),
    Done(Done),
    Message(Message),
    /// What was read broke the rules of WebSockets.
    Broken(CloseCode),
    /// The other side is gone.
    Ended,
}

struct Connection {
    socket: WebSocket,
    session: Session,
    door: Arc<dyn Door>,
    /// Of the other side.
    address: IpAddr,
    /// Under way; none, and no memory, when all is quiet.
    pending: Option<FuturesUnordered<BoxFuture<'static, Done>>>,
    watching: Option<Watching>,
    client_id: ClientId,
    refusals: Refusals,
    /// The watch ended and could not be taken up again yet.
    unwatched: bool,
    /// Something was written and may still be in a buffer.
    flushing: bool,
    /// A ping is to be written.
    ping: bool,
    /// Declared last: the place among the connections is given up when all else is.
    place: Place,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.leave_all();
    }
}

impl Connection {
    fn new(socket: WebSocket, place: Place, door: Arc<dyn Door>, address: IpAddr) -> Self {
        let registry = place.registry();
        let session = Session::new(registry.now(), registry.limits());
        place.outbox().set_due(session.due_ms(registry.now(), registry.limits()));
        Self {
            refusals: Refusals::new(registry.limits(), registry.now()),
            socket,
            session,
            door,
            address,
            pending: None,
            watching: None,
            client_id: ClientId::NIL,
            unwatched: false,
            flushing: false,
            ping: false,
            place,
        }
    }

    fn outbox(&self) -> &Arc<Outbox> {
        self.place.outbox()
    }

    async fn run(mut self) {
        loop {
            let event = std::future::poll_fn(|context| self.poll_event(context)).await;
            let closing = match event {
                Event::Message(message) => self.on_message(message),
                Event::Done(done) => self.on_done(done),
                Event::Signals(signals) => self.on_signals(&signals),
                Event::Broken(code) => Some(code),
                Event::Ended => return,
            };
            if let Some(code) = closing {
                // Nothing may follow a close, and nothing that was asked matters any more.
                self.session = Session::Closed;
                self.pending = None;
                let _ = tokio::time::timeout(CLOSE_TIMEOUT, self.close(code)).await;
                return;
            }
        }
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        let mut rounds = 0;
        let signals = loop {
            let signals = self.outbox().poll_signals(context);
            if signals.urgent() {
                return Poll::Ready(Event::Signals(signals));
            }
            if !(signals.frames || self.flushing || self.ping) {
                break signals;
            }
            match self.poll_write(context) {
                Poll::Ready(Ok(())) if rounds < WRITE_ROUNDS => rounds += 1,
                Poll::Ready(Ok(())) => {
                    context.waker().wake_by_ref();
                    break signals;
                }
                Poll::Ready(Err(_)) => return Poll::Ready(Event::Ended),
                Poll::Pending => break signals,
            }
        };
        if let Some(pending) = &mut self.pending {
            match pending.poll_next_unpin(context) {
                Poll::Ready(Some(done)) => return Poll::Ready(Event::Done(done)),
                Poll::Ready(None) => self.pending = None,
                Poll::Pending => {}
            }
        }
        if signals.congested || !self.session.reading(self.place.registry().limits()) {
            return Poll::Pending;
        }
        Poll::Ready(match ready!(Pin::new(&mut self.socket).poll_next(context)) {
            Some(Ok(message)) => Event::Message(message),
            Some(Err(error)) => wire::broken(error).map_or(Event::Ended, Event::Broken),
            None => Event::Ended,
        })
    }

    /// Writes what is queued, frame by frame as the socket takes them, and flushes once.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        if self.flushing {
            ready!(Pin::new(&mut self.socket).poll_flush(context))?;
            self.flushing = false;
        }
        loop {
            ready!(Pin::new(&mut self.socket).poll_ready(context))?;
            let message = if std::mem::take(&mut self.ping) {
                Message::Ping(Bytes::new())
            } else {
                match self.outbox().next_frame() {
                    Some(frame) => wire::message(frame),
                    None => break,
                }
            };
            self.flushing = true;
            Pin::new(&mut self.socket).start_send(message)?;
        }
        if self.flushing {
            ready!(Pin::new(&mut self.socket).poll_flush(context))?;
            self.flushing = false;
        }
        Poll::Ready(Ok(()))
    }

    fn on_message(&mut self, message: Message) -> Option<CloseCode> {
        let (bytes, binary) = match message {
            Message::Text(text) => (Bytes::from(text), false),
            Message::Binary(bytes) => (bytes, true),
            Message::Ping(_) | Message::Pong(_) => {
                self.session.on_heard(self.place.registry().now());
                return None;
            }
            // The socket answers it; the end follows.
            Message::Close(_) => return None,
        };
        let registry = self.place.registry();
        let codec = self.outbox().codec();
        let messages = if bytes.starts_with(&GZIP_MAGIC) {
            Err(Failure::because(Code::Malformed, "clients do not compress"))
        } else if binary == (codec == Codec::MessagePack) {
            read_client(codec, &bytes, registry.limits())
        } else if self.session.awaits_hello() {
            Err(Failure::new(Code::Malformed))
        } else {
            return Some(CloseCode::Unsupported);
        };
        let incoming = Incoming { bytes: bytes.len(), messages };
        let effects = self.session.on_frame(incoming, registry.now(), registry.limits());
        self.perform(effects)
    }

    fn on_done(&mut self, done: Done) -> Option<CloseCode> {
        let registry = self.place.registry().clone();
        let (now, limits) = (registry.now(), registry.limits());
        let effects = match done {
            Done::Hello(client_id, checked) => {
                let placed = checked.and_then(|known| self.place.look(known.0, self.address).map(|()| known));
                let (identity, watching) = match placed {
                    Ok((identity, watching)) => (Ok(identity), watching),
                    Err(failure) => {
                        registry.refused_hello(&failure, self.place.id());
                        (Err(failure), None)
                    }
                };
                (self.client_id, self.watching) = (client_id, watching);
                let version = env!("CARGO_PKG_VERSION");
                let effects = self.session.on_authenticated(identity, self.place.id(), version, now, limits);
                if let Some(identity) = self.session.identity().filter(|identity| !identity.only_looks()) {
                    self.place.own(identity, client_id);
                }
                effects
            }
            Done::Refreshed(reference, checked) => self.session.on_refreshed(reference, checked, now),
            Done::Joined(reference, topic, outcome) => self.session.on_join(reference, topic, outcome, limits),
            Done::Replied(reference, topic, outcome) => self.session.on_reply(reference, topic, outcome, limits),
            Done::Watched(Ok(())) => {
                self.unwatched = false;
                Vec::new()
            }
            // Tried again with the next tick; until then every request checks the session by itself.
            Done::Watched(Err(failure)) if failure.temporary => Vec::new(),
            Done::Watched(Err(_)) => return Some(CloseCode::Revoked),
        };
        let closing = self.perform(effects);
        self.outbox().set_due(self.session.due_ms(now, limits));
        closing
    }

    fn on_signals(&mut self, signals: &Signals) -> Option<CloseCode> {
        if signals.close.is_some() {
            return signals.close;
        }
        for topic in &signals.revoked {
            let effects = self.session.on_revoked(*topic);
            if let Some(code) = self.perform(effects) {
                return Some(code);
            }
        }
        let registry = self.place.registry().clone();
        let (now, limits) = (registry.now(), registry.limits());
        self.unwatched |= signals.watch;
        if self.unwatched && (signals.watch || signals.tick) {
            self.watch_again();
        }
        let mut closing = None;
        if signals.drain {
            let lot = self.place.id().0.as_u64_pair().1;
            let effects = self.session.on_drain(lot, now, limits);
            closing = self.perform(effects);
        }
        if signals.tick && closing.is_none() {
            let effects = self.session.on_tick(now, limits);
            closing = self.perform(effects);
        }
        self.outbox().set_due(self.session.due_ms(now, limits));
        closing
    }

    /// Does what the session says, in order; answers the code when that is to close.
    fn perform(&mut self, effects: Vec<Effect>) -> Option<CloseCode> {
        for effect in effects {
            match effect {
                Effect::Send(message) => {
                    let now = self.place.registry().now();
                    self.refusals.note(&message, self.place.id(), self.session.identity(), now);
                    self.outbox().send(*message);
                }
                Effect::Heads => self.outbox().send_heads(),
                Effect::Ping => self.ping = true,
                Effect::Close(code) => return Some(code),
                Effect::Leave { topic } => {
                    self.outbox().forget(topic);
                    self.door.leave(topic, self.place.id());
                }
                Effect::Presence { topic, meta } => self.door.presence(topic, self.place.id(), meta),
                Effect::Ephemeral { topic, body } => self.door.ephemeral(topic, self.place.id(), body),
                Effect::Authenticate { token, client_id } => self.authenticate(token, client_id),
                Effect::Refresh { reference, token } => {
                    let checked = self.door.authenticate(token, self.address);
                    self.start(checked.map(move |checked| Done::Refreshed(reference, checked)));
                }
                Effect::Join { reference, topic, after, presence } => {
                    // The session dispatches only for somebody.
                    let Some(identity) = self.session.identity() else { continue };
                    self.outbox().expect(topic, after.map(|held| held.bookmark()));
                    let subscriber = self.outbox().clone();
                    let joined = self.door.join(identity, JoinAsk { topic, reference, after, presence, subscriber });
                    self.start(joined.map(move |outcome| Done::Joined(reference, topic, outcome)));
                }
                Effect::Command { reference, topic, client_seq, body, saw } => {
                    let Some(identity) = self.session.identity() else { continue };
                    let ask = CommandAsk { topic, client_id: self.client_id, client_seq, body: *body, saw };
                    let replied = self.door.command(identity, ask);
                    self.start(replied.map(move |outcome| Done::Replied(reference, topic, outcome)));
                }
            }
        }
        None
    }

    /// Checks the token, and follows the account before anything else is said.
    fn authenticate(&mut self, token: String, client_id: ClientId) {
        let (door, outbox) = (self.door.clone(), self.outbox().clone());
        let (id, address) = (self.place.registry().fresh_id(), self.address);
        self.start(async move {
            let checked = async {
                let identity = door.authenticate(token, address).await?;
                if identity.only_looks() {
                    // There is no account to follow: the board says when the link ends.
                    return Ok((identity, None));
                }
                let watch = Watch::new(id, identity.credential, outbox);
                let watching = Watching::new(watch, identity.account_id, id, door.clone());
                door.join(identity, watching.ask()).await?;
                Ok((identity, Some(watching)))
            };
            Done::Hello(client_id, checked.await)
        });
    }

    fn watch_again(&mut self) {
        if let (Some(identity), Some(watching)) = (self.session.identity(), &self.watching) {
            let joined = self.door.join(identity, watching.ask());
            self.start(joined.map(Done::Watched));
        }
    }

    fn start(&mut self, future: impl Future<Output = Done> + Send + 'static) {
        self.pending.get_or_insert_default().push(future.boxed());
    }

    /// Writes what is still owed, says why, and waits for the other side to hang up.
    fn leave_all(&self) {
        for topic in self.outbox().topics() {
            self.door.leave(topic, self.place.id());
        }
    }

    async fn close(&mut self, code: CloseCode) {
        // Who lost access, or does not read, gets nothing more.
        if !matches!(code, CloseCode::Revoked | CloseCode::Slow)
            && std::future::poll_fn(|context| self.poll_write(context)).await.is_err()
        {
            return;
        }
        // Before the outbox forgets them, and before the other side has closed, which may take it long.
        self.leave_all();
        self.outbox().end();
        let frame = CloseFrame { code: code.number(), reason: Utf8Bytes::from_static(code.meaning().trim_ascii()) };
        if self.socket.send(Message::Close(Some(frame))).await.is_err() {
            return;
        }
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}
