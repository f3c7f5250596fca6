//! Damages to people's rights: what was committed for those who had lost them, what was shown to them, and what came from elsewhere.

use lockstep_protocol::{
    event::{BoardEvent, Event},
    ids::AccountId,
    topic::Topic,
    values::BoardRole,
};

use super::{
    Mutation,
    mutations::{find, write},
};
use crate::{
    check::{Kind, membership},
    history::{History, Intent, Moment, Outcome, Record, journal::Row},
};

pub const ALL: &[Mutation] = &[
    Mutation {
        name: "something committed for one who was removed",
        found_as: Kind::CommandAfterRevoke,
        damage: after_removal,
    },
    Mutation {
        name: "something committed for one who only looks",
        found_as: Kind::CommandAfterRevoke,
        damage: as_viewer,
    },
    Mutation {
        name: "a command out of the organization succeeded",
        found_as: Kind::CommandAfterRevoke,
        damage: out_of_org,
    },
    Mutation { name: "shown to one who was removed", found_as: Kind::LeakAfterRevoke, damage: leak_board },
    Mutation { name: "shown to one out of the organization", found_as: Kind::LeakAfterRevoke, damage: leak_org },
    Mutation { name: "shown to one who is inactive", found_as: Kind::LeakAfterRevoke, damage: leak_inactive },
    Mutation { name: "another organization's secret", found_as: Kind::CrossTenant, damage: foreign },
    Mutation { name: "nobody looked for secrets", found_as: Kind::CrossTenant, damage: unscanned },
];

/// Where an account's role on a board was changed so: stream, seq.
fn changed(history: &History, wanted: impl Fn(&BoardEvent) -> Option<AccountId>) -> Option<(Topic, u64, AccountId)> {
    history.journal.streams.values().flatten().find_map(|row| match row.happened().ok()?.event {
        Event::Board(event) => wanted(&event).map(|account| (row.stream, row.seq, account)),
        _ => None,
    })
}

/// Makes the first task that was created after this place one of the account's.
fn forge(history: &mut History, (stream, after, account): (Topic, u64, AccountId)) -> Option<()> {
    let rows = history.journal.streams.get_mut(&stream)?;
    let row = rows.iter_mut().find(|row| row.seq > after && row.tag == "task.created")?;
    *row = Row { actor: account, ..row.clone() };
    // Chained anew by writing one more.
    write(history, stream, |_| {})?;
    Some(())
}

fn after_removal(history: &mut History) -> Option<()> {
    let place = changed(history, |event| match event {
        BoardEvent::BoardMemberRemoved(event) => Some(event.account_id),
        _ => None,
    })?;
    forge(history, place)
}

fn as_viewer(history: &mut History) -> Option<()> {
    let place = changed(history, |event| match event {
        BoardEvent::BoardMemberRoleChanged(event) if event.role == BoardRole::Viewer => Some(event.account_id),
        _ => None,
    })?;
    forge(history, place)
}

/// Who was put out of an organization by an event of this kind, and when that was acknowledged.
fn put_out(history: &History, by: &str) -> Option<(AccountId, Moment)> {
    let account = history
        .journal
        .streams
        .values()
        .flatten()
        .filter(|row| row.tag == by)
        .find_map(|row| membership(&row.happened().ok()?.event).filter(|(_, inside)| !inside))?
        .0;
    let answered = history.clients.iter().find_map(|records| {
        let wanted = records.iter().find_map(|record| match record {
            Record::Invoked { client_seq, tag, intent: Intent::Revoke(of), .. } if tag == by && *of == account => {
                Some(*client_seq)
            }
            _ => None,
        })?;
        records.iter().find_map(|record| match record {
            Record::Returned { at, client_seq, .. } if *client_seq == wanted => Some(*at),
            _ => None,
        })
    })?;
    Some((account, answered))
}

fn log_of(history: &mut History, account: AccountId) -> Option<&mut Vec<Record>> {
    history
        .clients
        .iter_mut()
        .find(|records| matches!(records.first(), Some(Record::Author { account: of, .. }) if *of == account))
}

fn out_of_org(history: &mut History) -> Option<()> {
    let (account, gone_at) = put_out(history, "member.removed")?;
    let records = log_of(history, account)?;
    let refused = records.iter_mut().find(|record| matches!(record, Record::Returned { at, .. } if *at > gone_at))?;
    if let Record::Returned { outcome, .. } = refused {
        *outcome = Outcome::Ok { epoch: 1, seq: 5, committed: false };
    }
    Some(())
}

/// Shows an account what another was shown first after a moment.
fn leak(history: &mut History, account: AccountId, after: (Topic, u64), from: Moment) -> Option<()> {
    let shown = history.clients.iter().flatten().find(|record| {
        matches!(record, Record::Events { at, topic, seq, .. } if *topic == after.0 && *seq > after.1 && *at > from)
    });
    let shown = shown?.clone();
    let Record::Events { at: moment, .. } = shown else { return None };
    let records = log_of(history, account)?;
    let later = |record: &Record| matches!(record, Record::Invoked { at, .. } if *at > moment);
    let index = records.iter().position(later).unwrap_or(records.len());
    records.insert(index, shown);
    Some(())
}

fn leak_board(history: &mut History) -> Option<()> {
    let (stream, seq, account) = changed(history, |event| match event {
        BoardEvent::BoardMemberRemoved(event) => Some(event.account_id),
        _ => None,
    })?;
    leak(history, account, (stream, seq), 0)
}

fn leak_org(history: &mut History) -> Option<()> {
    leak_to_one_who_is_out(history, "member.removed")
}

fn leak_inactive(history: &mut History) -> Option<()> {
    leak_to_one_who_is_out(history, "member.status.changed")
}

fn leak_to_one_who_is_out(history: &mut History, by: &str) -> Option<()> {
    let (account, gone_at) = put_out(history, by)?;
    let stream = log_of(history, account)?.iter().find_map(|record| match record {
        Record::Joined { topic, .. } => Some(*topic),
        _ => None,
    })?;
    leak(history, account, (stream, 0), gone_at + 2_400_000)
}

fn foreign(history: &mut History) -> Option<()> {
    find(
        history,
        |record| matches!(record, Record::Canaries { .. }),
        |record| {
            if let Record::Canaries { foreign, .. } = record {
                *foreign = 1;
            }
        },
    )
}

fn unscanned(history: &mut History) -> Option<()> {
    for record in history.clients.iter_mut().flatten() {
        if let Record::Canaries { own, .. } = record {
            *own = 0;
        }
    }
    Some(())
}
