//! Who is to be told is told, once, and nobody of what they may not see: judged by the journal alone, by what is surely theirs to know. A
//! task that is given to somebody, a comment that names them, and a board that they are brought into: whoever was in the board from
//! then on, and in the organization throughout, has been told of it when the run ends. It must never ask the rules of the server.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_protocol::{
    event::{BoardEvent, Event, InboxEvent, inbox::NotificationSent},
    ids::{AccountId, OrgId},
    topic::{Kind as StreamKind, Topic},
};

use super::{Findings, Kind, access::membership};
use crate::history::{History, journal::Row};

/// Where somebody is on a board, by the seqs at which it changes.
type Stays = BTreeMap<(Topic, AccountId), Vec<(u64, bool)>>;

#[derive(Default)]
struct Known {
    stays: Stays,
    /// Who was ever out of an organization that they had been in.
    left: BTreeSet<(OrgId, AccountId)>,
    /// Who is surely to be told of what, and the organization that it happened in.
    concerned: Vec<(OrgId, Topic, u64, AccountId)>,
}

pub fn check(history: &History, findings: &mut Findings) {
    let mut known = Known::default();
    for (stream, rows) in &history.journal.streams {
        for row in rows {
            // What does not decode is told by the checks of the journal.
            let Ok(happened) = row.happened() else { continue };
            known.event(*stream, row, &happened.event);
        }
    }
    let mut told: BTreeSet<(Topic, Topic, u64)> = BTreeSet::new();
    for (inbox, rows) in history.journal.streams.iter().filter(|(stream, _)| stream.kind == StreamKind::Inbox) {
        read(*inbox, rows, &known, &mut told, findings);
    }
    for (org, stream, seq, account) in &known.concerned {
        if known.left.contains(&(*org, *account)) || !known.stayed(*stream, *account, *seq) {
            continue;
        }
        findings.expect(Kind::MissingNotification, told.contains(&(Topic::inbox(*account), *stream, *seq)), || {
            format!("{account} was not told of {stream} {seq}")
        });
    }
}

impl Known {
    fn event(&mut self, stream: Topic, row: &Row, event: &Event) {
        if let Some((account, false)) = membership(event) {
            self.left.insert((OrgId(stream.id), account));
        }
        let Event::Board(event) = event else { return };
        let mut concerns = |account: AccountId| {
            if account != row.actor {
                self.concerned.push((row.org, stream, row.seq, account));
            }
        };
        match event {
            BoardEvent::TaskAssigned(event) => concerns(event.account_id),
            BoardEvent::TaskCommented(event) => event.mentions.iter().copied().for_each(concerns),
            BoardEvent::BoardCreated(event) => {
                self.stays.entry((stream, event.owner_id)).or_default().push((row.seq, true));
            }
            BoardEvent::BoardMemberAdded(event) => {
                concerns(event.account_id);
                self.stays.entry((stream, event.account_id)).or_default().push((row.seq, true));
            }
            BoardEvent::BoardMemberRemoved(event) => {
                self.stays.entry((stream, event.account_id)).or_default().push((row.seq, false));
            }
            _ => {}
        }
    }

    /// Was on the board at this seq and ever after.
    fn stayed(&self, board: Topic, account: AccountId, seq: u64) -> bool {
        let Some(stays) = self.stays.get(&(board, account)) else { return false };
        let then = stays.iter().rev().find(|(at, _)| *at <= seq).is_some_and(|(_, inside)| *inside);
        then && stays.iter().filter(|(at, _)| *at > seq).all(|(_, inside)| *inside)
    }

    /// Was out of the board at this seq and ever after.
    fn gone(&self, board: Topic, account: AccountId, seq: u64) -> bool {
        let Some(stays) = self.stays.get(&(board, account)) else { return false };
        let then = stays.iter().rev().find(|(at, _)| *at <= seq).is_some_and(|(_, inside)| !*inside);
        then && stays.iter().filter(|(at, _)| *at > seq).all(|(_, inside)| !*inside)
    }
}

/// One inbox: each thing once, in the order of the journal, numbered without a gap, and nothing of a board that its owner had left for good.
fn read(inbox: Topic, rows: &[Row], known: &Known, told: &mut BTreeSet<(Topic, Topic, u64)>, findings: &mut Findings) {
    let (mut last, mut next) = (None, 1);
    for row in rows {
        let Some(Event::Inbox(InboxEvent::NotificationSent(sent))) = row.happened().ok().map(|happened| happened.event)
        else {
            continue;
        };
        let NotificationSent { position, number, entry, .. } = sent;
        let (topic, seq) = (entry.source.topic, entry.source.seq);
        let place = || format!("{inbox} {}: {topic} {seq}", row.seq);
        let new = told.insert((inbox, topic, seq)) && last.is_none_or(|last| position > last);
        findings.expect(Kind::DupNotification, new, || format!("{} told again, or after what came later", place()));
        last = Some(position);
        if let Some(number) = number {
            findings.expect(Kind::DupNotification, number == next, || {
                format!("{} has the number {number} where {next} belongs", place())
            });
            next = number + 1;
        }
        findings.expect(Kind::NotifiedAfterRevoke, !known.gone(topic, row.actor, seq), || {
            format!("{} was told to {}, who was out of the board", place(), row.actor)
        });
    }
}
