//! Endpoints that were sent everything of their organization: most of it once, some refused first, some twice.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use lockstep_protocol::{ids::OrgId, position::Position, topic::Kind};
use serde_json::json;

use crate::history::{
    hooks::{Came, Hooks, Made},
    journal::{Journal, Row},
};

/// Of each organization one that takes everything on boards.
pub(super) fn hooks(journal: &Journal) -> Hooks {
    let boards = journal.streams.iter().filter(|(stream, _)| stream.kind == Kind::Board);
    let mut by_org: BTreeMap<OrgId, Vec<&Row>> = BTreeMap::new();
    for row in boards.flat_map(|(_, rows)| rows) {
        by_org.entry(row.org).or_default().push(row);
    }
    let mut hooks = Hooks::default();
    for (endpoint, (org, mut rows)) in (0..).zip(by_org) {
        rows.sort_by_key(|row| (row.at, row.stream, row.seq));
        let secret = format!("whsec_{}", BASE64.encode(org.0.as_bytes()));
        let made = Made { endpoint, org, secret, tags: String::new(), heads: Vec::new() };
        for (number, row) in (1..).zip(rows) {
            let came = message(&made, row, number);
            match number % 7 {
                0 => hooks.came.push(Came { status: 503, ..came.clone() }),
                1 => hooks.came.push(came.clone()),
                _ => {}
            }
            hooks.came.push(came);
        }
        hooks.made.push(made);
    }
    hooks
}

/// An event as it is sent.
pub(in crate::check::selftest) fn message(made: &Made, row: &Row, transaction: u64) -> Came {
    let position = Position { era: 1, transaction, stream: row.stream.id, seq: row.seq };
    let data = json!({ "topic": row.stream, "seq": row.seq, "position": position });
    let body = json!({ "type": row.tag, "data": data }).to_string();
    let (id, timestamp) = (format!("msg_{}_{transaction}", made.endpoint), transaction.to_string());
    let signature = made.signature(&id, &timestamp, &body).unwrap_or_default();
    Came { endpoint: made.endpoint, id, timestamp, signature, body, status: 204 }
}
