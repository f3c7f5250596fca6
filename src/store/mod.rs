//! The only home of sqlx: the journal, snapshots, consumers, accounts and read tables, on PostgreSQL and SQLite.
//!
//! This room must never decide anything (rules live in `domain`), never read a clock (callers bring `now`; leases use the
//! database's own), and never let a type of sqlx out. One SQL text serves both databases wherever it can (`$1` works in
//! both); what differs lives in `postgres/` and `sqlite/`. To add a table: a migration for each database, a file here
//! with its struct of queries, and a method on [`Store`].

pub mod accounts;
mod backend;
pub mod chain;
pub mod codes;
pub mod consumers;
mod db;
pub mod deliveries;
pub mod devices;
pub mod drops;
mod error;
pub mod factors;
pub mod identities;
pub mod invitations;
pub mod journal;
pub mod kept;
pub mod letters;
pub mod links;
pub mod mails;
pub mod members;
pub mod nodes;
mod open;
pub mod passkeys;
pub mod phones;
pub mod pictures;
mod postgres;
pub mod processes;
pub mod projections;
mod queue;
mod reads;
mod rows;
pub mod sessions;
mod snapshots;
mod sqlite;
pub mod tokens;
pub mod webhooks;

pub use error::StoreError;
pub use open::{About, Location, Options};

use accounts::Accounts;
use consumers::Consumers;
use deliveries::Deliveries;
use devices::Devices;
use drops::Drops;
use invitations::Invitations;
use journal::SharedJournal;
use kept::Keeps;
use letters::LetterWords;
use links::Links;
use mails::Mails;
use members::Members;
use nodes::Nodes;
use phones::Phones;
use pictures::Pictures;
use processes::Processes;
use projections::Projections;
use webhooks::Webhooks;

/// Everything durable, opened. Cheap to clone; all clones share the same connections.
#[derive(Clone)]
pub struct Store {
    journal: SharedJournal,
    accounts: Accounts,
    members: Members,
    invitations: Invitations,
    keeps: Keeps,
    links: Links,
    pictures: Pictures,
    consumers: Consumers,
    projections: Projections,
    nodes: Nodes,
    mails: Mails,
    devices: Devices,
    phones: Phones,
    letters: LetterWords,
    processes: Processes,
    drops: Drops,
    deliveries: Deliveries,
    webhooks: Webhooks,
    handle: open::Handle,
}

impl Store {
    /// The journal. Only `actors` may append to it.
    pub fn journal(&self) -> SharedJournal {
        self.journal.clone()
    }

    /// People: accounts, profiles, sessions, refresh tokens.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Where invitations went.
    pub fn invitations(&self) -> &Invitations {
        &self.invitations
    }

    /// Pictures of people and logos.
    pub fn keeps(&self) -> &Keeps {
        &self.keeps
    }

    /// Public links of boards.
    pub fn links(&self) -> &Links {
        &self.links
    }

    pub fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// What organizations keep about people outside events.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// Leases and cursors of those who read the journal behind it.
    pub fn consumers(&self) -> &Consumers {
        &self.consumers
    }

    /// The nodes that run on this database.
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// Mail on its way.
    pub fn mails(&self) -> &Mails {
        &self.mails
    }

    /// Browsers and apps that notifications are pushed to.
    pub fn devices(&self) -> &Devices {
        &self.devices
    }

    /// Numbers that text messages go to.
    pub fn phones(&self) -> &Phones {
        &self.phones
    }

    /// Words of letters that organizations write themselves.
    pub fn letters(&self) -> &LetterWords {
        &self.letters
    }

    /// What has to follow from what happened.
    pub fn processes(&self) -> &Processes {
        &self.processes
    }

    /// Organizations that were deleted for good.
    pub fn drops(&self) -> &Drops {
        &self.drops
    }

    /// What is to leave the server for somebody.
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// Where organizations have their events sent to.
    pub fn webhooks(&self) -> &Webhooks {
        &self.webhooks
    }

    /// Read tables, kept by a worker.
    pub fn projections(&self) -> &Projections {
        &self.projections
    }
}
