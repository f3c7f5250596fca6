//! What becomes of a command as a whole: its events in their places, what it went over, and for several commands in one what of
//! each. The shells call this, not [`Aggregate::decide`].

use lockstep_protocol::{
    codes::{Code, Failure},
    event::{BoardEvent, Happened},
    frame::FailedPart,
    ids::{AccountId, ClientId},
    values::{Conflict, OnFailure},
};

use crate::{
    aggregate::{Aggregate, Ctx},
    refuse::forbidden,
};

/// Where the events of a command will stand, and whose they are.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// The last seq before them.
    pub after: u64,
    pub client: Option<(ClientId, u64)>,
    /// The seq that the author saw; `None`: nobody asks what changed since.
    pub saw: Option<u64>,
    /// Refuse rather than go over what they have not seen.
    pub refuse_unseen: bool,
}

/// A command that is allowed.
#[derive(Debug)]
pub struct Decision<A: Aggregate> {
    pub state: A,
    pub events: Vec<Happened<A::Event>>,
    /// What it overwrites that its author had not seen.
    pub conflicts: Vec<Conflict>,
    /// Those of its parts that are refused.
    pub failed: Vec<FailedPart>,
    /// What happens on the board besides.
    pub beside: Vec<Happened<BoardEvent>>,
}

/// Decides a command and folds its events.
pub fn decide<A: Aggregate>(
    state: &A,
    command: &A::Command,
    ctx: &Ctx<'_>,
    stamp: &Stamp,
) -> Result<Decision<A>, Failure> {
    let mut decision =
        Decision { state: state.clone(), events: vec![], conflicts: vec![], failed: vec![], beside: vec![] };
    decision.add(command, ctx, stamp)?;
    if let Some(other) = ctx.beside
        && !decision.events.is_empty()
    {
        decision.beside = beside(state, command, ctx, other.seq)?;
    }
    // Whoever goes back knows that others were there since: the command itself says what stands in the way.
    let unasked = Stamp { saw: None, ..*stamp };
    for index in 0.. {
        let Some(follow_up) = decision.state.follow_up(command, ctx, index)? else { break };
        decision.happen(follow_up.events, ctx, stamp)?;
        for command in &follow_up.commands {
            decision.add(command, ctx, &unasked)?;
        }
    }
    let Some((parts, on_failure)) = A::parts(command) else { return Ok(decision) };
    for (index, part) in parts.iter().enumerate() {
        if let Err(failure) = decision.add(part, ctx, stamp) {
            match on_failure {
                OnFailure::None => return Err(within(index, failure)),
                OnFailure::Rest => decision.failed.push(FailedPart { index: index as u32, failure }),
            }
        }
    }
    Ok(decision)
}

/// Nobody's client made these: the answer speaks of the command's own stream.
fn beside<A: Aggregate>(
    state: &A,
    command: &A::Command,
    ctx: &Ctx<'_>,
    after: u64,
) -> Result<Vec<Happened<BoardEvent>>, Failure> {
    let by = ctx.principal.account().ok_or_else(forbidden)?;
    let events = state.beside(command, ctx)?;
    let happened = |(event, seq)| Happened { seq, at: ctx.now, by, client_id: None, client_seq: None, event };
    Ok(events.into_iter().zip(after + 1..).map(happened).collect())
}

impl<A: Aggregate> Decision<A> {
    /// One command more, on what those before it left.
    fn add(&mut self, command: &A::Command, ctx: &Ctx<'_>, stamp: &Stamp) -> Result<(), Failure> {
        let events = self.state.decide(command, ctx)?;
        if events.is_empty() {
            return Ok(());
        }
        let by = ctx.principal.account().ok_or_else(forbidden)?;
        let unseen = unseen(&self.state, &events, by, stamp)?;
        self.conflicts.extend(unseen);
        self.happen(events, ctx, stamp)
    }

    fn happen(&mut self, events: Vec<A::Event>, ctx: &Ctx<'_>, stamp: &Stamp) -> Result<(), Failure> {
        let by = ctx.principal.account().ok_or_else(forbidden)?;
        for event in events {
            let happened = Happened {
                seq: stamp.after + self.events.len() as u64 + 1,
                at: ctx.now,
                by,
                client_id: stamp.client.map(|(client_id, _)| client_id),
                client_seq: stamp.client.map(|(_, client_seq)| client_seq),
                event,
            };
            self.state.evolve(&happened);
            self.events.push(happened);
        }
        Ok(())
    }
}

/// What others changed of what these events change, after their author looked; a failure where they do not want them then.
fn unseen<A: Aggregate>(
    state: &A,
    events: &[A::Event],
    by: AccountId,
    stamp: &Stamp,
) -> Result<Vec<Conflict>, Failure> {
    let Some(saw) = stamp.saw else { return Ok(Vec::new()) };
    let mut conflicts = state.conflicts(events, saw, (by, stamp.client.map(|(client_id, _)| client_id)));
    // What an earlier part of the same command did is no news.
    conflicts.retain(|conflict| conflict.seq <= stamp.after);
    match conflicts.first() {
        Some(first) if stamp.refuse_unseen => {
            let field = first.field.word();
            Err(Failure { conflicts, ..Failure::new(Code::PreconditionFailed).field(field) })
        }
        _ => Ok(conflicts),
    }
}

/// The failure of a part, in the words of the whole.
fn within(index: usize, failure: Failure) -> Failure {
    let field = match &failure.field {
        Some(field) => format!("commands.{index}.{field}"),
        None => format!("commands.{index}"),
    };
    failure.field(field)
}
