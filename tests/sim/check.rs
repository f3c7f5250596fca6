//! What must hold at the end, when every fault has healed and nothing is asked any more; and what must hold at any time of who sees what
//! and how late.

use std::sync::{Arc, Mutex};

use lockstep::actors::simulated::load;
use lockstep_domain::{Aggregate, board::Board, organization::Organization};
use lockstep_protocol::{
    frame::Events,
    ids::AccountId,
    topic::{Kind, Topic},
    values::Audience,
};

use super::{
    executor::{MS, SECOND, Sim, Time, lock},
    handle::AnyHandle,
    journal::Model,
    person::Person,
    truth::Fold,
    view::Phase,
    world::World,
};

/// How late an event may be written to one who lost access, with the bus or without: G10, plus what one scan and its reads take.
const LEAK: Time = 2 * SECOND;
/// How far a client on a sound node may be behind a commit: G9.
const STALE: Time = SECOND;
/// Latency of the last hop, which the promise does not count.
const HOP: Time = 60 * MS;

/// An event arrived at somebody: could they see the topic within the time that a node may take to learn that they cannot?
pub fn leak(model: &Model, sim: &Sim, account: AccountId, events: &Events, written_at: Time) {
    let topic = events.topic;
    let from = written_at.saturating_sub(LEAK);
    // While access is changing, a node may put the facts of one moment beside those of another.
    if model.excused(written_at) || model.truth.access_changed_at() >= from {
        return;
    }
    if !model.truth.saw_between(account, topic, from, written_at) {
        sim.anomaly("leak-after-revoke", || {
            format!("{account} was sent {} of {topic} written at {written_at}, without access since {from}", events.seq)
        });
    }
}

/// Nobody on a sound node is further behind than promised.
pub fn staleness(world: &World, model: &Model, person: &Person, now: Time) {
    let Some(since) = world.sound_since(person) else { return };
    let horizon = now.saturating_sub(STALE + HOP);
    for view in person.views.values().filter(|view| view.phase == Phase::Live) {
        let (Some(held), Some(history)) = (view.bookmark, model.truth.history(view.topic)) else { continue };
        let seeing = model.truth.seeing_since(person.account, view.topic);
        let steady = since.max(view.live_since).max(seeing.unwrap_or(now));
        let due = history.head_at(horizon);
        if steady + STALE + HOP < now && held.seq < due {
            world.sim.anomaly("realtime-lag", || {
                format!(
                    "{} is at {} of {}, where {due} was committed before {horizon}",
                    person.account, held.seq, view.topic
                )
            });
        }
    }
}

/// Whether nothing is owed to anybody.
pub fn quiet(world: &World, people: &[Arc<Mutex<Person>>]) -> Result<(), String> {
    let model = lock(&world.model);
    for person in people {
        let person = lock(person);
        if !person.welcome || !person.queue.is_empty() {
            return Err(format!("{}: welcome {}, owed {}", person.account, person.welcome, person.queue.len()));
        }
        for view in person.views.values() {
            let sees = model.truth.sees(person.account, view.topic);
            let head = model.truth.history(view.topic).map_or(0, |history| history.head());
            let well = match view.phase {
                Phase::Live => sees && view.bookmark.is_some_and(|held| held.seq == head),
                Phase::Closed | Phase::Joining => !sees,
                _ => false,
            };
            if !well {
                return Err(format!(
                    "{} on {}: {:?} at {:?}, the journal at {head}, may see it: {sees}",
                    person.account, view.topic, view.phase, view.bookmark
                ));
            }
        }
    }
    Ok(())
}

/// Every view and every replica is the fold of the journal, and what is stored folds to the same.
pub fn converged(world: &World, people: &[Arc<Mutex<Person>>]) {
    let model = lock(&world.model);
    model.ledger.settle(&world.sim, &model.truth);
    model.verify_chain();
    for person in people {
        let person = lock(person);
        for view in person.views.values().filter(|view| view.phase == Phase::Live) {
            let Some(history) = model.truth.history(view.topic) else { continue };
            if !view.fold.shows(history.now()) {
                let what = view.fold.differences(history.now());
                world.sim.anomaly("not-converged", || format!("{} on {}: {what}", person.account, view.topic));
            }
        }
    }
    for node in world.nodes() {
        for (topic, _, handle) in node.all_live() {
            let head = model.truth.history(topic).map_or(0, |history| history.head());
            let at = handle.bookmark().seq;
            let fold = replica(&handle, topic);
            let equal =
                fold.is_none_or(|fold| model.truth.history(topic).is_some_and(|history| fold == *history.now()));
            if at != head || !equal {
                world.sim.anomaly("not-converged", || {
                    format!("node {} holds {topic} at {at}, equal: {equal}; the journal is at {head}", node.index)
                });
            }
        }
    }
}

fn replica(handle: &AnyHandle, topic: Topic) -> Option<Fold> {
    match handle {
        AnyHandle::Board(handle) => Some(seen(&handle.reader.borrow().state, topic)),
        AnyHandle::Organization(handle) => Some(seen(&handle.reader.borrow().state, topic)),
        _ => None,
    }
}

fn seen<A: Aggregate>(state: &A, topic: Topic) -> Fold {
    let mut fold = Fold::empty(topic);
    for (part, view) in (0..).zip(state.view(topic.id, Audience::Member, usize::MAX / 2)) {
        fold.take(part, view);
    }
    fold
}

/// A load from what is stored, snapshots included, is the fold of the journal.
pub async fn loads(world: Arc<World>) {
    let (journal, topics) = (world.sound_journal(), lock(&world.model).topics());
    for topic in topics {
        let fold = match topic.kind {
            Kind::Board => load::<Board>(&journal, topic).await.map(|loaded| seen(&loaded.published.state, topic)),
            Kind::Organization => {
                load::<Organization>(&journal, topic).await.map(|loaded| seen(&loaded.published.state, topic))
            }
            _ => continue,
        };
        let model = lock(&world.model);
        let truth = model.truth.history(topic).map(|history| history.now());
        if fold.as_ref().ok() != truth {
            world.sim.anomaly("wrong-state", || format!("{topic} loads as something else: {fold:?}"));
        }
    }
    world.loaded();
}
