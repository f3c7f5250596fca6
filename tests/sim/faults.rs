//! What goes wrong while clients write, as the plan says: each kind of fault is a task of its own that waits and strikes.

use std::sync::{Arc, Mutex};

use lockstep::actors::{CommandRequest, Saw};
use lockstep_domain::Principal;
use lockstep_protocol::command::account::CloseSession;

use super::{
    executor::{MS, SECOND, Time, WORLD, lock},
    person::Person,
    world::World,
};

/// Starts every kind of fault that the plan has.
pub fn begin(world: &Arc<World>, people: &[Arc<Mutex<Person>>]) {
    let plan = world.plan.clone();
    every(world, plan.cuts, |world| world.cut_some_link());
    every(world, plan.clock_jumps, |world| {
        let index = world.sim.below(world.plan.nodes as u64) as usize;
        let micros = world.sim.below(4 * 3_600 * SECOND) as i64 - 2 * 3_600 * SECOND as i64;
        world.sim.trace(|| format!("fault: the clock of node {index} jumps by {} s", micros / 1_000_000));
        world.jump_clock(index, micros);
    });
    every(world, plan.poison, |world| {
        let topics = lock(&world.model).topics();
        if let Some(topic) = world.sim.pick(&topics) {
            lock(&world.model).poison(*topic);
        }
    });
    every(world, plan.epochs, |world| {
        world.sim.trace(|| "fault: the journal begins a new epoch");
        lock(&world.model).begin_epoch();
    });
    every(world, plan.hiccups, |world| world.bus.hiccup(world.sim.below(world.plan.nodes as u64) as usize));
    strike(world, plan.crashes, |world| async move {
        let index = world.sim.below(world.plan.nodes as u64) as usize;
        world.crash(index);
        world.sim.jitter(MS, 600 * MS).await;
        if !world.is_up(index) {
            world.start(index);
        }
    });
    strike(world, plan.journal_cuts, |world| async move {
        let index = world.sim.below(world.plan.nodes as u64) as usize;
        world.sim.trace(|| format!("fault: node {index} cannot reach the journal"));
        world.set_line(index, |line| line.cut = true);
        world.sim.jitter(50 * MS, 900 * MS).await;
        world.set_line(index, |line| line.cut = false);
    });
    let people = people.to_vec();
    strike(world, plan.sessions, move |world| {
        let person = world.sim.pick(&people).cloned();
        async move {
            if let Some(person) = person {
                close_session(&world, &person).await;
            }
        }
    });
}

fn every(world: &Arc<World>, period: Option<Time>, act: impl Fn(&World) + Send + Sync + 'static) {
    let act = Arc::new(act);
    strike(world, period, move |world| {
        let act = act.clone();
        async move { act(&world) }
    });
}

fn strike<F>(world: &Arc<World>, period: Option<Time>, act: impl Fn(Arc<World>) -> F + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(period) = period else { return };
    let world = world.clone();
    world.sim.clone().spawn(WORLD, async move {
        loop {
            world.sim.jitter(period / 4, period * 2).await;
            if world.calm.load(std::sync::atomic::Ordering::Relaxed) {
                return;
            }
            act(world.clone()).await;
        }
    });
}

/// Somebody logs out elsewhere: a session is closed, and what it asks from then on must have no effect.
async fn close_session(world: &Arc<World>, person: &Arc<Mutex<Person>>) {
    let (account, session_id) = {
        let person = lock(person);
        (person.account, person.session)
    };
    let Some(node) = world.some_node() else { return };
    world.sim.trace(|| format!("fault: a session of {account} is closed"));
    let request = CommandRequest {
        topic: account.into(),
        principal: Principal::System(account),
        session: None,
        key: None,
        body: CloseSession { session_id }.into(),
        saw: Saw::default(),
    };
    world.in_node(node, request).await;
}
