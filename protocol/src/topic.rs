//! Topics and streams. A topic is what a client joins, a stream is the journal of one aggregate; there is exactly one of
//! each per aggregate, so they share a name: its kind and id.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ts_rs::TS;
use uuid::Uuid;

use crate::ids::{AccountId, BoardId, ChannelId, OrgId, TeamId};

/// What kind of aggregate a stream belongs to. The number is what the journal stores: never reuse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[repr(i16)]
pub enum Kind {
    Organization = 1,
    Team = 2,
    Board = 3,
    Account = 4,
    Channel = 5,
    /// Somebody's: its id is that of their account.
    Inbox = 6,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Organization, Self::Team, Self::Board, Self::Account, Self::Channel, Self::Inbox];

    /// The word in a topic's text form.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Team => "team",
            Self::Board => "board",
            Self::Account => "account",
            Self::Channel => "channel",
            Self::Inbox => "inbox",
        }
    }

    /// The number the journal stores.
    pub const fn number(self) -> i16 {
        self as i16
    }

    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// One aggregate: its topic on the wire, its stream in the journal. Text form: `board:0190…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct Topic {
    pub kind: Kind,
    pub id: Uuid,
}

impl Topic {
    pub const fn new(kind: Kind, id: Uuid) -> Self {
        Self { kind, id }
    }
}

impl From<OrgId> for Topic {
    fn from(id: OrgId) -> Self {
        Self::new(Kind::Organization, id.0)
    }
}

impl From<TeamId> for Topic {
    fn from(id: TeamId) -> Self {
        Self::new(Kind::Team, id.0)
    }
}

impl From<BoardId> for Topic {
    fn from(id: BoardId) -> Self {
        Self::new(Kind::Board, id.0)
    }
}

impl From<ChannelId> for Topic {
    fn from(id: ChannelId) -> Self {
        Self::new(Kind::Channel, id.0)
    }
}

impl From<AccountId> for Topic {
    fn from(id: AccountId) -> Self {
        Self::new(Kind::Account, id.0)
    }
}

impl Topic {
    /// The inbox of a person: its id is that of their account, but for the version, which is 8 (RFC 9562) instead of 7. A stream has an id of
    /// its own, whatever its kind.
    pub const fn inbox(of: AccountId) -> Self {
        Self::new(Kind::Inbox, versioned(of.0, 8))
    }

    /// Whose inbox it is.
    pub const fn inbox_owner(self) -> AccountId {
        AccountId(versioned(self.id, 7))
    }
}

/// The same id of another version.
const fn versioned(id: Uuid, version: u8) -> Uuid {
    let mut bytes = *id.as_bytes();
    bytes[6] = (bytes[6] & 0x0F) | (version << 4);
    Uuid::from_bytes(bytes)
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.id)
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text was not `kind:uuid`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a topic is KIND:UUID, with a kind of organization, team, board, account, channel or inbox")]
pub struct BadTopic;

impl FromStr for Topic {
    type Err = BadTopic;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, id) = text.split_once(':').ok_or(BadTopic)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word).ok_or(BadTopic)?;
        // Only the hyphenated form: one topic, one spelling.
        if id.len() != 36 {
            return Err(BadTopic);
        }
        Ok(Self { kind, id: Uuid::try_parse(id).map_err(|_| BadTopic)? })
    }
}

impl Serialize for Topic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Topic;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a topic such as board:UUID")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Topic, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}
