//! Views of a channel: what there is of it, and messages as a page of the history shows them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ReactionView;
use crate::{
    ids::{AccountId, ChannelId, OrgId, TeamId},
    values::{ChannelKind, ChannelRole, Mentions, MessageRef, Micros},
};

/// A part of the view of a channel: its head is the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum ChannelPart {
    Channel(ChannelView),
    Members { members: Vec<ChannelMemberView> },
}

/// A channel but for its members. What is said in it is read from the history, a page at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelView {
    pub channel_id: ChannelId,
    pub org_id: OrgId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub team_id: Option<TeamId>,
    pub channel_kind: ChannelKind,
    /// Empty for a direct one.
    pub name: String,
    /// Empty when there is none.
    pub purpose: String,
    pub archived: bool,
    /// The number of the newest message that is shown in it; 0: there was none yet.
    #[ts(type = "number")]
    pub last_number: u64,
    /// What is unread is known exactly from this number on: of those before it, it is not said which were deleted.
    #[ts(type = "number")]
    pub known_from: u64,
    /// The numbers from there on whose messages were deleted, ascending.
    #[ts(type = "Array<number>")]
    pub deleted_numbers: Vec<u64>,
    /// In the order in which they were pinned.
    pub pins: Vec<PinView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelMemberView {
    pub account_id: AccountId,
    pub role: ChannelRole,
}

/// A message that is kept where everybody finds it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PinView {
    pub message: MessageRef,
    pub author_id: AccountId,
    pub by: AccountId,
    #[ts(type = "number")]
    pub at: Micros,
}

/// A message as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageView {
    pub message: MessageRef,
    /// Its number among those that are shown in the channel; absent for one that is in a thread alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub number: Option<u64>,
    pub author_id: AccountId,
    #[ts(type = "number")]
    pub at: Micros,
    /// Markdown; empty for one that was deleted.
    pub text: String,
    #[serde(default, skip_serializing_if = "Mentions::is_empty")]
    #[ts(optional, as = "Option<Mentions>")]
    pub mentions: Mentions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub edited_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub deleted: bool,
    /// The message that began the thread it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub thread: Option<MessageRef>,
    /// Emoji that it was answered with, in the order in which they were first given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<ReactionView>>")]
    pub reactions: Vec<ReactionView>,
    /// The thread that it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub replies: Option<ThreadView>,
}

/// What was said in a thread, in short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct ThreadView {
    /// Those that were not deleted.
    pub count: u32,
    /// When somebody last said something in it, whether or not it was deleted since.
    #[ts(type = "number")]
    pub last_at: Micros,
    /// The first who said something in it, each once.
    pub people: Vec<AccountId>,
}
