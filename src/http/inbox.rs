//! The caller's inbox: what they were told of, with what it says as they may read it now. What they have lost the sight of says nothing any
//! more. It must never show anybody else's.

use std::sync::Arc;

use axum::Json;
use lockstep_domain::{Aggregate, Inbox, inbox::Entry};
use lockstep_protocol::{
    codes::Code,
    command::{Command, inbox::*},
    ids::{ChannelId, TaskId},
    topic::Topic,
    values::{Audience, Scope},
    view::{BoardPreference, ChannelPreference, EntryView, InboxPart, InboxView, MarkerView, ViewPart},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ts_rs::TS;

use super::{
    answers::{Read, Written},
    extract::{Asked, Body, Caller, Fields, Ids},
    organizations::ReadQuery,
    parameters::MIN_SEQ,
    problem::Answer,
    surface::{Endpoint, Parameter, get, patch, post, put},
    tasks::page_rows,
};
pub use crate::actors::Shown;
use crate::actors::{Published, Reader};

/// How many entries a page has that does not say, and at most: what each says is read.
const PAGE_ENTRIES: usize = 50;
const PAGE_ENTRIES_MAX: usize = 100;

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
    /// Of these they want something else than of any.
    channels: Vec<ChannelPreference>,
    boards: Vec<BoardPreference>,
    muted_tasks: Vec<TaskId>,
}

const LIST: &[Parameter] = &[
    Parameter { name: "folder", kind: "InboxFolder", says: "Default: inbox." },
    Parameter { name: "before", kind: "number", says: "Those before this number." },
    Parameter { name: "limit", kind: "number", says: "At most 100; default: 50." },
    Parameter { name: "min_seq", kind: "number", says: "Answer only from a state at least this new." },
];

const READ: &[Scope] = &[Scope::Read];
const WRITE: &[Scope] = &[Scope::Write];

#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> { vec![
    get("/api/v1/me/inbox", list, "What the caller was told of, newest first, with what it says now").asks(LIST).answers(200, "InboxPage").scopes(READ),
    get("/api/v1/me/inbox/preferences", read, "What the caller wants to be told, and how far they have read which channel").asks(MIN_SEQ).answers(200, "InboxRead & Acknowledged").scopes(READ),
    patch("/api/v1/me/inbox/preferences", act::<SetPreferences>, "Change what the caller wants to be told").takes("SetPreferences").answers(200, "Acknowledged").scopes(WRITE),
    post("/api/v1/me/inbox/read", act::<ReadEntries>, "Say that entries were read").takes("ReadEntries").answers(200, "Acknowledged").scopes(WRITE),
    post("/api/v1/me/inbox/unread", act::<UnreadEntries>, "Say that entries are to be read again").takes("UnreadEntries").answers(200, "Acknowledged").scopes(WRITE),
    post("/api/v1/me/inbox/read-all", act::<ReadAllEntries>, "Say that all entries up to one were read").takes("ReadAllEntries").answers(200, "Acknowledged").scopes(WRITE),
    post("/api/v1/me/inbox/archive", act::<ArchiveEntries>, "Put entries away").takes("ArchiveEntries").answers(200, "Acknowledged").scopes(WRITE),
    post("/api/v1/me/inbox/unarchive", act::<UnarchiveEntries>, "Take entries out of the archive").takes("UnarchiveEntries").answers(200, "Acknowledged").scopes(WRITE),
    post("/api/v1/me/inbox/delete", act::<DeleteEntries>, "Delete entries for good").takes("DeleteEntries").answers(200, "Acknowledged").scopes(WRITE),
    post("/api/v1/me/inbox/snooze", act::<SnoozeEntries>, "Put entries off").takes("SnoozeEntries").answers(200, "Acknowledged").scopes(WRITE),
    post("/api/v1/me/inbox/seen", act::<SeeSubject>, "Say that something was looked at: what is told of it is read").takes("SeeSubject").answers(200, "Acknowledged").scopes(WRITE),
    put("/api/v1/me/inbox/channels/{channel}", mark, "Say how far a channel was read").takes_but("MarkChannel", &["channel_id"], &[]).answers(200, "Acknowledged").scopes(WRITE),
    post("/api/v1/me/inbox/channels/{channel}/unread", mark_unread, "Mark what was read in a channel as unread").takes_but("MarkChannelUnread", &["channel_id"], &[]).answers(200, "Acknowledged").scopes(WRITE),
] }

impl Caller {
    /// Their inbox; `None`: they were told nothing yet, and have read no channel.
    async fn inbox(&self, min_seq: Option<u64>) -> Answer<Option<Arc<Published<Inbox>>>> {
        let min_seq = min_seq.unwrap_or(0);
        match self.http.directory.inbox_at(self.who.account, min_seq).await {
            Ok(published) => Ok(Some(published)),
            Err(failure) if failure.code == Code::NotFound && min_seq == 0 => Ok(None),
            // They were told somewhere that there is one.
            Err(failure) if failure.code == Code::NotFound => Err(Code::Behind.into()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Asks their inbox for a change. One that is not there yet is founded for it.
    async fn change_inbox(&self, body: impl Into<Command>) -> Answer<Written> {
        let topic = Topic::inbox(self.who.account);
        if self.inbox(None).await?.is_none() {
            self.ask(topic, 1, OpenInbox {}).await?;
        }
        Ok(self.ask(topic, 2, body).await?.into())
    }
}

pub async fn list(caller: Caller, Asked(query): Asked<InboxQuery>) -> Answer<Json<InboxPage>> {
    let limit = page_rows(Some(query.limit.unwrap_or(PAGE_ENTRIES)), PAGE_ENTRIES_MAX)?;
    let Some(published) = caller.inbox(query.min_seq).await? else {
        return Ok(Json(InboxPage { items: Vec::new(), unread: 0, more: false, seq: 0 }));
    };
    let state = &published.state;
    let before = query.before.unwrap_or(u64::MAX);
    let newest = state.entries().rev().filter(|(number, entry)| *number < before && query.folder.holds(entry));
    let mut views: Vec<EntryView> = newest.take(limit + 1).map(|(number, entry)| entry.view(number)).collect();
    let more = views.len() > limit;
    views.truncate(limit);
    let reader = Reader { directory: &caller.http.directory, principal: caller.principal() };
    let mut items = Vec::with_capacity(views.len());
    for entry in views {
        let shown = reader.shown(&entry.entry).await?;
        items.push(InboxItem { entry, shown });
    }
    Ok(Json(InboxPage { items, unread: state.unread(), more, seq: published.bookmark.seq }))
}

pub async fn read(caller: Caller, Asked(query): Asked<ReadQuery>) -> Answer<Read<InboxRead>> {
    let published = caller.inbox(query.min_seq).await?;
    let (nothing, topic) = (Inbox::default(), Topic::inbox(caller.who.account));
    let state = published.as_ref().map_or(&nothing, |published| &published.state);
    let (mut head, mut markers) = (None, Vec::new());
    let (mut channels, mut boards, mut muted_tasks) = (Vec::new(), Vec::new(), Vec::new());
    for part in state.view(topic.id, Audience::Member, usize::MAX) {
        match part {
            ViewPart::Inbox(InboxPart::Inbox(view)) => head = Some(view),
            ViewPart::Inbox(InboxPart::Markers { markers: some }) => markers.extend(some),
            ViewPart::Inbox(InboxPart::Levels { channels: some, boards: other, muted_tasks: muted }) => {
                channels.extend(some);
                boards.extend(other);
                muted_tasks.extend(muted);
            }
            _ => {}
        }
    }
    let value = InboxRead { inbox: head.ok_or(Code::NotFound)?, markers, channels, boards, muted_tasks };
    let (bookmark, position) = published.map_or_else(Default::default, |at| (at.bookmark, Some(at.position)));
    Ok(Read { value, bookmark, position, held: caller.held })
}

/// What is asked of entries, and of preferences.
pub async fn act<C: DeserializeOwned + Into<Command>>(caller: Caller, Body(command): Body<C>) -> Answer<Written> {
    caller.change_inbox(command).await
}

pub async fn mark(caller: Caller, Ids(channel): Ids<ChannelId>, fields: Fields) -> Answer<Written> {
    let command: MarkChannel = fields.with("channel_id", channel)?.into()?;
    caller.change_inbox(command).await
}

pub async fn mark_unread(caller: Caller, Ids(channel): Ids<ChannelId>, fields: Fields) -> Answer<Written> {
    let command: MarkChannelUnread = fields.with("channel_id", channel)?.into()?;
    caller.change_inbox(command).await
}
