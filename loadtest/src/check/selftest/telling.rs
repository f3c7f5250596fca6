//! Damages to what people are told: left out, told twice, out of order, and told to who had left.

use lockstep_protocol::{
    event::{BoardEvent, Event, InboxEvent, inbox::NotificationSent},
    topic::{Kind as StreamKind, Topic},
};

use super::{
    Mutation,
    mutations::{rechain, write},
};
use crate::{
    check::Kind,
    history::{History, journal::Row},
};

pub const ALL: &[Mutation] = &[
    Mutation { name: "somebody was not told", found_as: Kind::MissingNotification, damage: not_told },
    Mutation { name: "somebody has no inbox", found_as: Kind::MissingNotification, damage: no_inbox },
    Mutation { name: "somebody was told twice", found_as: Kind::DupNotification, damage: told_twice },
    Mutation { name: "somebody was told out of order", found_as: Kind::DupNotification, damage: out_of_order },
    Mutation { name: "a number is left out", found_as: Kind::DupNotification, damage: number_left_out },
    Mutation { name: "somebody was told who had left", found_as: Kind::NotifiedAfterRevoke, damage: told_who_left },
];

fn sent(row: &Row) -> Option<NotificationSent> {
    match row.happened().ok()?.event {
        Event::Inbox(InboxEvent::NotificationSent(sent)) => Some(sent),
        _ => None,
    }
}

/// The inbox of somebody who was told at least so often.
fn inbox(history: &History, times: usize) -> Option<Topic> {
    let streams = history.journal.streams.iter();
    streams
        .filter(|(stream, rows)| stream.kind == StreamKind::Inbox && rows.len() >= times)
        .map(|(stream, _)| *stream)
        .next()
}

/// Changes what one row tells.
fn change(history: &mut History, of: Topic, at: usize, change: impl FnOnce(&mut NotificationSent)) -> Option<()> {
    let row = history.journal.streams.get_mut(&of)?.get_mut(at)?;
    let mut told = sent(row)?;
    change(&mut told);
    row.payload = rmp_serde::to_vec_named(&InboxEvent::from(told)).ok()?;
    rechain(history, of)
}

fn not_told(history: &mut History) -> Option<()> {
    let of = inbox(history, 4)?;
    history.journal.streams.get_mut(&of)?.pop()?;
    rechain(history, of)
}

fn no_inbox(history: &mut History) -> Option<()> {
    let of = inbox(history, 4)?;
    history.journal.streams.remove(&of)?;
    history.journal.heads.remove(&of)?;
    Some(())
}

fn told_twice(history: &mut History) -> Option<()> {
    let of = inbox(history, 4)?;
    let row = history.journal.rows(of).last()?.clone();
    let mut again = sent(&row)?;
    again.number = again.number.map(|number| number + 1);
    again.position.transaction += 1;
    let payload = rmp_serde::to_vec_named(&InboxEvent::from(again)).ok()?;
    write(history, of, |new| *new = Row { seq: new.seq, at: new.at, payload, ..row })?;
    Some(())
}

fn out_of_order(history: &mut History) -> Option<()> {
    let of = inbox(history, 4)?;
    change(history, of, 3, |told| told.position.transaction = 1)
}

fn number_left_out(history: &mut History) -> Option<()> {
    let of = inbox(history, 4)?;
    change(history, of, 3, |told| told.number = told.number.map(|number| number + 1))
}

/// Of what happened on the board after they had left it.
fn told_who_left(history: &mut History) -> Option<()> {
    let (board, account, seq) = history.journal.streams.values().flatten().find_map(|row| {
        let Event::Board(BoardEvent::BoardMemberRemoved(removed)) = row.happened().ok()?.event else { return None };
        let of = Topic::inbox(removed.account_id);
        history.journal.streams.contains_key(&of).then_some((row.stream, removed.account_id, row.seq))
    })?;
    let of = Topic::inbox(account);
    let last = history.journal.rows(of).len() - 1;
    change(history, of, last, |told| {
        told.entry.source.topic = board;
        told.entry.source.seq = seq + 1;
    })
}
