//! Who is on an aggregate: subscriptions, audiences and presence. Sequential memory of one actor, never shared.

use std::{collections::HashMap, sync::Arc};

use lockstep_domain::Principal;
use lockstep_protocol::{
    frame::{EphemeralBroadcast, PresenceDiff, PresenceEntry, PresenceMeta, PresenceState, ServerMessage},
    ids::{AccountId, ConnectionId},
    topic::Topic,
    values::{Audience, Micros},
};
use uuid::Uuid;

use super::elsewhere::{Change, Elsewhere, Stamp, Word};
use crate::actors::delivery::{Delivery, Shared, Subscriber};

/// One connection on the topic.
pub struct Member {
    pub subscriber: Arc<dyn Subscriber>,
    pub principal: Principal,
    pub audience: Audience,
    /// What it says it is doing, if it takes part in presence.
    pub presence: Option<PresenceMeta>,
    /// A journal read brings it up to date first: live deliveries wait in the ring.
    pub catching_up: bool,
}

impl Member {
    fn entry(&self) -> Option<PresenceEntry> {
        let account_id = self.principal.account().unwrap_or(AccountId::NIL);
        let meta = self.presence.clone()?.into();
        Some(PresenceEntry { connection_id: self.subscriber.connection(), account_id, meta })
    }
}

/// All connections on the topic. Dropping it while some are left (the actor failed) asks them to join again.
pub struct Subscribers {
    topic: Topic,
    members: Vec<Member>,
    index: HashMap<ConnectionId, usize>,
    present: usize,
    entries_max: usize,
    /// Nobody is told anything about anybody.
    muted: bool,
    /// Who is here on other nodes; kept while somebody here wants to know.
    elsewhere: Elsewhere,
    /// To be told to the other nodes.
    words: Vec<Word>,
    /// This life of the aggregate, and how often its people changed in it.
    stamp: Stamp,
    /// The others were asked a moment ago.
    asked: bool,
}

impl Subscribers {
    pub fn new(topic: Topic, entries_max: usize) -> Self {
        Self {
            topic,
            members: Vec::new(),
            index: HashMap::new(),
            present: 0,
            entries_max,
            muted: false,
            elsewhere: Elsewhere::new(entries_max),
            words: Vec::new(),
            stamp: Stamp::default(),
            asked: false,
        }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn get_mut(&mut self, connection: ConnectionId) -> Option<&mut Member> {
        self.index.get(&connection).map(|index| &mut self.members[*index])
    }

    /// Adds or replaces.
    pub fn insert(&mut self, member: Member) {
        let connection = member.subscriber.connection();
        self.remove(connection);
        self.present += usize::from(member.presence.is_some());
        self.index.insert(connection, self.members.len());
        self.members.push(member);
    }

    /// Takes a connection off, and tells the others if it was present.
    pub fn remove(&mut self, connection: ConnectionId) -> Option<Member> {
        let index = self.index.remove(&connection)?;
        let member = self.members.swap_remove(index);
        if let Some(moved) = self.members.get(index) {
            self.index.insert(moved.subscriber.connection(), index);
        }
        if member.presence.is_some() {
            self.present -= 1;
            if self.present == 0 {
                self.elsewhere.forget_all();
            }
            self.tell(Vec::new(), vec![connection], connection);
        }
        Some(member)
    }

    /// Hands the same delivery to everyone who is up to date.
    pub fn deliver(&self, delivery: &Delivery) {
        for member in self.members.iter().filter(|member| !member.catching_up) {
            member.subscriber.deliver(self.topic, delivery.clone());
        }
    }

    /// Hands each who is up to date what is meant for it, if anything is.
    pub fn deliver_each(&self, mut delivery: impl FnMut(AccountId, Audience) -> Option<Delivery>) {
        for member in self.members.iter().filter(|member| !member.catching_up && !self.muted) {
            let account = member.principal.account().unwrap_or(AccountId::NIL);
            if let Some(delivery) = delivery(account, member.audience) {
                member.subscriber.deliver(self.topic, delivery);
            }
        }
    }

    /// Hands the same to everyone, up to date or not.
    pub fn deliver_to_all(&self, delivery: &Delivery) {
        for member in &self.members {
            member.subscriber.deliver(self.topic, delivery.clone());
        }
    }

    /// Takes everyone off: they join again.
    pub fn send_away(&mut self) {
        self.deliver_to_all(&Delivery::Resync);
        let gone = self.members.iter().filter(|member| member.presence.is_some());
        let left: Vec<ConnectionId> = gone.map(|member| member.subscriber.connection()).collect();
        (self.members, self.index, self.present) = (Vec::new(), HashMap::new(), 0);
        self.elsewhere.forget_all();
        if !left.is_empty() {
            self.tell(Vec::new(), left, ConnectionId::NIL);
        }
    }

    /// From now on nobody is told who comes and goes.
    pub const fn mute(&mut self) {
        self.muted = true;
    }

    /// Ends the silence: everyone who takes part is told who is here now.
    pub fn reintroduce(&mut self) {
        self.muted = false;
        if self.present > 0 {
            let state = Delivery::PresenceState(Shared::new(ServerMessage::PresenceState(self.state())));
            for member in self.members.iter().filter(|member| member.presence.is_some()) {
                member.subscriber.deliver(self.topic, state.clone());
            }
        }
    }

    fn state(&self) -> PresenceState {
        let entries = self.members.iter().filter_map(Member::entry).chain(self.elsewhere.entries().cloned());
        PresenceState { topic: self.topic, entries: entries.take(self.entries_max).collect(), count: self.count() }
    }

    /// Everyone who takes part, here and elsewhere.
    fn count(&self) -> u32 {
        (self.present + self.elsewhere.count()) as u32
    }

    /// Says who is here to one that has just joined, and to the others that it came.
    pub fn introduce(&mut self, connection: ConnectionId) {
        let Some(member) = self.index.get(&connection).map(|index| &self.members[*index]) else { return };
        let Some(entry) = member.entry() else { return };
        let state = Shared::new(ServerMessage::PresenceState(self.state()));
        member.subscriber.deliver(self.topic, Delivery::PresenceState(state));
        self.tell(vec![entry], Vec::new(), connection);
        if self.present == 1 {
            self.ask_around();
        }
    }

    /// Changes what a connection says it is doing.
    pub fn update_presence(&mut self, connection: ConnectionId, meta: PresenceMeta) {
        let Some(member) = self.get_mut(connection) else { return };
        if member.presence.as_ref().is_none_or(|kept| *kept == meta) {
            return;
        }
        member.presence = Some(meta);
        let entry = member.entry();
        self.tell(entry.into_iter().collect(), Vec::new(), connection);
    }

    /// Tells everyone present but `except`, and the other nodes, of a change among those who are here.
    fn tell(&mut self, joined: Vec<PresenceEntry>, left: Vec<ConnectionId>, except: ConnectionId) {
        self.stamp.step += 1;
        let (stamp, count) = (self.stamp, self.present as u32);
        let crowd = self.present > self.entries_max;
        let (came, went) = if crowd { Default::default() } else { (joined.clone(), left.clone()) };
        self.words.push(Word::Diff { stamp, joined: came, left: went, count });
        self.show(joined, left, except);
    }

    /// Shows a change to everyone present but `except`. In a crowd only the count travels.
    fn show(&self, mut joined: Vec<PresenceEntry>, mut left: Vec<ConnectionId>, except: ConnectionId) {
        if self.count() as usize > self.entries_max {
            joined.clear();
            left.clear();
        }
        let diff = PresenceDiff { topic: self.topic, joined, left, count: self.count() };
        let delivery = Delivery::Presence(Shared::new(ServerMessage::PresenceDiff(diff)));
        self.deliver_to_others(&delivery, except);
    }

    /// Hands something short-lived to everyone present but the one it comes from.
    pub fn deliver_to_others(&self, delivery: &Delivery, except: ConnectionId) {
        if self.muted {
            return;
        }
        for member in self.members.iter().filter(|member| member.presence.is_some()) {
            if member.subscriber.connection() != except {
                member.subscriber.deliver(self.topic, delivery.clone());
            }
        }
    }

    /// A moment of somebody here, for the others here and elsewhere.
    pub fn moment(&mut self, moment: EphemeralBroadcast) {
        let from = moment.connection_id;
        self.words.push(Word::Moment(moment.clone()));
        self.deliver_to_others(&Delivery::Ephemeral(Shared::new(ServerMessage::Ephemeral(moment))), from);
    }

    /// Another node speaks. Nobody here who wants to know: then it is not kept.
    pub fn whispered(&mut self, node: Uuid, word: Word) {
        if self.present == 0 {
            return;
        }
        let change = match word {
            Word::Diff { stamp, joined, left, count } => self.elsewhere.diff(node, stamp, joined, &left, count),
            Word::Full { stamp, entries, count } => {
                self.asked = false;
                self.elsewhere.full(node, stamp, entries, count)
            }
            Word::Sum { stamp, count } => self.elsewhere.sum(node, stamp, count),
            Word::Ask => {
                let entries = self.members.iter().filter_map(Member::entry).take(self.entries_max).collect();
                self.words.push(Word::Full { stamp: self.stamp, entries, count: self.present as u32 });
                return;
            }
            Word::Moment(moment) => {
                let moment = EphemeralBroadcast { topic: self.topic, ..moment };
                let delivery = Delivery::Ephemeral(Shared::new(ServerMessage::Ephemeral(moment)));
                return self.deliver_to_others(&delivery, ConnectionId::NIL);
            }
        };
        self.take_in(change);
    }

    fn take_in(&mut self, Change { joined, left, ask }: Change) {
        if !joined.is_empty() || !left.is_empty() {
            self.show(joined, left, ConnectionId::NIL);
        }
        if ask && !self.asked {
            self.ask_around();
        }
    }

    /// Asks the other nodes who is there, if anybody here wants to know.
    pub fn ask_around(&mut self) {
        if self.present > 0 {
            self.asked = true;
            self.words.push(Word::Ask);
        }
    }

    pub fn node_gone(&mut self, node: Uuid) {
        let change = self.elsewhere.gone(node);
        self.take_in(change);
    }

    /// Now and then: says where the differences have come to, and lets go of nodes that say nothing any more.
    pub fn announce(&mut self) {
        self.asked = false;
        if self.present > 0 {
            self.words.push(Word::Sum { stamp: self.stamp, count: self.present as u32 });
            let change = self.elsewhere.tick();
            self.take_in(change);
        }
    }

    /// What the other nodes are to be told.
    pub fn take_words(&mut self, now: Micros) -> Vec<Word> {
        if self.words.is_empty() {
            return Vec::new();
        }
        if self.stamp.life == 0 {
            self.stamp.life = now;
        }
        let mut words = std::mem::take(&mut self.words);
        for word in &mut words {
            if let Word::Diff { stamp, .. } | Word::Full { stamp, .. } | Word::Sum { stamp, .. } = word {
                stamp.life = self.stamp.life;
            }
        }
        words
    }

    /// Every connection whose standing changed under `audience_of`, taken off and returned.
    pub fn take_changed(
        &mut self,
        audience_of: impl Fn(Principal) -> Option<Audience>,
    ) -> Vec<(Member, Option<Audience>)> {
        let changed: Vec<_> = self
            .members
            .iter()
            .filter_map(|member| {
                let now = audience_of(member.principal);
                (now != Some(member.audience)).then(|| (member.subscriber.connection(), now))
            })
            .collect();
        changed.into_iter().filter_map(|(connection, now)| Some((self.remove(connection)?, now))).collect()
    }
}

impl Drop for Subscribers {
    fn drop(&mut self) {
        for member in &self.members {
            member.subscriber.deliver(self.topic, Delivery::Resync);
        }
    }
}
