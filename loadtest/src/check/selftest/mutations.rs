//! Damages to the journal and to what was answered.

use lockstep_protocol::{
    codes::Code,
    event::{BoardEvent, Event, board::BoardUpdated},
    ids::{ClientId, CommitId},
    topic::{Kind as StreamKind, Topic},
};
use uuid::Uuid;

use super::Mutation;
use crate::{
    check::Kind,
    history::{History, Intent, Moment, Outcome, Record, journal::Row},
};

pub const ALL: &[Mutation] = &[
    Mutation { name: "the last acknowledged event is gone", found_as: Kind::LostAckedWrite, damage: lose_last },
    Mutation { name: "an event in the middle is gone", found_as: Kind::JournalGap, damage: lose_middle },
    Mutation { name: "a head is ahead of its events", found_as: Kind::JournalGap, damage: head_ahead },
    Mutation { name: "time goes back in a stream", found_as: Kind::JournalGap, damage: time_goes_back },
    Mutation { name: "a byte of an event is flipped", found_as: Kind::HashChain, damage: flip },
    Mutation {
        name: "an event stands before one acknowledged earlier",
        found_as: Kind::RealtimeInversion,
        damage: invert,
    },
    Mutation { name: "no change, as of long ago", found_as: Kind::RealtimeInversion, damage: old_nothing },
    Mutation { name: "a command has two commits", found_as: Kind::EffectTwice, damage: twice },
    Mutation { name: "a text is there twice, under another key", found_as: Kind::EffectTwice, damage: twice_by_text },
    Mutation {
        name: "an unanswered command has two commits",
        found_as: Kind::UnknownResolvedTwice,
        damage: unknown_twice,
    },
    Mutation { name: "told another seq than the journal's", found_as: Kind::AckMismatch, damage: other_seq },
    Mutation { name: "a retry is told another seq", found_as: Kind::AckMismatch, damage: other_answer },
    Mutation {
        name: "a retry of what was acknowledged is refused",
        found_as: Kind::AckMismatch,
        damage: refused_retry,
    },
    Mutation {
        name: "another body under a used number is accepted",
        found_as: Kind::AckMismatch,
        damage: accept_variant,
    },
    Mutation { name: "a refused command is in the journal", found_as: Kind::RejectedButApplied, damage: apply_refused },
    Mutation {
        name: "a committed command was answered with a refusal",
        found_as: Kind::RejectedButApplied,
        damage: refuse_applied,
    },
    Mutation { name: "a command that nobody sent", found_as: Kind::PhantomEvent, damage: never_sent },
    Mutation { name: "another text than was asked for", found_as: Kind::PhantomEvent, damage: other_text },
    Mutation {
        name: "what no role allows is accepted",
        found_as: Kind::NotAllowedButApplied,
        damage: accept_forbidden,
    },
];

pub fn board(history: &History) -> Option<Topic> {
    history.journal.streams.keys().find(|stream| stream.kind == StreamKind::Board).copied()
}

pub fn find<T>(
    history: &mut History,
    wanted: impl Fn(&Record) -> bool,
    change: impl FnOnce(&mut Record) -> T,
) -> Option<T> {
    history.clients.iter_mut().flatten().find(|record| wanted(record)).map(change)
}

/// Chains a stream anew from its first event, and makes its head agree: as a server would write it.
pub fn rechain(history: &mut History, stream: Topic) -> Option<()> {
    let rows = history.journal.streams.get_mut(&stream)?;
    let mut hash = [0; 32];
    for row in rows.iter_mut() {
        row.hash = row.chained(&hash);
        hash = row.hash;
    }
    history.journal.heads.insert(stream, (rows.last()?.seq, hash));
    Some(())
}

/// Writes one more event at a stream's end, as a commit of its own.
pub fn write(history: &mut History, stream: Topic, change: impl FnOnce(&mut Row)) -> Option<u64> {
    let rows = history.journal.streams.get_mut(&stream)?;
    let mut row = rows.last()?.clone();
    (row.seq, row.commit) = (row.seq + 1, CommitId(Uuid::from_u128(u128::MAX)));
    change(&mut row);
    let seq = row.seq;
    rows.push(row);
    rechain(history, stream)?;
    Some(seq)
}

fn lose_last(history: &mut History) -> Option<()> {
    let stream = board(history)?;
    let rows = history.journal.streams.get_mut(&stream)?;
    let commit = rows.last()?.commit;
    rows.retain(|row| row.commit != commit);
    rechain(history, stream)
}

fn lose_middle(history: &mut History) -> Option<()> {
    let stream = board(history)?;
    let rows = history.journal.streams.get_mut(&stream)?;
    rows.remove(rows.len() / 2);
    Some(())
}

fn head_ahead(history: &mut History) -> Option<()> {
    let stream = board(history)?;
    history.journal.heads.get_mut(&stream)?.0 += 1;
    Some(())
}

fn time_goes_back(history: &mut History) -> Option<()> {
    let stream = board(history)?;
    history.journal.streams.get_mut(&stream)?.last_mut()?.at = 0;
    rechain(history, stream)
}

fn flip(history: &mut History) -> Option<()> {
    let stream = board(history)?;
    let rows = history.journal.streams.get_mut(&stream)?;
    let middle = rows.len() / 2;
    *rows[middle].payload.last_mut()? ^= 1;
    Some(())
}

/// Acknowledged commands of one attempt: client, client seq, where in its log the two records stand, seq.
fn acknowledged(history: &History) -> Vec<(usize, u64, usize, usize, u64)> {
    let mut found = Vec::new();
    for (client, records) in history.clients.iter().enumerate() {
        for (place, record) in records.iter().enumerate() {
            let Record::Returned { client_seq, attempt: 1, outcome, .. } = record else { continue };
            let Outcome::Ok { seq, committed: true, .. } = outcome else { continue };
            let of = |record: &&Record| matches!(record, Record::Invoked { client_seq: of, .. } if of == client_seq);
            let plain = |record: &Record| matches!(record, Record::Invoked { tag, intent: Intent::Ordinary, .. } if tag == "task.create");
            let asked = records.iter().position(|record| of(&record));
            if let Some(asked) = asked.filter(|asked| plain(&records[*asked]) && records.iter().filter(of).count() == 1)
            {
                found.push((client, *client_seq, asked, place, *seq));
            }
        }
    }
    found
}

fn set_at(record: &mut Record, moment: Moment) {
    if let Record::Invoked { at, .. } | Record::Returned { at, .. } = record {
        *at = moment;
    }
}

fn invert(history: &mut History) -> Option<()> {
    let (client, _, asked, answered, _) = *acknowledged(history).first()?;
    let late = history.run.quiet_at;
    set_at(&mut history.clients[client][asked], late);
    set_at(&mut history.clients[client][answered], late + 10);
    Some(())
}

fn old_nothing(history: &mut History) -> Option<()> {
    let nothing = |record: &Record| matches!(record, Record::Returned { outcome: Outcome::Ok { committed: false, seq, .. }, .. } if *seq > 20);
    find(history, nothing, |record| {
        if let Record::Returned { outcome: Outcome::Ok { seq, .. }, .. } = record {
            *seq = 1;
        }
    })
}

fn twice(history: &mut History) -> Option<()> {
    let (client, client_seq, ..) = *acknowledged(history).first()?;
    again(history, client, client_seq)
}

/// Writes the events of a command a second time.
fn again(history: &mut History, client: usize, client_seq: u64) -> Option<()> {
    let Record::Author { client_id, .. } = *history.clients[client].first()? else { return None };
    let made = |row: &&Row| row.origin.is_some_and(|of| of.client_id == client_id && of.client_seq == client_seq);
    let row = history.journal.streams.values().flatten().find(made)?.clone();
    write(history, row.stream, |new| *new = Row { seq: new.seq, commit: new.commit, at: new.at, ..row.clone() })?;
    Some(())
}

fn twice_by_text(history: &mut History) -> Option<()> {
    let (client, client_seq, ..) = *acknowledged(history).first()?;
    again(history, client, client_seq)?;
    let stream = board(history)?;
    history.journal.streams.get_mut(&stream)?.last_mut()?.origin = None;
    rechain(history, stream)
}

fn unknown_twice(history: &mut History) -> Option<()> {
    let unknown = history.clients.iter().enumerate().find_map(|(client, records)| {
        records.iter().find_map(|record| match record {
            Record::Returned { client_seq, outcome: Outcome::Unknown, .. } => Some((client, *client_seq)),
            _ => None,
        })
    });
    let (client, client_seq) = unknown?;
    again(history, client, client_seq)
}

fn shift(record: &mut Record) {
    if let Record::Returned { outcome: Outcome::Ok { seq, .. }, .. } = record {
        *seq += 1;
    }
}

fn other_seq(history: &mut History) -> Option<()> {
    let (client, _, _, answered, _) = *acknowledged(history).first()?;
    shift(&mut history.clients[client][answered]);
    Some(())
}

fn retried(record: &Record) -> bool {
    matches!(record, Record::Returned { attempt: 2, outcome: Outcome::Ok { committed: true, .. }, .. })
}

fn other_answer(history: &mut History) -> Option<()> {
    find(history, retried, shift)
}

fn set_outcome(record: &mut Record, new: Outcome) {
    if let Record::Returned { outcome, .. } = record {
        *outcome = new;
    }
}

fn refused_retry(history: &mut History) -> Option<()> {
    let code = Code::IdempotencyMismatch;
    let first_was_answered = history.clients.iter().enumerate().find_map(|(client, records)| {
        let answered = |client_seq: u64| {
            records.iter().any(|record| {
                matches!(record, Record::Returned { client_seq: of, attempt: 1, outcome: Outcome::Ok { .. }, .. } if *of == client_seq)
            })
        };
        let place = records.iter().position(|record| match record {
            Record::Returned { client_seq, .. } => retried(record) && answered(*client_seq),
            _ => false,
        });
        place.map(|place| (client, place))
    });
    let (client, place) = first_was_answered?;
    set_outcome(&mut history.clients[client][place], Outcome::Rejected { code, temporary: false });
    Some(())
}

fn accept_variant(history: &mut History) -> Option<()> {
    let variant = |record: &Record| matches!(record, Record::Returned { attempt: 3, .. });
    find(history, variant, |record| set_outcome(record, Outcome::Ok { epoch: 1, seq: 1, committed: false }))
}

fn apply_refused(history: &mut History) -> Option<()> {
    let refused = history.clients.iter().find_map(|records| {
        let Record::Author { client_id, account, .. } = *records.first()? else { return None };
        records.iter().find_map(|record| match record {
            Record::Returned { client_seq, attempt: 1, outcome: Outcome::Rejected { .. }, .. } => {
                Some((client_id, account, *client_seq))
            }
            _ => None,
        })
    });
    let (client_id, account, client_seq) = refused?;
    write_for(history, client_id, |row| {
        row.actor = account;
        row.origin.iter_mut().for_each(|origin| (origin.client_id, origin.client_seq) = (client_id, client_seq));
    })
}

/// One more event in the board of this client, renaming it.
fn write_for(history: &mut History, client_id: ClientId, change: impl FnOnce(&mut Row)) -> Option<()> {
    let by =
        |row: &&Row| row.stream.kind == StreamKind::Board && row.origin.is_some_and(|of| of.client_id == client_id);
    let row = history.journal.streams.values().flatten().find(by)?.clone();
    let renamed: BoardEvent = BoardUpdated { name: Some("Other".to_owned()), visibility: None }.into();
    let payload = rmp_serde::to_vec_named(&renamed).ok()?;
    write(history, row.stream, |new| {
        *new = Row { seq: new.seq, commit: new.commit, at: new.at, payload, tag: renamed.tag().to_owned(), ..row };
        change(new);
    })?;
    Some(())
}

fn refuse_applied(history: &mut History) -> Option<()> {
    let (client, _, _, answered, _) = *acknowledged(history).first()?;
    set_outcome(&mut history.clients[client][answered], Outcome::Rejected { code: Code::Contended, temporary: true });
    Some(())
}

fn never_sent(history: &mut History) -> Option<()> {
    let Record::Author { client_id, .. } = *history.clients.first()?.first()? else { return None };
    write_for(history, client_id, |row| row.origin.iter_mut().for_each(|origin| origin.client_seq = 1_000_000))
}

fn other_text(history: &mut History) -> Option<()> {
    let stream = board(history)?;
    let rows = history.journal.streams.get_mut(&stream)?;
    let row = rows.iter_mut().find(|row| row.tag == "task.created")?;
    let Event::Board(BoardEvent::TaskCreated(mut event)) = row.happened().ok()?.event else { return None };
    event.title.push('!');
    row.payload = rmp_serde::to_vec_named(&BoardEvent::from(event)).ok()?;
    rechain(history, stream)
}

fn accept_forbidden(history: &mut History) -> Option<()> {
    let forbidden = history.clients.iter().enumerate().find_map(|(client, records)| {
        records.iter().find_map(|record| match record {
            Record::Invoked { client_seq, intent: Intent::Refusable, .. } => Some((client, *client_seq)),
            _ => None,
        })
    });
    let (client, wanted) = forbidden?;
    let answer = history.clients[client]
        .iter_mut()
        .find(|record| matches!(record, Record::Returned { client_seq, .. } if *client_seq == wanted))?;
    set_outcome(answer, Outcome::Ok { epoch: 1, seq: 5, committed: true });
    Some(())
}
