//! What is read from the journal and heard of it, when the two overlap.

use super::*;
use crate::{
    actors::encode,
    store::journal::{GENESIS, JournalError, Recorded},
};

/// Events of somebody else, from `first` on, chained to `hash`.
fn others(shell: &Shell<Toy>, count: u64) -> Vec<Recorded> {
    let mut hash = shell.head.hash;
    let first = shell.head.version + 1;
    (first..first + count)
        .map(|seq| {
            let mut event = Recorded {
                stream: shell.topic,
                org: OrgId::NIL,
                seq,
                position: Position { era: 1, transaction: seq, stream: shell.topic.id, seq },
                commit: CommitId(Uuid::from_u128(u128::from(seq))),
                at: 1,
                actor: AccountId::NIL,
                origin: None,
                tag: "board.archived".to_owned(),
                payload: encode::payload(&BoardEvent::from(BoardArchived {})).expect("encodes"),
                hash: GENESIS,
            };
            event.hash = event.chained(&hash);
            hash = event.hash;
            event
        })
        .collect()
}

fn reads(effects: &[Effect<Toy>]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::CatchUp { .. }))
}

fn tell(shell: &mut Shell<Toy>, message: Message<Toy>) -> Vec<Effect<Toy>> {
    shell.on(message, 1_000, false)
}

#[test]
fn what_is_rumoured_while_a_read_is_under_way_is_read_too() {
    let mut shell = shell();
    assert!(reads(&tell(&mut shell, Message::Behind(1))));
    let first = others(&shell, 1);
    // Committed after the read that is under way looked.
    assert!(!reads(&tell(&mut shell, Message::Behind(2))), "one at a time");
    assert!(reads(&tell(&mut shell, Message::CaughtUp(Ok(first)))), "the rumour is newer than the read");
    let second = others(&shell, 1);
    assert!(!reads(&tell(&mut shell, Message::CaughtUp(Ok(second)))));
    assert_eq!(shell.head.version, 2);
    // A rumour that was wrong is read for once.
    assert!(reads(&tell(&mut shell, Message::Behind(9))));
    assert!(!reads(&tell(&mut shell, Message::CaughtUp(Ok(Vec::new())))));
}

#[test]
fn who_asks_for_what_is_now_is_not_served_by_a_read_that_began_before() {
    let mut shell = shell();
    assert!(reads(&tell(&mut shell, Message::Behind(1))));
    let (done, mut refreshed) = oneshot::channel();
    assert!(!reads(&tell(&mut shell, Message::Refresh(done))));
    assert!(reads(&tell(&mut shell, Message::CaughtUp(Ok(Vec::new())))), "a read of its own");
    assert!(refreshed.try_recv().is_err());
    tell(&mut shell, Message::CaughtUp(Ok(Vec::new())));
    assert_eq!(refreshed.try_recv(), Ok(()));
}

#[test]
fn a_stale_shell_decides_nothing_and_wakes_only_after_a_read_of_its_own() {
    let mut shell = shell();
    tell(&mut shell, Message::Behind(1));
    tell(&mut shell, Message::Stale);
    let (effects, mut answer) = ask(&mut shell, Ask::Work);
    assert!(appended(&effects).is_none());
    assert_eq!(answer.try_recv().expect("at once").expect_err("refused").code, Code::Unavailable);
    let (done, mut revived) = oneshot::channel();
    tell(&mut shell, Message::Revive(done));
    // The read that hung since before: what it brings may be from before a revoke.
    assert!(reads(&tell(&mut shell, Message::CaughtUp(Ok(Vec::new())))));
    assert!(shell.is_stale() && revived.try_recv().is_err());
    tell(&mut shell, Message::CaughtUp(Ok(Vec::new())));
    assert_eq!(revived.try_recv(), Ok(true));
    let (effects, _answer) = ask(&mut shell, Ask::Work);
    assert!(appended(&effects).is_some());
}

#[test]
fn a_revival_that_cannot_read_is_given_up_and_tried_again() {
    let mut shell = shell();
    tell(&mut shell, Message::Stale);
    let (done, mut revived) = oneshot::channel();
    tell(&mut shell, Message::Revive(done));
    tell(&mut shell, Message::CaughtUp(Err(JournalError::Unavailable("away".into()))));
    assert_eq!(revived.try_recv(), Ok(false));
    assert!(shell.is_stale());
    tell(&mut shell, Message::Retry);
    let (done, mut revived) = oneshot::channel();
    assert!(reads(&tell(&mut shell, Message::Revive(done))));
    tell(&mut shell, Message::CaughtUp(Ok(Vec::new())));
    assert_eq!(revived.try_recv(), Ok(true));
}

#[test]
fn who_asks_for_what_is_now_is_served_though_the_first_read_failed() {
    let mut shell = shell();
    let (done, mut refreshed) = oneshot::channel();
    assert!(reads(&tell(&mut shell, Message::Refresh(done))));
    tell(&mut shell, Message::CaughtUp(Err(JournalError::Unavailable("the line is down".into()))));
    assert!(refreshed.try_recv().is_err(), "nothing was read");
    assert!(reads(&tell(&mut shell, Message::Retry)), "and so it is read again");
    tell(&mut shell, Message::CaughtUp(Ok(Vec::new())));
    assert!(refreshed.try_recv().is_ok());
}
