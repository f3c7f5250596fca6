//! A simulated client: what it holds and how it answers to each message and each moment. It keeps the ten steps of docs/SYNC-SPEC.md: a
//! queue of commands until their reply, retries under the same client seq, joins from the bookmark held.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use lockstep_protocol::{
    codes::{Code, Failure},
    command::Command,
    frame::{ClientMessage, CommandMessage, Hello, Join, Leave, Outcome, PROTOCOL_VERSION, Reply, ServerMessage},
    ids::{AccountId, ClientId, SessionId, TaskId},
    position::{Bookmark, Held},
    topic::{Kind, Topic},
    values::IfChanged,
};

use super::{
    connection::Link,
    executor::{MS, SECOND, Sim, Time, lock},
    journal::Model,
    truth::{CommandId, Fold},
    view::{Phase, View, Witness},
    workload,
};

/// A command that waits for its reply.
#[derive(Clone)]
pub struct Asked {
    pub client_seq: u64,
    pub topic: Topic,
    pub body: Command,
    /// Sent on the connection of now.
    pub sent: bool,
    /// Not before this.
    pub not_before: Time,
}

/// What a ref stands for.
enum Request {
    Join(Topic, Option<Bookmark>),
    Leave,
    Command(u64),
}

/// How a client behaves.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Of a thousand actions: a change of access, a rejoin, a hang-up, an old command once more.
    pub access: u64,
    pub rejoin: u64,
    pub hang_up: u64,
    pub repeat: u64,
    /// Commands it will make.
    pub commands: u64,
    /// Between two actions, at most.
    pub pause: Time,
}

/// See the module.
pub struct Person {
    pub sim: Sim,
    pub model: Arc<Mutex<Model>>,
    pub account: AccountId,
    pub client_id: ClientId,
    pub session: SessionId,
    pub habits: Habits,
    pub views: BTreeMap<Topic, View>,
    pub queue: VecDeque<Asked>,
    pub link: Option<Link>,
    pub welcome: bool,
    /// Its session was refused: it must log in anew.
    pub logged_out: bool,
    /// Whether faults are over and only what is owed is done.
    pub calm: bool,
    people: Vec<AccountId>,
    known: Vec<TaskId>,
    done: Vec<Asked>,
    requests: BTreeMap<u32, Request>,
    /// Commands asked on this connection without an answer, with their ledger's name.
    next_ref: u32,
    next_seq: u64,
}

impl Person {
    pub fn new(
        sim: &Sim,
        model: &Arc<Mutex<Model>>,
        who: (AccountId, SessionId),
        topics: &[Topic],
        people: &[AccountId],
        habits: Habits,
    ) -> Self {
        Self {
            sim: sim.clone(),
            model: model.clone(),
            account: who.0,
            client_id: ClientId(sim.uuid()),
            session: who.1,
            habits,
            views: topics.iter().map(|topic| (*topic, View::new(*topic))).collect(),
            queue: VecDeque::new(),
            link: None,
            welcome: false,
            logged_out: false,
            calm: false,
            people: people.to_vec(),
            known: Vec::new(),
            done: Vec::new(),
            requests: BTreeMap::new(),
            next_ref: 1,
            next_seq: 1,
        }
    }

    fn send(&self, message: ClientMessage) {
        if let Some(link) = &self.link {
            link.up.write(vec![message]);
        }
    }

    fn reference(&mut self) -> u32 {
        self.next_ref += 1;
        self.next_ref
    }

    const fn id(&self, client_seq: u64) -> CommandId {
        (self.account, self.client_id, client_seq)
    }

    /// A connection stands: says who this is.
    pub fn connected(&mut self, link: Link) {
        self.link = Some(link);
        let token = format!("{} {}", self.account, self.session);
        let hello = Hello { token, client_id: self.client_id, protocol_version: PROTOCOL_VERSION, client_name: None };
        self.send(ClientMessage::Hello(hello));
    }

    /// The connection is gone, and with it every answer that was awaited.
    pub fn disconnected(&mut self) {
        if let Some(link) = self.link.take() {
            link.cut();
        }
        if !self.welcome {
            // Refused at the door, perhaps: a new session is asked for to be sure.
            let open = lock(&self.model).truth.has_session(self.account, self.session);
            self.logged_out |= !open;
        }
        self.welcome = false;
        let requests = std::mem::take(&mut self.requests);
        for seq in requests.into_values().filter_map(|request| match request {
            Request::Command(seq) => Some(seq),
            _ => None,
        }) {
            lock(&self.model).ledger.lost(self.id(seq));
        }
        self.queue.iter_mut().for_each(|asked| asked.sent = false);
        self.views.values_mut().for_each(View::cut);
    }

    pub fn on_message(&mut self, message: ServerMessage, written_at: Time) {
        let model = self.model.clone();
        let mut model = lock(&model);
        let sim = self.sim.clone();
        sim.trace(|| format!("client {} ({}): got {}", self.account, self.client_id, brief(&message)));
        let witness = Witness { sim: &sim, truth: &model.truth, account: self.account };
        match message {
            ServerMessage::Welcome(_) => self.welcome = true,
            ServerMessage::Joined(joined) => match self.requests.remove(&joined.reference) {
                Some(Request::Join(topic, after)) if topic == joined.topic => {
                    if let Some(view) = self.views.get_mut(&topic) {
                        view.joined(&joined, after, &witness);
                    }
                }
                _ => sim.anomaly("reply-twice", || format!("{joined:?} answers nothing")),
            },
            ServerMessage::Snapshot(part) => {
                if let Some(view) = self.views.get_mut(&part.topic) {
                    view.snapshot(part, &witness);
                }
            }
            ServerMessage::Events(events) => {
                if let Some(view) = self.views.get_mut(&events.topic) {
                    view.events(&events, &witness);
                }
                super::check::leak(&model, &sim, self.account, &events, written_at);
            }
            ServerMessage::Reply(reply) => self.on_reply(reply, &mut model),
            ServerMessage::Resync(notice) => {
                if let Some(view) = self.views.get_mut(&notice.topic) {
                    view.behind();
                }
            }
            ServerMessage::Revoked(revoked) => {
                if let Some(view) = self.views.get_mut(&revoked.topic) {
                    view.closed();
                }
            }
            _ => {}
        }
    }

    fn on_reply(&mut self, reply: Reply, model: &mut Model) {
        let sim = self.sim.clone();
        match (self.requests.remove(&reply.reference), reply.outcome) {
            (Some(Request::Command(seq)), outcome) => {
                let answer = match outcome {
                    Outcome::Ok(acknowledged) => Ok(acknowledged),
                    Outcome::Error(failure) => Err(failure),
                };
                sim.trace(|| format!("client {}: {seq} answered {answer:?}", self.account));
                let Model { truth, ledger, .. } = model;
                ledger.answer(&sim, truth, self.id(seq), &answer, sim.now());
                self.answered(seq, answer.err());
            }
            (Some(Request::Join(topic, _)), Outcome::Error(failure)) => {
                if failure.code == Code::SessionRevoked {
                    self.logged_out = true;
                }
                let view = self.views.get_mut(&topic);
                match view {
                    Some(view) if failure.temporary => view.cut(),
                    Some(view) => view.closed(),
                    None => {}
                }
            }
            (Some(Request::Leave), _) => {}
            (request, outcome) => {
                let joined = matches!(request, Some(Request::Join(..)));
                sim.anomaly("reply-twice", || format!("{outcome:?} answers nothing (joined: {joined})"));
            }
        }
    }

    fn answered(&mut self, seq: u64, refused: Option<Failure>) {
        let Some(at) = self.queue.iter().position(|asked| asked.client_seq == seq) else { return };
        match refused {
            Some(failure) if failure.code == Code::SessionRevoked => {
                self.logged_out = true;
                self.queue[at].sent = false;
            }
            Some(failure) if failure.temporary => {
                let pause = u64::from(failure.retry_after_ms.unwrap_or(50)).min(500) * MS;
                self.queue[at].sent = false;
                self.queue[at].not_before = self.sim.now() + pause / 2 + self.sim.below(pause);
            }
            _ => {
                if let Some(asked) = self.queue.remove(at) {
                    self.done.push(asked);
                }
            }
        }
    }

    /// One moment: sends what is due, and perhaps does something of its own. False hangs up.
    pub fn act(&mut self) -> bool {
        if self.logged_out {
            return false;
        }
        if !self.welcome {
            return true;
        }
        self.join_what_is_due();
        self.send_what_is_due();
        if self.calm {
            return true;
        }
        let dice = self.sim.below(1_000);
        let Habits { access, rejoin, hang_up, repeat, .. } = self.habits;
        if dice < hang_up {
            return false;
        }
        if dice < hang_up + rejoin {
            self.rejoin();
        } else if dice < hang_up + rejoin + repeat {
            self.repeat();
        } else if self.habits.commands > 0 && self.queue.len() < 6 {
            let changes_access = self.sim.chance(access);
            if let Some((topic, body)) = self.invent(changes_access) {
                self.habits.commands -= 1;
                self.ask(topic, body);
                self.send_what_is_due();
            }
        }
        true
    }

    fn join_what_is_due(&mut self) {
        let patient = !self.calm;
        let topics: Vec<_> = self.views.values().filter(|view| wants_join(view)).map(|view| view.topic).collect();
        for topic in topics {
            let closed = self.views[&topic].phase == Phase::Closed;
            if (closed || patient) && !self.sim.chance(if closed { 150 } else { 600 }) {
                continue;
            }
            self.join(topic);
        }
    }

    fn join(&mut self, topic: Topic) {
        let reference = self.reference();
        let view = self.views.get_mut(&topic).expect("it follows this topic");
        view.phase = Phase::Joining;
        let (after, held_for) = (view.bookmark, view.held_for);
        self.requests.insert(reference, Request::Join(topic, after));
        self.sim.trace(|| format!("client {} ({}): joins {topic} after {after:?}", self.account, self.client_id));
        let after = after.map(|after| Held::new(after, held_for));
        self.send(ClientMessage::Join(Join { reference, topic, after, presence: false }));
    }

    /// Joins a joined topic again, or leaves it and joins it later.
    fn rejoin(&mut self) {
        let live: Vec<_> =
            self.views.values().filter(|view| view.phase == Phase::Live).map(|view| view.topic).collect();
        let Some(topic) = self.sim.pick(&live).copied() else { return };
        // A client that does not hold the whole asks for the whole.
        if self.sim.chance(500) {
            return self.join(topic);
        }
        let reference = self.reference();
        self.requests.insert(reference, Request::Leave);
        self.send(ClientMessage::Leave(Leave { reference, topic }));
        self.join(topic);
    }

    fn repeat(&mut self) {
        let Some(asked) = self.sim.pick(&self.done).cloned() else { return };
        self.send_command(&asked);
    }

    fn ask(&mut self, topic: Topic, body: Command) {
        if let Command::Board(lockstep_protocol::command::BoardCommand::CreateTask(create)) = &body {
            self.known.push(create.task_id);
        }
        let client_seq = self.next_seq;
        self.next_seq += 1;
        self.queue.push_back(Asked { client_seq, topic, body, sent: false, not_before: 0 });
    }

    fn send_what_is_due(&mut self) {
        let now = self.sim.now();
        // In order: what waits holds up what is behind it.
        while let Some(at) = self.queue.iter().position(|asked| !asked.sent) {
            if self.queue[at].not_before > now {
                return;
            }
            self.queue[at].sent = true;
            let asked = self.queue[at].clone();
            self.send_command(&asked);
        }
    }

    fn send_command(&mut self, asked: &Asked) {
        let reference = self.reference();
        let Asked { client_seq, topic, body, .. } = asked.clone();
        let saw = self.views.get(&topic).and_then(|view| view.bookmark).map(|held| held.seq);
        self.requests.insert(reference, Request::Command(client_seq));
        self.sim.trace(|| format!("client {}: asks {client_seq} on {topic}: {body:?}", self.account));
        lock(&self.model).ledger.sent(self.id(client_seq), topic, self.session, self.sim.now());
        let saw = saw.filter(|_| self.sim.chance(700));
        let if_changed = saw.filter(|_| self.sim.chance(200)).map(|_| IfChanged::Refuse);
        self.send(ClientMessage::Command(CommandMessage { reference, topic, client_seq, body, saw, if_changed }));
    }

    fn invent(&self, changes_access: bool) -> Option<(Topic, Command)> {
        let topics: Vec<_> = self.views.keys().copied().collect();
        let topic = *self.sim.pick(&topics)?;
        let view = &self.views[&topic];
        let body = match (&view.fold, topic.kind) {
            (_, Kind::Organization) if changes_access => workload::org_command(&self.sim, &self.people)?,
            (Fold::Board(_), _) if changes_access => workload::board_access_command(&self.sim, &self.people)?,
            (Fold::Board(board), _) => workload::task_command(&self.sim, board, &self.people, &self.known)?,
            _ => return None,
        };
        Some((topic, body))
    }

    /// When it wants its next moment.
    pub fn pause(&self) -> Time {
        if self.calm { self.sim.between(10 * MS, 60 * MS) } else { self.sim.between(MS, self.habits.pause.min(SECOND)) }
    }
}

/// A message in one line.
fn brief(message: &ServerMessage) -> String {
    match message {
        ServerMessage::Snapshot(part) => {
            format!("snapshot of {} at {:?}, part {} of {}", part.topic, part.bookmark, part.part, part.parts)
        }
        ServerMessage::Events(events) => {
            format!("events of {}, {}..{} of epoch {}", events.topic, events.after, events.seq, events.epoch)
        }
        other => format!("{other:?}"),
    }
}

fn wants_join(view: &View) -> bool {
    matches!(view.phase, Phase::Away | Phase::Behind | Phase::Closed)
}
