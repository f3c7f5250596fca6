//! A public link as the board remembers it. It must never hold what opens it.

use compact_str::CompactString;
use lockstep_protocol::{
    ids::{AccountId, LinkId},
    values::Micros,
};
use serde::{Deserialize, Serialize};

use super::Board;

/// A public link: whoever has it may look at the board. What opens it is not known here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<CompactString>,
    /// Who made it, and when.
    pub by: AccountId,
    pub at: Micros,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Micros>,
}

impl Link {
    /// Whether its time is not over.
    pub fn is_open(&self, now: Micros) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

impl Board {
    /// A public link that was not revoked; its time may be over.
    pub fn link(&self, id: LinkId) -> Option<&Link> {
        self.links.get(&id).map(AsRef::as_ref)
    }

    /// Public links that were not revoked, in the order of their ids.
    pub fn links(&self) -> impl Iterator<Item = (LinkId, &Link)> + '_ {
        self.links.iter().map(|(id, link)| (*id, link.as_ref()))
    }
}
