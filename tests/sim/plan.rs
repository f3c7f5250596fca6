//! What a seed is made of: how many of everything, which faults and how often, and which limits. Each seed has only some of the
//! faults, so that each is also seen alone (what is always there can hide what it causes).

use lockstep_protocol::limits::Limits;

use super::{
    bus::Manners,
    executor::{MS, SECOND, Sim, Time},
    person::Habits,
    remote::Line,
};

/// See the module.
#[derive(Clone, Debug)]
pub struct Plan {
    pub nodes: usize,
    pub boards: usize,
    pub people: usize,
    pub habits: Habits,
    /// How long clients write.
    pub active: Time,
    pub bus: Manners,
    pub line: Line,
    /// Between two faults of a kind, about; none: never.
    pub crashes: Option<Time>,
    pub cuts: Option<Time>,
    pub clock_jumps: Option<Time>,
    pub poison: Option<Time>,
    pub sessions: Option<Time>,
    pub journal_cuts: Option<Time>,
    pub epochs: Option<Time>,
    pub hiccups: Option<Time>,
    pub passivates: bool,
    /// Of a thousand reads of a client: slept over.
    pub slow_reads: u64,
    pub limits: Limits,
}

impl Plan {
    pub fn draw(sim: &Sim) -> Self {
        let sometimes = |permille: u64, most: u64| if sim.chance(permille) { sim.between(1, most) } else { 0 };
        let every = |permille: u64, least: Time, most: Time| sim.chance(permille).then(|| sim.between(least, most));
        let bus = Manners {
            lost: sometimes(400, 500),
            doubled: sometimes(400, 300),
            late: sometimes(400, 500),
            spoiled: sometimes(150, 200),
            dead: sim.chance(120),
        };
        let line = Line {
            refused: sometimes(200, 60),
            unknown: sometimes(350, 120),
            slow: sometimes(250, 100),
            ..Line::default()
        };
        let habits = Habits {
            access: sometimes(650, 200),
            rejoin: sometimes(400, 60),
            hang_up: sometimes(400, 30),
            repeat: sometimes(500, 120),
            commands: sim.between(3, 14),
            pause: sim.between(10 * MS, 250 * MS),
        };
        Self {
            nodes: [1, 2, 2, 3, 3][sim.below(5) as usize],
            boards: sim.between(1, 2) as usize,
            people: sim.between(2, 4) as usize,
            habits,
            active: sim.between(SECOND, 4 * SECOND),
            bus,
            line,
            crashes: every(400, 200 * MS, 2 * SECOND),
            cuts: every(350, 100 * MS, SECOND),
            clock_jumps: every(300, 200 * MS, SECOND),
            poison: every(250, 200 * MS, SECOND),
            sessions: every(300, 300 * MS, 2 * SECOND),
            journal_cuts: every(150, 500 * MS, 2 * SECOND),
            epochs: every(150, 600 * MS, 3 * SECOND),
            hiccups: every(150, 300 * MS, SECOND),
            passivates: sim.chance(300),
            slow_reads: sometimes(250, 300),
            limits: limits(sim),
        }
    }
}

/// Small ones, so that a short run meets them.
fn limits(sim: &Sim) -> Limits {
    let any = |values: &[usize]| values[sim.below(values.len() as u64) as usize];
    // A small outbox goes with a small ring: what a join is answered with must fit, or it never ends.
    let small = sim.chance(350);
    Limits {
        ring_events_max: if small { any(&[1, 4]) } else { any(&[1, 4, 16, 500]) },
        resume_events_max: any(&[3, 12, 5_000]),
        snapshot_events_max: any(&[2, 7, 20, 300]) as u64,
        idempotency_window_max: any(&[1, 2, 4, 1_024]),
        idempotency_clients_max: any(&[1, 2, 1_024]),
        append_commands_max: any(&[1, 3, 128]),
        mailbox_permits_max: any(&[2, 16, 256]),
        snapshot_part_bytes_max: any(&[1_200, 4_000, 256 * 1_024]),
        compress_bytes_min: any(&[600, 4 * 1_024]),
        outbox_bytes_max: if small { any(&[16 * 1_024, 40 * 1_024]) } else { 1_024 * 1_024 },
        outbox_messages_max: if small { any(&[24, 64]) } else { 1_024 },
        slow_timeout_ms: 2_000,
        commands_per_second_max: 200,
        commands_burst_max: 400,
        heads_interval_ms: 700,
        ..Limits::default()
    }
}
