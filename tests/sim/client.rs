//! The loop around a simulated client: connects to some node, reads as fast or as slowly as it does, acts now and then, and
//! comes back after every break.

use std::sync::{Arc, Mutex};

use super::{
    connection::{Connection, Link},
    executor::{MS, Time, lock},
    person::Person,
    pipe::Pipe,
    wire,
    world::World,
};

/// Runs for as long as the world does.
pub async fn live(world: Arc<World>, person: Arc<Mutex<Person>>) {
    loop {
        if let Some(link) = connect(&world, &person) {
            stay(&world, &person, &link).await;
            lock(&person).disconnected();
            world.unlink(&link);
        }
        let logged_out = lock(&person).logged_out;
        if logged_out {
            world.log_in(&person).await;
        }
        if !lock(&person).calm && world.sim.chance(400) {
            world.take_in(&person).await;
        }
        let most = if lock(&person).calm { 40 * MS } else { 400 * MS };
        world.sim.jitter(5 * MS, most).await;
    }
}

fn connect(world: &Arc<World>, person: &Arc<Mutex<Person>>) -> Option<Link> {
    let node = world.some_node()?;
    let room = world.sim.between(1, 8) as usize;
    let latency = (MS / 5, world.sim.between(MS, 20 * MS));
    let link = Link { up: Pipe::new(&world.sim, 64, latency), down: Pipe::new(&world.sim, room, latency) };
    Connection::accept(&node, link.clone());
    world.link(node.index, link.clone());
    let mut person = lock(person);
    world.sim.trace(|| format!("client {}: connects to node {}", person.account, node.index));
    person.connected(link.clone());
    Some(link)
}

async fn stay(world: &Arc<World>, person: &Arc<Mutex<Person>>, link: &Link) {
    let mut act_at = world.sim.now();
    loop {
        let read = tokio::select! {
            biased;
            read = link.down.read() => Some(read),
            () = world.sim.until(act_at) => None,
        };
        match read {
            Some(None) => return,
            Some(Some((written_at, (codec, frame)))) => {
                let messages = wire::messages(codec, &frame);
                read_slowly(world, person).await;
                for message in messages {
                    let mut person = lock(person);
                    person.on_message(message, written_at);
                }
            }
            None => {
                let mut person = lock(person);
                if link.up.is_closed() || !person.act() {
                    return;
                }
                act_at = world.sim.now() + person.pause();
            }
        }
    }
}

async fn read_slowly(world: &World, person: &Arc<Mutex<Person>>) {
    let calm = lock(person).calm;
    if !calm && world.sim.chance(world.plan.slow_reads) {
        world.note_slow(person);
        let nap: Time = world.sim.between(50 * MS, 900 * MS);
        world.sim.pause_for(nap).await;
    }
}
