//! Simulated time, chance and tasks on one thread: the seed decides everything, nothing waits for real. Tasks are woken in an
//! order drawn from the seed, and a whole group of them (a node) can be dropped between two steps. It must never read a clock,
//! start a thread or use another source of chance.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Display,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use uuid::Uuid;

use super::chance::Chance;

/// Microseconds of simulated time.
pub type Time = u64;
pub const MS: Time = 1_000;
pub const SECOND: Time = 1_000_000;

/// Tasks that die together. The world's own never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group(pub u64);
pub const WORLD: Group = Group(0);

/// More polls than any sound run needs: somebody spins.
const POLLS_MAX: u64 = 3_000_000;

/// What was found wrong, by the name of the anomaly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    pub name: &'static str,
    pub what: String,
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Task {
    group: Group,
    /// Absent while it is polled.
    work: Option<Work>,
    waker: Arc<TaskWaker>,
}

struct TaskWaker {
    id: u64,
    queued: AtomicBool,
    ready: Arc<Mutex<VecDeque<u64>>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        if !self.queued.swap(true, Ordering::Relaxed) {
            lock(&self.ready).push_back(self.id);
        }
    }
}

#[derive(Default)]
struct State {
    now: Time,
    order: u64,
    timers: BTreeMap<(Time, u64), Waker>,
    tasks: BTreeMap<u64, Task>,
    next_task: u64,
    polls: u64,
    anomaly: Option<Anomaly>,
}

/// The simulation. Cheap to clone.
#[derive(Clone)]
pub struct Sim(Arc<Core>);

struct Core {
    state: Mutex<State>,
    chance: Mutex<Chance>,
    ready: Arc<Mutex<VecDeque<u64>>>,
    traced: bool,
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sim {
    pub fn new(seed: u64, traced: bool) -> Self {
        let chance = Mutex::new(Chance::new(seed));
        Self(Arc::new(Core { state: Mutex::default(), chance, ready: Arc::default(), traced }))
    }

    pub fn now(&self) -> Time {
        lock(&self.0.state).now
    }

    /// Says what happens, when somebody looks.
    pub fn trace<D: Display>(&self, what: impl FnOnce() -> D) {
        if self.0.traced {
            let now = self.now();
            println!("{:>4}.{:06} {}", now / SECOND, now % SECOND, what());
        }
    }

    /// The first anomaly ends the run.
    pub fn anomaly(&self, name: &'static str, what: impl FnOnce() -> String) {
        let mut state = lock(&self.0.state);
        if state.anomaly.is_none() {
            state.anomaly = Some(Anomaly { name, what: what() });
        }
    }

    pub fn found(&self) -> Option<Anomaly> {
        lock(&self.0.state).anomaly.clone()
    }

    pub fn below(&self, bound: u64) -> u64 {
        lock(&self.0.chance).below(bound)
    }

    pub fn between(&self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// True that often in a thousand.
    pub fn chance(&self, permille: u64) -> bool {
        permille > 0 && self.below(1_000) < permille
    }

    pub fn pick<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() {
            return None;
        }
        items.get(self.below(items.len() as u64) as usize)
    }

    pub fn uuid(&self) -> Uuid {
        let mut chance = lock(&self.0.chance);
        let (high, low) = (chance.next(), chance.next());
        uuid::Builder::from_u128((u128::from(high) << 64) | u128::from(low))
            .with_version(uuid::Version::SortRand)
            .with_variant(uuid::Variant::RFC4122)
            .into_uuid()
    }

    pub fn pause_for(&self, micros: Time) -> Sleep {
        self.until(self.now() + micros)
    }

    pub fn until(&self, at: Time) -> Sleep {
        Sleep { sim: self.clone(), at, armed: false }
    }

    /// Some time between two bounds.
    pub fn jitter(&self, least: Time, most: Time) -> Sleep {
        let micros = self.between(least, most);
        self.pause_for(micros)
    }

    /// Wakes whoever waits at a time.
    pub fn wake_at(&self, at: Time, waker: Waker) {
        let mut state = lock(&self.0.state);
        state.order += 1;
        let key = (at, state.order);
        state.timers.insert(key, waker);
    }

    pub fn spawn(&self, group: Group, work: impl Future<Output = ()> + Send + 'static) {
        let mut state = lock(&self.0.state);
        state.next_task += 1;
        let id = state.next_task;
        let waker = Arc::new(TaskWaker { id, queued: AtomicBool::new(true), ready: self.0.ready.clone() });
        state.tasks.insert(id, Task { group, work: Some(Box::pin(work)), waker });
        drop(state);
        lock(&self.0.ready).push_back(id);
    }

    /// Drops every task of a group where it stands.
    pub fn kill(&self, group: Group) {
        let mut state = lock(&self.0.state);
        let (dead, alive): (BTreeMap<_, _>, _) =
            std::mem::take(&mut state.tasks).into_iter().partition(|(_, task)| task.group == group);
        state.tasks = alive;
        drop(state);
        // Outside the lock: what they hold may wake others as it goes.
        drop(dead);
    }

    /// Runs until a time, or until something is found.
    pub fn run_until(&self, end: Time) {
        while self.found().is_none() {
            if let Some(id) = self.next_ready() {
                self.poll(id);
                continue;
            }
            let mut state = lock(&self.0.state);
            match state.timers.first_key_value().map(|(key, _)| *key) {
                Some(key) if key.0 <= end => {
                    state.now = state.now.max(key.0);
                    let waker = state.timers.remove(&key);
                    drop(state);
                    if let Some(waker) = waker {
                        waker.wake();
                    }
                }
                _ => {
                    state.now = state.now.max(end);
                    return;
                }
            }
        }
    }

    fn next_ready(&self) -> Option<u64> {
        let mut ready = lock(&self.0.ready);
        let length = ready.len() as u64;
        if length == 0 {
            return None;
        }
        let at = lock(&self.0.chance).below(length) as usize;
        ready.swap_remove_back(at)
    }

    fn poll(&self, id: u64) {
        let mut state = lock(&self.0.state);
        state.polls += 1;
        if state.polls > POLLS_MAX {
            drop(state);
            return self.anomaly("deadlock", || "somebody spins".to_owned());
        }
        let Some(task) = state.tasks.get_mut(&id) else { return };
        let waker = task.waker.clone();
        let Some(mut work) = task.work.take() else { return };
        drop(state);
        waker.queued.store(false, Ordering::Relaxed);
        let done = work.as_mut().poll(&mut Context::from_waker(&Waker::from(waker))).is_ready();
        let mut state = lock(&self.0.state);
        if done {
            state.tasks.remove(&id);
        } else if let Some(task) = state.tasks.get_mut(&id) {
            task.work = Some(work);
            return;
        }
        drop(state);
        drop(work);
    }

    /// Ends everything, so that nothing holds itself alive.
    pub fn end(&self) {
        let mut state = lock(&self.0.state);
        let tasks = std::mem::take(&mut state.tasks);
        let timers = std::mem::take(&mut state.timers);
        drop(state);
        drop((tasks, timers));
    }
}

/// Waits for a time.
pub struct Sleep {
    sim: Sim,
    at: Time,
    armed: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.sim.now() >= self.at {
            return Poll::Ready(());
        }
        if !self.armed {
            self.armed = true;
            self.sim.wake_at(self.at, context.waker().clone());
        }
        Poll::Pending
    }
}
