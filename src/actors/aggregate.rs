//! The actor around a shell: the only code that performs a shell's effects. One per live aggregate, whatever its kind.

use std::{collections::HashSet, marker::PhantomData, sync::Arc, time::Duration};

use bytes::Bytes;
use lockstep_domain::{Aggregate, account::Account, organization::Organization, team::Team};
use lockstep_protocol::{
    codes::{Code, Failure},
    frame::Acknowledged,
    ids::{OrgId, TeamId},
    position::Bookmark,
    topic::Topic,
    values::Micros,
};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::{Semaphore, watch};

use super::{
    directory::Directory,
    encode,
    facts::Facts,
    handle::{Handle, Kinded, Vitals},
    load,
    published::Published,
    shell::{Effect, Loaded, Message, Pending, Shell},
};
use crate::{
    bus::Whisper,
    store::journal::{Append, Head, JournalError, Snapshot},
};

/// How long a failed catch-up waits before the next try.
const RETRY: Duration = Duration::from_millis(250);

/// See the module.
pub struct AggregateActor<A>(pub(super) PhantomData<A>);

/// What it starts with.
pub struct Start<A: Aggregate> {
    pub topic: Topic,
    pub directory: Directory,
    pub loaded: Loaded<A>,
    pub vitals: Arc<Vitals>,
    pub permits: Arc<Semaphore>,
    /// Where the first reader of its state is handed out.
    pub reader: tokio::sync::oneshot::Sender<watch::Receiver<Arc<Published<A>>>>,
}

/// What it holds.
pub struct Running<A: Aggregate> {
    topic: Topic,
    shell: Shell<A>,
    directory: Directory,
    vitals: Arc<Vitals>,
    permits: Arc<Semaphore>,
    permits_max: usize,
}

impl<A: Kinded> Actor for AggregateActor<A> {
    type Msg = Message<A>;
    type State = Running<A>;
    type Arguments = Start<A>;

    async fn pre_start(
        &self,
        _myself: ActorRef<Message<A>>,
        start: Start<A>,
    ) -> Result<Running<A>, ActorProcessingErr> {
        let services = start.directory.services();
        let shared = !services.bus.alone();
        let shell = Shell::new(start.topic, services.limits.clone(), shared, start.loaded);
        start.vitals.set_bytes(shell.memory_bytes());
        // The loader that waits for it may have been cancelled; then the next one finds the actor by itself.
        let _ = start.reader.send(shell.reader());
        Ok(Running {
            topic: start.topic,
            shell,
            permits_max: services.limits.mailbox_permits_max,
            directory: start.directory,
            vitals: start.vitals,
            permits: start.permits,
        })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message<A>>,
        message: Message<A>,
        running: &mut Running<A>,
    ) -> Result<(), ActorProcessingErr> {
        let now = running.directory.services().clock.now();
        let spare = running.spare(&message);
        let mut effects = Vec::new();
        // Before anything is shown: whoever was paused for long wakes up with an old view.
        if !running.shell.is_stale() && running.directory.pulse().notice() {
            effects = running.shell.on(Message::Stale, now, false);
        }
        effects.extend(running.shell.on(message, now, spare));
        if spare && !effects.iter().any(|effect| matches!(effect, Effect::Stop)) {
            running.stay();
        }
        for effect in effects {
            running.perform(&myself, effect);
        }
        running.vitals.set_bytes(running.shell.memory_bytes());
        running.vitals.set_subscribers(running.shell.subscribers());
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _myself: ActorRef<Message<A>>,
        _event: ractor::SupervisionEvent,
        _running: &mut Running<A>,
    ) -> Result<(), ActorProcessingErr> {
        // It has no children; the crate's own answer would be to stop.
        Ok(())
    }
}

impl<A: Kinded> Running<A> {
    /// Asked to end: whether no command is on its way and nobody depends on it. If so no command gets a permit any more: one that
    /// came later would be lost.
    fn spare(&self, message: &Message<A>) -> bool {
        if !matches!(message, Message::Passivate(_)) || self.vitals.dependents() > 0 {
            return false;
        }
        self.vitals.set_leaving(true);
        match self.permits.try_acquire_many(self.permits_max as u32) {
            Ok(all) => {
                all.forget();
                true
            }
            Err(_) => {
                self.vitals.set_leaving(false);
                false
            }
        }
    }

    /// It stays after all.
    fn stay(&self) {
        if self.vitals.leaving() {
            self.permits.add_permits(self.permits_max);
            self.vitals.set_leaving(false);
        }
    }

    /// Starts what the shell asks for. Nothing here waits.
    fn perform(&self, myself: &ActorRef<Message<A>>, effect: Effect<A>) {
        let services = self.directory.services().clone();
        let (topic, myself, directory) = (self.topic, myself.clone(), self.directory.clone());
        let (journal, org) = (services.journal.clone(), self.shell.org());
        match effect {
            Effect::Append(append) => self.append(myself, append),
            Effect::Verify(guards) => spawn(async move {
                send(&myself, Message::Verified(load::head_and_guards(&journal, topic, guards).await));
            }),
            Effect::CatchUp { after } => spawn(async move {
                let events = load::read_all(&journal, topic, after).await;
                send(&myself, Message::CaughtUp(events));
            }),
            Effect::ReadWindow(client) => spawn(async move {
                let limit = services.limits.idempotency_window_max;
                let known = journal.known(topic, client.0, client.1, limit).await;
                send(&myself, Message::Window(client, known));
            }),
            Effect::LookUp(pending, bookmark) => spawn(look_up(directory, topic, pending, bookmark)),
            Effect::ReadForJoin { connection, after, limit } => spawn(async move {
                let events = journal.read(topic, after, limit).await;
                send(&myself, Message::JoinRead(connection, after, events));
            }),
            Effect::ReloadFacts { refresh, accounts } => {
                let (org, team) = self.shell.dependencies();
                spawn(async move {
                    for account in accounts.iter().filter(|facts| refresh.contains(&facts.account.0)) {
                        directory.refresh::<Account>(account.account.0).await;
                    }
                    let facts = load_facts(&directory, org, team, &refresh).await;
                    send(&myself, Message::Facts(facts));
                });
            }
            Effect::SaveSnapshot(published, head, last_at) => {
                let saving = save_snapshot(directory, topic, published, head, last_at);
                self.directory.saving().spawn(saving);
            }
            Effect::Publish(notice) => services.bus.publish(Arc::new(notice)),
            Effect::Beside(notice) => self.directory.tell_beside(notice),
            Effect::Whisper(org, word) => {
                if let Some(word) = encode::word(&word) {
                    services.bus.whisper(Arc::new(Whisper { org, stream: topic, word }));
                }
            }
            Effect::FactsChanged(org) => self.directory.facts_changed(org),
            Effect::ListsChanged(org, reach, position) => self.directory.lists_changed(org, (reach, position)),
            Effect::ListsLater(delay_ms) => later(myself, Duration::from_millis(delay_ms), Message::ListsDue),
            Effect::ProfileChanged(account, version) => self.directory.profile_changed(account, version),
            Effect::ProfilesLater(delay_ms) => later(myself, Duration::from_millis(delay_ms), Message::ProfilesDue),
            Effect::RetryLater => later(myself, RETRY, Message::Retry),
            Effect::LostHistory(seen) => spawn(async move {
                // What was erased with its organization is no loss.
                let dropped = matches!(journal.head(org.into()).await, Err(JournalError::Dropped(_)));
                if seen > 0
                    && !dropped
                    && let Err(error) = journal.raise_epoch(seen).await
                {
                    tracing::error!(%topic, %error, "cannot raise the epoch");
                }
                myself.stop(Some("the history was lost".to_owned()));
            }),
            Effect::Stop => myself.stop(None),
        }
    }

    /// Hands events to the journal, unless a node that runs would not understand them.
    fn append(&self, myself: ActorRef<Message<A>>, append: Append) {
        if !self.directory.understood(&append) {
            // One by one: those that need nothing new are not kept waiting.
            let commits: HashSet<_> =
                append.streams.iter().flat_map(|part| &part.events).map(|event| event.commit).collect();
            let refused = if commits.len() == 1 { JournalError::Unavailable } else { JournalError::Refused };
            let text = "a node that runs is too old for what would be written".into();
            return send(&myself, Message::Appended(Err(refused(text))));
        }
        let services = self.directory.services().clone();
        spawn(async move {
            let outcome = services.journal.append(append).await;
            services.committed.notify_one();
            send(&myself, Message::Appended(outcome));
        });
    }
}

fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(work);
}

fn later<A: Kinded>(actor: ActorRef<Message<A>>, delay: Duration, message: Message<A>) {
    spawn(async move {
        tokio::time::sleep(delay).await;
        send(&actor, message);
    });
}

fn send<A: Kinded>(actor: &ActorRef<Message<A>>, message: Message<A>) {
    // The actor may have ended meanwhile; what it asked for is then nobody's.
    let _ = actor.cast(message);
}

async fn look_up<A: Aggregate>(directory: Directory, topic: Topic, pending: Box<Pending<A>>, bookmark: Bookmark) {
    let Pending { reply, origin, principal, permit, .. } = *pending;
    let (Some(origin), Some(account)) = (origin, principal.account()) else { return };
    let known = directory.services().journal.known_one(topic, account, origin.client_id, origin.client_seq).await;
    let answer = match known {
        Ok(Some(known)) if known.origin.body_hash == origin.body_hash => {
            Ok(Acknowledged::new(bookmark.epoch, known.seq, Some(known.position)))
        }
        Ok(Some(_)) => Err(Failure::new(Code::IdempotencyMismatch)),
        Ok(None) => Err(Failure::new(Code::TooOld)),
        Err(error) => Err(super::shell::failure(&error)),
    };
    let _ = reply.send(answer);
    drop(permit);
}

/// Organization and team, live, those in `refresh` caught up. What is not there is named by the field that a command names it with.
pub async fn load_facts(
    directory: &Directory,
    org: Option<OrgId>,
    team: Option<TeamId>,
    refresh: &[uuid::Uuid],
) -> Result<Facts, Failure> {
    let mut facts = Facts::default();
    if let Some(org) = org {
        if refresh.contains(&org.0) {
            directory.refresh::<Organization>(org.0).await;
        }
        let handle = directory.handle::<Organization>(org.0).await.map_err(|failure| named(failure, "org_id"))?;
        facts.org = Some(handle.source());
    }
    if let Some(team) = team {
        if refresh.contains(&team.0) {
            directory.refresh::<Team>(team.0).await;
        }
        let handle = directory.handle::<Team>(team.0).await.map_err(|failure| named(failure, "team_id"))?;
        facts.team = Some(handle.source());
    }
    Ok(facts)
}

fn named(failure: Failure, field: &str) -> Failure {
    if failure.code == Code::NotFound { failure.field(field) } else { failure }
}

async fn save_snapshot<A: Aggregate>(
    directory: Directory,
    topic: Topic,
    published: Arc<Published<A>>,
    head: Head,
    last_at: Micros,
) {
    let bytes = match rmp_serde::to_vec_named(&load::StoredRef { last_at, state: &published.state }) {
        Ok(bytes) => Bytes::from(bytes),
        Err(error) => return tracing::error!(%topic, %error, "a snapshot did not encode"),
    };
    let snapshot = Snapshot {
        stream: topic,
        seq: head.version,
        hash: head.hash,
        epoch: head.epoch,
        state_version: A::STATE_VERSION,
        bytes,
    };
    // A snapshot only spares time: without it the next load reads more events.
    if let Err(error) = directory.services().journal.save_snapshot(snapshot).await {
        tracing::warn!(%topic, %error, "a snapshot was not stored");
    }
}

impl<A: Kinded> Handle<A> {
    /// Its published state as facts for others; it stays live while they are held.
    pub fn source(self: &Arc<Self>) -> super::facts::Source<A> {
        super::facts::Source::new(self.topic.id, self.reader.clone(), Box::new(self.vitals.depend()))
    }
}
