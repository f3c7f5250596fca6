//! One direction of a connection: in order, with a delay, of a bounded size, until it breaks. Whoever writes waits for room,
//! as with a socket.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use super::executor::{Sim, Time, lock};

struct State<T> {
    /// What is on its way: when it was written, when it arrives.
    queue: VecDeque<(Time, Time, T)>,
    closed: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// See the module. Clones are ends of the same pipe.
pub struct Pipe<T> {
    sim: Sim,
    state: Arc<Mutex<State<T>>>,
    room: usize,
    latency: (Time, Time),
}

impl<T> Clone for Pipe<T> {
    fn clone(&self) -> Self {
        Self { sim: self.sim.clone(), state: self.state.clone(), room: self.room, latency: self.latency }
    }
}

impl<T> Pipe<T> {
    pub fn new(sim: &Sim, room: usize, latency: (Time, Time)) -> Self {
        let state = State { queue: VecDeque::new(), closed: false, reader: None, writer: None };
        Self { sim: sim.clone(), state: Arc::new(Mutex::new(state)), room, latency }
    }

    /// Whether there is room; if not, the task is woken when there is.
    pub fn poll_room(&self, context: &Context<'_>) -> bool {
        let mut state = lock(&self.state);
        let room = state.queue.len() < self.room || state.closed;
        if !room {
            state.writer = Some(context.waker().clone());
        }
        room
    }

    pub fn write(&self, item: T) {
        let delay = self.sim.between(self.latency.0, self.latency.1);
        let now = self.sim.now();
        let mut state = lock(&self.state);
        if state.closed {
            return;
        }
        let arrives = state.queue.back().map_or(0, |last| last.1).max(now + delay);
        state.queue.push_back((now, arrives, item));
        if let Some(reader) = state.reader.take() {
            drop(state);
            reader.wake();
        }
    }

    /// The next item with the time it was written; `None` when the other side is gone.
    pub fn poll_read(&self, context: &Context<'_>) -> Poll<Option<(Time, T)>> {
        let now = self.sim.now();
        let mut state = lock(&self.state);
        if state.closed {
            return Poll::Ready(None);
        }
        let arrives = state.queue.front().map(|(_, arrives, _)| *arrives);
        if arrives.is_some_and(|arrives| arrives <= now) {
            let item = state.queue.pop_front().map(|(written, _, item)| (written, item));
            let writer = state.writer.take();
            drop(state);
            if let Some(writer) = writer {
                writer.wake();
            }
            return Poll::Ready(item);
        }
        state.reader = Some(context.waker().clone());
        drop(state);
        if let Some(arrives) = arrives {
            self.sim.wake_at(arrives, context.waker().clone());
        }
        Poll::Pending
    }

    pub async fn read(&self) -> Option<(Time, T)> {
        std::future::poll_fn(|context| self.poll_read(context)).await
    }

    /// Breaks it: what was on its way is lost.
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let lost = std::mem::take(&mut state.queue);
        let wakers = [state.reader.take(), state.writer.take()];
        drop(state);
        drop(lost);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.state, &other.state)
    }

    pub fn is_closed(&self) -> bool {
        lock(&self.state).closed
    }
}
