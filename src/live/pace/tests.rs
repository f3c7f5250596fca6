//! Who writes at once and who waits, with the clock held still.

use std::time::Duration;

use super::*;

const CONNECTIONS: usize = 1_000;

/// One change comes for every connection; how many of them write at once.
fn change(pace: &Pace, turns: &mut [Turn]) -> usize {
    turns.iter_mut().map(|turn| pace.go(turn, true)).filter(|go| *go == Go::Now).count()
}

fn turns(count: usize) -> Vec<Turn> {
    (0..count).map(|_| Turn::default()).collect()
}

#[tokio::test(start_paused = true)]
async fn few_connections_write_at_once_however_much_there_is() {
    let pace = Pace::new(2);
    let mut few = turns(50);
    for _ in 0..500 {
        assert_eq!(change(&pace, &mut few), 50);
        tokio::time::advance(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn many_connections_write_rare_changes_at_once() {
    let pace = Pace::new(2);
    let mut many = turns(CONNECTIONS);
    for _ in 0..20 {
        assert_eq!(change(&pace, &mut many), CONNECTIONS);
        tokio::time::advance(Duration::from_millis(60)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn many_connections_with_much_to_write_wait_for_their_turn_and_no_longer() {
    let pace = Pace::new(2);
    let mut many = turns(CONNECTIONS);
    let (mut written, mut changes) = (0, 0);
    let mut due: Vec<Option<u64>> = vec![None; CONNECTIONS];
    for _ in 0..1_000 {
        changes += 1;
        for (turn, due) in many.iter_mut().zip(&mut due) {
            match pace.go(turn, true) {
                Go::Now => written += 1,
                Go::At(at) => *due = Some(at),
                Go::Waits => assert!(due.is_some(), "one that waits was told until when"),
            }
        }
        tokio::time::advance(Duration::from_millis(1)).await;
        let now_us = pace.now_us();
        for (turn, due) in many.iter_mut().zip(&mut due) {
            if due.is_some_and(|at| at <= now_us) {
                assert!(due.take().is_some_and(|at| now_us - at <= TURN_US_MAX), "a turn is not put off");
                pace.write(turn);
                written += 1;
            }
        }
    }
    // A second: once the first window was counted, one write a turn for each; the time given to a write times their number is a turn.
    let turn_us = CONNECTIONS as u64 * WRITE_US / 2;
    let at_most = CONNECTIONS as u64 * (1_000_000 / turn_us + WINDOW_US / 1_000 + 4);
    assert!(written < at_most && written > at_most / 2, "{written} writes for {changes} changes");
}

#[tokio::test(start_paused = true)]
async fn when_it_is_quiet_again_nobody_waits() {
    let pace = Pace::new(2);
    let mut many = turns(CONNECTIONS);
    for _ in 0..200 {
        change(&pace, &mut many);
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    assert!(pace.turn_us.load(Ordering::Relaxed) > 0, "there were turns");
    tokio::time::advance(Duration::from_millis(250)).await;
    let mut one = turns(1);
    for _ in 0..10 {
        assert_eq!(change(&pace, &mut one), 1);
        tokio::time::advance(Duration::from_millis(1)).await;
    }
}
