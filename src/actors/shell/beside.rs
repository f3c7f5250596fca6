//! Commands that change a board besides their own aggregate: both streams in one append. Each goes alone, so that what holds it up holds up
//! nobody else. Must never write to the other's state: it reads its own stream, as it does when another node has written it.

use lockstep_domain::{Aggregate, board::Board};
use lockstep_protocol::{
    codes::{Code, Failure},
    event::{BoardEvent, Happened},
    position::Position,
};

use super::{Effect, Pending, Shell, batch::Batch};
use crate::{
    actors::{beside::Beside, encode},
    bus::Notice,
    store::journal::{Head, NewEvent, StreamAppend},
};

impl<A: Aggregate> Shell<A> {
    /// The other board's part of an append.
    pub(super) fn part_beside(
        &self,
        pending: &Pending<A>,
        beside: &Beside,
        events: &[Happened<BoardEvent>],
    ) -> Result<StreamAppend, Failure> {
        let encoded = events.iter().map(|happened| {
            let payload = encode::payload(&happened.event).map_err(|error| {
                tracing::error!(topic = %beside.topic, %error, "an event did not encode");
                Failure::new(Code::Internal)
            })?;
            Ok(NewEvent {
                commit: pending.commit,
                at: happened.at,
                actor: happened.by,
                // The command is its own aggregate's: there it is found again.
                origin: None,
                tag: Board::tag(&happened.event),
                level: Board::level(&happened.event),
                payload,
                marks: Board::marks(&happened.event),
            })
        });
        let org = beside.published.state.org_id(beside.topic.id);
        Ok(StreamAppend {
            stream: beside.topic,
            org,
            expected: beside.published.head(),
            events: encoded.collect::<Result<_, Failure>>()?,
        })
    }

    /// The other board is told that its stream goes on.
    pub(super) fn tell_beside(&mut self, batch: &Batch<A>, heads: &[(Head, Position)]) {
        let (Some(part), Some((head, _))) = (&batch.beside, heads.get(1)) else { return };
        self.effects.push(Effect::Beside(Notice {
            org: part.org,
            stream: part.stream,
            epoch: head.epoch,
            first: part.expected.version + 1,
            last: head.version,
            events: None,
            lists: None,
        }));
    }

    /// Somebody else changed the other board first. Whoever handed the command in looks at it anew: nothing was written, also by an earlier
    /// append of the same whose outcome was unknown, for that had expected no more of the other board than this one.
    pub(super) fn moved_beside(&mut self, batch: Batch<A>) {
        for (pending, _) in batch.items {
            pending.answer(Err(Failure::new(Code::Contended).retry_after_ms(50)));
        }
    }
}
