//! The id of a direct talk, which follows from who is in it: two who begin one at the same moment begin the same one. Must never change: old
//! talks are found by it.

use std::collections::BTreeSet;

use lockstep_protocol::ids::{AccountId, ChannelId, OrgId};
use uuid::Uuid;

/// Of these people of the organization, in whatever order they are named.
pub fn direct_id(org: OrgId, people: &BTreeSet<AccountId>) -> ChannelId {
    let mut hasher = blake3::Hasher::new_derive_key("lockstep 2026 id of a direct channel");
    hasher.update(org.0.as_bytes());
    for account in people {
        hasher.update(account.0.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    // Version 8 (RFC 9562): an id that says by its form that it was not made at random.
    bytes[6] = (bytes[6] & 0x0F) | 0x80;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    ChannelId(Uuid::from_bytes(bytes))
}
