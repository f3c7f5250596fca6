//! Commands on their way: each under its number until it has an answer, some sent again though they have one.

use std::sync::atomic::Ordering;
use std::time::Duration;

use lockstep_protocol::{
    command::Command,
    frame::{ClientMessage, CommandMessage, Outcome as Said},
    topic::Topic,
};
use tokio::time::Instant;

use super::{Asked, Player, Sent};
use crate::{
    chaos::plan::{Next, Proposal},
    history::{Intent, Outcome, Record},
};

/// Answered commands that may be sent again: more than a server's window holds.
const RESOLVED_MAX: usize = 1_500;
const IN_FLIGHT_MAX: usize = 8;
const RETRY_MS_MAX: u64 = 1_000;

/// A command that has its answer.
pub struct Resolved {
    client_seq: u64,
    topic: Topic,
    body: Command,
    mark: Option<String>,
    intent: Intent,
    attempt: u32,
    committed: bool,
}

impl Player {
    /// Does what the plan says is due.
    pub(super) fn act(&mut self, now: Instant) -> anyhow::Result<()> {
        while self.next_op <= now && self.unresolved.len() < IN_FLIGHT_MAX {
            let pause = self.plan.pause();
            // After a time away it goes on at its pace, without making up for what it missed.
            self.next_op = self.next_op.max(now.checked_sub(Duration::from_secs(1)).unwrap_or(now)) + pause;
            let Some(next) = self.plan.next(&self.me, &self.topics, &mut self.dice, self.unresolved.is_empty()) else {
                return Ok(());
            };
            match next {
                Next::Command(proposal) => self.propose(proposal)?,
                Next::Join(topic) => self.join(topic, None),
                Next::Again => self.again()?,
                Next::Variant(body) => self.variant(body)?,
                Next::Read(topic) => self.read(topic),
                Next::Timer(board, task_id) => self.timer(board, task_id),
            }
        }
        Ok(())
    }

    fn propose(&mut self, proposal: Proposal) -> anyhow::Result<()> {
        let Proposal { topic, body, mark, intent } = proposal;
        let client_seq = self.next_seq;
        self.next_seq += 1;
        let sent = Sent { topic, body, mark, intent, attempt: 0, sent_at: None, retry_at: None };
        self.unresolved.insert(client_seq, sent);
        self.counters.unresolved.fetch_add(1, Ordering::Relaxed);
        self.send_due()
    }

    /// Sends what was not sent on this connection, and what was refused for the moment.
    pub(super) fn send_due(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        let due = |sent: &Sent| sent.sent_at.is_none() && sent.retry_at.is_none_or(|at| at <= now);
        let due: Vec<_> = self.unresolved.iter().filter(|(_, sent)| due(sent)).map(|(seq, _)| *seq).collect();
        for client_seq in due {
            let Some(sent) = self.unresolved.get_mut(&client_seq) else { continue };
            sent.attempt += 1;
            (sent.sent_at, sent.retry_at) = (Some(now), None);
            let Sent { topic, attempt, intent, .. } = *sent;
            let (body, mark) = (sent.body.clone(), sent.mark.clone());
            self.send(client_seq, attempt, topic, body, mark, intent)?;
        }
        Ok(())
    }

    fn send(
        &mut self,
        client_seq: u64,
        attempt: u32,
        topic: Topic,
        body: Command,
        mark: Option<String>,
        intent: Intent,
    ) -> anyhow::Result<()> {
        let (at, tag) = (self.at(), body.tag().to_owned());
        self.note(&Record::Invoked { at, client_seq, attempt, topic, tag, mark, intent })?;
        let reference = self.reference();
        let variant = intent == Intent::Mismatch;
        self.asked.insert(reference, Asked::Command { client_seq, attempt, variant });
        let message = CommandMessage { reference, topic, client_seq, body, saw: None, if_changed: None };
        self.outgoing.push(ClientMessage::Command(message));
        Ok(())
    }

    pub(super) fn answered(&mut self, client_seq: u64, attempt: u32, variant: bool, said: Said) -> anyhow::Result<()> {
        let at = self.at();
        let outcome = match &said {
            Said::Ok(ok) => Outcome::Ok { epoch: ok.epoch, seq: ok.seq, committed: ok.position.is_some() },
            Said::Error(failure) => Outcome::Rejected { code: failure.code, temporary: failure.temporary },
        };
        self.note(&Record::Returned { at, client_seq, attempt, outcome })?;
        if variant {
            return Ok(());
        }
        let Some(sent) = self.unresolved.get_mut(&client_seq).filter(|sent| sent.attempt == attempt) else {
            return Ok(());
        };
        if let Said::Error(failure) = &said
            && failure.temporary
        {
            let pause = u64::from(failure.retry_after_ms.unwrap_or(100)).clamp(20, RETRY_MS_MAX);
            sent.sent_at = None;
            sent.retry_at = Some(Instant::now() + Duration::from_millis(pause));
            return Ok(());
        }
        self.resolve(client_seq, &said);
        Ok(())
    }

    fn resolve(&mut self, client_seq: u64, said: &Said) {
        let Some(sent) = self.unresolved.remove(&client_seq) else { return };
        self.counters.unresolved.fetch_sub(1, Ordering::Relaxed);
        let committed = matches!(said, Said::Ok(ok) if ok.position.is_some());
        if let Said::Ok(ok) = said {
            if let Some(followed) = self.topics.get_mut(&sent.topic) {
                followed.learned(ok.seq);
            }
            self.counters.acknowledged.fetch_add(u64::from(committed), Ordering::Relaxed);
        }
        self.plan.answered(sent.topic, &sent.body, said);
        let Sent { topic, body, mark, intent, attempt, .. } = sent;
        self.resolved.push_back(Resolved { client_seq, topic, body, mark, intent, attempt, committed });
        // The oldest stay: a server finds those in its journal, beyond its window.
        if self.resolved.len() > RESOLVED_MAX {
            self.resolved.remove(RESOLVED_MAX / 10);
        }
    }

    /// Sends a command again that has its answer: it must get the same one.
    fn again(&mut self) -> anyhow::Result<()> {
        let count = self.resolved.len();
        let index =
            if self.dice.percent(70) { count.saturating_sub(1 + self.dice.below(20)) } else { self.dice.below(count) };
        let Some(resolved) = self.resolved.get_mut(index) else { return Ok(()) };
        resolved.attempt += 1;
        let Resolved { client_seq, topic, attempt, intent, .. } = *resolved;
        let (body, mark) = (resolved.body.clone(), resolved.mark.clone());
        self.send(client_seq, attempt, topic, body, mark, intent)
    }

    /// Another body under the number of a command that took effect: it must be refused.
    fn variant(&mut self, body: Command) -> anyhow::Result<()> {
        let from = self.dice.below(self.resolved.len());
        let same = |resolved: &&mut Resolved| resolved.committed && resolved.topic.kind == body.kind();
        let Some(resolved) = self.resolved.iter_mut().skip(from).find(same) else { return Ok(()) };
        resolved.attempt += 1;
        let Resolved { client_seq, topic, attempt, .. } = *resolved;
        self.send(client_seq, attempt, topic, body, None, Intent::Mismatch)
    }

    /// The connection is gone: what was on its way has no answer.
    pub(super) fn unanswered(&mut self) -> anyhow::Result<()> {
        let at = self.at();
        let waiting = self.asked.values().filter_map(|asked| match asked {
            Asked::Command { client_seq, attempt, .. } => Some((*client_seq, *attempt)),
            Asked::Join(_) | Asked::Ping => None,
        });
        let waiting: Vec<(u64, u32)> = waiting.collect();
        for (client_seq, attempt) in waiting {
            self.note(&Record::Returned { at, client_seq, attempt, outcome: Outcome::Unknown })?;
        }
        Ok(())
    }
}
