//! The logic of one connection, pure: what a frame, an answer, a tick or a drain leads to, as a list of effects. No IO, no
//! clock (time is handed in) and no randomness. Any live transport drives it; one file there performs the effects.
//!
//! A connection that has not said a valid hello is of a type that has no way to dispatch anything ([`AwaitingHello`]).

mod active;
mod identity;
mod lanes;
#[cfg(test)]
mod tests;

use crate::actors::Saw;
pub use active::Live;
pub use identity::Identity;
use lockstep_protocol::{
    codes::{CloseCode, Code, Failure},
    command::Command,
    frame::{
        Acknowledged, ClientMessage, Ephemeral, Goaway, Hello, Outcome, PROTOCOL_VERSION, PresenceMeta, Reply,
        ServerMessage, Welcome,
    },
    ids::{ClientId, ConnectionId},
    limits::Limits,
    position::Held,
    salvage::Said,
    topic::Topic,
    values::Micros,
};

/// Now, twice: milliseconds that only go forward, and the wall clock that tokens expire by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub uptime_ms: u64,
    pub wall: Micros,
}

/// What the transport is to do, in this order.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Check the hello's token, then call [`Session::on_authenticated`].
    Authenticate {
        token: String,
        client_id: ClientId,
    },
    /// Check a new token, then call [`Session::on_refreshed`].
    Refresh {
        reference: u32,
        token: String,
    },
    /// Join, then call [`Session::on_join`].
    Join {
        reference: u32,
        topic: Topic,
        after: Option<Held>,
        presence: bool,
    },
    /// Leave; nothing of the topic may be written after what is queued before this effect.
    Leave {
        topic: Topic,
    },
    /// Ask for a change, then call [`Session::on_reply`].
    Command {
        reference: u32,
        topic: Topic,
        client_seq: u64,
        body: Box<Command>,
        saw: Saw,
    },
    Presence {
        topic: Topic,
        meta: PresenceMeta,
    },
    Ephemeral {
        topic: Topic,
        body: Ephemeral,
    },
    Send(Box<ServerMessage>),
    /// Tell where the joined topics stand.
    Heads,
    /// Ping on the transport's own level.
    Ping,
    Close(CloseCode),
}

impl Effect {
    fn send(message: ServerMessage) -> Self {
        Self::Send(Box::new(message))
    }

    fn answer(reference: u32, outcome: Outcome) -> Self {
        Self::send(ServerMessage::Reply(Reply { reference, outcome }))
    }

    fn refuse(reference: u32, failure: Failure) -> Self {
        Self::answer(reference, Outcome::Error(failure))
    }

    /// The `ok` of what commits nothing.
    const fn done() -> Outcome {
        Outcome::Ok(Acknowledged::new(0, 0, None))
    }
}

/// A frame off the wire.
#[derive(Debug)]
pub struct Incoming {
    /// Its length in bytes.
    pub bytes: usize,
    pub messages: Result<Vec<Said>, Failure>,
}

/// A connection from its upgrade to its end.
#[derive(Debug)]
pub enum Session {
    AwaitingHello(AwaitingHello),
    Authenticating(Authenticating),
    Live(Box<Live>),
    Draining(Draining),
    Closed,
}

/// Nothing was said yet. All this state can do is read a hello.
#[derive(Debug)]
pub struct AwaitingHello {
    deadline_ms: u64,
}

/// A hello was said and its token is being checked; the transport does not read meanwhile.
#[derive(Debug)]
pub struct Authenticating {
    deadline_ms: u64,
}

/// `goaway` was said: what is on its way is answered, nothing new begins.
#[derive(Debug)]
pub struct Draining {
    live: Box<Live>,
    deadline_ms: u64,
}

impl AwaitingHello {
    /// The first frame must hold exactly one message, a hello of this version, and be small.
    fn read(incoming: Incoming, limits: &Limits) -> Result<Hello, CloseCode> {
        if incoming.bytes > limits.hello_bytes_max {
            return Err(CloseCode::Unauthenticated);
        }
        let mut messages = incoming.messages.map_err(|_| CloseCode::Unauthenticated)?;
        match (messages.pop(), messages.is_empty()) {
            (Some(Said::Message(ClientMessage::Hello(hello))), true) if hello.protocol_version != PROTOCOL_VERSION => {
                Err(CloseCode::Protocol)
            }
            (Some(Said::Message(ClientMessage::Hello(hello))), true) if hello.token.len() <= limits.token_bytes_max => {
                Ok(hello)
            }
            _ => Err(CloseCode::Unauthenticated),
        }
    }
}

impl Session {
    pub const fn new(now: Moment, limits: &Limits) -> Self {
        Self::AwaitingHello(AwaitingHello { deadline_ms: now.uptime_ms + limits.hello_timeout_ms })
    }

    /// Whether the transport may read: not while a token is being checked, nor while too much awaits its reply.
    pub fn reading(&self, limits: &Limits) -> bool {
        match self {
            Self::AwaitingHello(_) => true,
            Self::Authenticating(_) | Self::Closed => false,
            Self::Live(live) => live.outstanding() < limits.commands_in_flight_max,
            Self::Draining(draining) => draining.live.outstanding() < limits.commands_in_flight_max,
        }
    }

    /// Whether nothing was said yet.
    pub const fn awaits_hello(&self) -> bool {
        matches!(self, Self::AwaitingHello(_))
    }

    /// Who this is, once it is known.
    pub fn identity(&self) -> Option<Identity> {
        match self {
            Self::Live(live) => Some(live.identity()),
            Self::Draining(draining) => Some(draining.live.identity()),
            _ => None,
        }
    }

    /// A whole frame arrived.
    pub fn on_frame(&mut self, incoming: Incoming, now: Moment, limits: &Limits) -> Vec<Effect> {
        let mut effects = Vec::new();
        match self {
            Self::AwaitingHello(state) => match AwaitingHello::read(incoming, limits) {
                Ok(hello) => {
                    effects.push(Effect::Authenticate { token: hello.token, client_id: hello.client_id });
                    *self = Self::Authenticating(Authenticating { deadline_ms: state.deadline_ms });
                }
                Err(code) => effects.push(Effect::Close(code)),
            },
            // The transport was told not to read.
            Self::Authenticating(_) => effects.push(Effect::Close(CloseCode::Unauthenticated)),
            Self::Live(live) => live.on_frame(incoming, now, limits, None, &mut effects),
            Self::Draining(draining) => {
                draining.live.on_frame(incoming, now, limits, Some(Code::GoingAway), &mut effects);
            }
            Self::Closed => {}
        }
        self.settle(effects)
    }

    /// The transport heard a sign of life that is no frame: a pong, a ping of its own level.
    pub fn on_heard(&mut self, now: Moment) {
        if let Some(live) = self.live() {
            live.on_heard(now);
        }
    }

    /// The hello's token was checked.
    pub fn on_authenticated(
        &mut self,
        checked: Result<Identity, Failure>,
        connection_id: ConnectionId,
        server_version: &str,
        now: Moment,
        limits: &Limits,
    ) -> Vec<Effect> {
        let Self::Authenticating(_) = self else { return Vec::new() };
        let effects = match checked {
            Ok(identity) if identity.token_expires_at > now.wall => {
                let welcome = Welcome {
                    connection_id,
                    account_id: identity.account_id,
                    session_id: identity.session_id(),
                    server_version: server_version.to_owned(),
                    protocol_version: PROTOCOL_VERSION,
                    heartbeat_interval_ms: limits.heartbeat_interval_ms,
                    token_expires_at: identity.token_expires_at,
                    now: now.wall,
                };
                *self = Self::Live(Box::new(Live::new(identity, now, limits)));
                vec![Effect::send(ServerMessage::Welcome(welcome))]
            }
            // Not the client's fault: it may try again with the same token.
            Err(failure) if failure.temporary => vec![Effect::Close(CloseCode::Internal)],
            Ok(_) | Err(_) => vec![Effect::Close(CloseCode::Unauthenticated)],
        };
        self.settle(effects)
    }

    /// A `refresh` token was checked.
    pub fn on_refreshed(&mut self, reference: u32, checked: Result<Identity, Failure>, now: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(live) = self.live() {
            live.on_refreshed(reference, checked, now, &mut effects);
        }
        self.settle(effects)
    }

    /// A join ended. When it went well, `joined` has gone or goes through the outbox.
    pub fn on_join(
        &mut self,
        reference: u32,
        topic: Topic,
        outcome: Result<(), Failure>,
        limits: &Limits,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(live) = self.live() {
            live.on_join(reference, topic, outcome, limits, &mut effects);
        }
        self.settle(effects)
    }

    /// A command was answered.
    pub fn on_reply(
        &mut self,
        reference: u32,
        topic: Topic,
        outcome: Result<Acknowledged, Failure>,
        limits: &Limits,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(live) = self.live() {
            live.on_reply(reference, topic, outcome, limits, &mut effects);
        }
        self.settle(effects)
    }

    /// The outbox wrote `revoked` for a topic: it is no longer joined. Whoever had a link to it has no business here any more.
    pub fn on_revoked(&mut self, topic: Topic) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(live) = self.live() {
            live.on_revoked(topic);
            if live.identity().only_looks() {
                effects.push(Effect::Close(CloseCode::Revoked));
            }
        }
        self.settle(effects)
    }

    /// The node goes away. `lot` is a number of the connection's own that spreads the delays.
    pub fn on_drain(&mut self, lot: u64, now: Moment, limits: &Limits) -> Vec<Effect> {
        let reconnect_after_ms = lot % (limits.goaway_delay_max_ms + 1);
        let effects = match std::mem::replace(self, Self::Closed) {
            Self::Live(live) => {
                let deadline_ms = now.uptime_ms + limits.drain_timeout_ms;
                *self = Self::Draining(Draining { live, deadline_ms });
                vec![Effect::send(ServerMessage::Goaway(Goaway { reconnect_after_ms }))]
            }
            draining @ Self::Draining(_) => {
                *self = draining;
                Vec::new()
            }
            Self::AwaitingHello(_) | Self::Authenticating(_) => vec![Effect::Close(CloseCode::Drain)],
            Self::Closed => Vec::new(),
        };
        self.settle(effects)
    }

    /// Some time has passed. Call it when [`Session::due_ms`] is reached.
    pub fn on_tick(&mut self, now: Moment, limits: &Limits) -> Vec<Effect> {
        let mut effects = Vec::new();
        match self {
            Self::AwaitingHello(AwaitingHello { deadline_ms })
            | Self::Authenticating(Authenticating { deadline_ms }) => {
                if now.uptime_ms >= *deadline_ms {
                    effects.push(Effect::Close(CloseCode::Unauthenticated));
                }
            }
            Self::Live(live) => live.on_tick(now, limits, &mut effects),
            Self::Draining(draining) => {
                draining.live.on_tick(now, limits, &mut effects);
                if now.uptime_ms >= draining.deadline_ms {
                    effects.push(Effect::Close(CloseCode::Drain));
                }
            }
            Self::Closed => {}
        }
        self.settle(effects)
    }

    /// When the next tick is wanted, in uptime.
    pub fn due_ms(&self, now: Moment, limits: &Limits) -> u64 {
        match self {
            Self::AwaitingHello(AwaitingHello { deadline_ms })
            | Self::Authenticating(Authenticating { deadline_ms }) => *deadline_ms,
            Self::Live(live) => live.due_ms(now, limits),
            Self::Draining(draining) => draining.live.due_ms(now, limits).min(draining.deadline_ms),
            Self::Closed => u64::MAX,
        }
    }

    fn live(&mut self) -> Option<&mut Live> {
        match self {
            Self::Live(live) => Some(live),
            Self::Draining(draining) => Some(&mut draining.live),
            _ => None,
        }
    }

    /// Ends a drained session that owes nothing, and keeps nothing after a close.
    fn settle(&mut self, mut effects: Vec<Effect>) -> Vec<Effect> {
        if let Some(at) = effects.iter().position(|effect| matches!(effect, Effect::Close(_))) {
            effects.truncate(at + 1);
            *self = Self::Closed;
        } else if matches!(self, Self::Draining(draining) if draining.live.outstanding() == 0) {
            effects.push(Effect::Close(CloseCode::Drain));
            *self = Self::Closed;
        }
        effects
    }
}
