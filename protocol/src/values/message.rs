//! What commands, events and views say about a message of a channel.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{AccountId, MessageId, TeamId};

/// A message by its id, and by the seq at which it was posted: so that one that is long past is found in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MessageRef {
    pub message_id: MessageId,
    #[ts(type = "number")]
    pub seq: u64,
}

/// Who is meant in a text of a channel, as it stands there: `@[account_id]`, `@[team:team_id]`, `@[channel]`. The server reads it out of
/// the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Mentions {
    /// Those of them who may read the channel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub accounts: Vec<AccountId>,
    /// Those of their people who may read the channel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<TeamId>>")]
    pub teams: Vec<TeamId>,
    /// Everybody who is in the channel.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub channel: bool,
}

impl Mentions {
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.teams.is_empty() && !self.channel
    }
}
