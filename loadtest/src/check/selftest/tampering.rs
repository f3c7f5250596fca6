//! Damages to what clients were shown.

use super::{
    Mutation,
    mutations::{board, find},
};
use crate::{
    check::Kind,
    history::{History, Record, Resumed},
};

pub const ALL: &[Mutation] = &[
    Mutation { name: "other bytes were shown", found_as: Kind::DivergentEvent, damage: other_bytes },
    Mutation { name: "an event was shown that is not there", found_as: Kind::PhantomEvent, damage: shown_too_much },
    Mutation { name: "a message of events was left out", found_as: Kind::Gap, damage: leave_out },
    Mutation { name: "an event within a message was left out", found_as: Kind::Gap, damage: leave_out_within },
    Mutation { name: "events of another epoch", found_as: Kind::Gap, damage: other_epoch },
    Mutation { name: "a message came twice", found_as: Kind::DuplicateOrReorder, damage: double },
    Mutation { name: "two messages changed places", found_as: Kind::DuplicateOrReorder, damage: swap },
    Mutation { name: "a snapshot older than what was held", found_as: Kind::SnapshotWentBack, damage: old_snapshot },
    Mutation { name: "a commit came in two messages", found_as: Kind::SplitCommit, damage: split },
    Mutation { name: "two commits came in one message", found_as: Kind::SplitCommit, damage: merge },
    Mutation { name: "joined at a head that is not there", found_as: Kind::BookmarkLied, damage: head_beyond },
    Mutation { name: "told to be current, behind the head", found_as: Kind::BookmarkLied, damage: not_current },
    Mutation { name: "heads name a seq that is not there", found_as: Kind::BookmarkLied, damage: heads_beyond },
    Mutation { name: "a snapshot where events were promised", found_as: Kind::BookmarkLied, damage: unpromised },
    Mutation { name: "one never came to the end", found_as: Kind::NotConverged, damage: no_end },
    Mutation { name: "one stands one event before the end", found_as: Kind::NotConverged, damage: short_end },
    Mutation { name: "one came to the end too late", found_as: Kind::NotConverged, damage: late_end },
    Mutation { name: "another state in the end", found_as: Kind::WrongState, damage: other_end },
    Mutation { name: "another state in a snapshot", found_as: Kind::WrongState, damage: other_snapshot },
    Mutation { name: "another state on the way", found_as: Kind::WrongState, damage: other_on_the_way },
    Mutation { name: "another state read", found_as: Kind::WrongState, damage: other_read },
    Mutation { name: "a read from before what it asked for", found_as: Kind::StaleRead, damage: stale_read },
    Mutation { name: "a read older than the one before", found_as: Kind::ReadWentBack, damage: read_back },
    Mutation { name: "a change was seen three seconds later", found_as: Kind::RealtimeLag, damage: lag },
];

fn is_events(record: &Record) -> bool {
    matches!(record, Record::Events { seq, .. } if *seq > 12)
}

fn is_multiple(record: &Record) -> bool {
    matches!(record, Record::Events { hashes, .. } if hashes.len() > 1)
}

/// Where a record stands, and in whose log.
fn place(history: &History, wanted: impl Fn(&Record) -> bool) -> Option<(usize, usize)> {
    history
        .clients
        .iter()
        .enumerate()
        .find_map(|(client, records)| records.iter().position(&wanted).map(|place| (client, place)))
}

fn other_bytes(history: &mut History) -> Option<()> {
    find(history, is_events, |record| {
        if let Record::Events { hashes, .. } = record {
            hashes.iter_mut().for_each(|(_, hash)| *hash ^= 1);
        }
    })
}

fn shown_too_much(history: &mut History) -> Option<()> {
    let stream = board(history)?;
    let length = history.journal.length(stream);
    let last =
        |record: &Record| matches!(record, Record::Events { topic, seq, .. } if *topic == stream && *seq == length);
    let (client, index) = place(history, last)?;
    let mut more = history.clients[client][index].clone();
    if let Record::Events { after, seq, hashes, digest, .. } = &mut more {
        (*after, *seq, *hashes, *digest) = (*seq, *seq + 1, vec![(*seq + 1, 9)], None);
    }
    history.clients[client].insert(index + 1, more);
    Some(())
}

fn leave_out(history: &mut History) -> Option<()> {
    let (client, index) = place(history, is_events)?;
    history.clients[client].remove(index);
    Some(())
}

fn leave_out_within(history: &mut History) -> Option<()> {
    find(history, is_multiple, |record| {
        if let Record::Events { hashes, .. } = record {
            hashes.pop();
        }
    })
}

fn other_epoch(history: &mut History) -> Option<()> {
    find(history, is_events, |record| {
        if let Record::Events { epoch, .. } = record {
            *epoch += 1;
        }
    })
}

fn double(history: &mut History) -> Option<()> {
    let (client, index) = place(history, is_events)?;
    let again = history.clients[client][index].clone();
    history.clients[client].insert(index + 1, again);
    Some(())
}

fn swap(history: &mut History) -> Option<()> {
    for records in &mut history.clients {
        let pair = records.windows(2).position(|pair| is_events(&pair[0]) && is_events(&pair[1]));
        if let Some(at) = pair {
            records.swap(at, at + 1);
            return Some(());
        }
    }
    None
}

fn old_snapshot(history: &mut History) -> Option<()> {
    // One that comes after something was held.
    for records in &mut history.clients {
        let later =
            records.iter().rposition(|record| matches!(record, Record::Snapshot { bookmark, .. } if bookmark.seq > 12));
        if let Some(Record::Snapshot { bookmark, .. }) = later.map(|at| &mut records[at]) {
            bookmark.seq = 2;
            return Some(());
        }
    }
    None
}

fn split(history: &mut History) -> Option<()> {
    let (client, index) = place(history, is_multiple)?;
    let (mut one, mut two) = (history.clients[client][index].clone(), history.clients[client][index].clone());
    if let (Record::Events { seq, hashes, digest, .. }, Record::Events { after, hashes: rest, .. }) =
        (&mut one, &mut two)
    {
        rest.remove(0);
        hashes.truncate(1);
        (*seq, *after, *digest) = (hashes[0].0, hashes[0].0, None);
    }
    history.clients[client].splice(index..=index, [one, two]);
    Some(())
}

fn merge(history: &mut History) -> Option<()> {
    for records in &mut history.clients {
        let Some(at) = records.windows(2).position(|pair| is_events(&pair[0]) && is_events(&pair[1])) else { continue };
        let second = records.remove(at + 1);
        if let (
            Record::Events { seq, hashes, digest, .. },
            Record::Events { seq: end, hashes: more, digest: held, .. },
        ) = (&mut records[at], second)
        {
            hashes.extend(more);
            (*seq, *digest) = (end, held);
            return Some(());
        }
    }
    None
}

fn head_beyond(history: &mut History) -> Option<()> {
    find(
        history,
        |record| matches!(record, Record::Joined { .. }),
        |record| {
            if let Record::Joined { head, .. } = record {
                head.seq += 1_000_000;
            }
        },
    )
}

fn not_current(history: &mut History) -> Option<()> {
    let resumed = |record: &Record| matches!(record, Record::Joined { from: Resumed::Events, .. });
    find(history, resumed, |record| {
        if let Record::Joined { from, .. } = record {
            *from = Resumed::Current;
        }
    })
}

fn unpromised(history: &mut History) -> Option<()> {
    let whole = |record: &Record| matches!(record, Record::Joined { from: Resumed::Snapshot, .. });
    find(history, whole, |record| {
        if let Record::Joined { from, .. } = record {
            *from = Resumed::Events;
        }
    })
}

fn heads_beyond(history: &mut History) -> Option<()> {
    find(
        history,
        |record| matches!(record, Record::Heads { .. }),
        |record| {
            if let Record::Heads { bookmark, .. } = record {
                bookmark.seq += 1_000_000;
            }
        },
    )
}

fn is_end(record: &Record) -> bool {
    matches!(record, Record::Final { .. })
}

fn no_end(history: &mut History) -> Option<()> {
    let (client, index) = place(history, is_end)?;
    history.clients[client].remove(index);
    Some(())
}

fn short_end(history: &mut History) -> Option<()> {
    find(history, is_end, |record| {
        if let Record::Final { bookmark, .. } = record {
            bookmark.seq -= 1;
        }
    })
}

fn late_end(history: &mut History) -> Option<()> {
    find(history, is_end, |record| {
        if let Record::Final { at, .. } = record {
            *at += 60_000_000;
        }
    })
}

fn tamper(record: &mut Record) {
    match record {
        Record::Final { digest, .. }
        | Record::Snapshot { digest, .. }
        | Record::Read { digest, .. }
        | Record::Events { digest: Some(digest), .. } => *digest ^= 1,
        _ => {}
    }
}

fn other_end(history: &mut History) -> Option<()> {
    find(history, is_end, tamper)
}

fn other_snapshot(history: &mut History) -> Option<()> {
    find(history, |record| matches!(record, Record::Snapshot { .. }), tamper)
}

fn other_on_the_way(history: &mut History) -> Option<()> {
    find(history, |record| matches!(record, Record::Events { digest: Some(_), .. }), tamper)
}

fn other_read(history: &mut History) -> Option<()> {
    find(history, |record| matches!(record, Record::Read { .. }), tamper)
}

fn stale_read(history: &mut History) -> Option<()> {
    find(
        history,
        |record| matches!(record, Record::Read { .. }),
        |record| {
            if let Record::Read { min_seq, seq, .. } = record {
                *min_seq = *seq + 1;
            }
        },
    )
}

fn read_back(history: &mut History) -> Option<()> {
    for records in &mut history.clients {
        let last = records.iter_mut().filter(|record| matches!(record, Record::Read { .. })).nth(1);
        if let Some(Record::Read { min_seq, seq, .. }) = last {
            (*min_seq, *seq) = (1, 1);
            return Some(());
        }
    }
    None
}

fn lag(history: &mut History) -> Option<()> {
    // Of those that were not caught up on by a join: sent to the maker's neighbour as they happened.
    for records in &mut history.clients {
        let mut live = false;
        for record in records {
            match record {
                Record::Ready { .. } => live = true,
                Record::Lost { .. } => live = false,
                Record::Events { at, seq, .. } if live && *seq > 12 => {
                    *at += 3_000_000;
                    return Some(());
                }
                _ => {}
            }
        }
    }
    None
}
