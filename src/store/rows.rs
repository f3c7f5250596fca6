//! Small conversions between rows and the contract's types. It must never query.

use std::fmt::Write;

use lockstep_protocol::{ids::AccountId, position::Position};
use uuid::Uuid;

/// Databases count in signed numbers. No counter of ours comes near the end of them.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(super) fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn unsigned_small(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

pub(super) fn position(era: i32, transaction: i64, stream: Uuid, seq: i64) -> Position {
    Position { era: unsigned_small(era), transaction: unsigned(transaction), stream, seq: unsigned(seq) }
}

/// Ids of accounts as PostgreSQL takes them.
pub(super) fn ids(accounts: &[AccountId]) -> Vec<Uuid> {
    accounts.iter().map(|account| account.0).collect()
}

/// Ids as one parameter for SQLite: `in (select unhex(value) from json_each($1))`.
pub(super) fn json_ids(ids: &[Uuid]) -> String {
    let mut text = String::with_capacity(2 + ids.len() * 35);
    text.push('[');
    for (index, id) in ids.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}\"{}\"", id.simple());
    }
    text.push(']');
    text
}
