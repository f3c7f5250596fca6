//! One seed from its first event to rest: founded in peace, afflicted while clients write, healed, awaited, judged.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use super::{
    check, client,
    executor::{Anomaly, MS, SECOND, Sim, WORLD, lock},
    faults,
    person::Person,
    plan::Plan,
    world::{Cast, World},
};

/// How long after the last fault everything must be at rest.
const REST: u64 = 30 * SECOND;

/// What a sound run did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub answered: u64,
    pub acknowledged: u64,
    pub events: u64,
}

/// Runs a seed.
pub fn run(seed: u64, traced: bool) -> Result<Figures, Anomaly> {
    let sim = Sim::new(seed, traced);
    let ran = catch_unwind(AssertUnwindSafe(|| play(&sim)));
    sim.end();
    let figures = ran.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        sim.anomaly("panic", || said.unwrap_or_default());
        Figures::default()
    });
    match sim.found() {
        Some(anomaly) => Err(anomaly),
        None => Ok(figures),
    }
}

fn play(sim: &Sim) -> Figures {
    let plan = Plan::draw(sim);
    sim.trace(|| format!("{plan:?}"));
    let world = World::new(sim, plan);
    for index in 0..world.plan.nodes {
        world.start(index);
    }
    let people = cast(&world);
    let figures = if sim.found().is_none() { act(&world, &people) } else { Figures::default() };
    people.iter().for_each(|person| lock(person).link = None);
    figures
}

fn cast(world: &Arc<World>) -> Vec<Arc<Mutex<Person>>> {
    let sim = &world.sim;
    let founded: Arc<Mutex<Option<Cast>>> = Arc::default();
    sim.spawn(WORLD, {
        let (world, founded) = (world.clone(), founded.clone());
        async move {
            let cast = world.found().await;
            *lock(&founded) = Some(cast);
        }
    });
    for _ in 0..200 {
        sim.run_until(sim.now() + 50 * MS);
        if lock(&founded).is_some() {
            break;
        }
    }
    let Some(cast) = lock(&founded).take() else {
        sim.anomaly("deadlock", || "the world was never founded".to_owned());
        return Vec::new();
    };
    let accounts: Vec<_> = cast.people.iter().map(|(account, _)| *account).collect();
    let person = |who: &(_, _)| {
        Arc::new(Mutex::new(Person::new(sim, &world.model, *who, &cast.topics, &accounts, world.plan.habits)))
    };
    let mut people: Vec<_> = cast.people.iter().map(person).collect();
    // Somebody has two clients.
    people.push(person(sim.pick(&cast.people).expect("there are people")));
    people
}

fn act(world: &Arc<World>, people: &[Arc<Mutex<Person>>]) -> Figures {
    let sim = &world.sim;
    world.afflict();
    for person in people {
        sim.spawn(WORLD, client::live(world.clone(), person.clone()));
    }
    faults::begin(world, people);
    let end = sim.now() + world.plan.active;
    watch(world, people, end);
    world.heal();
    people.iter().for_each(|person| lock(person).calm = true);
    let limit = sim.now() + REST;
    while check::quiet(world, people).is_err() && sim.now() < limit && sim.found().is_none() {
        watch(world, people, sim.now() + 300 * MS);
    }
    if let Err(what) = check::quiet(world, people) {
        sim.anomaly("deadlock", || what);
    }
    // A scan later every replica has what there is, whether or not anybody looks at it.
    watch(world, people, sim.now() + 1_200 * MS);
    check::converged(world, people);
    sim.spawn(WORLD, check::loads(world.clone()));
    watch(world, people, sim.now() + SECOND);
    if !world.has_loaded() {
        sim.anomaly("deadlock", || "the loads at the end never ended".to_owned());
    }
    let model = lock(&world.model);
    let events = model.truth.streams.values().map(|history| history.head()).sum();
    Figures { answered: model.ledger.answered, acknowledged: model.ledger.acknowledged, events }
}

/// Runs, and looks now and then whether anybody is further behind than promised.
fn watch(world: &World, people: &[Arc<Mutex<Person>>], end: u64) {
    let sim = &world.sim;
    while sim.now() < end && sim.found().is_none() {
        sim.run_until((sim.now() + 100 * MS).min(end));
        let model = lock(&world.model);
        for person in people {
            check::staleness(world, &model, &lock(person), sim.now());
        }
    }
}
