//! The idempotency window: what each client did lately in this stream. A window is read from the journal when its client
//! first asks for something here, then kept up by the events themselves; older commands are looked up in the journal.

use std::collections::{BTreeMap, HashMap};

use lockstep_protocol::{
    ids::{AccountId, ClientId},
    position::Position,
};

use crate::store::journal::{Known, Origin};

/// Whose window.
pub type ClientKey = (AccountId, ClientId);

/// What the window says of a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    /// This client's window is not in memory: read it first.
    Unread,
    /// Never seen.
    Fresh,
    /// It took effect, ending here.
    Done { seq: u64, position: Position },
    /// Its key was used for another body.
    Mismatch,
    /// Before the window: the journal's index knows.
    BeforeWindow,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    body_hash: [u8; 16],
    seq: u64,
    position: Position,
}

#[derive(Debug, Default)]
struct Window {
    entries: BTreeMap<u64, Entry>,
    /// Whether the journal holds commands of this client before the first entry.
    cut: bool,
    used: u64,
}

/// All windows of one aggregate.
#[derive(Debug)]
pub struct Windows {
    clients: HashMap<ClientKey, Window>,
    /// What took effect while a client's window is being read: the read may have looked before it.
    meanwhile: HashMap<ClientKey, Vec<(Origin, u64, Position)>>,
    window_max: usize,
    clients_max: usize,
    tick: u64,
    /// Entries over all windows.
    entries: usize,
}

impl Windows {
    pub fn new(window_max: usize, clients_max: usize) -> Self {
        Self { clients: HashMap::new(), meanwhile: HashMap::new(), window_max, clients_max, tick: 0, entries: 0 }
    }

    pub fn see(&mut self, key: ClientKey, client_seq: u64, body_hash: [u8; 16]) -> Seen {
        self.tick += 1;
        let Some(window) = self.clients.get_mut(&key) else { return Seen::Unread };
        window.used = self.tick;
        match window.entries.get(&client_seq) {
            Some(entry) if entry.body_hash == body_hash => Seen::Done { seq: entry.seq, position: entry.position },
            Some(_) => Seen::Mismatch,
            None if window.cut && window.entries.keys().next().is_some_and(|first| client_seq < *first) => {
                Seen::BeforeWindow
            }
            None => Seen::Fresh,
        }
    }

    /// A client's window is wanted; whether it must be read, because no read is under way.
    pub fn begin_read(&mut self, key: ClientKey) -> bool {
        let under_way = self.meanwhile.contains_key(&key);
        self.meanwhile.entry(key).or_default();
        !under_way
    }

    /// The read failed: it is begun anew when the window is asked for.
    pub fn read_failed(&mut self, key: ClientKey) {
        self.meanwhile.remove(&key);
    }

    /// Takes in what the journal knows of a client; `known` is newest first and at most the window.
    pub fn load(&mut self, key: ClientKey, known: &[Known]) {
        if self.clients.len() >= self.clients_max
            && let Some(oldest) = self.clients.iter().min_by_key(|(_, window)| window.used).map(|(key, _)| *key)
        {
            let dropped = self.clients.remove(&oldest);
            self.entries -= dropped.map_or(0, |window| window.entries.len());
        }
        let meanwhile = self.meanwhile.remove(&key).unwrap_or_default();
        self.tick += 1;
        let window = Window { entries: BTreeMap::new(), cut: known.len() >= self.window_max, used: self.tick };
        self.clients.insert(key, window);
        for known in known.iter().rev() {
            self.record(key.0, known.origin, known.seq, known.position);
        }
        for (origin, seq, position) in meanwhile {
            self.record(key.0, origin, seq, position);
        }
    }

    /// A command of a client took effect. Of a client without a window nothing is kept: it is read when needed.
    pub fn record(&mut self, account: AccountId, origin: Origin, seq: u64, position: Position) {
        let key = (account, origin.client_id);
        if let Some(meanwhile) = self.meanwhile.get_mut(&key) {
            meanwhile.push((origin, seq, position));
        }
        let Some(window) = self.clients.get_mut(&key) else { return };
        let entry = Entry { body_hash: origin.body_hash, seq, position };
        let before = window.entries.len();
        // A command's later events move its end forward; a read may bring what is already here.
        window
            .entries
            .entry(origin.client_seq)
            .and_modify(|kept| {
                if seq > kept.seq {
                    *kept = entry;
                }
            })
            .or_insert(entry);
        if window.entries.len() > self.window_max {
            window.entries.pop_first();
            window.cut = true;
        }
        self.entries = self.entries + window.entries.len() - before;
    }

    /// Roughly the memory it takes.
    pub fn memory_bytes(&self) -> usize {
        self.clients.len() * 96 + self.entries * 112
    }
}
