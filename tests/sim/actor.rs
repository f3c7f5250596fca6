//! The shell's surroundings on a simulated node: its mailbox, and what performs its effects. It mirrors `actors::aggregate` without the
//! actor crate; the shell itself is the server's own.

use std::sync::{Arc, atomic::Ordering};

use bytes::Bytes;
use lockstep::{
    actors::{
        Published,
        simulated::{Effect, Facts, Message, Pending, Shell, Source, StoredRef, failure, head_and_guards, read_all},
    },
    store::journal::{Head, Snapshot},
};
use lockstep_domain::{Aggregate, account::Account, organization::Organization, team::Team};
use lockstep_protocol::{
    codes::{Code, Failure},
    frame::Acknowledged,
    ids::{OrgId, TeamId},
    position::Bookmark,
    topic::Topic,
    values::Micros,
};
use tokio::sync::{Notify, Semaphore, mpsc};

use super::{
    executor::MS,
    handle::{Handle, Kinded, Vitals},
    node::Node,
    words,
};

/// How long a failed catch-up waits before the next try, as in the server.
const RETRY: u64 = 250 * MS;

/// One live aggregate.
pub struct Running<A: Aggregate> {
    pub node: Arc<Node>,
    pub topic: Topic,
    pub shell: Shell<A>,
    pub mailbox: mpsc::Receiver<Message<A>>,
    pub sender: mpsc::Sender<Message<A>>,
    pub vitals: Arc<Vitals>,
    pub permits: Arc<Semaphore>,
    /// Ends it before what waits in the mailbox.
    pub stop: Arc<Notify>,
}

impl<A: Kinded> Running<A> {
    /// Takes message after message until it ends; what is then left in the mailbox is dropped, as a stopped actor does.
    pub async fn run(mut self) {
        let stop = self.stop.clone();
        loop {
            let message = tokio::select! {
                biased;
                () = stop.notified() => None,
                message = self.mailbox.recv() => message,
            };
            let Some(message) = message else { break };
            // A turn on a busy machine takes its time.
            self.node.sim.jitter(1, MS / 4).await;
            if !self.turn(message) {
                break;
            }
        }
        self.node.sim.trace(|| format!("node {}: {} ended", self.node.index, self.topic));
        self.node.forget(self.topic, &self.vitals);
    }

    fn turn(&mut self, message: Message<A>) -> bool {
        let spare = self.spare(&message);
        let (sim, index, topic) = (&self.node.sim, self.node.index, self.topic);
        sim.trace(|| format!("  node {index} {topic}: {}", words::message(&message)));
        let mut effects = Vec::new();
        // Before anything is shown: whoever was paused for long wakes up with an old view.
        if !self.shell.is_stale() && self.node.pulse.notice() {
            effects = self.shell.on(Message::Stale, self.node.wall(), false);
        }
        effects.extend(self.shell.on(message, self.node.wall(), spare));
        for effect in &effects {
            sim.trace(|| format!("  node {index} {topic}: → {}", words::effect(effect)));
        }
        let stops = effects.iter().any(|effect| matches!(effect, Effect::Stop));
        if spare && !stops {
            self.permits.add_permits(self.node.limits.mailbox_permits_max);
            self.vitals.leaving.store(false, Ordering::Relaxed);
        }
        self.vitals.subscribers.store(self.shell.subscribers(), Ordering::Relaxed);
        let mut goes_on = true;
        for effect in effects {
            goes_on &= self.perform(effect);
        }
        goes_on
    }

    fn spare(&self, message: &Message<A>) -> bool {
        if !matches!(message, Message::Passivate(_)) || self.vitals.dependents() > 0 {
            return false;
        }
        self.vitals.leaving.store(true, Ordering::Relaxed);
        match self.permits.try_acquire_many(self.node.limits.mailbox_permits_max as u32) {
            Ok(all) => {
                all.forget();
                true
            }
            Err(_) => {
                self.vitals.leaving.store(false, Ordering::Relaxed);
                false
            }
        }
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.node.sim.spawn(self.node.group, work);
    }

    /// Does what the shell asks for; false when that is to end.
    fn perform(&self, effect: Effect<A>) -> bool {
        let (topic, node, journal) = (self.topic, self.node.clone(), self.node.journal.clone());
        let tell = Tell { sender: self.sender.clone(), node: node.clone() };
        match effect {
            Effect::Append(append) => {
                self.spawn(async move { tell.say(Message::Appended(journal.append(append).await)) })
            }
            Effect::Verify(guards) => self.spawn(async move {
                tell.say(Message::Verified(head_and_guards(&journal, topic, guards).await));
            }),
            Effect::CatchUp { after } => {
                self.spawn(async move { tell.say(Message::CaughtUp(read_all(&journal, topic, after).await)) });
            }
            Effect::ReadWindow(client) => self.spawn(async move {
                let limit = node.limits.idempotency_window_max;
                tell.say(Message::Window(client, journal.known(topic, client.0, client.1, limit).await));
            }),
            Effect::LookUp(pending, bookmark) => self.spawn(look_up(node, topic, pending, bookmark)),
            Effect::ReadForJoin { connection, after, limit } => self.spawn(async move {
                tell.say(Message::JoinRead(connection, after, journal.read(topic, after, limit).await));
            }),
            Effect::ReloadFacts { refresh, accounts } => {
                let (org, team) = self.shell.dependencies();
                self.spawn(async move {
                    for account in accounts.iter().filter(|facts| refresh.contains(&facts.account.0)) {
                        node.refresh::<Account>(account.account.0).await;
                    }
                    tell.say(Message::Facts(load_facts(&node, org, team, &refresh).await));
                });
            }
            Effect::SaveSnapshot(published, head, last_at) => {
                self.spawn(save_snapshot(node, topic, published, head, last_at));
            }
            Effect::Publish(notice) => node.bus.publish(node.index, &notice),
            Effect::Beside(notice) => {
                if let Some(slot) = node.slot(notice.stream) {
                    slot.tell(|missed| missed.behind(notice.last), |handle| handle.behind(notice.last));
                }
                node.bus.publish(node.index, &notice);
            }
            Effect::FactsChanged(org) => node.facts_changed(org),
            Effect::ListsChanged(org, reach, position) => node.lists_changed(org, Some((reach, position))),
            Effect::ListsLater(delay_ms) => self.spawn(async move {
                node.sim.pause_for(delay_ms * MS).await;
                tell.say(Message::ListsDue);
            }),
            // Names are of nobody here.
            Effect::ProfileChanged(..) | Effect::ProfilesLater(_) => {}
            // Who is present elsewhere may be lost, and here always is.
            Effect::Whisper(..) => {}
            Effect::RetryLater => self.spawn(async move {
                node.sim.pause_for(RETRY).await;
                tell.say(Message::Retry);
            }),
            Effect::LostHistory(seen) => {
                let stop = self.stop.clone();
                self.spawn(async move {
                    if seen > 0 {
                        let _ = journal.raise_epoch(seen).await;
                    }
                    stop.notify_one();
                });
            }
            Effect::Stop => return false,
        }
        true
    }
}

/// The way back to the shell.
struct Tell<A: Aggregate> {
    sender: mpsc::Sender<Message<A>>,
    node: Arc<Node>,
}

impl<A: Aggregate> Tell<A> {
    fn say(&self, message: Message<A>) {
        // Ended: what it asked for is nobody's. Full: a bound of the server's would be broken.
        if let Err(mpsc::error::TrySendError::Full(_)) = self.sender.try_send(message) {
            self.node
                .sim
                .anomaly("unbounded-buffer", || "a mailbox holds more than permits and subscribers allow".into());
        }
    }
}

async fn look_up<A: Aggregate>(node: Arc<Node>, topic: Topic, pending: Box<Pending<A>>, bookmark: Bookmark) {
    let Pending { reply, origin, principal, permit, .. } = *pending;
    let (Some(origin), Some(account)) = (origin, principal.account()) else { return };
    let answer = match node.journal.known_one(topic, account, origin.client_id, origin.client_seq).await {
        Ok(Some(known)) if known.origin.body_hash == origin.body_hash => {
            Ok(Acknowledged::new(bookmark.epoch, known.seq, Some(known.position)))
        }
        Ok(Some(_)) => Err(Failure::new(Code::IdempotencyMismatch)),
        Ok(None) => Err(Failure::new(Code::TooOld)),
        Err(error) => Err(failure(&error)),
    };
    let _ = reply.send(answer);
    drop(permit);
}

/// Organization and team, live, those in `refresh` caught up.
pub async fn load_facts(
    node: &Arc<Node>,
    org: Option<OrgId>,
    team: Option<TeamId>,
    refresh: &[uuid::Uuid],
) -> Result<Facts, Failure> {
    let mut facts = Facts::default();
    if let Some(org) = org {
        if refresh.contains(&org.0) {
            node.refresh::<Organization>(org.0).await;
        }
        facts.org = Some(source(&node.handle::<Organization>(org.0).await?));
    }
    if let Some(team) = team {
        if refresh.contains(&team.0) {
            node.refresh::<Team>(team.0).await;
        }
        facts.team = Some(source(&node.handle::<Team>(team.0).await?));
    }
    Ok(facts)
}

fn source<A: Kinded>(handle: &Arc<Handle<A>>) -> Source<A> {
    Source::new(handle.topic.id, handle.reader.clone(), Box::new(handle.vitals.depend()))
}

async fn save_snapshot<A: Aggregate>(
    node: Arc<Node>,
    topic: Topic,
    published: Arc<Published<A>>,
    head: Head,
    last_at: Micros,
) {
    let bytes = rmp_serde::to_vec_named(&StoredRef { last_at, state: &published.state }).expect("a state encodes");
    let snapshot = Snapshot {
        stream: topic,
        seq: head.version,
        hash: head.hash,
        epoch: head.epoch,
        state_version: A::STATE_VERSION,
        bytes: Bytes::from(bytes),
    };
    // Without it the next load reads more events.
    let _ = node.journal.save_snapshot(snapshot).await;
}
