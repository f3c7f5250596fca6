//! An append whose outcome is unknown may land late: until the stream has moved past the head it expected, nobody is told that it
//! failed. (Found by the simulator: a refusal was told for what was then in the journal.)

use lockstep_protocol::ids::ClientId;

use super::*;
use crate::{
    actors::encode,
    store::journal::{GENESIS, JournalError, Known, Origin, Recorded},
};

const UNKNOWN: fn() -> JournalError = || JournalError::Unknown("the line broke".into());
const DOWN: fn() -> JournalError = || JournalError::Unavailable("the line is down".into());

fn tell(shell: &mut Shell<Toy>, message: Message<Toy>) -> Vec<Effect<Toy>> {
    shell.on(message, 1_000, false)
}

fn waits(effects: &[Effect<Toy>]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::RetryLater))
}

fn reads(effects: &[Effect<Toy>]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::CatchUp { .. }))
}

/// The event that stands after the head, of a commit.
fn next(shell: &Shell<Toy>, commit: u128) -> Recorded {
    let seq = shell.head.version + 1;
    let mut event = Recorded {
        stream: shell.topic,
        org: OrgId::NIL,
        seq,
        position: Position { era: 1, transaction: seq, stream: shell.topic.id, seq },
        commit: CommitId(Uuid::from_u128(commit)),
        at: 1,
        actor: AccountId::NIL,
        origin: None,
        tag: "board.archived".to_owned(),
        payload: encode::payload(&BoardEvent::from(BoardArchived {})).expect("encodes"),
        hash: GENESIS,
    };
    event.hash = event.chained(&shell.head.hash);
    event
}

/// A command whose append is of unknown outcome; its commit is 3.
fn unsettled() -> (Shell<Toy>, Answer) {
    let mut shell = shell();
    let (effects, answer) = ask(&mut shell, Ask::Work);
    assert!(appended(&effects).is_some());
    assert!(reads(&tell(&mut shell, Message::Appended(Err(UNKNOWN())))));
    (shell, answer)
}

#[test]
fn an_unknown_outcome_is_not_called_a_failure_because_the_journal_cannot_be_read() {
    let (mut shell, mut answer) = unsettled();
    let (_, mut other) = ask(&mut shell, Ask::Work);
    assert!(waits(&tell(&mut shell, Message::CaughtUp(Err(DOWN())))));
    assert_eq!(other.try_recv().expect("answered").expect_err("refused").code, Code::Unavailable);
    assert!(answer.try_recv().is_err(), "nothing can be said yet");
    assert!(reads(&tell(&mut shell, Message::Retry)));
    let landed = next(&shell, 3);
    tell(&mut shell, Message::CaughtUp(Ok(vec![landed])));
    assert_eq!(answer.try_recv().expect("answered").expect("it was committed").seq, 1);
}

#[test]
fn an_append_that_lands_after_it_was_looked_for_is_found_by_the_next_swap() {
    let (mut shell, mut answer) = unsettled();
    let again = tell(&mut shell, Message::CaughtUp(Ok(Vec::new())));
    assert!(appended(&again).is_some(), "the swap decides");
    assert!(waits(&tell(&mut shell, Message::Appended(Err(DOWN())))));
    assert!(answer.try_recv().is_err(), "the first append may still land");
    let again = tell(&mut shell, Message::Retry);
    assert!(appended(&again).is_some());
    let landed = next(&shell, 3);
    let head = Head { version: 1, hash: landed.hash, epoch: 1 };
    let topic = shell.topic;
    assert!(reads(&tell(&mut shell, Message::Appended(Ok(Appended::Conflict(vec![(topic, head)]))))));
    tell(&mut shell, Message::CaughtUp(Ok(vec![landed])));
    assert_eq!(answer.try_recv().expect("answered").expect("it was committed").seq, 1);
}

#[test]
fn once_the_stream_has_moved_past_it_a_failure_is_told() {
    let (mut shell, mut answer) = unsettled();
    let other = next(&shell, 77);
    let again = tell(&mut shell, Message::CaughtUp(Ok(vec![other])));
    assert!(appended(&again).is_some(), "decided anew after the other's event");
    tell(&mut shell, Message::Appended(Err(DOWN())));
    assert_eq!(answer.try_recv().expect("answered").expect_err("refused").code, Code::Unavailable);
}

/// What landed in the last moment of the life before stands at or before this one's head: only its client's window tells.
#[test]
fn what_was_in_hand_before_is_not_called_a_failure_before_its_window_was_read() {
    let mut shell = shell();
    let origin = Origin { client_id: ClientId(Uuid::from_u128(5)), client_seq: 7, body_hash: [1; 16] };
    let (handed_in, mut answer) = pending(Ask::Work);
    let handed_in = Pending { origin: Some(origin), unsettled: Some(0), ..handed_in };
    let key = handed_in.client().expect("of a client");
    tell(&mut shell, Message::Command(Box::new(handed_in)));
    let other = next(&shell, 77);
    tell(&mut shell, Message::Behind(1));
    tell(&mut shell, Message::CaughtUp(Ok(vec![other])));
    assert_eq!(shell.head.version, 1, "the stream has moved past it");
    assert!(waits(&tell(&mut shell, Message::Window(key, Err(DOWN())))));
    assert!(answer.try_recv().is_err(), "nothing can be said yet");
    let asked = tell(&mut shell, Message::Retry);
    assert!(asked.iter().any(|effect| matches!(effect, Effect::ReadWindow(_))), "it is asked for again");
    let known = Known { origin, seq: 1, position: Position::START, commit: CommitId(Uuid::from_u128(3)) };
    tell(&mut shell, Message::Window(key, Ok(vec![known])));
    assert_eq!(answer.try_recv().expect("answered").expect("it was committed").seq, 1);
}

#[test]
fn what_takes_effect_while_a_window_is_being_read_is_in_it() {
    use super::super::window::{Seen, Windows};
    let (account, client_id) = (AccountId::NIL, lockstep_protocol::ids::ClientId::NIL);
    let origin = crate::store::journal::Origin { client_id, client_seq: 7, body_hash: [1; 16] };
    let mut windows = Windows::new(4, 4);
    assert_eq!(windows.see((account, client_id), 7, [1; 16]), Seen::Unread);
    assert!(windows.begin_read((account, client_id)));
    assert!(!windows.begin_read((account, client_id)), "one read serves all who wait");
    // The journal was read before this was committed.
    windows.record(account, origin, 5, Position::START);
    windows.load((account, client_id), &[]);
    let done = Seen::Done { seq: 5, position: Position::START };
    assert_eq!(windows.see((account, client_id), 7, [1; 16]), done);
}
