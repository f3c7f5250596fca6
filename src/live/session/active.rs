//! A connection that has said hello: its topics, its requests under way, its rates and its heartbeat. Pure.

use lockstep_domain::Credential;
use lockstep_protocol::{
    codes::{CloseCode, Code, Failure},
    frame::{Acknowledged, ClientMessage, CommandMessage, Join, Leave, Outcome, Ping, Pong, Refresh, ServerMessage},
    limits::Limits,
    salvage::Said,
    topic::{Kind, Topic},
};

use super::{Effect, Identity, Incoming, Moment, lanes::Lanes};
use crate::actors::Saw;
use crate::live::rate::{Abuse, Bucket};

/// Numbers on the wire stay below this (a JavaScript number holds them).
const NUMBER_MAX: u64 = 1 << 53;

#[derive(Debug)]
pub struct Live {
    identity: Identity,
    topics: Vec<Subscription>,
    lanes: Lanes<Request>,
    /// Requests with a ref that were not answered yet.
    outstanding: usize,
    commands: Bucket,
    ephemerals: Bucket,
    /// Of its own: what a person does on a topic must not be lost because they point at things.
    presences: Bucket,
    abuse: Option<Abuse>,
    heard_ms: u64,
    pinged: bool,
    heads_at_ms: u64,
}

#[derive(Clone, Copy, Debug)]
struct Subscription {
    topic: Topic,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Joining,
    Joined,
    /// `revoked` overtook the end of the join.
    Revoked,
}

#[derive(Debug)]
enum Request {
    Join(Join),
    Leave(Leave),
    Command(Box<CommandMessage>),
}

impl Live {
    pub(super) fn new(identity: Identity, now: Moment, limits: &Limits) -> Self {
        let now_ms = now.uptime_ms;
        Self {
            identity,
            topics: Vec::new(),
            lanes: Lanes::default(),
            outstanding: 0,
            commands: Bucket::full(limits.commands_per_second_max, limits.commands_burst_max, now_ms),
            ephemerals: Bucket::full(limits.ephemeral_per_second_max, limits.ephemeral_per_second_max, now_ms),
            presences: Bucket::full(limits.ephemeral_per_second_max, limits.ephemeral_per_second_max, now_ms),
            abuse: None,
            heard_ms: now_ms,
            pinged: false,
            heads_at_ms: now_ms + limits.heads_interval_ms,
        }
    }

    pub const fn identity(&self) -> Identity {
        self.identity
    }

    pub const fn outstanding(&self) -> usize {
        self.outstanding
    }

    pub(super) const fn on_heard(&mut self, now: Moment) {
        self.heard_ms = now.uptime_ms;
        self.pinged = false;
    }

    /// `refusing`: requests for anything new are answered with this code.
    pub(super) fn on_frame(
        &mut self,
        incoming: Incoming,
        now: Moment,
        limits: &Limits,
        refusing: Option<Code>,
        effects: &mut Vec<Effect>,
    ) {
        self.on_heard(now);
        let messages = match incoming.messages {
            Ok(messages) => messages,
            Err(failure) if failure.code == Code::TooLarge => return effects.push(Effect::Close(CloseCode::TooBig)),
            Err(_) => return effects.push(Effect::Close(CloseCode::Protocol)),
        };
        for said in messages {
            match said {
                Said::Message(message) => self.on_message(message, now, limits, refusing, effects),
                Said::Unreadable { reference, failure } => {
                    // It costs as much as one that can be read.
                    let refused = self.pay(now).map_or_else(|limited| limited, |()| failure);
                    self.refuse_command(reference, refused, now, limits, effects);
                }
            }
            if matches!(effects.last(), Some(Effect::Close(_))) {
                return;
            }
        }
    }

    fn on_message(
        &mut self,
        message: ClientMessage,
        now: Moment,
        limits: &Limits,
        refusing: Option<Code>,
        effects: &mut Vec<Effect>,
    ) {
        match message {
            // Only the first message may be a hello.
            ClientMessage::Hello(_) => effects.push(Effect::Close(CloseCode::Protocol)),
            ClientMessage::Ping(Ping { reference }) => {
                effects.push(Effect::send(ServerMessage::Pong(Pong { reference, now: now.wall })));
            }
            ClientMessage::Join(Join { reference, .. }) if refusing.is_some() => {
                effects.extend(refusing.map(|code| Effect::refuse(reference, Failure::new(code))));
            }
            ClientMessage::Join(join) => self.enter(join.topic, Request::Join(join), limits, effects),
            ClientMessage::Leave(leave) => self.enter(leave.topic, Request::Leave(leave), limits, effects),
            ClientMessage::Command(command) => match self.admit(&command, now, refusing) {
                Ok(()) => self.enter(command.topic, Request::Command(Box::new(command)), limits, effects),
                Err(failure) => self.refuse_command(command.reference, failure, now, limits, effects),
            },
            // Of those who only look nobody is told, nor do they tell.
            ClientMessage::Presence(_) | ClientMessage::Ephemeral(_) if self.identity.only_looks() => {}
            ClientMessage::Presence(update) if self.joined(update.topic) => {
                if self.presences.take(now.uptime_ms).is_ok() {
                    effects.push(Effect::Presence { topic: update.topic, meta: update.meta });
                }
            }
            ClientMessage::Ephemeral(update) if self.joined(update.topic) => {
                if self.ephemerals.take(now.uptime_ms).is_ok() {
                    effects.push(Effect::Ephemeral { topic: update.topic, body: update.body });
                }
            }
            // Not joined (any more): nobody to tell, and there is no ref to answer.
            ClientMessage::Presence(_) | ClientMessage::Ephemeral(_) => {}
            ClientMessage::Refresh(Refresh { reference, token }) => {
                if token.len() > limits.token_bytes_max {
                    let failure = Failure::new(Code::FieldTooLong).field("token").limit(limits.token_bytes_max as u64);
                    return effects.push(Effect::refuse(reference, failure));
                }
                self.outstanding += 1;
                effects.push(Effect::Refresh { reference, token });
            }
        }
    }

    fn pay(&mut self, now: Moment) -> Result<(), Failure> {
        self.commands.take(now.uptime_ms).map_err(|wait_ms| Failure::new(Code::RateLimited).retry_after_ms(wait_ms))
    }

    fn refuse_command(
        &mut self,
        reference: u32,
        failure: Failure,
        now: Moment,
        limits: &Limits,
        effects: &mut Vec<Effect>,
    ) {
        let limited = failure.code == Code::RateLimited;
        effects.push(Effect::refuse(reference, failure));
        if limited && Abuse::note(&mut self.abuse, now.uptime_ms) >= limits.abuse_timeout_ms {
            effects.push(Effect::Close(CloseCode::RateLimited));
        }
    }

    /// What can be told of a command without asking its topic.
    fn admit(&mut self, command: &CommandMessage, now: Moment, refusing: Option<Code>) -> Result<(), Failure> {
        self.pay(now)?;
        if let Some(code) = refusing {
            return Err(Failure::new(code));
        }
        if self.identity.only_looks() {
            return Err(Failure::because(Code::Forbidden, "A public link is for looking."));
        }
        if command.client_seq == 0 || command.client_seq >= NUMBER_MAX {
            return Err(Failure::because(Code::FieldInvalid, "counted from 1, below 2^53").field("client_seq"));
        }
        if command.body.kind() != command.topic.kind {
            return Err(Failure::new(Code::WrongTopic).field("topic"));
        }
        if command.topic.kind == Kind::Account {
            return Err(Failure::because(Code::Forbidden, "Accounts are not changed over this connection."));
        }
        Ok(())
    }

    fn enter(&mut self, topic: Topic, request: Request, limits: &Limits, effects: &mut Vec<Effect>) {
        self.outstanding += 1;
        if let Some(request) = self.lanes.enter(topic, request) {
            self.start(topic, request, limits, effects);
        }
    }

    /// Starts a request, and after one that ended at once those behind it.
    fn start(&mut self, topic: Topic, request: Request, limits: &Limits, effects: &mut Vec<Effect>) {
        let mut next = Some(request);
        while let Some(request) = next.take() {
            let refused = match request {
                // What log-ins it has is no matter of a program; how it learns that its own token ended is another's.
                Request::Join(Join { reference, topic, .. })
                    if topic.kind == Kind::Account && matches!(self.identity.credential, Credential::Token(_)) =>
                {
                    Effect::refuse(reference, Failure::new(Code::Forbidden))
                }
                Request::Join(Join { reference, topic, after, presence }) => {
                    let presence = presence && !self.identity.only_looks();
                    if self.subscribe(topic, limits) {
                        return effects.push(Effect::Join { reference, topic, after, presence });
                    }
                    let failure = Failure::new(Code::TooManySubscriptions).limit(limits.subscriptions_max as u64);
                    Effect::refuse(reference, failure)
                }
                Request::Leave(Leave { reference, topic }) => {
                    if self.unsubscribe(topic) {
                        effects.push(Effect::Leave { topic });
                        Effect::answer(reference, Effect::done())
                    } else {
                        Effect::refuse(reference, Failure::new(Code::NotJoined))
                    }
                }
                Request::Command(command) => {
                    let CommandMessage { reference, topic, client_seq, body, saw, if_changed } = *command;
                    let saw = Saw::new(saw, if_changed);
                    return effects.push(Effect::Command { reference, topic, client_seq, body: Box::new(body), saw });
                }
            };
            effects.push(refused);
            self.outstanding -= 1;
            next = self.lanes.next(topic);
        }
    }

    /// A request under way was answered: the next of its topic may start.
    fn ended(&mut self, topic: Topic, limits: &Limits, effects: &mut Vec<Effect>) {
        self.outstanding = self.outstanding.saturating_sub(1);
        if let Some(request) = self.lanes.next(topic) {
            self.start(topic, request, limits, effects);
        }
    }

    pub(super) fn on_reply(
        &mut self,
        reference: u32,
        topic: Topic,
        outcome: Result<Acknowledged, Failure>,
        limits: &Limits,
        effects: &mut Vec<Effect>,
    ) {
        effects.push(Effect::answer(reference, outcome.map_or_else(Outcome::Error, Outcome::Ok)));
        self.ended(topic, limits, effects);
    }

    pub(super) fn on_join(
        &mut self,
        reference: u32,
        topic: Topic,
        outcome: Result<(), Failure>,
        limits: &Limits,
        effects: &mut Vec<Effect>,
    ) {
        match outcome {
            Ok(()) => {
                self.topics.retain(|held| held.topic != topic || held.phase != Phase::Revoked);
                if let Some(held) = self.held(topic) {
                    held.phase = Phase::Joined;
                }
            }
            Err(failure) => {
                // An earlier join of this topic ends with it: its events were no longer taken.
                self.unsubscribe(topic);
                effects.push(Effect::Leave { topic });
                effects.push(Effect::refuse(reference, failure));
            }
        }
        self.ended(topic, limits, effects);
    }

    pub(super) fn on_revoked(&mut self, topic: Topic) {
        self.topics.retain(|held| held.topic != topic || held.phase == Phase::Joining);
        if let Some(held) = self.held(topic) {
            held.phase = Phase::Revoked;
        }
    }

    pub(super) fn on_refreshed(
        &mut self,
        reference: u32,
        checked: Result<Identity, Failure>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.outstanding = self.outstanding.saturating_sub(1);
        let same = |fresh: &Identity| {
            fresh.account_id == self.identity.account_id && fresh.credential == self.identity.credential
        };
        let outcome = match checked {
            Ok(fresh) if !same(&fresh) => {
                Outcome::Error(Failure::because(Code::Unauthenticated, "The token is of another session."))
            }
            Ok(fresh) if fresh.token_expires_at <= now.wall => Outcome::Error(Failure::new(Code::TokenExpired)),
            Ok(fresh) => {
                self.identity = fresh;
                Effect::done()
            }
            Err(failure) => Outcome::Error(failure),
        };
        effects.push(Effect::answer(reference, outcome));
    }

    pub(super) fn on_tick(&mut self, now: Moment, limits: &Limits, effects: &mut Vec<Effect>) {
        let silent_ms = now.uptime_ms.saturating_sub(self.heard_ms);
        if now.wall >= self.identity.token_expires_at {
            return effects.push(Effect::Close(CloseCode::Unauthenticated));
        }
        if silent_ms >= limits.heartbeat_timeout_ms {
            return effects.push(Effect::Close(CloseCode::Slow));
        }
        if silent_ms >= limits.heartbeat_interval_ms && !self.pinged {
            self.pinged = true;
            effects.push(Effect::Ping);
        }
        if now.uptime_ms >= self.heads_at_ms {
            self.heads_at_ms = now.uptime_ms + limits.heads_interval_ms;
            if !self.topics.is_empty() {
                effects.push(Effect::Heads);
            }
        }
    }

    pub(super) fn due_ms(&self, now: Moment, limits: &Limits) -> u64 {
        let silence_ms = if self.pinged { limits.heartbeat_timeout_ms } else { limits.heartbeat_interval_ms };
        let left_ms = self.identity.token_expires_at.saturating_sub(now.wall).max(0).unsigned_abs().div_ceil(1_000);
        (self.heard_ms + silence_ms).min(self.heads_at_ms).min(now.uptime_ms.saturating_add(left_ms))
    }

    fn held(&mut self, topic: Topic) -> Option<&mut Subscription> {
        self.topics.iter_mut().find(|held| held.topic == topic)
    }

    fn joined(&self, topic: Topic) -> bool {
        self.topics.iter().any(|held| held.topic == topic && held.phase != Phase::Revoked)
    }

    /// Whether there is room for the topic (it may be joined already).
    fn subscribe(&mut self, topic: Topic, limits: &Limits) -> bool {
        if let Some(held) = self.held(topic) {
            held.phase = Phase::Joining;
            return true;
        }
        if self.topics.len() >= limits.subscriptions_max {
            return false;
        }
        self.topics.push(Subscription { topic, phase: Phase::Joining });
        true
    }

    fn unsubscribe(&mut self, topic: Topic) -> bool {
        let before = self.topics.len();
        self.topics.retain(|held| held.topic != topic);
        self.topics.len() < before
    }
}
