//! The other board of a command that changes one besides its own aggregate: how it stands, who decides about access there, and the texts
//! that go from one to the other. It is read here and handed in with the command, whose append expects it as it was read: where it has moved
//! on it is read anew. Must never decide anything: the rules do, with what is here.

use std::sync::{Arc, atomic::Ordering};

use lockstep_domain::{
    Aggregate, Beside as Facing,
    board::{Board, Past, Texts},
    timer,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{BoardCommand, Command},
    event::level_of,
    ids::BoardId,
    topic::Topic,
};

use super::{
    aggregate,
    directory::{CommandRequest, Directory},
    facts::Facts,
    published::Published,
};
use crate::{bus::Notice, store::journal::Guard};

/// How often a command is decided anew because others changed the other board meanwhile.
pub const MOVED_MAX: u32 = 24;

/// See the module.
pub struct Beside {
    pub topic: Topic,
    pub published: Arc<Published<Board>>,
    facts: Facts,
    texts: Texts,
}

impl Beside {
    /// As the rules see it.
    pub fn facts(&self) -> Facing<'_> {
        Facing {
            id: BoardId(self.topic.id),
            board: &self.published.state,
            seq: self.published.bookmark.seq,
            org: self.facts.organization(),
            team: self.facts.team(),
            texts: &self.texts,
        }
    }

    pub fn guards(&self) -> Vec<Guard> {
        self.facts.guards()
    }
}

/// Which board a command changes besides, the field that names it, and the newest event that this takes. `past`: what it takes back.
fn named(body: &Command, past: Option<&Past>) -> Option<(BoardId, &'static str, &'static str)> {
    match body {
        Command::Board(BoardCommand::UndoChange(_)) => {
            past.and_then(Past::crossing).map(|crossing| (crossing.board_id, "seq", "task.transferred"))
        }
        Command::Board(BoardCommand::TransferTask(command)) => {
            Some((command.to_board_id, "to_board_id", "task.transferred"))
        }
        Command::Account(command) => timer::board_of(command).map(|(id, _)| (id, "board_id", "time.started")),
        _ => None,
    }
}

/// Whether a command goes on where there is no such board any more: nothing holds up that a timer is stopped.
fn goes_on_without(body: &Command) -> bool {
    matches!(body, Command::Account(command) if timer::board_of(command).is_some_and(|(_, waits)| !waits))
}

/// Whether a command changes a board besides.
pub fn concerns(body: &Command, past: Option<&Past>) -> bool {
    named(body, past).is_some()
}

impl Directory {
    /// The other board of a command that changes one besides; `moved`: it was read before and has moved on since. Whoever may not see it
    /// is told so by the rules.
    pub(super) async fn beside(
        &self,
        request: &CommandRequest,
        past: Option<&Past>,
        moved: bool,
    ) -> Result<Option<Arc<Beside>>, Failure> {
        match self.look_beside(request, past, moved).await {
            Err(failure) if goes_on_without(&request.body) && !failure.code.temporary() => Ok(None),
            found => found,
        }
    }

    async fn look_beside(
        &self,
        request: &CommandRequest,
        past: Option<&Past>,
        moved: bool,
    ) -> Result<Option<Arc<Beside>>, Failure> {
        let Some((id, field, event)) = named(&request.body, past) else { return Ok(None) };
        if self.common_level().load(Ordering::Relaxed) < level_of(event) {
            let why = "A node that runs does not know this yet.";
            return Err(Failure::because(Code::Unavailable, why).retry_after_ms(5_000));
        }
        let lacking = |failure: Failure| match failure.code {
            Code::NotFound => failure.field(field),
            _ => failure,
        };
        // What a timer finds missing there is not looked for again: it must not be this node that is behind.
        let moved = moved || matches!(request.body, Command::Account(_));
        if moved {
            self.refresh::<Board>(id.0).await;
        }
        let published = self.handle::<Board>(id.0).await.map_err(lacking)?.published();
        if published.quarantined {
            return Err(Failure::new(Code::Quarantined).field(field));
        }
        let (org, team) = (Some(published.state.org_id(id.0)), published.state.team_id());
        let refresh: Vec<_> =
            if moved { org.iter().map(|org| org.0).chain(team.iter().map(|team| team.0)).collect() } else { vec![] };
        let facts = aggregate::load_facts(self, org, team, &refresh).await?;
        let texts = self.texts_beside(request, past).await?;
        Ok(Some(Arc::new(Beside { topic: id.into(), published, facts, texts })))
    }

    async fn texts_beside(&self, request: &CommandRequest, past: Option<&Past>) -> Result<Texts, Failure> {
        let own = BoardId(request.topic.id);
        let (id, task) = match (&request.body, past.and_then(Past::crossing)) {
            (Command::Board(BoardCommand::TransferTask(command)), _) => (own, command.task_id),
            (Command::Board(BoardCommand::UndoChange(_)), Some(crossing)) => {
                (if crossing.went { crossing.board_id } else { own }, crossing.task_id)
            }
            _ => return Ok(Texts::default()),
        };
        let seqs = self.board(id).await?.state.texts_of_transfer(task, &self.services().limits);
        let events = self.board_events(id, seqs).await?;
        Ok(Texts::of(events.iter().map(|happened| (happened.seq, &happened.event))))
    }

    /// An append has changed this board besides: its actor here reads on, and so do those of the other nodes.
    pub(super) fn tell_beside(&self, notice: Notice) {
        if let Some(slot) = self.slots().get(notice.stream) {
            slot.tell(|missed| missed.behind(notice.last), |handle| handle.behind(notice.last));
        }
        self.services().bus.publish(Arc::new(notice));
    }
}
