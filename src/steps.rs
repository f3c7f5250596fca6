//! Points at which a test lets the server die, as `kill -9` would: before each thing that a durable process does. Only builds with debug
//! assertions hold any of it (a test sees to that); in others these are nothing.
//!
//! `LOCKSTEP_DIE_AT=KIND:N` names the N-th point of a process of that kind. Whoever gives out work says whose it is ([`steps_of`]);
//! the few doors through which anything is changed say when ([`step`]): a process that gains a step gains a point.

#[cfg(debug_assertions)]
mod counted {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };

    struct Work {
        kind: String,
        steps: AtomicU32,
    }

    tokio::task_local! {
        static WORK: Work;
    }

    /// The kind of process, and at which of its points.
    static WANTED: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        #[expect(clippy::disallowed_methods, reason = "no setting: only tests of a debug build set it")]
        let text = std::env::var("LOCKSTEP_DIE_AT").ok()?;
        let (kind, number) = text.split_once(':')?;
        Some((kind.to_owned(), number.parse().ok()?))
    });

    /// Does work whose points count as those of this kind. Its end is one as well.
    pub async fn steps_of<T>(kind: &str, work: impl Future<Output = T>) -> T {
        let counted = async {
            let done = work.await;
            step();
            done
        };
        WORK.scope(Work { kind: kind.to_owned(), steps: AtomicU32::new(0) }, counted).await
    }

    /// Something is about to be changed.
    pub fn step() {
        let Some((kind, at)) = &*WANTED else { return };
        let here = WORK.try_with(|work| work.kind == *kind && work.steps.fetch_add(1, Ordering::Relaxed) + 1 == *at);
        if here == Ok(true) {
            // Nothing is tidied up, flushed or told.
            std::process::abort();
        }
    }
}

#[cfg(not(debug_assertions))]
mod counted {
    /// The work itself.
    pub fn steps_of<T, F: Future<Output = T>>(_kind: &str, work: F) -> F {
        work
    }

    pub const fn step() {}
}

pub use counted::{step, steps_of};
