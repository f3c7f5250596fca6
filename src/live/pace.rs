//! When connections write what others did: at once while the node has little to write, in turns when it has much.
//!
//! A write to a socket costs the same whether it carries one change or thirty. While few connections have something to
//! write, each is woken by the first change. When so many have that one write for each change would fill the machine,
//! a connection that has just written waits for its turn, and then writes all that came meanwhile in one frame. The more
//! connections, the longer the turn, up to a bound that nobody sees. Answers to a connection's own requests never wait.
//!
//! This room must never hold a lock while it wakes a connection, and never keep one alive.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::outbox::Outbox;

/// Over this long it is counted who has something to write.
const WINDOW_US: u64 = 100_000;
/// What one write is given of the time of one core: some for the call, some for the reader, the same again for all else. Measured with
/// `make bench` (docs/adr/0005-writes-in-turns.md).
const WRITE_US: u64 = 70;
/// Shorter turns are not worth waiting for: the timer is no finer.
const TURN_US_MIN: u64 = 2_000;
/// Nobody waits longer, however many there are.
const TURN_US_MAX: u64 = 80_000;

/// The turns of a node's connections.
pub struct Pace {
    start: Instant,
    write_us: u64,
    /// The window that is counted, and how many connections had something to write in it: the lower half.
    counted: AtomicU64,
    turn_us: AtomicU64,
    waiting: Mutex<VecDeque<(u64, Weak<Outbox>)>>,
    arrived: Notify,
}

/// A connection's place in the turns; under its outbox's lock.
#[derive(Debug, Default)]
pub(super) struct Turn {
    window: u64,
    written_us: u64,
    waits: bool,
}

/// What one who has something to write does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Go {
    Now,
    At(u64),
    /// Its turn is coming already.
    Waits,
}

impl Pace {
    pub fn new(cores: usize) -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            write_us: WRITE_US / cores.max(1) as u64,
            counted: AtomicU64::new(0),
            turn_us: AtomicU64::new(0),
            waiting: Mutex::default(),
            arrived: Notify::new(),
        })
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Something came for a connection: counts it, and says when it is to write.
    pub(super) fn go(&self, turn: &mut Turn, asleep: bool) -> Go {
        let now_us = self.now_us();
        self.count(turn, now_us);
        if turn.waits {
            return Go::Waits;
        }
        let due_us = turn.written_us + self.turn_us.load(Ordering::Relaxed);
        // One that is awake writes it anyway.
        if !asleep || now_us >= due_us {
            turn.written_us = now_us;
            return Go::Now;
        }
        turn.waits = true;
        Go::At(due_us)
    }

    /// Its turn has come.
    pub(super) fn write(&self, turn: &mut Turn) {
        turn.waits = false;
        turn.written_us = self.now_us();
    }

    fn count(&self, turn: &mut Turn, now_us: u64) {
        // From 1: a connection that was never counted is in no window.
        let window = now_us / WINDOW_US + 1;
        if turn.window == window {
            return;
        }
        turn.window = window;
        let mut counted = self.counted.load(Ordering::Relaxed);
        loop {
            let (last, count) = (counted >> 32, counted & u64::from(u32::MAX));
            let next = if last == window { counted + 1 } else { window << 32 | 1 };
            match self.counted.compare_exchange_weak(counted, next, Ordering::Relaxed, Ordering::Relaxed) {
                Err(moved) => counted = moved,
                Ok(_) if last == window => return,
                Ok(_) => {
                    // A window with nobody in it lies between: all is quiet.
                    let active = if last + 1 == window { count } else { 0 };
                    let turn_us = (active * self.write_us).min(TURN_US_MAX);
                    self.turn_us.store(if turn_us < TURN_US_MIN { 0 } else { turn_us }, Ordering::Relaxed);
                    return;
                }
            }
        }
    }

    pub(super) fn wait(&self, due_us: u64, outbox: Weak<Outbox>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let first = waiting.is_empty();
        waiting.push_back((due_us, outbox));
        drop(waiting);
        if first {
            self.arrived.notify_one();
        }
    }

    /// Gives turns for ever.
    pub async fn run(self: Arc<Self>) {
        loop {
            // Turns change slowly, so that the first who waits is about the first whose turn it is.
            let first = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).front().map(|(due_us, _)| *due_us);
            match first {
                None => self.arrived.notified().await,
                Some(due_us) => {
                    tokio::time::sleep_until(self.start + Duration::from_micros(due_us)).await;
                    self.wake();
                }
            }
        }
    }

    /// Wakes all whose turn it is.
    fn wake(&self) {
        let now_us = self.now_us();
        let due: Vec<_> = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let count = waiting.iter().take_while(|(due_us, _)| *due_us <= now_us).count();
            waiting.drain(..count).collect()
        };
        for outbox in due.iter().filter_map(|(_, outbox)| outbox.upgrade()) {
            outbox.take_turn();
        }
    }
}

#[cfg(test)]
mod tests;
