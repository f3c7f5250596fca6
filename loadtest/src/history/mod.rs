//! What a run left behind, to be judged later and elsewhere: what each client did and saw, the journal as the database holds it, and
//! what was broken when. Plain data; it never judges and never asks a server.

pub mod hooks;
pub mod journal;
pub mod log;

use std::path::Path;

use anyhow::Context;
use lockstep_protocol::{
    codes::Code,
    ids::{AccountId, ClientId, CommitId, OrgId},
    position::Bookmark,
    topic::Topic,
};
use serde::{Deserialize, Serialize};

use crate::{
    history::{hooks::Hooks, journal::Journal},
    model::Board,
};

/// Microseconds since the run began, on the one monotonic clock of the one machine that all of it runs on.
pub type Moment = u64;

/// Everything a run left behind.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub run: Run,
    pub clients: Vec<Vec<Record>>,
    pub journal: Journal,
    pub hooks: Hooks,
}

/// How the run was made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Run {
    pub command: String,
    pub seed: u64,
    pub machine: String,
    pub faults: Vec<Fault>,
    /// What was asked for and could not be done, and why.
    pub not_run: Vec<(String, String)>,
    /// When all faults had healed and clients asked for nothing new any more.
    pub quiet_at: Moment,
    pub finished_at: Moment,
}

/// One thing that was broken, from when to when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    pub kind: FaultKind,
    pub what: String,
    pub from: Moment,
    /// When it was whole again.
    pub until: Moment,
}

/// Kinds of faults, as `--faults` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// kill -9 of a node, and its start.
    Kill,
    /// SIGSTOP of a node, then SIGCONT.
    Stop,
    /// Redis killed, paused or emptied.
    Redis,
    /// PostgreSQL killed or paused.
    Postgres,
    /// Messages of the bus lost, doubled, reordered.
    Busloss,
    /// A connection that carries nothing any more, and is not closed.
    Halfopen,
    /// A client that receives a little a second.
    Slow,
    /// All clients connect again at once.
    Herd,
    /// A stored snapshot damaged, then a node that must load it.
    Poison,
    /// Nodes ended in order and started, one after the other.
    Rolling,
}

impl FaultKind {
    /// Whether a change must still be seen within the bound: what only concerns the bus never delays it further.
    pub const fn keeps_the_bound(self) -> bool {
        matches!(self, Self::Redis | Self::Busloss)
    }
}

/// What one client noted, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// The first of each log: whose it is.
    Author {
        index: u32,
        account: AccountId,
        client_id: ClientId,
        org: OrgId,
    },
    /// A command was sent; `attempt` counts from 1 for each client seq.
    Invoked {
        at: Moment,
        client_seq: u64,
        attempt: u32,
        topic: Topic,
        tag: String,
        mark: Option<String>,
        intent: Intent,
    },
    /// What came of that attempt.
    Returned {
        at: Moment,
        client_seq: u64,
        attempt: u32,
        outcome: Outcome,
    },
    /// A socket was opened and welcomed.
    Opened {
        at: Moment,
        connection: u32,
    },
    /// All that this client follows was joined, or refused, again.
    Ready {
        at: Moment,
        connection: u32,
    },
    Lost {
        at: Moment,
        connection: u32,
        code: Option<u16>,
    },
    Joined {
        at: Moment,
        connection: u32,
        topic: Topic,
        after: Option<Bookmark>,
        from: Resumed,
        head: Bookmark,
    },
    /// A whole snapshot.
    Snapshot {
        at: Moment,
        connection: u32,
        topic: Topic,
        bookmark: Bookmark,
        digest: u64,
    },
    /// One message of events: seq and hash of each.
    Events {
        at: Moment,
        connection: u32,
        topic: Topic,
        epoch: u32,
        after: u64,
        seq: u64,
        commit: CommitId,
        hashes: Vec<(u64, u64)>,
        /// Of the whole state after it; taken now and then.
        digest: Option<u64>,
    },
    Heads {
        at: Moment,
        connection: u32,
        topic: Topic,
        bookmark: Bookmark,
    },
    /// The topic is not followed any more: revoked, refused, or to be joined again (no code).
    Left {
        at: Moment,
        connection: u32,
        topic: Topic,
        code: Option<Code>,
    },
    /// A read over REST that asked for at least `min_seq`; the seq and digest of the answer.
    Read {
        sent_at: Moment,
        at: Moment,
        topic: Topic,
        min_seq: u64,
        seq: u64,
        digest: u64,
    },
    /// How often received bytes held the secret of the own organization, and of others.
    Canaries {
        at: Moment,
        own: u64,
        foreign: u64,
    },
    /// Where this client stood in the end.
    Final {
        at: Moment,
        topic: Topic,
        bookmark: Bookmark,
        digest: u64,
    },
}

/// What a client expected of a command when it sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    Ordinary,
    /// Must be refused, whatever the state: a role that never suffices, a foreign organization, a value over its limit.
    Refusable,
    /// Another body under a used client seq: must be refused.
    Mismatch,
    /// Takes access away from this account.
    Revoke(AccountId),
    /// Gives it back.
    Grant(AccountId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// `committed`: it was given a position, so there are events of it.
    Ok {
        epoch: u32,
        seq: u64,
        committed: bool,
    },
    Rejected {
        code: Code,
        temporary: bool,
    },
    /// No answer came: it may have taken effect, or may yet.
    Unknown,
}

/// How a join was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resumed {
    Current,
    Events,
    Snapshot,
}

/// Short for bytes that must be equal.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    let mut short = [0; 8];
    short.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(short)
}

/// Of anything that has one form in JSON: an event in its place, a board.
pub fn digest_of(value: &impl Serialize) -> u64 {
    // What is hashed here has ids as keys: it always encodes. Were it not to, zero differs from every other hash.
    serde_json::to_vec(value).map_or(0, |bytes| fingerprint(&bytes))
}

/// Of a board without its tasks: what a read of the board's head shows.
pub fn head_digest(board: &Board) -> u64 {
    digest_of(&(&board.head, &board.members, &board.columns, &board.labels))
}

impl History {
    /// Reads the folder that a run wrote.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let run = std::fs::read(folder.join("run.json")).context("no run.json: is this the folder of a run?")?;
        let run = serde_json::from_slice(&run).context("run.json")?;
        let mut paths: Vec<_> = std::fs::read_dir(folder.join("clients"))
            .context("no clients in the folder")?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        paths.sort();
        let clients = paths.iter().map(|path| log::read(path)).collect::<anyhow::Result<_>>()?;
        let journal = Journal::read(&folder.join("journal.tsv"), &folder.join("heads.tsv"))?;
        Ok(Self { run, clients, journal, hooks: Hooks::read(folder)? })
    }
}

impl Run {
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        Ok(std::fs::write(folder.join("run.json"), serde_json::to_vec_pretty(self)?)?)
    }
}
