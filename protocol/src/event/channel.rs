//! Events of a channel.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, MessageId, OrgId, TeamId},
    values::{ChannelKind, ChannelRole, Mentions, MessageRef},
};

/// A channel was founded. Everybody who is in it from the start is named, whoever founded it included: they manage it, but a direct one,
/// which nobody does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelCreated {
    pub org_id: OrgId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub team_id: Option<TeamId>,
    pub kind: ChannelKind,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub name: String,
    pub members: Vec<AccountId>,
}

/// The channel's own fields changed; what is absent did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelUpdated {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub purpose: Option<String>,
}

/// It was put away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelArchived {}

/// It is out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelUnarchived {}

/// It is gone for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelDeleted {}

/// Somebody is in the channel from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelMemberAdded {
    pub account_id: AccountId,
    pub role: ChannelRole,
}

/// Somebody who is in the channel has another role there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelMemberRoleChanged {
    pub account_id: AccountId,
    pub role: ChannelRole,
}

/// Somebody is not in the channel any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelMemberRemoved {
    pub account_id: AccountId,
}

/// Somebody said something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessagePosted {
    pub message_id: MessageId,
    /// Its number among those that are shown in the channel, from 1, dense; absent for one that is in a thread alone. What is unread is
    /// counted by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub number: Option<u64>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub thread: Option<MessageRef>,
    #[serde(default, skip_serializing_if = "Mentions::is_empty")]
    #[ts(optional, as = "Option<Mentions>")]
    pub mentions: Mentions,
}

/// A message's text changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageEdited {
    pub message: MessageRef,
    pub author_id: AccountId,
    /// The number that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub number: Option<u64>,
    pub text: String,
    /// All whom the text means as it is now.
    #[serde(default, skip_serializing_if = "Mentions::is_empty")]
    #[ts(optional, as = "Option<Mentions>")]
    pub mentions: Mentions,
}

/// A message is gone, and pinned no more; what was said in its thread stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageDeleted {
    pub message: MessageRef,
    pub author_id: AccountId,
    /// The number that it had: one less is unread for those who had not come to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub number: Option<u64>,
    /// The message that began its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub thread: Option<MessageRef>,
}

/// Somebody answered a message with an emoji.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageReacted {
    pub message: MessageRef,
    pub author_id: AccountId,
    pub emoji: String,
}

/// Somebody took their emoji back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageUnreacted {
    pub message: MessageRef,
    pub author_id: AccountId,
    pub emoji: String,
}

/// A message is kept where everybody finds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessagePinned {
    pub message: MessageRef,
    pub author_id: AccountId,
}

/// It is kept there no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageUnpinned {
    pub message: MessageRef,
    pub author_id: AccountId,
}
