//! The one aggregate shell: a plain state machine around an aggregate's state. Messages come in, effects go out; it never
//! awaits, reads a clock or touches the journal itself, so that it can be simulated. `actors::aggregate` performs its effects.
//!
//! A batch of commands is decided on a tentative copy, appended with the expected head, and published when the journal says
//! it is durable. At most one append is in flight; what arrives meanwhile forms the next batch. A conflict means: read what
//! was missed, fold it, decide again.

mod batch;
mod beside;
mod catch_up;
mod commits;
mod elsewhere;
mod founding;
mod join;
mod keep;
mod lists;
mod messages;
mod outcome;
mod profiles;
mod ring;
mod stale;
mod subscribers;
mod window;

#[cfg(test)]
mod tests;

use std::{collections::VecDeque, sync::Arc};

use batch::Batch;
pub use elsewhere::Word;
use founding::Dependencies;
use lists::Lists;
use lockstep_domain::Aggregate;
use lockstep_protocol::{
    codes::{Code, Failure},
    frame::{Ephemeral, EphemeralBroadcast},
    ids::{AccountId, ConnectionId},
    limits::Limits,
    topic::Topic,
    values::Micros,
};
pub use messages::{Effect, Joining, Message, Pending, origin};
pub use outcome::failure;
use profiles::Profiles;
use ring::Ring;
use stale::Awaiting;
use subscribers::Subscribers;
use tokio::sync::{oneshot, watch};
use window::{ClientKey, Windows};

use super::{
    delivery::{Delivery, SharedSnapshot},
    facts::{AccountFacts, Facts},
    published::Published,
};
use crate::bugs::bug;
use crate::store::journal::{Guard, Head, JournalError, Known};

/// What the shell is doing; one thing at a time.
enum Work<A: Aggregate> {
    Idle,
    Appending(Batch<A>),
    Verifying(Batch<A>),
    CatchingUp,
    LoadingFacts,
    /// The journal failed: commands were refused, a catch-up waits for the next try.
    Waiting,
}

/// How the shell begins: what was loaded.
pub struct Loaded<A: Aggregate> {
    pub published: Published<A>,
    pub head: Head,
    pub last_at: Micros,
    /// Seq of the newest stored snapshot.
    pub snapshot_seq: u64,
    pub facts: Facts,
}

/// See the module.
pub struct Shell<A: Aggregate> {
    topic: Topic,
    limits: Arc<Limits>,
    /// Whether other nodes may write this stream.
    shared: bool,
    publisher: watch::Sender<Arc<Published<A>>>,
    committed: Arc<Published<A>>,
    head: Head,
    last_at: Micros,
    facts: Facts,
    windows: Windows,
    ring: Ring,
    subscribers: Subscribers,
    lists: Lists,
    profiles: Profiles,
    pending: VecDeque<Pending<A>>,
    /// Commands whose client's window is being read, in order.
    parked: Vec<(ClientKey, Pending<A>)>,
    joining: Vec<Joining>,
    /// Those who wait for a read of the journal that begins after they asked.
    refreshing: Vec<Awaiting<()>>,
    /// Reads of the journal begun, and the last that came to its end.
    reads: u64,
    read_done: u64,
    /// What was rumoured when the read under way began.
    asked: u64,
    /// The seq since which nothing is shown, because the node cannot check access.
    stale: Option<u64>,
    revival: Option<Awaiting<bool>>,
    /// The journal holds an event of a newer server.
    frozen: bool,
    /// Organization and team must be looked for anew before anything else.
    facts_wanted: bool,
    /// Whose facts are to be those of what is founded next.
    founding: Option<Dependencies>,
    work: Work<A>,
    /// The furthest head heard of.
    rumoured: u64,
    snapshot: Option<Arc<SharedSnapshot>>,
    snapshot_seq: u64,
    tail_bytes: usize,
    effects: Vec<Effect<A>>,
}

impl<A: Aggregate> Shell<A> {
    pub fn new(topic: Topic, limits: Arc<Limits>, shared: bool, loaded: Loaded<A>) -> Self {
        let committed = Arc::new(loaded.published);
        Self {
            topic,
            shared,
            publisher: watch::Sender::new(committed.clone()),
            committed,
            head: loaded.head,
            last_at: loaded.last_at,
            facts: loaded.facts,
            windows: Windows::new(limits.idempotency_window_max, limits.idempotency_clients_max),
            ring: Ring::new(limits.ring_events_max, limits.ring_bytes_max),
            subscribers: Subscribers::new(topic, limits.presence_entries_max),
            lists: Lists::default(),
            profiles: Profiles::default(),
            pending: VecDeque::new(),
            parked: Vec::new(),
            joining: Vec::new(),
            refreshing: Vec::new(),
            reads: 0,
            read_done: 0,
            asked: 0,
            stale: None,
            revival: None,
            frozen: false,
            facts_wanted: false,
            founding: None,
            work: Work::Idle,
            rumoured: loaded.head.version,
            snapshot: None,
            snapshot_seq: loaded.snapshot_seq,
            tail_bytes: 0,
            effects: Vec::new(),
            limits,
        }
    }

    /// Where readers find the committed state.
    pub fn reader(&self) -> watch::Receiver<Arc<Published<A>>> {
        self.publisher.subscribe()
    }

    /// Roughly the memory that this aggregate takes.
    pub fn memory_bytes(&self) -> usize {
        let snapshot = self.snapshot.as_ref().map_or(0, |_| self.committed.state.memory_bytes() / 4);
        self.committed.state.memory_bytes() + self.windows.memory_bytes() + self.ring.memory_bytes() + snapshot
    }

    pub fn subscribers(&self) -> usize {
        self.subscribers.len()
    }

    /// Takes one message and answers what is to be done. `now` is the time; `spare` says whether no command is on its way here.
    pub fn on(&mut self, message: Message<A>, now: Micros, spare: bool) -> Vec<Effect<A>> {
        match message {
            Message::Command(pending) => self.pending.push_back(*pending),
            Message::Join(joining) => self.join(*joining),
            Message::Leave(connection) => {
                self.subscribers.remove(connection);
            }
            Message::Presence(connection, meta) => self.subscribers.update_presence(connection, meta),
            Message::Ephemeral(connection, body) => self.ephemeral(connection, body),
            Message::Appended(outcome) => self.appended(outcome, now),
            Message::Verified(head) => self.verified(head),
            Message::CaughtUp(events) => self.caught_up(events),
            Message::Window(client, known) => self.window_read(client, known),
            Message::JoinRead(connection, after, events) => self.join_read(connection, after, events),
            Message::Facts(facts) => self.facts_loaded(facts),
            // The aggregate that published them may have failed and come back: then its successor is looked for.
            Message::FactsChanged if self.facts.ended() => self.facts_wanted = true,
            Message::FactsChanged => self.review_subscribers(),
            Message::Lists(hint) => self.lists_changed(hint),
            Message::ListsDue => self.lists_due(),
            Message::Profile(account, version) => self.profile_changed(account, version),
            Message::ProfilesDue => self.profiles_due(),
            Message::Heard(notice) => self.heard(&notice),
            Message::Behind(_) if bug!("bug_no_backstop") => {}
            Message::Behind(version) => self.rumoured = self.rumoured.max(version),
            Message::Refresh(done) => {
                self.refreshing.push(Awaiting { read: self.reads + 1, done });
            }
            Message::Whispered(node, word) => self.whispered(node, *word),
            Message::NodeGone(node) => self.subscribers.node_gone(node),
            Message::NodeCame => self.subscribers.ask_around(),
            Message::PresenceDue => self.subscribers.announce(),
            Message::Stale => self.go_stale(),
            Message::Revive(done) => self.revive(done),
            Message::NewHistory => self.effects.push(Effect::LostHistory(0)),
            Message::End => self.end(),
            Message::Retry => {
                if matches!(self.work, Work::Waiting) {
                    self.work = Work::Idle;
                }
            }
            Message::Passivate(answer) => self.passivate(answer, spare),
        }
        if self.stale.is_some() {
            self.refuse_while_stale();
        }
        self.pump(now);
        self.settle_revival();
        self.whisper(now);
        std::mem::take(&mut self.effects)
    }

    /// Starts whatever is due, if nothing is under way.
    fn pump(&mut self, now: Micros) {
        if self.frozen {
            return self.refuse_while_frozen();
        }
        if self.committed.quarantined {
            for pending in self.pending.drain(..) {
                pending.answer(Err(Failure::new(Code::Quarantined)));
            }
            for awaiting in self.refreshing.drain(..) {
                let _ = awaiting.done.send(());
            }
            return;
        }
        while matches!(self.work, Work::Idle) {
            let before = self.pending.len();
            if self.facts_wanted || (!self.pending.is_empty() && self.facts.ended()) {
                self.reload_facts(Vec::new(), Vec::new());
            } else if let Some(named) = self.pending.front().and_then(|pending| self.founded_elsewhere(pending)) {
                self.founding = Some(named);
                self.reload_facts(Vec::new(), Vec::new());
            } else if self.rumoured > self.head.version || self.read_wanted() {
                self.start_catch_up();
            } else if !self.pending.is_empty() && self.stale.is_none() {
                self.start_batch(now);
            }
            // Nothing started and nothing left the queue: done.
            if matches!(self.work, Work::Idle) && (self.pending.is_empty() || self.pending.len() == before) {
                return;
            }
        }
    }

    fn reload_facts(&mut self, refresh: Vec<uuid::Uuid>, accounts: Vec<AccountFacts>) {
        self.facts_wanted = false;
        self.work = Work::LoadingFacts;
        self.effects.push(Effect::ReloadFacts { refresh, accounts });
    }

    fn facts_loaded(&mut self, facts: Result<Facts, Failure>) {
        if !matches!(self.work, Work::LoadingFacts) {
            return;
        }
        self.work = Work::Idle;
        match facts {
            Ok(facts) => {
                self.facts = facts;
                self.review_subscribers();
            }
            Err(failure) => {
                match self.founding.take() {
                    // What others name may be there.
                    Some(named) => self.refuse_founding(named, &failure),
                    None => self.refuse_pending(&failure),
                }
                self.wait_if_owed();
                for joining in self.joining.drain(..) {
                    let _ = joining.reply.send(Err(failure.clone()));
                }
            }
        }
        self.join_the_waiting();
    }

    fn window_read(&mut self, client: ClientKey, known: Result<Vec<Known>, JournalError>) {
        let (ready, rest) = std::mem::take(&mut self.parked).into_iter().partition(|(key, _)| *key == client);
        self.parked = rest;
        match known {
            Ok(known) => {
                self.windows.load(client, &known);
                // They came before what is pending now.
                for (_, pending) in ready.into_iter().rev() {
                    self.pending.push_front(pending);
                }
            }
            Err(error) => {
                self.windows.read_failed(client);
                let later = std::mem::take(&mut self.pending);
                self.pending = ready.into_iter().map(|(_, pending)| pending).collect();
                self.refuse_pending(&outcome::failure(&error));
                self.wait_if_owed();
                self.pending.extend(later);
            }
        }
    }

    fn ephemeral(&mut self, connection: ConnectionId, body: Ephemeral) {
        let Some(member) = self.subscribers.get_mut(connection) else { return };
        let account_id = member.principal.account().unwrap_or(AccountId::NIL);
        let broadcast = EphemeralBroadcast { topic: self.topic, connection_id: connection, account_id, body };
        self.subscribers.moment(broadcast);
    }

    /// Another node speaks of who is here. What it says decides nothing.
    fn whispered(&mut self, node: uuid::Uuid, word: Word) {
        if self.stale.is_none() {
            self.subscribers.whispered(node, word);
        }
    }

    /// Hands on what the other nodes are to be told.
    fn whisper(&mut self, now: Micros) {
        let words = self.subscribers.take_words(now);
        if self.shared {
            let org = self.committed.state.org_id(self.topic.id);
            self.effects.extend(words.into_iter().map(|word| Effect::Whisper(org, word)));
        }
    }

    /// Roles may have changed: every subscription is judged anew, at once.
    fn review_subscribers(&mut self) {
        if bug!("bug_access_cached_at_connect") {
            return;
        }
        self.facts.look();
        let (state, facts, id) = (&self.committed.state, &self.facts, self.topic.id);
        let changed = self.subscribers.take_changed(|principal| facts.audience(state, id, principal));
        for (member, audience) in changed {
            let delivery = match audience {
                None => Delivery::Revoked(Code::NotFound),
                // What it holds is another audience's view: it joins again and gets its own, whole.
                Some(_) => Delivery::Resync,
            };
            member.subscriber.deliver(self.topic, delivery);
        }
    }

    fn passivate(&mut self, answer: oneshot::Sender<bool>, spare: bool) {
        let idle = spare
            && matches!(self.work, Work::Idle | Work::Waiting)
            && self.pending.is_empty()
            && self.parked.is_empty()
            && self.joining.is_empty()
            && self.subscribers.is_empty();
        let _ = answer.send(idle);
        if idle {
            self.keep_snapshot(true);
            self.effects.push(Effect::Stop);
        }
    }

    /// What an append is held to: the roles it was decided with and the sessions it was asked from.
    fn guards(&self, accounts: &[Guard]) -> Vec<Guard> {
        if bug!("bug_no_guards") {
            return Vec::new();
        }
        let mut guards = self.facts.guards();
        guards.extend_from_slice(accounts);
        guards.sort_unstable();
        guards.dedup_by_key(|guard| guard.subject);
        guards.retain(|guard| guard.subject != self.topic.id);
        guards
    }
}
