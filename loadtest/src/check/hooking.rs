//! What webhooks were sent, judged by the journal and by what their endpoints noted: each event of a board of the organization, taken at
//! least once, the first time in the order of the journal, signed, under one id. Whoever made them owns all boards. It must never ask the
//! rules of the server.

use std::collections::BTreeMap;

use lockstep_protocol::{
    event::{BoardEvent, Event},
    position::Position,
    topic::{Kind as StreamKind, Topic},
};
use serde::Deserialize;

use super::{Findings, Kind};
use crate::history::{
    History,
    hooks::{Came, Made},
};

/// What is looked at of a message.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    tag: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    topic: Topic,
    seq: u64,
    position: Position,
}

pub fn check(history: &History, findings: &mut Findings) {
    for made in &history.hooks.made {
        let taken = came(made, history, findings);
        missing(made, history, &taken, findings);
    }
}

/// What an endpoint took, by its place in the journal, with its tag.
fn came(made: &Made, history: &History, findings: &mut Findings) -> BTreeMap<(Topic, u64), String> {
    let (mut ids, mut bodies) = (BTreeMap::new(), BTreeMap::new());
    let (mut taken, mut last) = (BTreeMap::new(), None);
    for came in history.hooks.came.iter().filter(|came| came.endpoint == made.endpoint) {
        let Came { id, timestamp, signature, body, status, .. } = came;
        let place = || format!("endpoint {}: {id}", made.endpoint);
        let right = made.signature(id, timestamp, body);
        let signed = right.is_some_and(|right| signature.split(' ').any(|one| one == right));
        findings.expect(Kind::BadSignature, signed, || format!("{} is not signed", place()));
        let Ok(Message { tag, data: Data { topic, seq, position } }) = serde_json::from_str(body) else {
            findings.expect(Kind::WebhookIdChanged, false, || format!("{} says nothing that can be read", place()));
            continue;
        };
        let same_id = *ids.entry((topic, seq)).or_insert_with(|| id.clone()) == *id;
        let same_body = *bodies.entry(id.clone()).or_insert_with(|| body.clone()) == *body;
        findings.expect(Kind::WebhookIdChanged, same_id && same_body, || {
            format!("{} came as {topic} {seq}, which had another id, or with another body", place())
        });
        if !(200..300).contains(status) || taken.insert((topic, seq), tag).is_some() {
            continue;
        }
        findings.expect(Kind::WebhookOutOfOrder, last.is_none_or(|last| position > last), || {
            format!("{}: {topic} {seq} at {position} came after {last:?}", place())
        });
        last = Some(position);
    }
    taken
}

fn missing(made: &Made, history: &History, taken: &BTreeMap<(Topic, u64), String>, findings: &mut Findings) {
    let ends = made.ends();
    for (stream, rows) in history.journal.streams.iter().filter(|(stream, _)| stream.kind == StreamKind::Board) {
        // What is thrown away is seen by nobody, and sent to nobody from then on.
        let thrown = rows.iter().any(|row| {
            matches!(row.happened().map(|happened| happened.event), Ok(Event::Board(BoardEvent::BoardDeleted(_))))
        });
        if thrown {
            continue;
        }
        let after = ends.get(stream).copied().unwrap_or(0);
        for row in rows.iter().filter(|row| row.org == made.org && row.seq > after && row.tag.starts_with(&made.tags)) {
            let tag = taken.get(&(*stream, row.seq));
            findings.expect(Kind::WebhookMissing, tag.is_some_and(|tag| *tag == row.tag), || {
                format!("endpoint {} did not take {stream} {} ({})", made.endpoint, row.seq, row.tag)
            });
        }
    }
}
