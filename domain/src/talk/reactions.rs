//! Emoji that something was answered with: each person each emoji once. Must never know what was answered.

use compact_str::CompactString;
use lockstep_protocol::{codes::Failure, ids::AccountId, limits::Limits, view::ReactionView};
use serde::{Deserialize, Serialize};

use super::emoji;
use crate::refuse::full;

/// An emoji that something was answered with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reaction {
    pub emoji: CompactString,
    /// By whom, in their order.
    pub by: Vec<AccountId>,
}

/// How much there may be of it.
#[derive(Clone, Copy)]
pub struct Most {
    pub kinds: usize,
    pub all: usize,
}

pub fn has(given: &[Reaction], emoji: &str, by: AccountId) -> bool {
    given.iter().any(|reaction| reaction.emoji == emoji && reaction.by.contains(&by))
}

/// How many there are, each of each person.
pub fn count(given: &[Reaction]) -> usize {
    given.iter().map(|reaction| reaction.by.len()).sum()
}

/// Whether this one is new; refused where it is no emoji, or one too many.
pub fn check(given: &[Reaction], emoji: &str, by: AccountId, most: Most, limits: &Limits) -> Result<bool, Failure> {
    emoji::check(emoji, "emoji", limits)?;
    if has(given, emoji, by) {
        return Ok(false);
    }
    if given.len() >= most.kinds && !given.iter().any(|reaction| reaction.emoji == emoji) {
        return Err(full("emoji", most.kinds));
    }
    if count(given) >= most.all {
        return Err(full("emoji", most.all));
    }
    Ok(true)
}

pub fn give(given: &mut Vec<Reaction>, emoji: &str, by: AccountId) {
    match given.iter_mut().find(|reaction| reaction.emoji == emoji) {
        Some(reaction) if reaction.by.contains(&by) => {}
        Some(reaction) => reaction.by.push(by),
        None => given.push(Reaction { emoji: CompactString::new(emoji), by: vec![by] }),
    }
}

pub fn take(given: &mut Vec<Reaction>, emoji: &str, by: AccountId) {
    for reaction in given.iter_mut().filter(|reaction| reaction.emoji == emoji) {
        reaction.by.retain(|account| *account != by);
    }
    given.retain(|reaction| !reaction.by.is_empty());
}

pub fn view(reaction: &Reaction) -> ReactionView {
    ReactionView { emoji: reaction.emoji.to_string(), by: reaction.by.clone() }
}
