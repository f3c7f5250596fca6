//! The journal by itself: dense, chained, whole commits, time that never goes back.

use std::collections::HashSet;

use super::{Findings, Kind};
use crate::history::{
    History,
    journal::{Hash, Row},
};

const GENESIS: Hash = [0; 32];

pub fn check(history: &History, findings: &mut Findings) {
    let journal = &history.journal;
    for (stream, rows) in &journal.streams {
        let mut predecessor: Option<&Row> = None;
        let mut finished = HashSet::new();
        for (row, seq) in rows.iter().zip(1..) {
            let dense = row.seq == seq && row.stream == *stream;
            findings.expect(Kind::JournalGap, dense, || format!("{stream}: {} where {seq} belongs", row.seq));
            let hash = predecessor.map_or(GENESIS, |row| row.hash);
            findings.expect(Kind::HashChain, row.chained(&hash) == row.hash, || format!("{stream} {seq}: {}", row.tag));
            findings.expect(Kind::HashChain, row.happened().is_ok(), || format!("{stream} {seq}: does not decode"));
            let decreased = predecessor.is_some_and(|before| before.at > row.at);
            findings.expect(Kind::JournalGap, !decreased, || format!("{stream} {seq}: time went back"));
            if let Some(before) = predecessor.filter(|before| before.commit != row.commit) {
                finished.insert(before.commit);
            }
            let torn = finished.contains(&row.commit);
            findings.expect(Kind::JournalGap, !torn, || format!("{stream} {seq}: commit {} is torn apart", row.commit));
            predecessor = Some(row);
        }
    }
    for (stream, (version, hash)) in &journal.heads {
        let last = journal.rows(*stream).last();
        let fits = last.is_some_and(|row| row.seq == *version && row.hash == *hash);
        findings.expect(Kind::JournalGap, fits, || {
            format!("{stream}: the head says {version}, the last event is {}", last.map_or(0, |row| row.seq))
        });
    }
    for stream in journal.streams.keys() {
        let has_head = journal.heads.contains_key(stream);
        findings.expect(Kind::JournalGap, has_head, || format!("{stream}: events without a head"));
    }
}
