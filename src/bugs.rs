//! Deliberate bugs, one cargo feature each, to show that the simulator and the checker find such things. None is in the default set
//! (a test sees to that); a build without them holds nothing of them. docs/RELIABILITY.md lists them and tells how to add one.
//!
//! A build with one of these features has that bug. A build with several can be told which of them to have, so that all are
//! tried with one build.

/// Whether a deliberate bug is built in and wanted.
macro_rules! bug {
    ($name:literal) => {
        cfg!(feature = $name) && $crate::bugs::wanted($name)
    };
}
pub(crate) use bug;

#[cfg(feature = "bugs")]
mod choice {
    use std::sync::{Mutex, PoisonError};

    static CHOSEN: Mutex<Option<&'static str>> = Mutex::new(None);

    /// From now on this process has this bug alone, of those built in; with a name that is none of them, no bug.
    pub fn choose(name: &'static str) {
        *CHOSEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(name);
    }

    pub(crate) fn wanted(name: &str) -> bool {
        CHOSEN.lock().unwrap_or_else(PoisonError::into_inner).is_none_or(|chosen| chosen == name)
    }
}

#[cfg(feature = "bugs")]
pub use choice::choose;
#[cfg(feature = "bugs")]
pub(crate) use choice::wanted;

#[cfg(not(feature = "bugs"))]
pub(crate) const fn wanted(_name: &str) -> bool {
    false
}
