//! What was answered against what is in the journal: nothing acknowledged is lost, nothing happened twice, nothing refused happened,
//! and nothing happened that nobody asked for.

use std::collections::{HashMap, HashSet};

use lockstep_protocol::{
    codes::Code,
    event::{BoardEvent, ChannelEvent, Event},
    ids::ClientId,
};

use super::{
    Findings, Kind,
    index::{Command, Effect, Index, Key},
};
use crate::history::{Intent, Outcome};

pub fn check(index: &Index<'_>, findings: &mut Findings) {
    for command in index.commands.values() {
        let effects = index.effects.get(&command.key).map_or(&[][..], Vec::as_slice);
        once(index, command, effects, findings);
        answers(index, command, effects, findings);
        refusals(index, command, effects, findings);
    }
    unasked(index, findings);
    unique_marks(index, findings);
}

fn once(index: &Index<'_>, command: &Command, effects: &[Effect], findings: &mut Findings) {
    let unknown = command.own().any(|attempt| attempt.is_unknown());
    let kind = if unknown { Kind::UnknownResolvedTwice } else { Kind::EffectTwice };
    findings.expect(kind, effects.len() <= 1, || format!("{}: at {effects:?}", index.name(command.key)));
}

/// Each acknowledgement against the journal, and all answers to one command against each other.
fn answers(index: &Index<'_>, command: &Command, effects: &[Effect], findings: &mut Findings) {
    let name = || index.name(command.key);
    let mut first: Option<(u32, u64)> = None;
    for (at, epoch, seq) in command.own().filter_map(|attempt| attempt.acknowledged()) {
        findings.expect(Kind::LostAckedWrite, !effects.is_empty(), || {
            format!("{} ({}) acknowledged at {} {seq}, {at} µs", name(), command.tag, command.topic)
        });
        let there =
            effects.is_empty() || effects.iter().any(|found| found.stream == command.topic && found.last == seq);
        let known_epoch = epoch <= index.history.journal.epoch;
        findings.expect(Kind::AckMismatch, there && known_epoch, || {
            format!("{}: told {} epoch {epoch} seq {seq}, the journal has {effects:?}", name(), command.topic)
        });
        let original = *first.get_or_insert((epoch, seq));
        findings.expect(Kind::AckMismatch, original == (epoch, seq), || {
            format!("{}: told {original:?} and later {:?}", name(), (epoch, seq))
        });
    }
    let Some((acknowledged_at, ..)) = command.acknowledged() else { return };
    for attempt in command.own().filter(|attempt| attempt.invoked_at > acknowledged_at) {
        let differs = match attempt.returned {
            Some((_, Outcome::Ok { committed, .. })) => !committed,
            // Who has lost access since, or asks a server in trouble, is not given the answer again.
            Some((_, Outcome::Rejected { code, temporary })) => !temporary && !hides(code),
            Some((_, Outcome::Unknown)) | None => false,
        };
        findings.expect(Kind::AckMismatch, !differs, || {
            format!("{}: acknowledged, then answered {:?}", name(), attempt.returned)
        });
    }
}

/// Refusals that concern the asker and not the command.
const fn hides(code: Code) -> bool {
    matches!(code, Code::NotFound | Code::Forbidden | Code::SessionRevoked | Code::Unauthenticated | Code::TokenExpired)
}

fn refusals(index: &Index<'_>, command: &Command, effects: &[Effect], findings: &mut Findings) {
    let name = || format!("{} ({})", index.name(command.key), command.tag);
    let mut own = command.own().peekable();
    if own.peek().is_some() && own.all(|attempt| attempt.rejected().is_some()) {
        findings.expect(Kind::RejectedButApplied, effects.is_empty(), || format!("{}: at {effects:?}", name()));
    }
    if command.intent == Intent::Refusable {
        let accepted = command.own().any(|attempt| matches!(attempt.returned, Some((_, Outcome::Ok { .. }))));
        findings.expect(Kind::NotAllowedButApplied, effects.is_empty() && !accepted, || {
            format!("{}: accepted on {}", name(), command.topic)
        });
    }
    for variant in command.attempts.iter().filter(|attempt| attempt.is_variant()) {
        let accepted = matches!(variant.returned, Some((_, Outcome::Ok { .. })));
        findings
            .expect(Kind::AckMismatch, !accepted, || format!("{}: another body under its number was accepted", name()));
    }
}

/// Events of our clients that no client asked for, or that say something else than was asked.
fn unasked(index: &Index<'_>, findings: &mut Findings) {
    let ours: HashSet<ClientId> = index.commands.keys().map(|key| key.0).collect();
    for (key, effects) in index.effects.iter().filter(|(key, _)| ours.contains(&key.0)) {
        let command = index.commands.get(key);
        findings.expect(Kind::PhantomEvent, command.is_some(), || format!("{}: never sent", index.name(*key)));
        let Some(command) = command else { continue };
        for effect in effects {
            let row = index.history.journal.row(effect.stream, effect.first);
            let by_its_sender = row.is_some_and(|row| row.actor == command.account) && effect.stream == command.topic;
            let said = row.and_then(|row| row.happened().ok()).and_then(|happened| mark(&happened.event));
            let as_asked = command.mark.is_none() || said.is_none() || said == command.mark;
            findings.expect(Kind::PhantomEvent, by_its_sender && as_asked, || {
                format!(
                    "{}: asked {:?} of {}, got {said:?} in {}",
                    index.name(*key),
                    command.mark,
                    command.topic,
                    effect.stream
                )
            });
        }
    }
}

/// What clients make unique must be in the journal once, whatever key it carries there.
fn unique_marks(index: &Index<'_>, findings: &mut Findings) {
    let asked: HashMap<&str, Key> =
        index.commands.values().filter_map(|command| Some((command.mark.as_deref()?, command.key))).collect();
    let mut seen: HashMap<String, (lockstep_protocol::topic::Topic, u64)> = HashMap::new();
    for row in index.history.journal.streams.values().flatten() {
        if !matches!(row.tag.as_str(), "task.created" | "task.commented" | "message.posted") {
            continue;
        }
        let Some(said) = row.happened().ok().and_then(|happened| mark(&happened.event)) else { continue };
        let Some(key) = asked.get(said.as_str()) else { continue };
        let before = seen.insert(said, (row.stream, row.seq));
        findings.expect(Kind::EffectTwice, before.is_none(), || {
            format!("{}: its text is at {before:?} and at {} {}", index.name(*key), row.stream, row.seq)
        });
    }
}

/// The text that a client made unique.
pub fn mark(event: &Event) -> Option<String> {
    match event {
        Event::Board(BoardEvent::TaskCreated(event)) => Some(event.title.clone()),
        Event::Board(BoardEvent::TaskUpdated(event)) => event.title.clone(),
        Event::Board(BoardEvent::TaskCommented(event)) => Some(event.text.clone()),
        Event::Channel(ChannelEvent::MessagePosted(event)) => Some(event.text.clone()),
        _ => None,
    }
}
