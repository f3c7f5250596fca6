//! How a board was: folded from the newest snapshot before that moment and the events up to it. Whoever asks is checked first as for the
//! board as it is: whoever may see it may see how it came to be. Must never hand out what a change left for others to find: a state from
//! here is compared and shown, never written to.

use std::sync::Arc;

use lockstep_domain::{
    Principal,
    board::{Board, Past},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, Command},
    event::{BoardEvent, Happened},
    ids::BoardId,
    topic::Topic,
    values::{Audience, Micros},
};

use super::{
    directory::{CommandRequest, Directory},
    encode, load,
    shell::failure,
};
use crate::store::journal::Recorded;

/// Events in one read around a change.
const PAGE: usize = 256;

fn missing() -> Failure {
    Failure::new(Code::NotFound).field("seq")
}

impl Directory {
    /// What a command that goes back needs to know; `None` for every other, and for whoever may not ask.
    pub(super) async fn past_of(&self, request: &CommandRequest) -> Result<Option<Arc<Past>>, Failure> {
        let Command::Board(command) = &request.body else { return Ok(None) };
        let seq = match command {
            BoardCommand::UndoChange(undo) => undo.seq,
            BoardCommand::RevertTask(revert) => revert.seq,
            _ => return Ok(None),
        };
        let id = BoardId(request.topic.id);
        if !self.may_look_back(request.principal, id).await? {
            return Ok(None);
        }
        let mut now = self.board(id).await?;
        if now.bookmark.seq < seq {
            now = self.board_now(id).await?;
        }
        if seq == 0 || now.bookmark.seq < seq {
            return Err(missing());
        }
        let past = match command {
            BoardCommand::UndoChange(_) => self.change(id, seq).await?.ok_or_else(missing)?,
            _ => Past::of_moment(self.board_then(id, seq).await?.0),
        };
        let seqs = past.text_seqs(&now.state, command);
        let texts = self.board_events(id, seqs).await?;
        Ok(Some(Arc::new(past.with_texts(texts.iter().map(|happened| (happened.seq, &happened.event))))))
    }

    /// Whether they see the board as more than the public does.
    async fn may_look_back(&self, principal: Principal, id: BoardId) -> Result<bool, Failure> {
        use lockstep_domain::Aggregate;
        let org = self.board(id).await?.state.org_id(id.0);
        match self.readable_board(principal, org, id, 0).await {
            Ok((_, audience)) => Ok(audience != Audience::Public),
            // The rules say so in their own words.
            Err(failure) if failure.code == Code::NotFound => Ok(matches!(principal, Principal::System(_))),
            Err(failure) => Err(failure),
        }
    }

    /// The board as it was right after this seq, and when the last thing before that happened.
    pub async fn board_then(&self, id: BoardId, seq: u64) -> Result<(Board, Micros), Failure> {
        let _turn = self.look_back().await?;
        load::at(&self.services().journal, Topic::from(id), seq).await.map_err(|error| failure(&error))
    }

    /// Events of a board by their seqs.
    pub async fn board_events(&self, id: BoardId, seqs: Vec<u64>) -> Result<Vec<Happened<BoardEvent>>, Failure> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let recorded = self.services().journal.read_at(Topic::from(id), seqs).await.map_err(|error| failure(&error))?;
        happened(&recorded)
    }

    /// The change that made the event with this seq, whole.
    async fn change(&self, id: BoardId, seq: u64) -> Result<Option<Past>, Failure> {
        let (journal, topic) = (&self.services().journal, Topic::from(id));
        let read =
            async |after: u64, limit: usize| journal.read(topic, after, limit).await.map_err(|error| failure(&error));
        let mut events = read(seq - 1, PAGE).await?;
        let Some(commit) = events.first().map(|event| event.commit) else { return Ok(None) };
        // On to its end.
        while events.last().is_some_and(|event| event.commit == commit) {
            let last = events.last().map_or(seq, |event| event.seq);
            let more = read(last, PAGE).await?;
            if more.is_empty() {
                break;
            }
            events.extend(more);
        }
        events.retain(|event| event.commit == commit);
        // And back to its beginning.
        let mut first = seq;
        while first > 1 {
            let from = first.saturating_sub(PAGE as u64 + 1);
            let before = read(from, (first - 1 - from) as usize).await?;
            let own = before.iter().rev().take_while(|event| event.commit == commit).count();
            first -= own as u64;
            let whole = own < before.len();
            events.splice(0..0, before.into_iter().rev().take(own).collect::<Vec<_>>().into_iter().rev());
            if whole || own == 0 {
                break;
            }
        }
        let (before, _) = self.board_then(id, first - 1).await?;
        Ok(Past::of_change(before, &happened(&events)?))
    }
}

fn happened(recorded: &[Recorded]) -> Result<Vec<Happened<BoardEvent>>, Failure> {
    recorded.iter().map(|event| encode::happened::<Board>(event).map_err(|error| failure(&error))).collect()
}
