//! A small world to ask things of: an organization, a team, a board and an account, with people and things that have short names.

mod words;

use std::collections::BTreeSet;

use lockstep_domain::{
    Account, Aggregate, Beside, Board, Channel, Ctx, Inbox, Organization, Principal, Team,
    board::{Crossing, Past, Texts},
    channel::{Keep, Recalled, direct_id},
    decision::{self, Stamp},
    timer,
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{AccountCommand, BoardCommand, ChannelCommand, Command, InboxCommand, transfer::TransferTask},
    event::{AccountEvent, BoardEvent, ChannelEvent, Event, Happened},
    ids::AccountId,
    limits::Limits,
    values::Micros,
};
use proptest::test_runner::{Config, RngSeed};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;
pub use words::{LAST, command, id, json};

/// The seed that was asked for (`make seeds`).
#[expect(clippy::disallowed_methods, reason = "tests have no configuration")]
pub fn other_seed() -> Option<u64> {
    std::env::var("LOCKSTEP_SEED").ok().map(|seed| seed.parse().expect("LOCKSTEP_SEED is a number"))
}

/// Property tests that try the same cases every time, unless another seed is asked for.
pub fn fixed(cases: u32) -> Config {
    let rng_seed = RngSeed::Fixed(other_seed().unwrap_or(20_261_121));
    Config { cases, rng_seed, failure_persistence: None, ..Config::default() }
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
    /// Another one, that tasks of the first may go to and come from.
    pub yonder: Live<Board>,
    pub account: Live<Account>,
    pub channel: Live<Channel>,
    /// Of whose the account is.
    pub inbox: Live<Inbox>,
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
            yonder: Live::new("yonder"),
            account: Live::new("member"),
            channel: Live::new("channel"),
            inbox: inbox_of("member"),
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
        std::mem::swap(&mut world.board, &mut world.yonder);
        for line in include_str!("yonder.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            world.tell(line);
        }
        std::mem::swap(&mut world.board, &mut world.yonder);
        world.scene("open");
        for line in include_str!("inbox.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let now = world.now;
            world.tell(line);
            world.now = now;
        }
        world
    }

    /// The channel is this one: `open`, `private`, `team`, `direct`.
    pub fn scene(&mut self, name: &str) {
        let now = self.now;
        self.channel = Live::new("channel");
        if name == "direct" {
            self.direct(&["owner", "member"]);
        }
        let lines = include_str!("channels.txt").lines().skip_while(|line| *line != format!("[{name}]")).skip(1);
        for line in lines.take_while(|line| !line.starts_with('[')).filter(|line| !line.is_empty()) {
            self.tell(line);
        }
        // Whatever else is tried here is tried at the time it always was.
        self.now = now;
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
            Command::Board(BoardCommand::TransferTask(asked)) => {
                let (_, own, beside) = self.transfer(principal, asked)?;
                Ok(own.into_iter().chain(beside).map(Into::into).collect())
            }
            Command::Board(asked) if self.crosses(asked).is_some() => {
                let (own, beside) = self.cross(principal, asked)?;
                Ok(own.into_iter().chain(beside).map(Into::into).collect())
            }
            Command::Board(asked) => {
                let past = self.past(asked);
                let ctx = Ctx { past: past.as_ref(), ..self.ctx(principal, self.board.id) };
                decided(&self.board, command, &ctx)
            }
            Command::Account(asked) if timer::board_of(asked).is_some() => {
                let (own, beside) = self.timer(principal, asked)?;
                Ok(own.into_iter().map(Event::from).chain(beside.into_iter().map(Into::into)).collect())
            }
            Command::Inbox(asked) => {
                let mut asked = asked.clone();
                if let InboxCommand::SnoozeEntries(snooze) = &mut asked
                    && snooze.until == words::SOON
                {
                    snooze.until = self.now + 1;
                }
                decided(&self.inbox, asked.into(), &self.ctx(principal, self.inbox.id))
            }
            Command::Account(_) => decided(&self.account, command, &self.ctx(principal, self.account.id)),
            Command::Channel(asked) => {
                let asked = self.in_channel(asked.clone());
                let recalled = self.recall(&asked);
                let ctx = Ctx { recalled: recalled.as_ref(), ..self.ctx(principal, self.channel.id) };
                decided(&self.channel, asked.into(), &ctx)
            }
        }
    }

    /// With the seqs of the messages that it names.
    fn in_channel(&self, asked: ChannelCommand) -> ChannelCommand {
        let placed = self.placed(value(&Command::from(asked)));
        let placed: Command = serde_json::from_value(placed).expect("a command");
        Channel::own_command(placed).expect("of a channel")
    }

    /// A command as it is written in tables, with the seqs of the messages that it names.
    pub fn placed(&self, mut command: Value) -> Value {
        for name in ["message", "thread"] {
            let Some(named) = command.get_mut(name).filter(|named| named["seq"] == words::LAST) else { continue };
            let posted = self.channel.history.iter().rfind(|happened| {
                matches!(&happened.event, ChannelEvent::MessagePosted(posted) if named["message_id"] == posted.message_id.to_string())
            });
            if let Some(posted) = posted {
                named["seq"] = posted.seq.into();
            }
        }
        command
    }

    /// What the server would read of the journal for a command about a message that is long past.
    pub fn recall(&self, asked: &ChannelCommand) -> Option<Recalled> {
        let seq = self.channel.state.wants(asked)?;
        Some(Recalled::of(seq, &self.channel.history, self.channel.history.len() as u64))
    }

    /// A direct talk of these, where the channel of the world is.
    pub fn direct(&mut self, people: &[&str]) {
        let people = people.iter().map(|name| AccountId(id(name))).collect();
        self.channel = Live::new("channel");
        self.channel.id = direct_id(self.org.id.into(), &people).0;
    }

    /// The channel remembers as little as this.
    pub fn keep(&mut self, keep: Keep) {
        assert!(self.channel.history.is_empty(), "from its beginning");
        self.channel.state = Channel::keeping(keep);
    }

    pub fn ctx(&self, principal: Principal, id: Uuid) -> Ctx<'_> {
        let org = (id != self.org.id && id != self.account.id && self.org.state.exists()).then_some(&self.org.state);
        let of_team = [self.board.id, self.channel.id].contains(&id);
        let team = (of_team && self.team.state.exists()).then_some(&self.team.state);
        Ctx { principal, now: self.now, id, org, team, past: None, recalled: None, beside: None, limits: &self.limits }
    }

    /// Of the timer of the account, which changes a board besides.
    fn timer(
        &self,
        principal: Principal,
        asked: &AccountCommand,
    ) -> Result<(Vec<AccountEvent>, Vec<BoardEvent>), Failure> {
        let live = [&self.board, &self.yonder];
        let board = timer::board_of(asked).and_then(|(id, _)| live.into_iter().find(|live| live.id == id.0));
        let texts = Texts::default();
        let beside = board.map(|board| {
            let there = self.ctx(principal, board.id);
            let seq = board.history.len() as u64;
            Beside { id: board.id.into(), board: &board.state, seq, org: there.org, team: there.team, texts: &texts }
        });
        let ctx = Ctx { beside, ..self.ctx(principal, self.account.id) };
        let stamp = Stamp { after: self.account.history.len() as u64, client: None, saw: None, refuse_unseen: false };
        let decision = decision::decide(&self.account.state, asked, &ctx, &stamp)?;
        let own = decision.events.into_iter().map(|one| one.event).collect();
        Ok((own, decision.beside.into_iter().map(|one| one.event).collect()))
    }

    /// The task that comes back from the other board by this, or goes there.
    fn crosses(&self, asked: &BoardCommand) -> Option<Crossing> {
        matches!(asked, BoardCommand::UndoChange(_)).then(|| self.past(asked)).flatten()?.crossing()
    }

    /// What happens on the first board by that, and what on the other.
    fn cross(&self, principal: Principal, asked: &BoardCommand) -> Result<(Vec<BoardEvent>, Vec<BoardEvent>), Failure> {
        let past = self.past(asked).expect("it crosses");
        let crossing = past.crossing().expect("it crosses");
        let (board, other) = (&self.board, &self.yonder);
        let from = if crossing.went { other } else { board };
        let seqs = from.state.texts_of_transfer(crossing.task_id, &self.limits);
        let texts = Texts::of(seqs.into_iter().map(|seq| (seq, &from.history[seq as usize - 1].event)));
        let there = self.ctx(principal, other.id);
        let (id, seq) = (other.id.into(), other.history.len() as u64);
        let beside = Beside { id, board: &other.state, seq, org: there.org, team: there.team, texts: &texts };
        let ctx = Ctx { past: Some(&past), beside: Some(beside), ..self.ctx(principal, board.id) };
        let stamp = Stamp { after: board.history.len() as u64, client: None, saw: None, refuse_unseen: false };
        let decision = decision::decide(&board.state, asked, &ctx, &stamp)?;
        let events = |happened: Vec<Happened<BoardEvent>>| happened.into_iter().map(|one| one.event).collect();
        Ok((events(decision.events), events(decision.beside)))
    }

    /// Between the two boards: whether it goes from the first, what happens where it goes from, and what where it goes to.
    fn transfer(
        &self,
        principal: Principal,
        asked: &TransferTask,
    ) -> Result<(bool, Vec<BoardEvent>, Vec<BoardEvent>), Failure> {
        let comes = asked.to_board_id.0 == self.board.id && self.yonder.state.task(asked.task_id).is_some();
        let (from, to) = if comes { (&self.yonder, &self.board) } else { (&self.board, &self.yonder) };
        if asked.to_board_id.0 != to.id && asked.to_board_id.0 != from.id {
            return Err(Failure::new(Code::NotFound).field("to_board_id"));
        }
        let seqs = from.state.texts_of_transfer(asked.task_id, &self.limits);
        let texts = Texts::of(seqs.into_iter().map(|seq| (seq, &from.history[seq as usize - 1].event)));
        let there = self.ctx(principal, to.id);
        let seq = to.history.len() as u64;
        let beside =
            Beside { id: to.id.into(), board: &to.state, seq, org: there.org, team: there.team, texts: &texts };
        let ctx = Ctx { beside: Some(beside), ..self.ctx(principal, from.id) };
        let stamp = Stamp { after: from.history.len() as u64, client: None, saw: None, refuse_unseen: false };
        let decision = decision::decide(&from.state, &BoardCommand::TransferTask(asked.clone()), &ctx, &stamp)?;
        let events = |happened: Vec<Happened<BoardEvent>>| happened.into_iter().map(|one| one.event).collect();
        Ok((!comes, events(decision.events), events(decision.beside)))
    }

    /// Decides and does.
    pub fn act(&mut self, principal: Principal, command: Command) -> Result<Vec<Event>, Failure> {
        let by = principal.account().unwrap_or(AccountId::NIL);
        if let Command::Board(BoardCommand::TransferTask(asked)) = &command {
            let (goes, own, beside) = self.transfer(principal, asked)?;
            self.now += 1_000_000;
            let (here, there) = if goes { (own.clone(), beside.clone()) } else { (beside.clone(), own.clone()) };
            for (live, events) in [(&mut self.board, here), (&mut self.yonder, there)] {
                live.begins.insert(live.history.len() as u64 + 1);
                live.apply(by, self.now, events);
            }
            return Ok(own.into_iter().chain(beside).map(Into::into).collect());
        }
        if let Command::Board(asked) = &command
            && self.crosses(asked).is_some()
        {
            let (here, there) = self.cross(principal, asked)?;
            self.now += 1_000_000;
            for (live, events) in [(&mut self.board, here.clone()), (&mut self.yonder, there.clone())] {
                live.begins.insert(live.history.len() as u64 + 1);
                live.apply(by, self.now, events);
            }
            return Ok(here.into_iter().chain(there).map(Into::into).collect());
        }
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
                Event::Channel(event) => self.channel.apply(by, self.now, vec![event]),
                Event::Inbox(event) => self.inbox.apply(by, self.now, vec![event]),
            }
        }
        if begin <= self.board.history.len() as u64 {
            self.board.begins.insert(begin);
        }
        Ok(events)
    }
}

/// An inbox that is not there yet.
pub fn inbox_of(name: &str) -> Live<Inbox> {
    Live { id: lockstep_protocol::topic::Topic::inbox(AccountId(id(name))).id, ..Live::new(name) }
}

/// An event or command as JSON, with its ids.
pub fn value(item: &impl Serialize) -> Value {
    serde_json::to_value(item).unwrap()
}
