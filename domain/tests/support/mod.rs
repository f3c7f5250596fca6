//! A small world to ask things of: an organization, a team, a board and an account, with people and things that have short names.

mod words;

use std::collections::BTreeSet;

use lockstep_domain::{
    Account, Aggregate, Board, Ctx, Organization, Principal, Team,
    board::Past,
    decision::{self, Stamp},
};
use lockstep_protocol::{
    codes::Failure,
    command::{BoardCommand, Command},
    event::{Event, Happened},
    ids::AccountId,
    limits::Limits,
    values::Micros,
};
use proptest::test_runner::{Config, RngSeed};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;
pub use words::{LAST, command, id, json};

/// Property tests that try the same cases every time.
pub fn fixed(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(20_261_121), failure_persistence: None, ..Config::default() }
}

/// 2026-11-21T00:00:00Z.
pub const MIDNIGHT: Micros = 1_795_219_200_000_000;

/// One aggregate with its history.
#[derive(Clone)]
pub struct Live<A: Aggregate> {
    pub id: Uuid,
    pub state: A,
    pub history: Vec<Happened<A::Event>>,
    /// The seqs that commits begin with.
    pub begins: BTreeSet<u64>,
}

impl<A: Aggregate> Live<A> {
    pub fn new(name: &str) -> Self {
        Self { id: id(name), state: A::default(), history: Vec::new(), begins: BTreeSet::new() }
    }

    /// The events of the commit that one of this seq is of.
    pub fn commit(&self, seq: u64) -> &[Happened<A::Event>] {
        let begin = self.begins.range(..=seq).next_back().copied().unwrap_or(1) as usize;
        let end = self.begins.range(seq + 1..).next().map_or(self.history.len(), |next| *next as usize - 1);
        self.history.get(begin - 1..end).unwrap_or_default()
    }

    pub fn apply(&mut self, by: AccountId, now: Micros, events: Vec<A::Event>) {
        for event in events {
            let seq = self.history.len() as u64 + 1;
            let happened = Happened { seq, at: now, by, client_id: None, client_seq: None, event };
            self.state.evolve(&happened);
            self.history.push(happened);
        }
    }
}

/// The state as a node that starts now would build it.
pub fn fold<A: Aggregate>(history: &[Happened<A::Event>]) -> A {
    let mut state = A::default();
    history.iter().for_each(|happened| state.evolve(happened));
    state
}

/// What a snapshot in the journal would hold.
pub fn stored<A: Aggregate>(state: &A) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.serialize(&mut rmp_serde::Serializer::new(&mut bytes).with_struct_map()).unwrap();
    bytes
}

#[derive(Clone)]
pub struct World {
    pub org: Live<Organization>,
    pub team: Live<Team>,
    pub board: Live<Board>,
    pub account: Live<Account>,
    pub limits: Limits,
    pub now: Micros,
}

/// Who says it: a short name, `public`, or `server:NAME`.
pub fn principal(who: &str) -> Principal {
    match who.split_once(':') {
        Some(("server", name)) => Principal::System(AccountId(id(name))),
        Some(("link", name)) => Principal::Link(id(name).into()),
        _ if who == "public" => Principal::Public,
        _ => Principal::Account(AccountId(id(who))),
    }
}

impl World {
    /// Nothing but names.
    pub fn empty() -> Self {
        Self {
            org: Live::new("org"),
            team: Live::new("team"),
            board: Live::new("board"),
            account: Live::new("member"),
            limits: Limits::default(),
            now: MIDNIGHT,
        }
    }

    /// The world in which most tests happen; see `world.txt`.
    pub fn usual() -> Self {
        let mut world = Self::empty();
        for line in include_str!("world.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            world.tell(line);
        }
        world
    }

    /// Does what the line says; it must be allowed.
    pub fn tell(&mut self, line: &str) {
        let (who, command) = words::said(line);
        if let Err(refused) = self.act(principal(who), command) {
            panic!("{line}: {refused} {:?}", refused.field);
        }
    }

    /// What the server would look up for a command that goes back to how the board was.
    pub fn past(&self, command: &BoardCommand) -> Option<Past> {
        let board = &self.board;
        let at = |seq: u64| (board.history.len() as u64).checked_sub(words::LAST - seq);
        let past = match command {
            BoardCommand::UndoChange(undo) => {
                let events = board.commit(at(undo.seq)?);
                let before = events.first()?.seq as usize - 1;
                Past::of_change(fold(&board.history[..before]), events)?
            }
            BoardCommand::RevertTask(revert) => Past::of_moment(fold(&board.history[..at(revert.seq)? as usize])),
            _ => return None,
        };
        let seqs = past.text_seqs(&board.state, command);
        Some(past.with_texts(seqs.into_iter().map(|seq| (seq, &board.history[seq as usize - 1].event))))
    }

    /// Decides without doing.
    pub fn ask(&self, principal: Principal, command: Command) -> Result<Vec<Event>, Failure> {
        fn decided<A: Aggregate>(live: &Live<A>, command: Command, ctx: &Ctx<'_>) -> Result<Vec<Event>, Failure> {
            let command = A::own_command(command).expect("the command is for this kind");
            let stamp = Stamp { after: live.history.len() as u64, client: None, saw: None, refuse_unseen: false };
            let decision = decision::decide(&live.state, &command, ctx, &stamp)?;
            Ok(decision.events.into_iter().map(|happened| happened.event.into()).collect())
        }
        match &command {
            Command::Organization(_) => decided(&self.org, command, &self.ctx(principal, self.org.id)),
            Command::Team(_) => decided(&self.team, command, &self.ctx(principal, self.team.id)),
            Command::Board(asked) => {
                let past = self.past(asked);
                let ctx = Ctx { past: past.as_ref(), ..self.ctx(principal, self.board.id) };
                decided(&self.board, command, &ctx)
            }
            Command::Account(_) => decided(&self.account, command, &self.ctx(principal, self.account.id)),
        }
    }

    pub fn ctx(&self, principal: Principal, id: Uuid) -> Ctx<'_> {
        let org = (id != self.org.id && id != self.account.id && self.org.state.exists()).then_some(&self.org.state);
        let team = (id == self.board.id && self.team.state.exists()).then_some(&self.team.state);
        Ctx { principal, now: self.now, id, org, team, past: None, limits: &self.limits }
    }

    /// Decides and does.
    pub fn act(&mut self, principal: Principal, command: Command) -> Result<Vec<Event>, Failure> {
        let events = self.ask(principal, command)?;
        self.now += 1_000_000;
        let by = principal.account().expect("only accounts change anything");
        let begin = self.board.history.len() as u64 + 1;
        for event in events.clone() {
            match event {
                Event::Organization(event) => self.org.apply(by, self.now, vec![event]),
                Event::Team(event) => self.team.apply(by, self.now, vec![event]),
                Event::Board(event) => self.board.apply(by, self.now, vec![event]),
                Event::Account(event) => self.account.apply(by, self.now, vec![event]),
            }
        }
        if begin <= self.board.history.len() as u64 {
            self.board.begins.insert(begin);
        }
        Ok(events)
    }
}

/// An event or command as JSON, with its ids.
pub fn value(item: &impl Serialize) -> Value {
    serde_json::to_value(item).unwrap()
}
