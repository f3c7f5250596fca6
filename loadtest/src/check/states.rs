//! States against the independent fold: snapshots, what clients hold on the way and in the end, and what reads answer.

use std::collections::{BTreeSet, HashMap};

use lockstep_protocol::{
    ids::{AccountId, OrgId},
    topic::Topic,
    values::Visibility,
};

use super::{
    Bounds, Findings, Kind,
    access::membership,
    index::{Client, Index},
    observers::Told,
};
use crate::history::Record;

pub fn check(index: &Index<'_>, told: &Told, bounds: Bounds, findings: &mut Findings) {
    let members = members(index);
    for client in &index.clients {
        let mut read: HashMap<Topic, u64> = HashMap::new();
        for record in client.records {
            match record {
                Record::Snapshot { topic, bookmark, digest, at, .. }
                | Record::Final { topic, bookmark, digest, at } => {
                    state(index, client, *topic, bookmark.seq, *digest, *at, findings);
                }
                Record::Events { topic, seq, digest: Some(digest), at, .. } => {
                    state(index, client, *topic, *seq, *digest, *at, findings);
                }
                Record::Read { topic, min_seq, seq, digest, at, .. } => {
                    let before = read.insert(*topic, *seq);
                    let place = || format!("client {} at {at} µs on {topic}", client.index);
                    findings.expect(Kind::StaleRead, seq >= min_seq, || format!("{}: {seq}, asked {min_seq}", place()));
                    findings.expect(Kind::ReadWentBack, before.is_none_or(|before| before <= *seq), || {
                        format!("{}: {seq} after {before:?}", place())
                    });
                    let fold = index.folds.get(&(*topic, *seq));
                    findings.expect(Kind::WrongState, fold.is_some_and(|fold| fold.head == *digest), || {
                        format!("{}: the head read at {seq}", place())
                    });
                }
                _ => {}
            }
        }
        converged(index, client, told, &members, bounds, findings);
    }
}

fn state(
    index: &Index<'_>,
    client: &Client<'_>,
    topic: Topic,
    seq: u64,
    digest: u64,
    at: u64,
    findings: &mut Findings,
) {
    let fold = index.folds.get(&(topic, seq));
    findings.expect(Kind::WrongState, fold.is_some_and(|fold| fold.whole == digest), || {
        format!("client {} at {at} µs on {topic} at {seq}: {digest:x}, the fold is {fold:x?}", client.index)
    });
}

/// Every topic that a client followed and may still see: it must stand at the journal's end, and in time.
fn converged(
    index: &Index<'_>,
    client: &Client<'_>,
    told: &Told,
    members: &BTreeSet<(OrgId, AccountId)>,
    bounds: Bounds,
    findings: &mut Findings,
) {
    let ends: HashMap<Topic, (u64, u64)> = client
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Final { at, topic, bookmark, .. } => Some((*topic, (*at, bookmark.seq))),
            _ => None,
        })
        .collect();
    let in_time = index.history.run.quiet_at + bounds.convergence_bound_ms * 1_000;
    for (_, topic) in told.keys().filter(|(number, _)| *number == client.index) {
        let (open, own) = match (index.boards.get(topic), index.talks.get(topic)) {
            (Some(board), _) => (
                board.head.as_ref().is_some_and(|head| head.visibility != Visibility::Private),
                board.members.contains_key(&client.account),
            ),
            (None, Some(talk)) => (false, talk.members.contains(&client.account)),
            (None, None) => continue,
        };
        let may_see = members.contains(&(client.org, client.account)) && (open || own);
        if !may_see {
            continue;
        }
        let length = index.history.journal.length(*topic);
        let end = ends.get(topic);
        findings.expect(Kind::NotConverged, end.is_some_and(|(at, seq)| *seq == length && *at <= in_time), || {
            format!(
                "client {} on {topic}: {end:?} (µs, seq), the journal ends at {length}, in time is {in_time}",
                client.index
            )
        });
    }
}

/// Who may act in which organization in the end.
fn members(index: &Index<'_>) -> BTreeSet<(OrgId, AccountId)> {
    let mut members = BTreeSet::new();
    for row in index.history.journal.streams.values().flatten() {
        let Ok(happened) = row.happened() else { continue };
        let org = OrgId(row.stream.id);
        match membership(&happened.event) {
            Some((account, true)) => members.insert((org, account)),
            Some((account, false)) => members.remove(&(org, account)),
            None => continue,
        };
    }
    members
}
