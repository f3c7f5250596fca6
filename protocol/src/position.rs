//! Positions. A stream's events are counted by `seq`; a position orders events of all streams, journal-wide.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ts_rs::TS;
use uuid::Uuid;

use crate::values::Audience;

/// A place in one stream's history: `seq` is dense from 1, and 0 stands before the first event. `epoch` is raised when
/// the history cannot be trusted to continue (a restore, a standby that lost its tail).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
pub struct Bookmark {
    pub epoch: u32,
    #[ts(type = "number")]
    pub seq: u64,
}

/// What a client holds of a topic when it joins again: a place in its history, and for whose eyes what came was made. What one
/// audience was shown cannot be continued by what another is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Held {
    pub epoch: u32,
    #[ts(type = "number")]
    pub seq: u64,
    /// As the `joined` said under which it came.
    pub audience: Audience,
}

impl Held {
    pub const fn new(bookmark: Bookmark, audience: Audience) -> Self {
        Self { epoch: bookmark.epoch, seq: bookmark.seq, audience }
    }

    pub const fn bookmark(&self) -> Bookmark {
        Bookmark { epoch: self.epoch, seq: self.seq }
    }
}

/// The journal-wide cursor. Opaque to clients: they hand back what they were given, as text.
/// Order: era, transaction, stream, seq.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string")]
pub struct Position {
    /// Raised when the journal moves to another database cluster, whose transaction numbers start anew.
    pub era: u32,
    /// PostgreSQL: the transaction's id. SQLite: the row's number.
    pub transaction: u64,
    pub stream: Uuid,
    pub seq: u64,
}

impl Position {
    /// Before everything.
    pub const START: Self = Self { era: 0, transaction: 0, stream: Uuid::nil(), seq: 0 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.era, self.transaction, self.stream.simple(), self.seq)
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text was not a position this server gave out.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a position")]
pub struct BadPosition;

impl FromStr for Position {
    type Err = BadPosition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(BadPosition);
        let position = Self {
            era: next()?.parse().map_err(|_| BadPosition)?,
            transaction: next()?.parse().map_err(|_| BadPosition)?,
            stream: Uuid::try_parse(next()?).map_err(|_| BadPosition)?,
            seq: next()?.parse().map_err(|_| BadPosition)?,
        };
        if parts.next().is_some() { Err(BadPosition) } else { Ok(position) }
    }
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Position;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a position, as this server gave it out")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Position, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}
