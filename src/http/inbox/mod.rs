//! The caller's inbox: what they were told of, with what it says as they may read it now. What they have lost the sight of says nothing any
//! more. It must never show anybody else's.

mod shown;

use axum::Json;
use lockstep_domain::{
    Aggregate,
    inbox::{Entry, Inbox, inbox_id},
};
use lockstep_protocol::{
    codes::{Code, Failure},
    command::{Command, inbox::*},
    ids::ChannelId,
    topic::Topic,
    values::{Audience, Scope},
    view::{EntryView, InboxPart, InboxView, MarkerView, ViewPart},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Arc;
use ts_rs::TS;

use self::shown::Shown;
use super::{
    answers::{Read, Written},
    extract::{Asked, Body, Caller, Fields, Ids},
    organizations::ReadQuery,
    problem::Answer,
    surface::{Endpoint, Parameter, get, patch, post, put},
    tasks::page_rows,
};
use crate::actors::Published;

/// Which entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InboxFolder {
    /// Neither put away nor put off.
    #[default]
    Inbox,
    /// Of these, what is not read.
    Unread,
    Snoozed,
    Archived,
}

impl InboxFolder {
    fn holds(self, entry: &Entry) -> bool {
        match self {
            Self::Inbox => !entry.archived && entry.snoozed_until.is_none(),
            Self::Unread => entry.is_unread(),
            Self::Snoozed => entry.snoozed_until.is_some(),
            Self::Archived => entry.archived,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboxQuery {
    #[serde(default)]
    folder: InboxFolder,
    /// Entries before this number.
    #[serde(default)]
    before: Option<u64>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    min_seq: Option<u64>,
}

/// An entry, and what it says.
#[derive(Serialize, TS)]
pub struct InboxItem {
    #[serde(flatten)]
    #[ts(flatten)]
    entry: EntryView,
    /// Absent where the caller may not see any more what it is about, or it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    shown: Option<Shown>,
}

/// Entries, newest first.
#[derive(Serialize, TS)]
pub struct InboxPage {
    items: Vec<InboxItem>,
    /// Entries that are not read, in all of the inbox.
    unread: u32,
    /// There are older ones.
    more: bool,
    /// The inbox's seq.
    #[ts(type = "number")]
    seq: u64,
}

/// How far the caller has read which channel, and what they want to be told.
#[derive(Serialize, TS)]
pub struct InboxRead {
    #[serde(flatten)]
    #[ts(flatten)]
    inbox: InboxView,
    markers: Vec<MarkerView>,
}
