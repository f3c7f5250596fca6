//! The real board's import and replay, asked of the rules themselves: nothing may be refused, and this crate's own fold of the
//! events must equal the rules' view of the state, whenever one joins.

use std::collections::HashMap;

use lockstep_domain::{Aggregate, Board, Ctx, Organization, Principal};
use lockstep_loadtest::model;
use lockstep_protocol::{
    codes::Failure,
    command::{BoardCommand, board::CreateBoard},
    event::{Happened, OrganizationEvent, organization::*},
    ids::{AccountId, BoardId, OrgId},
    limits::Limits,
    values::{Audience, OrgRole, Visibility},
    view::ViewPart,
};
use lockstep_trello::{
    export,
    ids::Ids,
    plan::plan,
    replay::{Cast, actors, replay},
};
use uuid::Uuid;

const ORG: OrgId = OrgId(Uuid::from_u128(1));
const OWNER: AccountId = AccountId(Uuid::from_u128(2));

fn bytes() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/trello-board.json")).unwrap()
}

/// An organization of these people.
fn organization(people: impl IntoIterator<Item = AccountId>, role: OrgRole, placeholder: bool) -> Organization {
    let mut org = Organization::default();
    let founded = OrganizationCreated { name: "Org".to_owned(), owner_id: OWNER }.into();
    let added =
        people.into_iter().map(|account_id| MemberAdded { account_id, role, placeholder, service: false }.into());
    for (seq, event) in (1..).zip(std::iter::once::<OrganizationEvent>(founded).chain(added)) {
        org.evolve(&Happened { seq, at: 1, by: OWNER, client_id: None, client_seq: None, event });
    }
    org
}

/// A board, the events that made it, and a fold of them that began at some point.
struct Live {
    id: BoardId,
    org: Organization,
    board: Board,
    seq: u64,
    folds: Vec<model::Board>,
}

impl Live {
    fn new(id: BoardId, org: Organization) -> Self {
        Self { id, org, board: Board::default(), seq: 0, folds: vec![model::Board::default()] }
    }

    fn ask(&mut self, principal: Principal, command: &BoardCommand) -> Result<usize, Failure> {
        let limits = Limits::default();
        let now = 1_000_000 + i64::try_from(self.seq).unwrap();
        let ctx = Ctx {
            principal,
            now,
            id: self.id.0,
            org: Some(&self.org),
            team: None,
            past: None,
            recalled: None,
            beside: None,
            limits: &limits,
        };
        let events = self.board.decide(command, &ctx)?;
        let count = events.len();
        for event in events {
            self.seq += 1;
            let by = principal.account().unwrap();
            let happened = Happened { seq: self.seq, at: now, by, client_id: None, client_seq: None, event };
            self.board.evolve(&happened);
            let projected = Board::project(&happened.event, Audience::Member).expect("members are told everything");
            let told = Happened { seq: self.seq, at: now, by, client_id: None, client_seq: None, event: projected };
            for fold in &mut self.folds {
                fold.apply(self.id, &told);
            }
        }
        Ok(count)
    }

    fn view(&self) -> model::Board {
        let mut joined = model::Board::default();
        for (part, view) in (0..).zip(self.board.view(self.id.0, Audience::Member, 16 * 1024)) {
            let ViewPart::Board(view) = view else { panic!("a board's view") };
            joined.take(part, view);
        }
        joined
    }

    fn join(&mut self) {
        let view = self.view();
        self.folds.push(view);
    }

    fn check(&self, when: &str) {
        let view = self.view();
        for (index, fold) in self.folds.iter().enumerate() {
            assert_eq!(fold.differences(&view), Vec::<String>::new(), "fold {index}, {when}");
        }
    }
}

#[test]
fn the_rules_take_every_step_of_the_import() {
    let plan = plan(&bytes(), ORG).unwrap();
    let people = plan.people.iter().map(|person| person.account_id);
    let mut live = Live::new(plan.board_id, organization(people, OrgRole::Guest, true));
    let mut silent = Vec::new();
    for step in &plan.steps {
        match live.ask(Principal::System(OWNER), &step.command) {
            Ok(0) => silent.push(&step.command),
            Ok(_) => {}
            Err(failure) => panic!("{failure} ({:?}): {:?}", failure.field, step.command),
        }
    }
    // What left no event is decided anew on the next run: it must still be allowed, and change nothing.
    for command in silent {
        assert_eq!(live.ask(Principal::System(OWNER), command), Ok(0), "{command:?}");
    }
    live.check("in the end");
    assert_eq!(live.view().tasks.len(), 44, "the others are archived");
}

#[test]
fn the_rules_take_every_command_of_the_replay_and_every_fold_is_the_state() {
    let board = export::read(&bytes()).unwrap();
    let actors = actors(&board);
    let accounts: HashMap<_, _> =
        actors.iter().zip(10..).map(|(actor, n)| (actor.id.clone(), AccountId(Uuid::from_u128(n)))).collect();
    let cast = Cast(accounts.clone());
    let replay = replay(&board, &Ids::new(ORG, &board.id), &cast);
    let mut live = Live::new(replay.board_id, organization(accounts.values().copied(), OrgRole::Member, false));
    let (name, key) = (replay.name.clone(), replay.key.clone());
    let create = CreateBoard { org_id: ORG, team_id: None, name, key, visibility: Visibility::Organization };
    live.ask(Principal::Account(OWNER), &create.into()).unwrap();
    for actor in actors.iter().filter(|actor| actor.role.is_some()) {
        let account_id = accounts[&actor.id];
        let role = actor.role.unwrap();
        let set = lockstep_protocol::command::board::SetBoardMember { account_id, role };
        live.ask(Principal::Account(OWNER), &set.into()).unwrap();
    }
    for command in &replay.founding {
        live.ask(Principal::Account(OWNER), command).unwrap_or_else(|failure| panic!("{failure}: {command:?}"));
    }
    live.check("at the beginning");
    let mut quiet = 0;
    for (index, played) in replay.played.iter().enumerate() {
        for command in &played.commands {
            let author = Principal::Account(accounts[&played.author]);
            match live.ask(author, command) {
                Ok(0) => quiet += 1,
                Ok(_) => {}
                Err(failure) => panic!("{index} {}: {failure} ({:?}): {command:?}", played.kind, failure.field),
            }
        }
        if index % 200 == 0 {
            live.check("on the way");
            live.join();
        }
    }
    live.check("in the end");
    assert!(quiet * 10 < replay.played.len(), "{quiet} commands changed nothing");
}
