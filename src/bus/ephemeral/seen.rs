//! When and from where the sessions of one node were last used, in memory, bounded. It must never keep an address for longer than a
//! day: a session that ended on another node is not told of here.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lockstep_protocol::{ids::SessionId, values::Micros};

use super::{Bounds, Seen};

/// Between two looks for what is too old.
const SWEEP: Micros = 60_000_000;

#[derive(Default)]
struct Notes {
    by_session: HashMap<SessionId, Seen>,
    swept: Micros,
}

/// See the module.
pub(super) struct Sightings {
    bounds: Bounds,
    // Held for a look-up only, never over an await.
    notes: Mutex<Notes>,
}

impl Sightings {
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, notes: Mutex::default() }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        // A panic while it was held can only have lost a note.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes it, unless much the same was noted a moment ago or there is no room. True: it is news.
    pub fn saw(&self, session: SessionId, seen: Seen) -> bool {
        let mut notes = self.notes();
        if let Some(known) = notes.by_session.get_mut(&session) {
            let same = known.address == seen.address && seen.at < known.at + self.bounds.seen_every;
            let news = seen.at > known.at && !same;
            if news {
                *known = seen;
            }
            return news;
        }
        if seen.at - notes.swept >= SWEEP {
            notes.by_session.retain(|_, known| known.at + self.bounds.seen_for > seen.at);
            notes.swept = seen.at;
        }
        let room = notes.by_session.len() < self.bounds.sessions_seen;
        if room {
            notes.by_session.insert(session, seen);
        }
        room
    }

    pub fn noted(&self, session: SessionId) -> Option<Seen> {
        self.notes().by_session.get(&session).copied()
    }

    pub fn last(&self, session: SessionId, now: Micros) -> Option<Seen> {
        self.noted(session).filter(|seen| seen.at + self.bounds.seen_for > now)
    }

    pub fn forget(&self, session: SessionId) {
        self.notes().by_session.remove(&session);
    }

    pub fn all(&self) -> Vec<(SessionId, Seen)> {
        self.notes().by_session.iter().map(|(session, seen)| (*session, *seen)).collect()
    }
}
