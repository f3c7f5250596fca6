//! Commands of a channel: a room in which people talk, or a talk between few of them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{AccountId, MessageId, OrgId, TeamId},
    values::{ChannelKind, ChannelRole, MessageRef},
};

/// Founds a channel on a fresh topic. Whoever asks is in it and manages it. A direct one that is there already is that one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateChannel {
    pub org_id: OrgId,
    /// Of this team; otherwise of the organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub team_id: Option<TeamId>,
    pub kind: ChannelKind,
    /// Empty for a direct one: those who are in it are its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub name: String,
    /// Who is in it from the start, besides whoever asks. Of a direct one they are all there ever are, and its id follows from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub members: Vec<AccountId>,
}

/// Changes the channel's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateChannel {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// What it is for. Empty takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub purpose: Option<String>,
}

/// Puts the channel away: it is read, and nothing is said in it any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ArchiveChannel {}

/// Takes the channel out of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnarchiveChannel {}

/// Deletes the channel for good: nothing that was said in it is shown again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteChannel {}

/// Brings somebody into the channel, or oneself into an open one; whoever is in it gets the role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddChannelMember {
    pub account_id: AccountId,
    /// Absent: whoever is in it keeps theirs, and whoever comes is a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub role: Option<ChannelRole>,
}

/// Takes somebody out of the channel, or oneself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RemoveChannelMember {
    pub account_id: AccountId,
}

/// Says something in the channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PostMessage {
    pub message_id: MessageId,
    /// Markdown. Who is meant stands in it as `@[account_id]`, `@[team:team_id]` or `@[channel]`.
    pub text: String,
    /// The message whose thread this belongs to: one that begins a thread itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub thread: Option<MessageRef>,
    /// In a thread: shown in the channel besides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub broadcast: bool,
}

/// Changes the text of one's own message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EditMessage {
    pub message: MessageRef,
    pub text: String,
}

/// Deletes a message for good: one's own, or any for those who manage the channel. What was said in its thread stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteMessage {
    pub message: MessageRef,
}

/// Answers a message with an emoji: each person each emoji once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReactToMessage {
    pub message: MessageRef,
    /// One emoji.
    pub emoji: String,
}

/// Takes one's own emoji back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnreactToMessage {
    pub message: MessageRef,
    pub emoji: String,
}

/// Keeps a message where everybody finds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PinMessage {
    pub message: MessageRef,
}

/// Keeps it there no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnpinMessage {
    pub message: MessageRef,
}
