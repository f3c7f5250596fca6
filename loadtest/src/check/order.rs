//! Real-time order: what was acknowledged before something else was sent stands before it in their stream. One sweep per stream over
//! all moments in order.

use std::collections::BTreeMap;

use lockstep_protocol::topic::Topic;

use super::{
    Findings, Kind,
    index::{Index, Key},
};
use crate::history::{Moment, Outcome};

/// A command in a stream, from the first time it was sent.
struct Span {
    key: Key,
    invoked_at: Moment,
    seq: u64,
    /// It changed nothing: it saw the stream at `seq`.
    saw: bool,
}

/// When something was answered, and at which seq.
type Returned = (Moment, u64);

pub fn check(index: &Index<'_>, findings: &mut Findings) {
    let mut streams: BTreeMap<Topic, (Vec<Span>, Vec<Returned>)> = BTreeMap::new();
    for command in index.commands.values() {
        let (spans, returns) = streams.entry(command.topic).or_default();
        if let Some((at, _, seq)) = command.acknowledged() {
            spans.push(Span { key: command.key, invoked_at: command.first_invoked_at(), seq, saw: false });
            returns.push((at, seq));
        }
        for attempt in command.own() {
            if let Some((at, Outcome::Ok { seq, committed: false, .. })) = attempt.returned {
                spans.push(Span { key: command.key, invoked_at: attempt.invoked_at, seq, saw: true });
                returns.push((at, seq));
            }
        }
    }
    for (stream, (mut spans, mut returns)) in streams {
        spans.sort_by_key(|span| span.invoked_at);
        returns.sort_unstable();
        let (mut returned, mut highest) = (returns.into_iter().peekable(), 0);
        for span in spans {
            while let Some((_, seq)) = returned.next_if(|(at, _)| *at < span.invoked_at) {
                highest = highest.max(seq);
            }
            let later = if span.saw { span.seq >= highest } else { span.seq > highest };
            findings.expect(Kind::RealtimeInversion, later, || {
                format!("{stream}: {} is at {}, sent after {highest} was acknowledged", index.name(span.key), span.seq)
            });
        }
    }
}
