//! The server's end of one connection: the server's own session and outbox, with a pipe for a socket. It mirrors `ws::socket`.

use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{FutureExt, Stream, future::BoxFuture, stream::FuturesUnordered};
use lockstep::{
    actors::{CommandKey, CommandRequest, JoinRequest, delivery::Subscriber},
    live::{
        outbox::{Frame, Outbox, Signals},
        session::{Effect, Identity, Incoming, Moment, Session},
        watch::Watch,
    },
};
use lockstep_domain::Principal;
use lockstep_protocol::{
    codec::Codec,
    codes::{CloseCode, Code, Failure},
    frame::{Acknowledged, ClientMessage, ServerMessage},
    ids::{ClientId, ConnectionId, SessionId},
    salvage::Said,
    topic::Topic,
};

use super::{executor::MS, node::Node, pipe::Pipe, wire};

/// The client's end of a connection.
#[derive(Clone)]
pub struct Link {
    pub up: Pipe<Vec<ClientMessage>>,
    pub down: Pipe<(Codec, Frame)>,
}

impl Link {
    /// Whether this is the same connection.
    pub fn same(&self, other: &Self) -> bool {
        self.up.same(&other.up)
    }

    pub fn cut(&self) {
        self.up.close();
        self.down.close();
    }
}

/// An answer that was awaited.
enum Done {
    Hello(ClientId, Result<(Identity, Arc<Watch>), Failure>),
    Joined(u32, Topic, Result<(), Failure>),
    Replied(u32, Topic, Result<Acknowledged, Failure>),
    Watched(Result<(), Failure>),
}

enum Event {
    Signals(Signals),
    Done(Done),
    Messages(Vec<ClientMessage>),
    Ended,
}

/// See the module.
pub struct Connection {
    node: Arc<Node>,
    link: Link,
    id: ConnectionId,
    outbox: Arc<Outbox>,
    session: Session,
    pending: FuturesUnordered<BoxFuture<'static, Done>>,
    watch: Option<(Topic, Arc<Watch>)>,
    client_id: ClientId,
    unwatched: bool,
    /// Topics that were revoked and not joined since: nothing of them may be written any more.
    revoked: BTreeSet<Topic>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        for topic in self.outbox.topics() {
            self.leave(topic, self.id);
        }
        if let Some((topic, watch)) = &self.watch {
            self.leave(*topic, watch.connection());
        }
        self.node.register.leave(self.id);
        self.link.cut();
    }
}

impl Connection {
    pub fn accept(node: &Arc<Node>, link: Link) {
        let (id, outbox) = node.register.admit();
        let mut connection = Self {
            node: node.clone(),
            link,
            id,
            outbox,
            session: Session::Closed,
            pending: FuturesUnordered::new(),
            watch: None,
            client_id: ClientId::NIL,
            unwatched: false,
            revoked: BTreeSet::new(),
        };
        connection.session = Session::new(connection.now(), &node.limits);
        node.sim.spawn(node.group, connection.run());
    }

    fn now(&self) -> Moment {
        Moment { uptime_ms: self.node.sim.now() / MS, wall: self.node.wall() }
    }

    fn leave(&self, topic: Topic, id: ConnectionId) {
        if let Some(handle) = self.node.live(topic) {
            handle.leave(id);
        }
    }

    async fn run(mut self) {
        loop {
            let due = self.session.due_ms(self.now(), &self.node.limits);
            self.outbox.set_due(due);
            let event = std::future::poll_fn(|context| self.poll_event(context)).await;
            let closing = match event {
                Event::Messages(messages) => {
                    let incoming =
                        Incoming { bytes: 64, messages: Ok(messages.into_iter().map(Said::Message).collect()) };
                    let effects = self.session.on_frame(incoming, self.now(), &self.node.limits);
                    self.perform(effects)
                }
                Event::Done(done) => self.on_done(done),
                Event::Signals(signals) => self.on_signals(&signals),
                Event::Ended => return,
            };
            if let Some(code) = closing {
                self.node.sim.trace(|| format!("node {}: closes {} with {code:?}", self.node.index, self.id));
                return;
            }
        }
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        let signals = loop {
            let signals = self.outbox.poll_signals(context);
            if signals.urgent() {
                return Poll::Ready(Event::Signals(signals));
            }
            if !signals.frames || !self.link.down.poll_room(context) {
                break signals;
            }
            if let Some(frame) = self.outbox.next_frame() {
                self.look(&frame);
                self.link.down.write((self.outbox.codec(), frame));
            }
        };
        if let Poll::Ready(Some(done)) = Pin::new(&mut self.pending).poll_next(context) {
            return Poll::Ready(Event::Done(done));
        }
        if signals.congested || !self.session.reading(&self.node.limits) {
            return Poll::Pending;
        }
        self.link.up.poll_read(context).map(|read| read.map_or(Event::Ended, |(_, messages)| Event::Messages(messages)))
    }

    /// Of what was revoked nothing more is written, not even what waited.
    fn look(&self, frame: &Frame) {
        if self.revoked.is_empty() {
            return;
        }
        for message in wire::messages(self.outbox.codec(), frame) {
            let topic = match &message {
                ServerMessage::Events(events) => events.topic,
                ServerMessage::Snapshot(part) => part.topic,
                _ => continue,
            };
            if self.revoked.contains(&topic) {
                let id = self.id;
                self.node.sim.anomaly("leak-after-revoke", || format!("{id} is written something of {topic}"));
            }
        }
    }

    fn on_done(&mut self, done: Done) -> Option<CloseCode> {
        let (now, limits) = (self.now(), self.node.limits.clone());
        let effects = match done {
            Done::Hello(client_id, checked) => {
                let identity = match checked {
                    Ok((identity, watch)) => {
                        self.watch = Some((identity.account_id.into(), watch));
                        Ok(identity)
                    }
                    Err(failure) => Err(failure),
                };
                self.client_id = client_id;
                let effects = self.session.on_authenticated(identity, self.id, "sim", now, &limits);
                if let Some(identity) = self.session.identity() {
                    self.node.register.own(self.id, (identity.account_id, client_id));
                }
                effects
            }
            Done::Joined(reference, topic, outcome) => self.session.on_join(reference, topic, outcome, &limits),
            Done::Replied(reference, topic, outcome) => self.session.on_reply(reference, topic, outcome, &limits),
            Done::Watched(Ok(())) => {
                self.unwatched = false;
                Vec::new()
            }
            Done::Watched(Err(failure)) if failure.temporary => Vec::new(),
            Done::Watched(Err(_)) => return Some(CloseCode::Revoked),
        };
        self.perform(effects)
    }

    fn on_signals(&mut self, signals: &Signals) -> Option<CloseCode> {
        if signals.close.is_some() {
            return signals.close;
        }
        for topic in &signals.revoked {
            self.session.on_revoked(*topic);
            self.revoked.insert(*topic);
        }
        self.unwatched |= signals.watch;
        if self.unwatched && (signals.watch || signals.tick) {
            self.watch_again();
        }
        let (now, limits) = (self.now(), self.node.limits.clone());
        if signals.drain {
            let lot = self.node.sim.below(1_000);
            let effects = self.session.on_drain(lot, now, &limits);
            return self.perform(effects);
        }
        if signals.tick {
            let effects = self.session.on_tick(now, &limits);
            return self.perform(effects);
        }
        None
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Option<CloseCode> {
        for effect in effects {
            match effect {
                Effect::Send(message) => self.outbox.send(*message),
                Effect::Heads => self.outbox.send_heads(),
                // The pipe's other end answers by being there.
                Effect::Ping => self.session.on_heard(self.now()),
                Effect::Close(code) => return Some(code),
                Effect::Leave { topic } => {
                    self.outbox.forget(topic);
                    self.leave(topic, self.id);
                }
                Effect::Presence { .. } | Effect::Ephemeral { .. } => {}
                Effect::Authenticate { token, client_id } => self.authenticate(&token, client_id),
                Effect::Refresh { reference, .. } => {
                    let refused = Err(Failure::new(Code::Unauthenticated));
                    let effects = self.session.on_refreshed(reference, refused, self.now());
                    return self.perform(effects);
                }
                Effect::Join { reference, topic, after, presence } => {
                    let Some(identity) = self.session.identity() else { continue };
                    self.outbox.expect(topic, after.map(|held| held.bookmark()));
                    self.revoked.remove(&topic);
                    let request = JoinRequest {
                        topic,
                        principal: Principal::Account(identity.account_id),
                        session: Some(identity.credential),
                        reference,
                        after,
                        presence,
                        subscriber: self.outbox.clone(),
                    };
                    let node = self.node.clone();
                    self.pending.push(async move { Done::Joined(reference, topic, node.join(request).await) }.boxed());
                }
                Effect::Command { reference, topic, client_seq, body, saw } => {
                    let Some(identity) = self.session.identity() else { continue };
                    let request = CommandRequest {
                        topic,
                        principal: Principal::Account(identity.account_id),
                        session: Some(identity.credential),
                        key: Some(CommandKey { client_id: self.client_id, client_seq }),
                        body: *body,
                        saw,
                    };
                    let node = self.node.clone();
                    self.pending
                        .push(async move { Done::Replied(reference, topic, node.command(request).await) }.boxed());
                }
            }
        }
        None
    }

    /// A token is the account and its session in words.
    fn authenticate(&mut self, token: &str, client_id: ClientId) {
        let mut words = token.split(' ').map(str::parse);
        let (Some(Ok(account)), Some(Ok(session))) = (words.next(), words.next()) else { return };
        let (account, session): (uuid::Uuid, uuid::Uuid) = (account, session);
        let session = SessionId(session);
        let identity =
            Identity { account_id: account.into(), credential: session.into(), token_expires_at: i64::MAX / 2 };
        let (node, outbox) = (self.node.clone(), self.outbox.clone());
        let id = ConnectionId(node.sim.uuid());
        self.pending.push(
            async move {
                let checked = async {
                    node.check_open(identity.account_id, session).await?;
                    let watch = Watch::new(id, identity.credential, outbox);
                    node.join(follow(identity, &watch)).await?;
                    Ok((identity, watch))
                };
                Done::Hello(client_id, checked.await)
            }
            .boxed(),
        );
    }

    fn watch_again(&mut self) {
        if let (Some(identity), Some((_, watch))) = (self.session.identity(), &self.watch) {
            let (node, request) = (self.node.clone(), follow(identity, watch));
            self.pending.push(async move { Done::Watched(node.join(request).await) }.boxed());
        }
    }
}

/// A connection follows its own account, silently.
fn follow(identity: Identity, watch: &Arc<Watch>) -> JoinRequest {
    JoinRequest {
        topic: identity.account_id.into(),
        principal: Principal::Account(identity.account_id),
        session: Some(identity.credential),
        reference: 0,
        after: None,
        presence: false,
        subscriber: watch.clone(),
    }
}
