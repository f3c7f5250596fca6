//! Damages to what changes two streams in one commit: moves between boards and timers of which one half is missing, or is there twice.

use lockstep_protocol::{
    event::{AccountEvent, BoardEvent, Event},
    ids::CommitId,
    topic::Topic,
};
use uuid::Uuid;

use super::{
    Mutation,
    mutations::{rechain, write},
};
use crate::{
    check::Kind,
    history::{History, journal::Row},
};

pub const ALL: &[Mutation] = &[
    Mutation { name: "a task left and came nowhere", found_as: Kind::TornTransfer, damage: left_only },
    Mutation { name: "a task came and left nowhere", found_as: Kind::TornTransfer, damage: came_only },
    Mutation { name: "a task left and came in two commits", found_as: Kind::TornTransfer, damage: two_commits },
    Mutation { name: "a task came twice", found_as: Kind::TornTransfer, damage: came_twice },
    Mutation { name: "the old key leads elsewhere", found_as: Kind::TornTransfer, damage: other_number },
    Mutation { name: "a timer starts while one counts", found_as: Kind::TwoTimers, damage: two_timers },
    Mutation { name: "a timer stops that does not count", found_as: Kind::TwoTimers, damage: stopped_twice },
    Mutation { name: "a timer's time is not noted", found_as: Kind::TimeMiscounted, damage: not_noted },
    Mutation { name: "a timer's time is noted twice", found_as: Kind::TimeMiscounted, damage: noted_twice },
    Mutation { name: "a timer's time is noted later", found_as: Kind::TimeMiscounted, damage: noted_later },
    Mutation { name: "more time is noted than counted", found_as: Kind::TimeMiscounted, damage: noted_more },
    Mutation { name: "time that was lost is noted", found_as: Kind::TimeMiscounted, damage: lost_and_noted },
];

/// The first event of this kind.
fn first(history: &History, tag: &str) -> Option<Row> {
    history.journal.streams.values().flatten().find(|row| row.tag == tag).cloned()
}

/// Takes an event out; those behind it close up.
fn take(history: &mut History, tag: &str) -> Option<()> {
    let row = first(history, tag)?;
    let rows = history.journal.streams.get_mut(&row.stream)?;
    rows.retain(|other| other.seq != row.seq);
    for (row, seq) in rows.iter_mut().zip(1..) {
        row.seq = seq;
    }
    rechain(history, row.stream)
}

/// Writes the first event of this kind once more, at the end of its stream.
fn repeat(history: &mut History, tag: &str) -> Option<()> {
    let row = first(history, tag)?;
    write(history, row.stream, |new| *new = Row { seq: new.seq, at: new.at, ..row })?;
    Some(())
}

/// Changes the first event of this kind where it stands.
fn change(history: &mut History, tag: &str, change: impl FnOnce(&mut Row) -> Option<()>) -> Option<()> {
    let row = first(history, tag)?;
    let (stream, seq) = (row.stream, row.seq);
    let rows = history.journal.streams.get_mut(&stream)?;
    change(rows.iter_mut().find(|row| row.seq == seq)?)?;
    rechain(history, stream)
}

fn left_only(history: &mut History) -> Option<()> {
    take(history, "task.received")
}

fn came_only(history: &mut History) -> Option<()> {
    take(history, "task.transferred")
}

fn two_commits(history: &mut History) -> Option<()> {
    change(history, "task.received", apart)
}

fn apart(row: &mut Row) -> Option<()> {
    row.commit = CommitId(Uuid::from_u128(u128::MAX - 1));
    Some(())
}

fn came_twice(history: &mut History) -> Option<()> {
    repeat(history, "task.received")
}

fn other_number(history: &mut History) -> Option<()> {
    change(history, "task.transferred", |row| {
        let Event::Board(BoardEvent::TaskTransferred(mut event)) = row.happened().ok()?.event else { return None };
        event.to_number = event.to_number.map(|number| number + 1);
        row.payload = rmp_serde::to_vec_named(&BoardEvent::from(event)).ok()?;
        Some(())
    })
}

fn two_timers(history: &mut History) -> Option<()> {
    take(history, "user.timer.stopped")
}

fn stopped_twice(history: &mut History) -> Option<()> {
    repeat(history, "user.timer.stopped")
}

fn not_noted(history: &mut History) -> Option<()> {
    take(history, "time.logged")
}

fn noted_twice(history: &mut History) -> Option<()> {
    repeat(history, "time.logged")
}

fn noted_later(history: &mut History) -> Option<()> {
    change(history, "time.logged", apart)
}

fn noted_more(history: &mut History) -> Option<()> {
    change(history, "time.logged", |row| {
        let Event::Board(BoardEvent::TimeLogged(mut event)) = row.happened().ok()?.event else { return None };
        event.duration_s += 1;
        row.payload = rmp_serde::to_vec_named(&BoardEvent::from(event)).ok()?;
        Some(())
    })
}

/// The commit that says that a time was lost notes it all the same.
fn lost_and_noted(history: &mut History) -> Option<()> {
    let logged = first(history, "time.logged")?;
    let Event::Board(BoardEvent::TimeLogged(mut event)) = logged.happened().ok()?.event else { return None };
    let (commit, entry_id) = history.journal.rows(Topic::from(event.account_id)).iter().find_map(|row| {
        match row.happened().ok()?.event {
            Event::Account(AccountEvent::UserTimerStopped(stopped)) if stopped.lost.is_some() => {
                Some((row.commit, stopped.entry_id))
            }
            _ => None,
        }
    })?;
    event.entry_id = entry_id;
    let payload = rmp_serde::to_vec_named(&BoardEvent::from(event)).ok()?;
    write(history, logged.stream, |new| *new = Row { seq: new.seq, at: new.at, commit, payload, ..logged })?;
    Some(())
}
