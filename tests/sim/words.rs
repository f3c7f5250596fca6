//! What a shell is told and what it wants, in one line each, for the trace of a replay.

use lockstep::actors::simulated::{Effect, Message};
use lockstep_domain::Aggregate;

pub fn message<A: Aggregate>(message: &Message<A>) -> String {
    match message {
        Message::Command(pending) => {
            format!("command {:?}, saw {:?}", pending.origin.map(|origin| origin.client_seq), pending.saw)
        }
        Message::Join(joining) => format!("join {} after {:?}", joining.reference, joining.after),
        Message::Leave(_) => "leave".to_owned(),
        Message::Presence(..) | Message::Ephemeral(..) => "moment".to_owned(),
        Message::Appended(outcome) => format!("appended: {outcome:?}"),
        Message::Verified(read) => {
            format!("verified: {:?}", read.as_ref().map(|(head, failed)| (head.version, failed.len())))
        }
        Message::CaughtUp(events) => format!("caught up: {:?}", events.as_ref().map(Vec::len)),
        Message::Window(_, known) => format!("window: {:?}", known.as_ref().map(Vec::len)),
        Message::JoinRead(_, after, events) => format!("join read after {after}: {:?}", events.as_ref().map(Vec::len)),
        Message::Facts(facts) => format!("facts: {:?}", facts.as_ref().map(|_| ())),
        Message::FactsChanged => "facts changed".to_owned(),
        Message::Heard(notice) => {
            format!(
                "heard {}..{} of epoch {}, told: {}",
                notice.first,
                notice.last,
                notice.epoch,
                notice.events.is_some()
            )
        }
        Message::Behind(version) => format!("behind {version}"),
        Message::Refresh(_) => "refresh".to_owned(),
        Message::Lists(_) | Message::ListsDue => "lists".to_owned(),
        Message::Profile(..) | Message::ProfilesDue => "profiles".to_owned(),
        Message::Stale => "stale".to_owned(),
        Message::Revive(_) => "revive".to_owned(),
        Message::NewHistory => "new history".to_owned(),
        Message::Whispered(..) | Message::NodeGone(_) | Message::NodeCame | Message::PresenceDue => {
            "presence".to_owned()
        }
        Message::Retry => "retry".to_owned(),
        Message::End => "end".to_owned(),
        Message::Passivate(_) => "passivate".to_owned(),
    }
}

pub fn effect<A: Aggregate>(effect: &Effect<A>) -> String {
    match effect {
        Effect::Append(append) => format!(
            "append {:?}",
            append.streams.iter().map(|part| (part.expected.version, part.events.len())).collect::<Vec<_>>()
        ),
        Effect::Verify(guards) => format!("verify {} guards", guards.len()),
        Effect::CatchUp { after } => format!("catch up after {after}"),
        Effect::ReadWindow(_) => "read window".to_owned(),
        Effect::LookUp(..) => "look up".to_owned(),
        Effect::ReadForJoin { after, limit, .. } => format!("read for join after {after}, {limit}"),
        Effect::ReloadFacts { refresh, accounts } => {
            format!("reload facts, {} anew, {} accounts", refresh.len(), accounts.len())
        }
        Effect::SaveSnapshot(_, head, _) => format!("save a snapshot at {}", head.version),
        Effect::Publish(notice) => format!("publish {}..{}", notice.first, notice.last),
        Effect::Beside(notice) => format!("beside {} {}..{}", notice.stream, notice.first, notice.last),
        Effect::FactsChanged(_) => "tell dependents".to_owned(),
        Effect::ListsChanged(..) | Effect::ListsLater(_) => "lists".to_owned(),
        Effect::ProfileChanged(..) | Effect::ProfilesLater(_) => "profiles".to_owned(),
        Effect::Whisper(..) => "whisper".to_owned(),
        Effect::RetryLater => "retry later".to_owned(),
        Effect::LostHistory(seen) => format!("lost history {seen}"),
        Effect::Stop => "stop".to_owned(),
    }
}
