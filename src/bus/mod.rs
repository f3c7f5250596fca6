//! How nodes tell each other that something was committed. An accelerator, never the truth: a message may be lost, doubled,
//! reordered or forged, and receivers check every one against what they hold and, in doubt, read the journal.
//!
//! The only home of fred. This room must never know what is inside a notice.

pub mod ephemeral;
pub mod local;
pub mod redis;
pub mod wire;

use std::sync::Arc;

use bytes::Bytes;
use lockstep_protocol::{ids::OrgId, topic::Topic};
use tokio::sync::mpsc;
use uuid::Uuid;

/// What one node tells the others after a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub org: OrgId,
    pub stream: Topic,
    pub epoch: u32,
    /// Seq of the first and the last event.
    pub first: u64,
    pub last: u64,
    /// The events as `actors` encodes them; absent when they are too large or change access: read the journal.
    pub events: Option<Bytes>,
    /// What those who follow the organization's lists are to be told, as `actors` encodes it.
    pub lists: Option<Bytes>,
}

/// Something short-lived of one aggregate: lost without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whisper {
    pub org: OrgId,
    pub stream: Topic,
    /// As `actors` encodes it.
    pub word: Bytes,
}

/// What a node hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Notice(Arc<Notice>),
    /// Something short-lived, from this node.
    Whisper(Uuid, Arc<Whisper>),
    /// This node lives.
    Beat(Uuid),
    /// Something may have been lost (a lag, a reconnect): compare every live head with the journal.
    Gap,
}

/// The bus of one node. Dropping a notice is allowed, blocking is not.
pub trait Bus: Send + Sync + 'static {
    /// Whether there is nobody to tell: then callers spare themselves the encoding.
    fn alone(&self) -> bool;

    /// Tells the other nodes; not this one.
    fn publish(&self, notice: Arc<Notice>);

    /// Tells the other nodes that hear of the organization; not this one.
    fn whisper(&self, whisper: Arc<Whisper>);

    /// Tells every other node that this one lives.
    fn beat(&self);

    /// From now on hears of streams of this organization (counted: as many `unsubscribe` end it).
    fn subscribe(&self, org: OrgId);

    fn unsubscribe(&self, org: OrgId);

    /// Where what is heard arrives; once per bus.
    fn hear(&self) -> Option<mpsc::Receiver<Heard>>;
}

/// The bus as the rest of the server holds it.
pub type SharedBus = Arc<dyn Bus>;
