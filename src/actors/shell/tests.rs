//! The shell alone, with an aggregate made for the purpose: what no real rule does, it must survive all the same.

mod following;
mod unsettled;

use std::sync::Arc;

use lockstep_domain::{Aggregate, Ctx, Principal, organization::Organization, team::Team};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::Command,
    event::{BoardEvent, Event, Happened, board::BoardArchived},
    frame::Acknowledged,
    ids::{AccountId, CommitId, OrgId},
    limits::Limits,
    position::{Bookmark, Position},
    topic::{Kind, Topic},
    values::Audience,
    view::ViewPart,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, oneshot};
use uuid::Uuid;

use super::{Effect, Loaded, Message, Pending, Shell};
use crate::{
    actors::{Saw, facts::Facts, published::Published},
    store::journal::{Append, Appended, Head},
};

/// What a [`Toy`] can be asked.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Work,
    Nothing,
    Refuse,
    /// A defect in a rule.
    Panic,
    /// A defect in a fold: the event is made, and folding it panics.
    PanicInFold,
}

/// Counts what was done.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Toy {
    done: u64,
}

thread_local! {
    /// Whether folding panics: a fold sees only the event, and the toy has but one.
    static FOLD_PANICS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

impl Aggregate for Toy {
    const KIND: Kind = Kind::Board;
    const STATE_VERSION: u32 = 1;
    type Command = Ask;
    type Event = BoardEvent;

    fn own_command(_command: Command) -> Option<Ask> {
        None
    }

    fn tag(event: &BoardEvent) -> &'static str {
        event.tag()
    }

    fn decide(&self, command: &Ask, _ctx: &Ctx<'_>) -> Result<Vec<BoardEvent>, Failure> {
        FOLD_PANICS.set(matches!(command, Ask::PanicInFold));
        match command {
            Ask::Work | Ask::PanicInFold => Ok(vec![BoardArchived {}.into()]),
            Ask::Nothing => Ok(Vec::new()),
            Ask::Refuse => Err(Failure::new(Code::WrongState)),
            Ask::Panic => panic!("a defect"),
        }
    }

    fn evolve(&mut self, _event: &Happened<BoardEvent>) {
        assert!(!FOLD_PANICS.get(), "a defect");
        self.done += 1;
    }

    fn exists(&self) -> bool {
        true
    }

    fn org_id(&self, _id: Uuid) -> OrgId {
        OrgId::NIL
    }

    fn changes_access(_event: &BoardEvent) -> bool {
        false
    }

    fn access_version(&self) -> u64 {
        0
    }

    fn audience(
        &self,
        _id: Uuid,
        _principal: Principal,
        _org: Option<&Organization>,
        _team: Option<&Team>,
    ) -> Option<Audience> {
        Some(Audience::Member)
    }

    fn project(event: &BoardEvent, _audience: Audience) -> Option<Event> {
        Some(event.clone().into())
    }

    fn view(&self, _id: Uuid, _audience: Audience, _part_bytes_max: usize) -> Vec<ViewPart> {
        Vec::new()
    }

    fn memory_bytes(&self) -> usize {
        64
    }
}

type Answer = oneshot::Receiver<Result<Acknowledged, Failure>>;

fn shell() -> Shell<Toy> {
    let bookmark = Bookmark { epoch: 1, seq: 0 };
    let loaded = Loaded {
        published: Published {
            state: Toy::default(),
            bookmark,
            hash: Head::EMPTY.hash,
            position: Position::START,
            quarantined: false,
        },
        head: Head::EMPTY,
        last_at: 0,
        snapshot_seq: 0,
        facts: Facts::default(),
    };
    Shell::new(Topic::new(Kind::Board, Uuid::from_u128(1)), Arc::new(Limits::default()), false, loaded)
}

/// A command of nobody's client, and where its answer comes.
fn pending(command: Ask) -> (Pending<Toy>, Answer) {
    let (reply, answer) = oneshot::channel();
    let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().expect("one is free");
    let pending = Pending {
        command,
        principal: Principal::System(AccountId(Uuid::from_u128(2))),
        account: None,
        origin: None,
        saw: Saw::default(),
        past: None,
        recalled: None,
        beside: None,
        commit: CommitId(Uuid::from_u128(3)),
        reply,
        permit,
        conflicts: 0,
        alone: false,
        unsettled: None,
        looked: false,
    };
    (pending, answer)
}

fn ask(shell: &mut Shell<Toy>, command: Ask) -> (Vec<Effect<Toy>>, Answer) {
    let (pending, answer) = pending(command);
    (shell.on(Message::Command(Box::new(pending)), 1_000, false), answer)
}

fn appended(effects: &[Effect<Toy>]) -> Option<&Append> {
    effects.iter().find_map(|effect| match effect {
        Effect::Append(append) => Some(append),
        _ => None,
    })
}

fn commit(shell: &mut Shell<Toy>, append: &Append) -> Vec<Effect<Toy>> {
    let stream = &append.streams[0];
    let version = stream.expected.version + stream.events.len() as u64;
    let head = Head { version, hash: [version as u8; 32], epoch: 1 };
    let position = Position { era: 1, transaction: version, stream: stream.stream.id, seq: version };
    shell.on(Message::Appended(Ok(Appended::Committed(vec![(head, position)]))), 1_000, false)
}

#[test]
fn a_panic_in_a_rule_or_a_fold_is_answered_internal_and_changes_nothing() {
    let mut shell = shell();
    for defect in [Ask::Panic, Ask::PanicInFold] {
        let (effects, mut answer) = ask(&mut shell, defect);
        assert!(appended(&effects).is_none());
        let failure = answer.try_recv().expect("answered at once").expect_err("refused");
        assert_eq!(failure.code, Code::Internal, "{defect:?}");
    }
    assert_eq!((shell.committed.state.done, shell.head.version), (0, 0));
    let (effects, mut answer) = ask(&mut shell, Ask::Work);
    let append = appended(&effects).expect("it goes on working").clone();
    assert!(answer.try_recv().is_err(), "not before it is durable");
    commit(&mut shell, &append);
    assert_eq!(answer.try_recv().expect("answered").expect("done").seq, 1);
    assert_eq!(shell.committed.state.done, 1);
}

#[test]
fn a_panic_in_the_middle_of_a_batch_hurts_nobody_else() {
    let mut shell = shell();
    let (effects, mut first) = ask(&mut shell, Ask::Work);
    let append = appended(&effects).expect("appends").clone();
    // These wait for the append in flight and form the next batch.
    let (none, mut second) = ask(&mut shell, Ask::Work);
    assert!(none.is_empty());
    let (_, mut bad) = ask(&mut shell, Ask::Panic);
    let (_, mut refused) = ask(&mut shell, Ask::Refuse);
    let (_, mut nothing) = ask(&mut shell, Ask::Nothing);
    let (_, mut third) = ask(&mut shell, Ask::Work);
    let effects = commit(&mut shell, &append);
    assert_eq!(first.try_recv().expect("answered").expect("done").seq, 1);
    let append = appended(&effects).expect("the next batch").clone();
    assert_eq!(append.streams[0].events.len(), 2, "the good ones, as one append");
    for waiting in [&mut second, &mut bad, &mut refused, &mut nothing, &mut third] {
        assert!(waiting.try_recv().is_err(), "what was decided on the undurable waits for it");
    }
    commit(&mut shell, &append);
    assert_eq!(second.try_recv().expect("answered").expect("done").seq, 2);
    assert_eq!(bad.try_recv().expect("answered").expect_err("refused").code, Code::Internal);
    assert_eq!(refused.try_recv().expect("answered").expect_err("refused").code, Code::WrongState);
    assert_eq!(nothing.try_recv().expect("answered").expect("so already").seq, 2);
    assert_eq!(third.try_recv().expect("answered").expect("done").seq, 3);
}

#[test]
fn who_loses_the_swap_too_often_is_told_that_it_is_contended() {
    let mut shell = shell();
    let (mut effects, mut answer) = ask(&mut shell, Ask::Work);
    for _ in 0..=Limits::default().conflicts_max {
        assert!(appended(&effects).is_some(), "it tries again");
        let ahead = Head { version: shell.head.version + 1, hash: [9; 32], epoch: 1 };
        let conflict = Appended::Conflict(vec![(shell.topic, ahead)]);
        let wants = shell.on(Message::Appended(Ok(conflict)), 1_000, false);
        assert!(wants.iter().any(|effect| matches!(effect, Effect::CatchUp { .. })), "it reads what it missed");
        // The other's append was undone by the time it is read.
        effects = shell.on(Message::CaughtUp(Ok(Vec::new())), 1_000, false);
    }
    let failure = answer.try_recv().expect("answered").expect_err("refused");
    assert_eq!((failure.code, failure.temporary), (Code::Contended, true));
}
