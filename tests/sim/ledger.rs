//! What clients asked and what they were told: every attempt of every command, judged against the truth when its answer arrives.

use std::collections::BTreeMap;

use lockstep_protocol::{
    codes::{Code, Failure},
    frame::Acknowledged,
    ids::SessionId,
    topic::Topic,
};

use super::{
    executor::{Sim, Time},
    truth::{CommandId, Effect, Truth},
};

/// A command, over all its attempts.
struct Record {
    topic: Topic,
    sessions: Vec<SessionId>,
    first_sent: Time,
    last_sent: Time,
    /// Attempts without an answer yet.
    open: u32,
    /// Attempts whose connection broke: nobody knows what became of them.
    unknown: u32,
    refused: u32,
    acknowledged: Option<Acknowledged>,
}

/// See the module.
#[derive(Default)]
pub struct Ledger {
    commands: BTreeMap<CommandId, Record>,
    /// Per stream, when each acknowledgement of an effect arrived and its seq.
    acks: BTreeMap<Topic, Vec<(Time, u64)>>,
    pub answered: u64,
    pub acknowledged: u64,
}

impl Ledger {
    pub fn sent(&mut self, id: CommandId, topic: Topic, session: SessionId, now: Time) {
        let record = self.commands.entry(id).or_insert_with(|| Record {
            topic,
            sessions: Vec::new(),
            first_sent: now,
            last_sent: now,
            open: 0,
            unknown: 0,
            refused: 0,
            acknowledged: None,
        });
        record.open += 1;
        record.last_sent = now;
        record.sessions.push(session);
    }

    /// The connection broke before the answer came.
    pub fn lost(&mut self, id: CommandId) {
        if let Some(record) = self.commands.get_mut(&id) {
            record.open -= 1;
            record.unknown += 1;
        }
    }

    /// Whether one of the sessions a command was asked from is open.
    pub fn allowed_by_session(&self, truth: &Truth, id: CommandId) -> bool {
        let record = self.commands.get(&id);
        record.is_none_or(|record| record.sessions.iter().any(|session| truth.has_session(id.0, *session)))
    }

    /// The journal took an event of a command.
    pub fn committed(&mut self, sim: &Sim, id: CommandId, effect: Effect) {
        let Some(record) = self.commands.get(&id) else {
            return sim.anomaly("phantom-event", || format!("{id:?} was never asked, and is at {effect:?}"));
        };
        if record.open == 0 && record.unknown == 0 {
            sim.anomaly("rejected-but-applied", || format!("{id:?} is at {effect:?} after every attempt was answered"));
        }
    }

    /// An answer arrived.
    pub fn answer(
        &mut self,
        sim: &Sim,
        truth: &Truth,
        id: CommandId,
        answer: &Result<Acknowledged, Failure>,
        now: Time,
    ) {
        let Some(record) = self.commands.get_mut(&id) else { return };
        record.open = record.open.saturating_sub(1);
        self.answered += 1;
        match answer {
            Ok(told) => {
                self.acknowledged += 1;
                // What changed nothing may be decided again; what took effect has its one place for ever.
                if let Some(before) = record.acknowledged.as_ref().filter(|before| before.position.is_some())
                    && (before.seq != told.seq || told.position.is_none())
                {
                    sim.anomaly("ack-mismatch", || format!("{id:?} was told {before:?}, now {told:?}"));
                }
                if told.position.is_some() || record.acknowledged.is_none() {
                    record.acknowledged = Some(told.clone());
                }
                self.acknowledge(sim, truth, id, told, now);
            }
            Err(failure) => {
                record.refused += 1;
                refuse(sim, record, truth, id, failure);
            }
        }
    }

    fn acknowledge(&mut self, sim: &Sim, truth: &Truth, id: CommandId, told: &Acknowledged, now: Time) {
        let record = &self.commands[&id];
        let effect = truth.effects.get(&id).copied();
        match (effect, told.position) {
            (None, None) => return,
            (None, Some(_)) => {
                return sim
                    .anomaly("lost-acked-write", || format!("{id:?} was told {told:?}, and is not in the journal"));
            }
            // It changed nothing where it was decided, and an attempt that was given up took effect behind that meanwhile.
            (Some(effect), None)
                if told.seq < effect.seq && truth.committed_at(&effect).is_some_and(|at| at >= record.last_sent) =>
            {
                return;
            }
            (Some(effect), _) if effect.seq != told.seq || effect.topic != record.topic || told.position.is_none() => {
                return sim.anomaly("ack-mismatch", || format!("{id:?} was told {told:?}, and is at {effect:?}"));
            }
            _ => {}
        }
        let acks = self.acks.entry(record.topic).or_default();
        let earlier = acks.iter().filter(|(at, _)| *at < record.first_sent).map(|(_, seq)| *seq).max().unwrap_or(0);
        if earlier > told.seq {
            let topic = record.topic;
            sim.anomaly("realtime-inversion", || {
                format!("{topic}: {id:?} is at {} though {earlier} was acknowledged before it was asked", told.seq)
            });
        }
        acks.push((now, told.seq));
    }

    /// At the end: every command is settled, and what was acknowledged is there.
    pub fn settle(&self, sim: &Sim, truth: &Truth) {
        for (id, record) in &self.commands {
            let effect = truth.effects.get(id);
            if record.open > 0 {
                sim.anomaly("no-reply", || format!("{id:?} on {} was never answered", record.topic));
            }
            if let Some(told) = record.acknowledged.as_ref().filter(|told| told.position.is_some())
                && effect.is_none_or(|effect| effect.seq != told.seq)
            {
                sim.anomaly("lost-acked-write", || format!("{id:?} was told {told:?}; the journal has {effect:?}"));
            }
        }
    }
}

/// A refusal must be true, and a command that took effect must not be refused for good.
fn refuse(sim: &Sim, record: &Record, truth: &Truth, id: CommandId, failure: &Failure) {
    let Some(effect) = truth.effects.get(&id) else {
        if failure.code == Code::IdempotencyMismatch {
            sim.anomaly("ack-mismatch", || format!("{id:?} has one body, and was refused with {failure:?}"));
        }
        return;
    };
    // Of one that was acknowledged before, a temporary refusal says nothing new.
    if record.unknown == 0 && record.open == 0 && record.acknowledged.is_none() {
        sim.anomaly("rejected-but-applied", || format!("{id:?} was refused with {failure:?}, and is at {effect:?}"));
    }
    let committed_at = truth.committed_at(effect);
    // Who may not even ask is not told what became of an earlier attempt.
    let asked = !matches!(failure.code, Code::SessionRevoked | Code::Unauthenticated | Code::TokenExpired);
    if asked && !failure.temporary && committed_at.is_some_and(|at| at < record.last_sent) {
        sim.anomaly("ack-mismatch", || format!("{id:?} is at {effect:?}, and its retry was refused with {failure:?}"));
    }
}
