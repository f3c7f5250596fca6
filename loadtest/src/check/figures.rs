//! How long things took: distributions, beside the faults that were on at the time. One of them is a promise: what only the bus delays
//! is seen within the bound.

use std::{collections::HashMap, fmt, time::Duration};

use lockstep_protocol::topic::Topic;
use serde::Serialize;

use super::{
    Bounds, Findings, Kind,
    index::{Client, Index},
};
use crate::{
    figures::Latency,
    history::{Fault, FaultKind, Moment, Record},
};

/// How long after a fault its effects may still be felt: connections move, states are loaded.
const SETTLING: Moment = 5_000_000;
/// A connection lost this soon after a node was killed was lost by that.
const LOST_BY_KILL: Moment = 1_500_000;

#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    pub clients: usize,
    pub commands: u64,
    /// Acknowledged with an effect, each command once.
    pub acknowledged: u64,
    pub attempts: u64,
    pub unknown: u64,
    pub rejected: u64,
    pub events: u64,
    pub observed: u64,
    pub reads: u64,
    pub seconds: f64,
    /// From the first sending of a command to its acknowledgement, retries included.
    pub ack: Latency,
    pub ack_quiet: Latency,
    /// From an acknowledgement to the event's arrival at each connected client.
    pub lag_quiet: Latency,
    pub lag_bus_broken: Latency,
    pub lag_faults: Latency,
    /// From the loss of a connection by the kill of its node until all topics are joined again.
    pub live_again: Latency,
    /// The same for every loss.
    pub live_again_any: Latency,
    /// Until all held the same, from the last fault healed and the last command answered.
    pub converged: Latency,
}

/// What was broken at a moment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weather {
    Quiet,
    /// Nothing but the bus.
    BusBroken,
    Faults,
}

fn weather(faults: &[Fault], client: u32, from: Moment, until: Moment) -> Weather {
    let mut weather = Weather::Quiet;
    for fault in faults.iter().filter(|fault| fault.from <= until && from <= fault.until + SETTLING) {
        let of_one = matches!(fault.kind, FaultKind::Slow | FaultKind::Halfopen);
        if fault.kind.keeps_the_bound() {
            weather = Weather::BusBroken;
        } else if !of_one || fault.what.split(' ').any(|word| word.parse() == Ok(client)) {
            return Weather::Faults;
        }
    }
    weather
}

pub fn measure(index: &Index<'_>, bounds: Bounds, findings: &mut Findings) -> Figures {
    let mut figures = Figures { clients: index.clients.len(), ..Figures::default() };
    figures.events = index.history.journal.streams.values().map(|rows| rows.len() as u64).sum();
    figures.seconds = index.history.run.finished_at as f64 / 1e6;
    let faults = &index.history.run.faults;
    for command in index.commands.values() {
        figures.commands += 1;
        for attempt in &command.attempts {
            figures.attempts += 1;
            figures.unknown += u64::from(attempt.is_unknown());
            figures.rejected += u64::from(attempt.rejected().is_some());
        }
        if let Some((at, ..)) = command.acknowledged() {
            let from = command.first_invoked_at();
            figures.acknowledged += 1;
            // Asked again later of a state in which it was allowed: that is no waiting.
            if command.own().any(|attempt| attempt.rejected().is_some_and(|(_, _, temporary)| !temporary)) {
                continue;
            }
            figures.ack.record(micros(at.saturating_sub(from)));
            if weather(faults, u32::MAX, from, at) == Weather::Quiet {
                figures.ack_quiet.record(micros(at.saturating_sub(from)));
            }
        }
    }
    for client in &index.clients {
        lags(index, client, bounds, &mut figures, findings);
        losses(client, faults, &mut figures);
    }
    figures
}

fn micros(moment: Moment) -> Duration {
    Duration::from_micros(moment)
}

fn lags(index: &Index<'_>, client: &Client<'_>, bounds: Bounds, figures: &mut Figures, findings: &mut Findings) {
    let faults = &index.history.run.faults;
    let mut joined_at: HashMap<Topic, Moment> = HashMap::new();
    for record in client.records {
        match record {
            Record::Joined { at, topic, .. } => {
                joined_at.insert(*topic, *at);
            }
            Record::Lost { .. } => joined_at.clear(),
            Record::Events { at, topic, hashes, .. } => {
                figures.observed += hashes.len() as u64;
                let Some(since) = joined_at.get(topic) else { continue };
                for (seq, _) in hashes {
                    let Some(acknowledged) = index.acknowledged_at.get(&(*topic, *seq)) else { continue };
                    // What was acknowledged before the join came by the join, however long the client was away.
                    if acknowledged < since {
                        continue;
                    }
                    let lag = at.saturating_sub(*acknowledged);
                    let weather = weather(faults, client.index, *acknowledged, *at);
                    let of = match weather {
                        Weather::Quiet => &mut figures.lag_quiet,
                        Weather::BusBroken => &mut figures.lag_bus_broken,
                        Weather::Faults => &mut figures.lag_faults,
                    };
                    of.record(micros(lag));
                    let in_time = weather == Weather::Faults || lag <= bounds.lag_bound_ms * 1_000;
                    findings.expect(Kind::RealtimeLag, in_time, || {
                        format!("client {} at {at} µs on {topic}: {seq} after {} ms", client.index, lag / 1_000)
                    });
                }
            }
            Record::Read { .. } => figures.reads += 1,
            Record::Final { at, .. } => {
                figures.converged.record(micros(at.saturating_sub(index.history.run.quiet_at)));
            }
            _ => {}
        }
    }
}

/// How long a client was without its topics after it lost a connection.
fn losses(client: &Client<'_>, faults: &[Fault], figures: &mut Figures) {
    let mut lost_at: Option<Moment> = None;
    for record in client.records {
        match record {
            Record::Lost { at, .. } => {
                lost_at.get_or_insert(*at);
            }
            Record::Ready { at, .. } => {
                let Some(from) = lost_at.take() else { continue };
                let lasted = micros(at.saturating_sub(from));
                figures.live_again_any.record(lasted);
                let touching = || faults.iter().filter(|fault| fault.from <= *at && from <= fault.until);
                let by_kill = touching().any(|fault| {
                    fault.kind == FaultKind::Kill && fault.from <= from && from <= fault.from + LOST_BY_KILL
                });
                if by_kill && touching().all(|fault| fault.kind == FaultKind::Kill || fault.kind.keeps_the_bound()) {
                    figures.live_again.record(lasted);
                }
            }
            _ => {}
        }
    }
}

impl Figures {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        self.clients += other.clients;
        self.commands += other.commands;
        self.acknowledged += other.acknowledged;
        self.attempts += other.attempts;
        self.unknown += other.unknown;
        self.rejected += other.rejected;
        self.events += other.events;
        self.observed += other.observed;
        self.reads += other.reads;
        self.seconds += other.seconds;
        for ((_, ours), (_, theirs)) in self.latencies_mut().into_iter().zip(other.latencies()) {
            ours.add(theirs);
        }
    }

    pub fn latencies(&self) -> [(&'static str, &Latency); 8] {
        [
            ("acknowledged, all faults and retries", &self.ack),
            ("acknowledged, nothing broken", &self.ack_quiet),
            ("seen after its ack, nothing broken", &self.lag_quiet),
            ("seen after its ack, Redis dead or losing", &self.lag_bus_broken),
            ("seen after its ack, other faults", &self.lag_faults),
            ("live again after the kill of a node", &self.live_again),
            ("live again after any loss", &self.live_again_any),
            ("all hold the same after the end", &self.converged),
        ]
    }

    fn latencies_mut(&mut self) -> [(&'static str, &mut Latency); 8] {
        [
            ("", &mut self.ack),
            ("", &mut self.ack_quiet),
            ("", &mut self.lag_quiet),
            ("", &mut self.lag_bus_broken),
            ("", &mut self.lag_faults),
            ("", &mut self.live_again),
            ("", &mut self.live_again_any),
            ("", &mut self.converged),
        ]
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} clients, {:.0} s: {} commands, {} acknowledged with an effect; {} attempts, {} refused, {} without an answer",
            self.clients, self.seconds, self.commands, self.acknowledged, self.attempts, self.rejected, self.unknown
        )?;
        writeln!(f, "{} events in the journal, {} received, {} reads", self.events, self.observed, self.reads)?;
        for (name, latency) in self.latencies() {
            writeln!(f, "{name:<42} {latency}")?;
        }
        Ok(())
    }
}
